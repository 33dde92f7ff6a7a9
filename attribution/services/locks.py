"""Advisory locks of a brand: who may write its sums, and when its clicks may be."""

from django.db import connection


def lock_sums(*, brand_id: int, waits: bool = True) -> bool:
    """Hold the brand's lock until the transaction ends: one writer of sums and owners at a time.

    Waits for it, or returns False at once when told not to wait and somebody else holds it.
    """
    take = "pg_advisory_xact_lock" if waits else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {take}(hashtextextended(%s, 0))", [f"sums of brand {brand_id}"])
        return bool(cursor.fetchone() != (False,))


def lock_directory(*, brand_id: int) -> None:
    """Wait while anybody looks again at the brand's customers, and keep others from it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [directory(brand_id)])


def directory(brand_id: int) -> str:
    """Name the lock of those who look again at a brand's customers."""
    return f"directory of brand {brand_id}"


def hold_clicks(*, brand_id: int) -> None:
    """Keep the brand's clicks from being written until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"clicks of brand {brand_id}"])


def await_clicks_turn(*, brand_id: int) -> None:
    """Wait while the brand's clicks are held; any number of writers may go on at once."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [f"clicks of brand {brand_id}"])
