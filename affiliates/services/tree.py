"""Who is whose sub-affiliate, from which day on (commissions.md 9)."""

from datetime import date, datetime

from django.db import connection, transaction

from affiliates.models import Affiliate, AffiliateParent
from affiliates.queries import Tree, parent_history
from affiliates.services.recording import record
from brands.models import User
from track360.lib.problems import Conflict

MAX_LEVELS = 5


class ParentRefused(Conflict):
    """Affiliates form a tree of at most five levels, on every day."""

    code = "parent_refused"


@transaction.atomic
def set_parent(
    *, affiliate: Affiliate, parent: Affiliate | None, from_day: date | None, by: User | str, now: datetime
) -> None:
    """Make `parent` the affiliate's parent from a day on (None: from the beginning), until his next one.

    No parent ends it; one that begins on the same day is replaced. Raises ParentRefused when on any day the tree had a
    circle or more than five levels.
    """
    brand_id = affiliate.brand_id
    with connection.cursor() as cursor:  # two changes at once could close a circle that neither sees
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"affiliate tree {brand_id}"])
    history = parent_history(brand_id=brand_id)
    before = history.get(affiliate.id, {}).get(from_day)
    had_row = from_day in history.get(affiliate.id, {})
    parent_id = None if parent is None else parent.id
    if before == parent_id and (had_row or not history.get(affiliate.id)):
        return
    history.setdefault(affiliate.id, {})[from_day] = parent_id
    days = {day for changes in history.values() for day in changes if day is not None}
    for day in (None, *sorted(days)):
        _check(Tree.on(history=history, day=day), affiliate)
    AffiliateParent.objects.update_or_create(
        brand_id=brand_id,
        affiliate=affiliate,
        from_day=from_day,
        defaults={"parent": parent, "created_at": now},
    )
    record(
        brand=affiliate.brand,
        subject=affiliate,
        action="affiliate.parent",
        by=by,
        now=now,
        before={"parent": before},
        after={
            "parent": parent.code if parent else None,
            "from_day": None if from_day is None else from_day.isoformat(),
        },
    )


def _check(tree: Tree, affiliate: Affiliate) -> None:
    for member in (affiliate.id, *tree.parents):
        if tree.levels_above(member, at_most=MAX_LEVELS) is None:
            raise ParentRefused(
                f"{affiliate} would be part of a circle, or of a tree of more than {MAX_LEVELS} levels."
            )
