"""Rates that a person uploads as a CSV file: `date,base,quote,rate`, one rate a line, under that header."""

import csv
import io

from ingestion.rates.quotes import Quote, RateRefused, read_quote
from track360.lib.problems import Invalid

COLUMNS = ["date", "base", "quote", "rate"]
MAX_BYTES = 1024 * 1024
MAX_ERRORS = 20


class RatesFileRefused(Invalid):
    """The file cannot be used. `lines` says why, line by line; nothing of it was entered."""

    code = "invalid_rates_file"

    def __init__(self, lines: list[str]) -> None:
        super().__init__("Nothing was entered. " + " ".join(lines))
        self.lines = lines


def read_csv(content: bytes) -> list[Quote]:
    """Read every rate of the file. Raises RatesFileRefused, naming each line that is wrong (at most 20)."""
    if len(content) > MAX_BYTES:
        raise RatesFileRefused(["The file is longer than 1 MiB. Send it in parts."])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RatesFileRefused(["The file is not UTF-8 text. Save it as CSV (UTF-8)."]) from error
    rows = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True)
    quotes: list[Quote] = []
    errors: list[str] = []
    try:
        header = [column.strip().lower() for column in next(rows, [])]
        if header != COLUMNS:
            raise RatesFileRefused([f"The first line must be: {','.join(COLUMNS)}"])
        for row in rows:
            if any(field.strip() for field in row):
                try:
                    quotes.append(_quote([field.strip() for field in row]))
                except RateRefused as error:
                    errors.append(f"Line {rows.line_num}: {error}")
    except csv.Error as error:
        errors.append(f"Line {rows.line_num}: this is no CSV.")
        raise RatesFileRefused(errors[:MAX_ERRORS]) from error
    if not quotes and not errors:
        errors.append("The file holds no rate.")
    if errors:
        raise RatesFileRefused(errors[:MAX_ERRORS])
    return quotes


def _quote(fields: list[str]) -> Quote:
    if len(fields) != len(COLUMNS):
        raise RateRefused(f"There must be four fields: {', '.join(COLUMNS)}.")
    day, base, quote, rate = fields
    return read_quote(day=day, base=base, quote=quote, rate=rate)
