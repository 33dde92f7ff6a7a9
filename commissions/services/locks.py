"""Who may compute at the same time: one at a time for an affiliate, and nobody while a period closes."""

from collections.abc import Iterable

from django.db import connection


def lock_affiliates(*, brand_id: int, affiliates: Iterable[int]) -> None:
    """Wait for these affiliates' locks, in order, and hold them until the transaction ends. Closing waits for them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [_periods(brand_id)])
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s::text || affiliate, 0))"
            " FROM unnest(%s::bigint[]) AS affiliate ORDER BY affiliate",
            [f"commissions of brand {brand_id}, affiliate ", sorted(affiliates)],
        )


def lock_periods(*, brand_id: int) -> None:
    """Wait until nothing of the brand is being computed, and hold everybody off until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_periods(brand_id)])


def _periods(brand_id: int) -> str:
    return f"periods of brand {brand_id}"
