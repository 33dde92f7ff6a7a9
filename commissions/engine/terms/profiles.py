"""Reading what a share is of: a KPI, a difference of two, or a revenue profile (commissions.md 6.1)."""

from collections.abc import Collection, Mapping

from commissions.engine.plan import RUNNING, Profile, Step, Subtract, SubtractPercent, Sum
from commissions.engine.terms.reading import Reader, TermsRefused, known_kpi, read_text

DIFFERENCE = " - "


def parse_profile(name: str, steps: object, *, kpis: Collection[str] | None = None) -> Profile:
    """Read a revenue profile's list of steps.

    Raises TermsRefused with the path of what is wrong. With `kpis`, names that are not among them are refused.
    """
    found: list[Step] = []
    for item, path in Reader({"steps": steps}).items("steps"):
        found.append(_step(Reader(item, path), kpis, first=not found))
    return Profile(name=name, steps=tuple(found))


def _step(reader: Reader, kpis: Collection[str] | None, *, first: bool) -> Step:
    step: Step
    kind = reader.one_of("sum", "subtract", "subtract_percent")
    if first != (kind == "sum"):
        raise TermsRefused(reader.at(kind), "the first step is a sum, and only the first")
    if kind == "sum":
        step = Sum(known_kpi(reader.text("sum"), kpis, reader.at("sum")))
    elif kind == "subtract":
        step = Subtract(known_kpi(reader.text("subtract"), kpis, reader.at("subtract")))
    else:
        percent = reader.percent("subtract_percent")
        of = reader.text("of")
        if of != RUNNING:
            known_kpi(of, kpis, reader.at("of"))
        step = SubtractPercent(percent=percent, of=of, signed=reader.flag("signed"))
    reader.finish()
    return step


def parse_base(value: object, path: str, *, profiles: Mapping[str, Profile], kpis: Collection[str] | None) -> Profile:
    """Read the base of a share: the name of a profile, `NGR`, or `Deposit - Withdrawal`."""
    text = read_text(value, path)
    if text in profiles:
        return profiles[text]
    if DIFFERENCE in text:
        plus, _, minus = text.partition(DIFFERENCE)
        steps = (
            Sum(known_kpi(read_text(plus.strip(), path), kpis, path)),
            Subtract(known_kpi(read_text(minus.strip(), path), kpis, path)),
        )
        return Profile(name=text, steps=steps)
    if kpis is not None and text not in kpis:
        raise TermsRefused(path, f"{text!r} is neither a KPI nor a revenue profile of this brand")
    return Profile(name=text, steps=(Sum(text),))
