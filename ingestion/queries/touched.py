"""Which stored records a change of configuration may give another meaning, found from the words they carry."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import connection
from django.db.models import Q

from brands.models import Brand
from ingestion.models import Activity, Customer
from ingestion.rules.meaning import Meaning
from ingestion.rules.names import fold
from ingestion.rules.standard import Kpi

_EVERYTHING = Q(pk__isnull=False)

_KPIS = "SELECT DISTINCT unnest(kpis) FROM ingestion_activity WHERE brand_id = %s"
_FIELDS = "SELECT DISTINCT jsonb_object_keys(details) FROM ingestion_activity WHERE brand_id = %s AND details <> '{}'"
_STATUSES = "SELECT DISTINCT details ->> 'status' FROM ingestion_activity WHERE brand_id = %s AND details ? 'status'"
_PRODUCTS = "SELECT DISTINCT coalesce(details ->> 'product', product) FROM ingestion_activity WHERE brand_id = %s"
_CUSTOMER_FIELDS = "SELECT DISTINCT jsonb_object_keys(fields) FROM ingestion_customerprofile WHERE brand_id = %s"


def touched_activities(*, brand: Brand, before: Meaning, after: Meaning) -> Q | None:
    """Return the condition for activities that carry a word which the two meanings understand differently, if any."""
    if _end(before.field_aliases, after.field_aliases):
        return _EVERYTHING  # what an alias led to its target does not show that it was an alias
    condition = Q()
    if (before.kpis, before.events, before.event_aliases) != (after.kpis, after.events, after.event_aliases):
        events = Activity.objects.filter(brand=brand).values_list("event", flat=True).distinct()
        condition |= _any_of("event__in", [name for name in events if before.event(name) != after.event(name)])
    if before.kpis != after.kpis:
        kpis = _words(_KPIS, brand)
        condition |= _any_of("kpis__overlap", [name for name in kpis if _kpi(before, name) != _kpi(after, name)])
    if (before.kpis, before.field_aliases) != (after.kpis, after.field_aliases):
        fields = [name for name in _words(_FIELDS, brand) if before.activity_role(name) != after.activity_role(name)]
        condition |= _any_of("details__has_any_keys", fields)
    if before.status_aliases != after.status_aliases:
        statuses = [word for word in _words(_STATUSES, brand) if before.status(word) != after.status(word)]
        condition |= _any_of("details__status__in", statuses)
    if before.product_aliases != after.product_aliases:
        products = [word for word in _words(_PRODUCTS, brand) if before.product(word) != after.product(word)]
        condition |= _any_of("details__product__in", products)
        if products:
            condition |= Q(product__in=products) & ~Q(details__has_key="product")
    return condition or None


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
