"""The ECB's files, as small as a test needs them."""

import io
import zipfile

CURRENCIES = "USD,GBP,SEK,NOK,CAD,AUD"


def zipped(text: str) -> bytes:
    """A table in a zip file, as the ECB publishes it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("eurofxref.csv", text)
    return buffer.getvalue()


def history(*days: str) -> bytes:
    """The file of all days, with the same rates on each of these."""
    return zipped("\n".join([f"Date,{CURRENCIES},", *(f"{day},1.16,0.86,11.1,11.8,1.59,1.78," for day in days)]))
