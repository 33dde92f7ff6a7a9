"""Writing what is wanted in a few statements: rows travel as columns, and only what differs is written.

Model instances and lists of parameters would cost several times what PostgreSQL spends on the rows themselves, and rows
written as JSON objects twice what columns cost. Only what is kept as JSON travels as such: all rows' values as one.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection

from commissions.engine.book import Qualification, Standing
from commissions.models import CarryState
from commissions.queries.scopes import array
from commissions.services.posting import LineRow, wanted_rows
from commissions.services.storing import Months, StandingKey, StandingRow, Store, Written, standing_row

_STANDING = """
    SELECT affiliate_id, component_id, customer_id, state, qualified_on FROM commissions_qualification
    WHERE brand_id = %(brand)s AND customer_id = ANY(%(customers)s::bigint[])
      AND affiliate_id = ANY(%(affiliates)s::bigint[]) AND component_id = ANY(%(components)s::bigint[])
"""

_PUT_STANDING = """
    INSERT INTO commissions_qualification AS stored
        (brand_id, affiliate_id, component_id, customer_id, state, qualified_on, last_day, trigger_on, trigger_amount,
         is_earning, reason, progress)
    SELECT %(brand)s, w.affiliate_id, w.component_id, w.customer_id, w.state, w.qualified_on, w.last_day, w.trigger_on,
           w.trigger_amount, w.is_earning, w.reason, w.progress::jsonb
    FROM ROWS FROM (
        unnest(
            %(affiliate_id)s::bigint[], %(component_id)s::bigint[], %(customer_id)s::bigint[], %(state)s::text[],
            %(qualified_on)s::date[], %(last_day)s::date[], %(trigger_on)s::date[], %(trigger_amount)s::numeric[],
            %(is_earning)s::boolean[], %(reason)s::text[]
        ),
        json_array_elements(%(progress)s::json)
    ) AS w (
        affiliate_id, component_id, customer_id, state, qualified_on, last_day, trigger_on, trigger_amount, is_earning,
        reason, progress
    )
    ORDER BY w.affiliate_id, w.component_id, w.customer_id
    ON CONFLICT (brand_id, affiliate_id, component_id, customer_id) DO UPDATE SET
        state = excluded.state, qualified_on = excluded.qualified_on, last_day = excluded.last_day,
        trigger_on = excluded.trigger_on, trigger_amount = excluded.trigger_amount, is_earning = excluded.is_earning,
        reason = excluded.reason, progress = excluded.progress
    WHERE (stored.state, stored.qualified_on, stored.last_day, stored.trigger_on, stored.trigger_amount,
           stored.is_earning, stored.reason, stored.progress)
       IS DISTINCT FROM (excluded.state, excluded.qualified_on, excluded.last_day, excluded.trigger_on,
                         excluded.trigger_amount, excluded.is_earning, excluded.reason, excluded.progress)
    RETURNING affiliate_id, component_id, customer_id, qualified_on
"""

_DROP_STANDING = """
    DELETE FROM commissions_qualification q
    USING unnest(%(affiliates)s::bigint[], %(components)s::bigint[], %(customers)s::bigint[])
        AS gone (affiliate_id, component_id, customer_id)
    WHERE q.brand_id = %(brand)s AND q.affiliate_id = gone.affiliate_id AND q.component_id = gone.component_id
      AND q.customer_id = gone.customer_id
"""

# Provisional lines that are covered and not wanted: those of shares, and cpa lines of the customers computed.
_DROP_LINES = """
    DELETE FROM commissions_line l
    USING unnest(%(affiliates)s::bigint[], %(firsts)s::text[], %(everybody)s::boolean[])
        AS scope (affiliate_id, first, everybody)
    WHERE l.brand_id = %(brand)s AND l.affiliate_id = scope.affiliate_id AND l.plan_id = %(plan)s
      AND l.state <> 'posted' AND l.period >= scope.first AND l.source_period >= scope.first
      AND (
          scope.everybody
          OR NOT EXISTS (
              SELECT FROM commissions_component c
              WHERE c.brand_id = %(brand)s AND c.id = l.component_id AND c.kind = 'cpa'
          )
          OR (l.affiliate_id, l.customer_id) IN (
              SELECT * FROM unnest(%(of_affiliates)s::bigint[], %(of_customers)s::bigint[])
          )
      )
      AND l.key <> ALL(%(keys)s::text[])
"""

_PUT_LINES = """
    INSERT INTO commissions_line AS stored
        (brand_id, key, base_key, affiliate_id, period, source_period, plan_id, version_id, component_id, customer_id,
         amount, currency, available_on, state, reason, working)
    SELECT %(brand)s, w.key, w.base_key, w.affiliate_id, w.period, w.source_period, %(plan)s, w.version_id,
           w.component_id, w.customer_id, w.amount, %(currency)s, w.available_on, 'provisional', w.reason,
           w.working::jsonb
    FROM ROWS FROM (
        unnest(
            %(key)s::text[], %(base_key)s::text[], %(affiliate_id)s::bigint[], %(period)s::text[],
            %(source_period)s::text[], %(version_id)s::bigint[], %(component_id)s::bigint[], %(customer_id)s::bigint[],
            %(amount)s::numeric[], %(available_on)s::date[], %(reason)s::text[]
        ),
        json_array_elements(%(working)s::json)
    ) AS w (
        key, base_key, affiliate_id, period, source_period, version_id, component_id, customer_id, amount, available_on,
        reason, working
    )
    ORDER BY w.key
    ON CONFLICT (brand_id, key) DO UPDATE SET
        amount = excluded.amount, available_on = excluded.available_on, reason = excluded.reason,
        working = excluded.working
    WHERE stored.state <> 'posted'
      AND (stored.amount, stored.available_on, stored.reason, stored.working)
          IS DISTINCT FROM (excluded.amount, excluded.available_on, excluded.reason, excluded.working)
"""

_LINE_COLUMNS = tuple(name for name in LineRow._fields if name != "working")
AT_ONCE = 5_000
T = TypeVar("T")


class WritingStore(Store):
    """Makes what is stored what is wanted."""

    def qualifications(self, wanted: Mapping[tuple[int, int], Sequence[Qualification]]) -> None:
        """Replace how customers stand."""
        rows: dict[StandingKey, Qualification] = {
            (affiliate, self.components[found.version, found.component][1], customer): found
            for (affiliate, customer), standing in wanted.items()
            for found in standing
        }
        stored = self._stored(wanted)
        gone = [key for key in stored if key not in rows]
        changed = self._put(rows)
        for affiliate, component, customer, day in changed:
            self.note(affiliate, customer, day)
            self.note(affiliate, customer, stored.get((affiliate, component, customer)))
        for key in gone:
            self.note(key[0], key[2], stored[key])
        self.note_countries(wanted)
        if gone:
            affiliates, components, customers = zip(*gone, strict=True)
            self._run(
                _DROP_STANDING,
                affiliates=array(affiliates),
                components=array(components),
                customers=array(customers),
            )
        self.written = self.written.plus(Written(qualifications=len(gone) + len(changed)))

    def lines(self, months: Sequence[Months]) -> None:
        """Replace provisional lines; what was posted stays."""
        posted = self.posted(months)
        rows: dict[str, LineRow] = {}
        for one in months:
            rows |= wanted_rows(self.about(one.scope.affiliate), one.lines, posted[one.scope.affiliate])
        pairs = [
            (one.scope.affiliate, customer) for one in months if not one.everybody for customer in sorted(one.customers)
        ]
        changed = self._run(
            _DROP_LINES,
            plan=self.plan.number,
            affiliates=array(one.scope.affiliate for one in months),
            firsts=[str(one.scope.first) for one in months],
            everybody=[one.everybody for one in months],
            of_affiliates=array(affiliate for affiliate, _ in pairs),
            of_customers=array(customer for _, customer in pairs),
            keys="{" + ",".join(rows) + "}",
        )
        for batch in _batches(list(rows.values())):
            changed += self._run(
                _PUT_LINES,
                plan=self.plan.number,
                currency=self.plan.currency,
                working=_as_json([row.working for row in batch]),
                **{name: _column(map(attrgetter(name), batch)) for name in _LINE_COLUMNS},
            )
        self.written = self.written.plus(Written(lines=changed))

    def states(self, gone: Sequence[CarryState], changed: Sequence[tuple[CarryState | None, CarryState]]) -> None:
        """Replace what months hand on."""
        CarryState.objects.filter(brand=self.brand, pk__in=[row.pk for row in gone]).delete()
        CarryState.objects.bulk_create(
            (row for _, row in changed),
            batch_size=AT_ONCE,
            update_conflicts=True,
            unique_fields=["brand", "affiliate", "plan", "component", "period"],
            update_fields=["state"],
        )

    def _stored(self, wanted: Mapping[tuple[int, int], object]) -> dict[StandingKey, date | None]:
        """Return what is stored for these customers, with the day on which they qualified."""
        with connection.cursor() as cursor:
            cursor.execute(
                _STANDING,
                {
                    "brand": self.brand.id,
                    "customers": array(sorted({customer for _, customer in wanted})),
                    "affiliates": array(sorted({affiliate for affiliate, _ in wanted})),
                    "components": array(component for _, component in self.components.values()),
                },
            )
            return {
                (affiliate, component, customer): day if state == Standing.QUALIFIED else None
                for affiliate, component, customer, state, day in cursor.fetchall()
                if (affiliate, customer) in wanted
            }

    def _put(self, rows: Mapping[StandingKey, Qualification]) -> list[tuple[int, int, int, date | None]]:
        changed: list[tuple[int, int, int, date | None]] = []
        with connection.cursor() as cursor:
            for batch in _batches(list(rows.items())):
                affiliates, components, customers = zip(*(key for key, _ in batch), strict=True)
                columns = zip(*(standing_row(found, self.today) for _, found in batch), strict=True)
                standing = dict(zip(StandingRow._fields, columns, strict=True))
                progress = standing.pop("progress")
                cursor.execute(
                    _PUT_STANDING,
                    {
                        "brand": self.brand.id,
                        "affiliate_id": array(affiliates),
                        "component_id": array(components),
                        "customer_id": array(customers),
                        "progress": _as_json(progress),
                        **{name: _column(values) for name, values in standing.items()},
                    },
                )
                changed += cursor.fetchall()
        return changed

    def _run(self, statement: str, **parameters: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"brand": self.brand.id, **parameters})
            return int(cursor.rowcount)


def _column(values: Iterable[object]) -> str:
    """Return a column as PostgreSQL's array literal."""
    texts = ["NULL" if value is None else _quoted(value) if type(value) is str else str(value) for value in values]
    return "{" + ",".join(texts) + "}"


def _quoted(text: str) -> str:
    if text.isalnum() and text.upper() != "NULL":
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]


def _as_json(values: Sequence[object]) -> str:
    return json.dumps(values, separators=(",", ":"))
