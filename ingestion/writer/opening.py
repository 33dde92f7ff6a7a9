"""The first step of every write: hold the brand's configuration still, learn what records mean, take an id."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from ingestion.queries.meaning import Settings, meanings
from ingestion.rules.meaning import Meaning
from ingestion.writer.statements import statements
from track360.lib.problems import Unavailable
from track360.lib.tenancy import tenant

# First number of two-part advisory locks; the second is the brand.
CONFIGURATION_LOCK = 1
# How long a write waits for a change. A replay may take minutes, and each that waits for it holds one of the web's
# threads and a connection, which other brands need.
PATIENCE = "2s"

# One trip, but several statements: what the last reads is what the lock has waited for.
_OPEN = """
    SET LOCAL lock_timeout = '{patience}';
    SELECT pg_advisory_xact_lock_shared({lock}, {brand});
    SET LOCAL lock_timeout TO DEFAULT;
    SELECT array(SELECT nextval('ingestion_delivery_id_seq') FROM generate_series(1, {deliveries})),
        meaning_version, vertical, timezone, default_currency, unknown_customer
    FROM brands_brand WHERE id = {brand}"""

# A clock's reading, not the next number: should this transaction be undone, nobody may meet its version again.
_NEW_VERSION = """
    UPDATE brands_brand SET meaning_version = extract(epoch FROM clock_timestamp()) * 1000000 WHERE id = %s"""


class ConfigurationChanging(Unavailable):
    """What the brand's records mean is being changed. Nothing was stored; send the request again."""


class Opening(NamedTuple):
    """What a write starts from: the ids its deliveries will have and the present meaning of their records."""

    deliveries: list[int]
    meaning: Meaning


@contextmanager
def opened_write(*, brand_id: int, deliveries: int = 1) -> Iterator[Opening]:
    """Open the brand's `tenant()` and wait in it until no change of the brand's configuration is under way.

    The next change waits until commit. Without it a record could be parked for a name while the operator maps that
    name, and miss the replay. Raises ConfigurationChanging when that takes longer than PATIENCE.
    """
    asks = _OPEN.format(patience=PATIENCE, lock=CONFIGURATION_LOCK, brand=int(brand_id), deliveries=deliveries)
    with ExitStack() as stack:
        try:
            ((numbers, version, *settings),) = stack.enter_context(tenant(brand_id, asking=asks))
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise ConfigurationChanging from error
            raise
        yield Opening(numbers, meanings.get(brand_id=brand_id, version=version, settings=Settings(*settings)))


def open_change(*, brand_id: int) -> None:
    """Wait for the brand's writes to end and keep new ones waiting until commit: its configuration changes."""
    with statements() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [CONFIGURATION_LOCK, brand_id])
        cursor.execute(_NEW_VERSION, [brand_id])
