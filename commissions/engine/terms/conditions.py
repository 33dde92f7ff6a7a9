"""Reading the conditions of a cpa: nested `all` and `any` of measures (commissions.md 4)."""

from collections.abc import Collection

from commissions.engine.plan import AllOf, AnyOf, AtLeast, Condition, Measure, MeasureName
from commissions.engine.terms.reading import Reader, TermsRefused, known_kpi

MAX_DEPTH = 5
WITH_KPI = (MeasureName.SUM, MeasureName.COUNT)
SIMPLE = [str(name) for name in MeasureName if name not in WITH_KPI]


def parse_condition(value: object, path: str, *, kpis: Collection[str] | None, depth: int = 1) -> Condition:
    """Read one condition and everything inside it.

    Raises TermsRefused with the path of what is wrong.
    """
    if depth > MAX_DEPTH:
        raise TermsRefused(path, f"conditions are nested at most {MAX_DEPTH} deep")
    reader = Reader(value, path)
    kind = reader.one_of("all", "any", "measure")
    found: Condition
    if kind == "measure":
        found = AtLeast(
            parse_measure(reader.text("measure"), reader.at("measure"), kpis=kpis), reader.number("at_least")
        )
    else:
        parts = tuple(parse_condition(part, at, kpis=kpis, depth=depth + 1) for part, at in reader.items(kind))
        found = AllOf(parts) if kind == "all" else AnyOf(parts)
    reader.finish()
    return found


def parse_measure(text: str, path: str, *, kpis: Collection[str] | None) -> Measure:
    """Read a measure: `wagered`, `sum:Bonus`."""
    name, colon, kpi = text.partition(":")
    if colon and name in [str(with_kpi) for with_kpi in WITH_KPI] and kpi:
        return Measure(MeasureName(name), known_kpi(kpi, kpis, path))
    if text not in SIMPLE:
        raise TermsRefused(path, f"must be one of {', '.join(SIMPLE)}, sum:<KPI> or count:<KPI>")
    return Measure(MeasureName(text))
