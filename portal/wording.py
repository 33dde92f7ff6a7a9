"""A line's working in words: the stored steps of a calculation as people read them.

The engine writes each step with its figures by value (`commissions.engine.book.Note`); nothing is computed again here,
so what is read is what was calculated.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal import formatting
from track360.lib.money import exactly, plain, rounded


class Weight(StrEnum):
    """How a part is set: a step on the way, a sum, or the result."""

    STEP = "step"
    SUM = "sum"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class Part:
    """One row of the calculation: words, and the figure they end in (money in the line's currency), if any."""

    text: str
    amount: Decimal | None = None
    note: str = ""
    weight: Weight = Weight.STEP


@dataclass(frozen=True, slots=True)
class Chapter:
    """Parts that belong together under a heading, and sentences about what they leave out."""

    title: str
    parts: tuple[Part, ...]
    left_out: tuple[str, ...] = ()


Step = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the working is told: in which currency, and how he may call a customer by internal number.

    `counts` are the brand's KPIs that are no money.
    """

    currency: str
    counts: Collection[str]
    names: Callable[[int], str]

    def money(self, text: str) -> str:
        """Write an amount of the working."""
        return f"{formatting.amount(Decimal(text), self.currency)} {self.currency}"

    def figure(self, measure: str, text: str) -> str:
        """Write what a measure comes to: an amount, or a number of things."""
        return self.money(text) if is_money(measure, counts=self.counts) else _count(text)


CHAPTERS = {
    "trigger": "How the customer qualified",
    "condition": "How the customer qualified",
    "qualified": "How the customer qualified",
    "input": "What went in",
    "profile": "From gross to net",
    "netting": "From gross to net",
    "ring_fence": "Set aside for single customers",
    "terms": "The terms",
    "hold": "When it is available",
}
THE_AMOUNT = "The amount"
MONEY_MEASURES = frozenset({"deposits", "first_deposit", "net_deposits", "wagered", "base"})


def chapters(working: Sequence[Step], *, reader: Reader) -> tuple[Chapter, ...]:
    """Tell a line's working; steps that belong together share a heading, and the hold comes last.

    A profile of a single step would only repeat what went in, so it is left out.
    """
    is_plain = [step["step"] for step in working].count("profile") == 1
    told: dict[str, list[Part]] = {}
    for step in working:
        title = CHAPTERS.get(step["step"], THE_AMOUNT)
        if is_plain and title == CHAPTERS["profile"]:
            title = CHAPTERS["input"]
        if not (is_plain and step["step"] == "profile"):
            told.setdefault(title, []).extend(_parts(step, reader))
    ordered = sorted(told.items(), key=lambda one: one[0] == CHAPTERS["hold"])
    return tuple(Chapter(title, tuple(parts)) for title, parts in ordered if parts)


def with_left_out(told: Sequence[Chapter], sentences: Sequence[str]) -> tuple[Chapter, ...]:
    """Put what is left out under what went in, which is a chapter of its own where nothing went in."""
    if not sentences:
        return tuple(told)
    title = CHAPTERS["input"]
    whole = told if any(chapter.title == title for chapter in told) else [Chapter(title, ()), *told]
    return tuple(replace(one, left_out=tuple(sentences)) if one.title == title else one for one in whole)


def is_money(measure: str, *, counts: Collection[str]) -> bool:
    """Tell whether a measure of a condition or a tier is in plan currency; `counts` are the KPIs that are no money."""
    kind, _, kpi = measure.partition(":")
    return kind in MONEY_MEASURES or (kind == "sum" and kpi not in counts)


def measure_label(measure: str) -> str:
    """Name a measure of a condition or a tier: "Net deposits", "Bets, number of records"."""
    kind, _, kpi = measure.partition(":")
    match kind:
        case "sum":
            return kpi
        case "count":
            return f"{kpi}, number of records"
        case "first":
            return f"First {kpi}"
        case "base":
            return "Net revenue"
        case _:
            return kind.replace("_", " ").capitalize()


def missing(measure: str, *, have: Decimal, need: Decimal, currency: str, counts: Collection[str]) -> str:
    """Say what a condition lacks: "ChallengePurchase 20.00 USD of 50.00 USD, 30.00 USD is missing."."""
    if measure.startswith(("first_deposit", "first:", "registration")) and need <= 1:
        return f"There is no {_happening(measure)} yet."
    reader = Reader(currency, counts=counts, names=str)
    with exactly():
        short = need - have
    had, needed, lacks = (reader.figure(measure, plain(figure)) for figure in (have, need, short))
    return f"{measure_label(measure)} {had} of {needed}, {lacks} missing."


def _happening(measure: str) -> str:
    kind, _, kpi = measure.partition(":")
    return f"first {kpi}" if kpi else kind.replace("_", " ")


def _parts(step: Step, reader: Reader) -> Iterator[Part]:
    teller = TELLERS.get(step["step"])
    if teller is not None:
        yield from teller(step, reader)
    else:  # a step of a kind that has no words yet is still shown, by value
        figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in step.items() if name != "step")
        yield Part(step["step"].replace("_", " ").capitalize(), note=figures)


def _terms(step: Step, reader: Reader) -> Iterator[Part]:
    return iter(())  # the line itself says plan, version and component


def _adjustment(step: Step, reader: Reader) -> Iterator[Part]:
    return iter(())  # what was posted before stands under its own heading, with what came of it


def _trigger(step: Step, reader: Reader) -> Iterator[Part]:
    amount = step.get("amount")
    yield Part(f"First qualifying event on {_day(step['day'])}", None if amount is None else Decimal(amount))


def _condition(step: Step, reader: Reader) -> Iterator[Part]:
    measure = step["measure"]
    have, need = (reader.figure(measure, step[name]) for name in ("have", "need"))
    yield Part(f"{measure_label(measure)}: {have}, at least {need} needed")


def _qualified(step: Step, reader: Reader) -> Iterator[Part]:
    yield Part(f"Qualified on {_day(step['day'])}", weight=Weight.SUM)


def _input(step: Step, reader: Reader) -> Iterator[Part]:
    if step["kpi"] in reader.counts:  # only a tier looks at it
        yield Part(f"{step['kpi']}, as reported: {_count(step['amount'])}")
    else:
        yield Part(f"{step['kpi']}, as reported", Decimal(step["amount"]))


def _profile(step: Step, reader: Reader) -> Iterator[Part]:
    effect, running = Decimal(step["effect"]), f"leaves {reader.money(step['running'])}"
    if "sum" in step:
        yield Part(step["sum"], effect)
    elif "subtract" in step:
        yield Part(f"less {step['subtract']}", effect, running)
    else:
        of = "the figure so far" if step["of"] == "running" else step["of"]
        yield Part(f"less {_count(step['subtract_percent'])} % of {of}", effect, running)


def _netting(step: Step, reader: Reader) -> Iterator[Part]:
    yield Part("Net revenue", Decimal(step["base"]), weight=Weight.SUM)


def _ring_fence(step: Step, reader: Reader) -> Iterator[Part]:
    said = [f"his own base {reader.money(step['base'])}"]
    for name, words in (
        ("opening", "set aside before"),
        ("paid_down", "paid down"),
        ("set_aside", "newly set aside"),
        ("closing", "set aside now"),
    ):
        if step[name] != "0":
            said.append(f"{words} {reader.money(step[name])}")
    yield Part(f"Customer {reader.names(int(step['customer']))}", note=", ".join(said))


def _amount(step: Step, reader: Reader) -> Iterator[Part]:
    country = f", customers from {step['country']}" if "country" in step else ""
    yield Part(f"Agreed amount{country}", Decimal(step["amount"]))


def _percent(step: Step, reader: Reader) -> Iterator[Part]:
    bounded = "" if step["share"] == step["amount"] else f"{reader.money(step['share'])}, brought to the agreed bound"
    yield Part(f"{_count(step['percent'])} % of {reader.money(step['of'])}", Decimal(step["amount"]), bounded)


def _tier(step: Step, reader: Reader) -> Iterator[Part]:
    window = {"period": "this month", "previous_period": "the month before", "lifetime": "all time"}[step["window"]]
    if "place" in step:
        text, note = f"Number {step['place']} to qualify, {window}", "the band of that place pays"
    else:
        metric = step["metric"]
        text = f"{measure_label(metric)}, {window}: {reader.figure(metric, step['figure'])}"
        note = "the band reached pays for everything" if "amount" in step else "each slice has its own rate"
    if "rate" in step:
        note = f"the band reached pays {_share(step['rate'])}"
    yield Part(text, Decimal(step["amount"]) if "amount" in step else None, note)


def _carry(step: Step, reader: Reader) -> Iterator[Part]:
    if step["opening"] != "0":
        yield Part("Carried in from earlier months", Decimal(step["opening"]))
    if step["opening"] != "0" or step["payable"] != step["amount"]:
        what = "Commission after carry-over" if step["unit"] == "commission" else "Net revenue after carry-over"
        on = "" if step["closing"] == "0" else f"{reader.money(step['closing'])} is carried to the next month"
        yield Part(what, Decimal(step["payable"]), on, Weight.SUM)


def _rate(step: Step, reader: Reader) -> Iterator[Part]:
    commission = Decimal(step["commission"])
    if "rate" in step:
        yield Part(f"{_share(step['rate'])} of {reader.money(step['of'])}", commission)
    else:
        bands = (band.partition(": ") for band in step["bands"].split("; "))
        slices = "; ".join(f"from {reader.money(bound)}: {_share(rate)}" for bound, _, rate in bands)
        yield Part(f"{reader.money(step['of'])}, slice by slice", commission, slices)


def _cap(step: Step, reader: Reader) -> Iterator[Part]:
    limit = f"{_count(step['count'])} customers" if "count" in step else reader.money(step["amount"])
    yield Part(f"Cap of the month: {limit}", Decimal(step["paid"]), f"without it {reader.money(step['full'])}")


def _hold(step: Step, reader: Reader) -> Iterator[Part]:
    days = f"{step['days']} days after {_day(step['day'])}" if step["days"] != "0" else ""
    yield Part(f"Available from {_day(step['available_on'])}", note=days)


def _rounding(step: Step, reader: Reader) -> Iterator[Part]:
    exact, amount = Decimal(step["exact"]), Decimal(step["amount"])
    was_rounded = exact != amount and rounded(exact, step["currency"]) == amount
    yield Part("Commission", amount, f"rounded from {step['exact']}" if was_rounded else "", Weight.RESULT)


TELLERS: dict[str, Callable[[Step, Reader], Iterator[Part]]] = {
    "terms": _terms,
    "adjustment": _adjustment,
    "trigger": _trigger,
    "condition": _condition,
    "qualified": _qualified,
    "input": _input,
    "profile": _profile,
    "netting": _netting,
    "ring_fence": _ring_fence,
    "amount": _amount,
    "percent": _percent,
    "tier": _tier,
    "carry": _carry,
    "rate": _rate,
    "cap": _cap,
    "hold": _hold,
    "rounding": _rounding,
}


def _count(text: str) -> str:
    return formatting.count(Decimal(text))


def _share(text: str) -> str:
    with exactly():
        return f"{plain(Decimal(text) * 100)} %"


def _day(text: str) -> str:
    return formatting.day(date.fromisoformat(text))
