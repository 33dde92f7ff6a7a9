"""What the browser draws. Values leave as decimal strings beside their written form; nothing is computed there."""

from typing import Any

from portal import formatting
from portal.queries.performance import Metric, Performance, Series, Step
from track360.lib.money import plain
from track360.lib.periods import Period


def of_performance(done: Performance) -> dict[str, Any]:
    """Give every metric of a span, now and before, step by step."""
    labels = [
        formatting.short_day(step.day) if done.span.by_day else formatting.short_month(Period.of(step.day))
        for step in done.series[0].steps
    ]
    return {"days": labels, "metrics": [_metric(one, done.currency) for one in done.series]}


def _metric(series: Series, currency: str) -> dict[str, Any]:
    length = len(series.steps)
    return {
        "name": series.metric.kpi,
        "label": series.metric.label,
        "unit": currency if series.metric.is_money else "count",
        "now": [_point(step, series.metric, currency) for step in series.steps],
        "before": [_point(step, series.metric, currency) for step in series.steps_before[:length]],
    }


def _point(step: Step, metric: Metric, currency: str) -> dict[str, str]:
    amount = step.figure.amount
    written = f"{formatting.amount(amount, currency)} {currency}" if metric.is_money else formatting.count(amount)
    return {"value": plain(amount), "label": written}
