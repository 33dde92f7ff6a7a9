"""Which stored records a change of configuration may give another meaning, found from the words they carry.

No index leads from words to live records, so these are looked through part by part: no statement takes longer because
the brand has more of them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from django.db import connection
from django.db.models import Func, Q, TextField
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce

from brands.models import Brand
from ingestion.models import Activity, Customer
from ingestion.models.records import State
from ingestion.rules.meaning import Meaning
from ingestion.rules.names import fold
from ingestion.rules.standard import EVENT_ALIASES, EVENTS, STATUS_ALIASES, STATUSES, Kpi

# Activities of one part.
LOOKED_AT = 100_000
_EVERYTHING = Q(pk__isnull=False)

_CUSTOMER_FIELDS = "SELECT DISTINCT jsonb_object_keys(fields) FROM ingestion_customerprofile WHERE brand_id = %s"


def touched_activities(*, brand: Brand, before: Meaning, after: Meaning) -> Iterator[Q]:
    """Yield conditions for activities that carry a word which the two meanings understand differently."""
    if before == after:
        return
    for part in parts(brand=brand, parked_only=_is_of_parked(before, after)):
        if condition := _touched(brand, part, before, after):
            yield part & condition


def parts(*, brand: Brand, parked_only: bool = False) -> Iterator[Q]:
    """Yield conditions that cut the brand's activities into parts; what is parked is found by an index, as one."""
    if parked_only:
        yield Q(state=State.PARKED)
        return
    ids = Activity.objects.filter(brand=brand).order_by("pk").values_list("pk", flat=True)
    last = 0
    while found := ids.filter(pk__gt=last)[LOOKED_AT - 1 : LOOKED_AT].first():
        yield Q(pk__gt=last, pk__lte=found)
        last = found
    yield Q(pk__gt=last)


def events_sent(*, brand: Brand, part: Q) -> Iterator[str]:
    """Yield the event names of a part of the brand's activities, as they were sent."""
    return iter(Activity.objects.filter(part, brand=brand).order_by().values_list("event", flat=True).distinct())


def _is_of_parked(before: Meaning, after: Meaning) -> bool:
    """Tell whether the change only explains events and statuses that were not understood, so that they are parked."""
    if (before.kpis, before.field_aliases, before.product_aliases) != (
        after.kpis,
        after.field_aliases,
        after.product_aliases,
    ):
        return False
    events = {*before.kpi_by_name, *EVENTS, *EVENT_ALIASES, *before.events, *before.event_aliases}
    statuses = {*STATUSES, *STATUS_ALIASES, *before.status_aliases}
    return all(before.event(name) == after.event(name) for name in events if before.event(name).known) and all(
        before.status(name) == after.status(name) for name in statuses
    )


def _touched(brand: Brand, part: Q, before: Meaning, after: Meaning) -> Q:
    if _end(before.field_aliases, after.field_aliases):
        return _EVERYTHING  # what an alias led to its target does not show that it was an alias
    activities = Activity.objects.filter(part, brand=brand).order_by()
    condition = Q()
    if (before.kpis, before.events, before.event_aliases) != (after.kpis, after.events, after.event_aliases):
        events = events_sent(brand=brand, part=part)
        condition |= _any_of("event__in", [name for name in events if before.event(name) != after.event(name)])
    if before.kpis != after.kpis:
        kpis = [kpi.name for kpi in before.kpi_by_name.values() if _kpi(after, kpi.name) != kpi]
        condition |= _any_of("kpis__overlap", kpis)
    if (before.kpis, before.field_aliases) != (after.kpis, after.field_aliases):
        keys = Func("details", function="jsonb_object_keys", output_field=TextField())
        fields = activities.exclude(details={}).values_list(keys, flat=True).distinct()
        names = [name for name in fields if before.activity_role(name) != after.activity_role(name)]
        condition |= _any_of("details__has_any_keys", names)
    if before.status_aliases != after.status_aliases:
        words = activities.filter(details__has_key="status").values_list(KT("details__status"), flat=True).distinct()
        statuses = [word for word in words if before.status(word) != after.status(word)]
        condition |= _any_of("details__status__in", statuses)
    if before.product_aliases != after.product_aliases:
        lines = activities.values_list(Coalesce(KT("details__product"), "product"), flat=True).distinct()
        products = [word for word in lines if before.product(word) != after.product(word)]
        condition |= _any_of("details__product__in", products)
        if products:
            condition |= Q(product__in=products) & ~Q(details__has_key="product")
    return condition


def touched_customers(*, brand: Brand, before: Meaning, after: Meaning) -> Collection[str]:
    """Return the ids of reported customers with fields that the two meanings understand differently."""
    if before.field_aliases == after.field_aliases:
        return ()
    reported = Customer.objects.filter(brand=brand, reported_at__isnull=False)
    if not _end(before.field_aliases, after.field_aliases):
        fields = _words(_CUSTOMER_FIELDS, brand)
        names = [name for name in fields if before.customer_role(name) != after.customer_role(name)]
        if not names:
            return ()
        reported = reported.filter(profiles__fields__has_any_keys=names)
    return frozenset(reported.values_list("key", flat=True))


def _end(before: Mapping[str, str], after: Mapping[str, str]) -> bool:
    return any(after.get(alias) != target for alias, target in before.items())


def _kpi(meaning: Meaning, name: str) -> Kpi | None:
    return meaning.kpi_by_name.get(fold(name))


def _any_of(lookup: str, words: Iterable[str]) -> Q:
    found = list(words)
    return Q(**{lookup: found}) if found else Q()


def _words(statement: str, brand: Brand) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [brand.pk])
        return [word for (word,) in cursor.fetchall()]
