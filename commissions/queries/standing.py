"""What earlier computing left behind: who qualified, and what each month handed to the next."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection

from commissions.engine import coarse
from commissions.engine.book import Qualification, Standing, State
from commissions.engine.plan import Anchor, Plan, Tiers
from commissions.engine.storing import progress_from_json, state_from_json
from commissions.models import Qualification as StoredQualification
from commissions.queries.scopes import Scope, array
from track360.lib.money import plain
from track360.lib.periods import Period

STORED = (
    "affiliate_id",
    "customer_id",
    "customer__key",
    "customer__country",
    "component__name",
    "component__version__number",
    "state",
    "qualified_on",
    "trigger_on",
    "trigger_amount",
    "last_day",
    "is_earning",
    "reason",
    "progress",
)

# The plan's few components are found first, once for all customers.
# A last day to qualify settles nothing where a later trigger may bring him under another version.
_SETTLED = """
    WITH component AS MATERIALIZED (
        SELECT c.id, c.name
        FROM commissions_component c
        JOIN commissions_planversion v ON v.brand_id = c.brand_id AND v.id = c.version_id
        WHERE c.brand_id = %(brand)s AND v.plan_id = %(plan)s
    )
    SELECT * FROM (
        SELECT q.affiliate_id, q.customer_id,
               max(CASE
                   WHEN q.state = 'qualified' THEN q.qualified_on
                   WHEN c.name = ANY(%(reopened)s::text[]) THEN 'infinity'
                   ELSE coalesce(q.last_day, 'infinity')
               END) AS day
        FROM commissions_qualification q
        JOIN component c ON c.id = q.component_id
        WHERE q.brand_id = %(brand)s AND q.state <> 'excluded'
          AND q.customer_id = ANY(%(customers)s::bigint[]) AND q.affiliate_id = ANY(%(affiliates)s::bigint[])
        GROUP BY q.affiliate_id, q.customer_id
        HAVING count(DISTINCT c.name) >= %(names)s
    ) settled
    WHERE day < 'infinity'
"""

_OPENINGS = """
    SELECT s.affiliate_id, s.period, s.component, s.state::text
    FROM unnest(%(affiliates)s::bigint[], %(firsts)s::text[]) AS asked (affiliate_id, first)
    CROSS JOIN LATERAL (
        SELECT max(period) AS period FROM commissions_carrystate
        WHERE brand_id = %(brand)s AND affiliate_id = asked.affiliate_id AND plan_id = %(plan)s AND period < asked.first
    ) last
    JOIN commissions_carrystate s
      ON s.brand_id = %(brand)s AND s.affiliate_id = asked.affiliate_id AND s.plan_id = %(plan)s
     AND s.period = last.period
    ORDER BY s.affiliate_id, s.component
"""


def depends_on_others(plan: Plan) -> bool:
    """Tell whether what one customer qualifies for depends on who else does: caps, and tiers that count customers."""
    for terms in coarse.cpas(plan):
        if terms.cap is not None or isinstance(terms.pay, Tiers):
            return True
    return any(isinstance(terms.pay, Tiers) and terms.pay.metric.name == "qualified" for terms in coarse.shares(plan))


def _reopened(plan: Plan) -> set[str]:
    """Name the cpas of several versions of which a first trigger, however late, may decide which one judges."""
    named: dict[str, list[Anchor]] = {}
    for terms in coarse.cpas(plan):
        named.setdefault(terms.name, []).append(terms.anchor)
    return {name for name, anchors in named.items() if len(anchors) > 1 and Anchor.ACTIVITY in anchors}


def settled_of(
    *, brand_id: int, plan: Plan, affiliates: Collection[int], customers: Collection[int]
) -> dict[tuple[int, int], date]:
    """Return whose standing is final for every cpa of a plan, by (affiliate, customer), with the day it became so.

    That is the last of his qualifying days, or of the last days to qualify; what happens after it changes nothing.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            _SETTLED,
            {
                "brand": brand_id,
                "plan": plan.number,
                "affiliates": array(sorted(affiliates)),
                "customers": array(sorted(customers)),
                "names": len({terms.name for terms in coarse.cpas(plan)}),
                "reopened": sorted(_reopened(plan)),
            },
        )
        return {(affiliate, customer): day for affiliate, customer, day in cursor.fetchall()}


def standing_of(
    *, brand_id: int, plan: Plan, scopes: Sequence[Scope], judged: Mapping[int, Collection[int]]
) -> dict[int, list[Qualification]]:
    """Return who qualified and is not judged anew, by affiliate: from the month before the first one computed on.

    From the beginning where tiers look that far back; nobody where nothing depends on them.
    """
    found: dict[int, list[Qualification]] = {scope.affiliate: [] for scope in scopes}
    if not depends_on_others(plan):
        return found
    since = min(scope.first for scope in scopes).previous.first_day
    rows = StoredQualification.objects.filter(
        brand_id=brand_id,
        affiliate_id__in=found,
        component__version__plan_id=plan.number,
        state=Standing.QUALIFIED,
        qualified_on__gte=date.min if coarse.needs_all_standing(plan) else since,
    )
    for affiliate, qualifications in _read(rows.values_list(*STORED)).items():
        again = set(judged.get(affiliate, ()))
        found[affiliate] = [q for q in qualifications if q.customer not in again]
    return found


def _read(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Qualification]]:
    found: dict[int, list[Qualification]] = {}
    for (
        affiliate,
        customer,
        key,
        country,
        component,
        version,
        state,
        qualified_on,
        trigger_on,
        trigger_amount,
        last_day,
        is_earning,
        reason,
        progress,
    ) in rows:
        found.setdefault(affiliate, []).append(
            Qualification(
                customer=customer,
                customer_key=key,
                country=country,
                component=component,
                version=version,
                standing=Standing(state),
                day=qualified_on,
                trigger_on=trigger_on,
                trigger_amount=None if trigger_amount is None else Decimal(plain(trigger_amount)),
                last_day=last_day,
                earning=is_earning,
                reason=reason,
                progress=progress_from_json(progress),
            )
        )
    return found


def openings_of(*, brand_id: int, plan: int, scopes: Sequence[Scope]) -> dict[int, State | None]:
    """Return the last stored state before the first month to compute, by affiliate; None: nothing mattered before."""
    found: dict[int, State | None] = {scope.affiliate: None for scope in scopes}
    with connection.cursor() as cursor:
        cursor.execute(
            _OPENINGS,
            {
                "brand": brand_id,
                "plan": plan,
                "affiliates": [scope.affiliate for scope in scopes],
                "firsts": [str(scope.first) for scope in scopes],
            },
        )
        for affiliate, period, component, state in cursor.fetchall():
            before = found[affiliate]
            handed_on = state_from_json(component, json.loads(state, parse_float=Decimal))
            others = () if before is None else before.components
            found[affiliate] = State(Period.parse(period), (*others, handed_on))
    return found
