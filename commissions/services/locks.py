"""Who may compute at the same time: one at a time for an affiliate, and nobody while a period closes or terms change.

Whoever needs several of a brand's locks takes them in this order: the directory (`attribution.services.locks`), the
periods, affiliates or the sums (again there), the configuration of records (`ingestion.writer.opening`); and all of
them before the brand's row and before any row that computing or closing changes.
"""

from collections.abc import Iterable

from django.db import connection


def share_periods(*, brand_id: int) -> None:
    """Wait while `lock_periods` is held by another, and let nobody have it until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [_periods(brand_id)])


def lock_affiliates(*, brand_id: int, affiliates: Iterable[int]) -> None:
    """Wait for these affiliates' locks, in order, and hold them until the transaction ends.

    PostgreSQL has room for some thousand locks in all: whoever computes more affiliates takes `lock_periods` instead.
    """
    with connection.cursor() as cursor:
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
