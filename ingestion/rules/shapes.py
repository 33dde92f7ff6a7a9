"""Where the parts of a record stand, worked out once for all records that name the same fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from ingestion.rules.names import fold
from ingestion.rules.refusals import Refused
from ingestion.rules.standard import ACTIVITY_FIELDS, Kpi

MAX_FIELDS = 200
MAX_NAME = 128

# Records are looked at as their values followed by None: this is where an absent field stands.
ABSENT = -1

_STRUCTURE = frozenset(ACTIVITY_FIELDS.values())


@dataclass(frozen=True, slots=True)
class KpiField:
    """A field that is a KPI: its place, its name as sent, and the KPI."""

    at: int
    name: str
    kpi: Kpi


@dataclass(frozen=True, slots=True)
class Other:
    """A field that is kept as it is: its place, its name as sent and folded."""

    at: int
    name: str
    folded: str


@dataclass(frozen=True, slots=True)
class ActivityShape:
    """The places of an activity's parts, and what is wrong with its field names if anything is.

    `rest` are all fields beside the structure, KPIs and others, in the order of their folded names.
    """

    refused: Refused | None
    eventname: int
    eventid: int
    createtime: int
    customerid: int
    value: int
    currency: int
    product: int
    status: int
    amountusd: int
    kpis: tuple[KpiField, ...]
    others: tuple[Other, ...]
    rest: tuple[Other, ...]

    @classmethod
    def of(cls, names: tuple[str, ...], *, roles: list[str], kpis: Mapping[str, Kpi]) -> Self:
        """Work out the shape of records with these field names; `roles` are what the names mean, in their order."""
        places = {role: at for at, role in enumerate(roles)}
        parts = [Other(at, name, fold(name)) for at, name in enumerate(names) if roles[at] not in _STRUCTURE]
        return cls(
            refused=_refusal(names, roles),
            eventname=places.get("eventname", ABSENT),
            eventid=places.get("eventid", ABSENT),
            createtime=places.get("createtime", ABSENT),
            customerid=places.get("customerid", ABSENT),
            value=places.get("value", ABSENT),
            currency=places.get("currency", ABSENT),
            product=places.get("product", ABSENT),
            status=places.get("status", ABSENT),
            amountusd=places.get("amountusd", ABSENT),
            kpis=tuple(KpiField(part.at, part.name, kpis[roles[part.at]]) for part in parts if roles[part.at] in kpis),
            others=tuple(part for part in parts if roles[part.at] not in kpis),
            rest=tuple(sorted(parts, key=lambda part: part.folded)),
        )


@dataclass(frozen=True, slots=True)
class CustomerShape:
    """The places of a customer record's parts, and what is wrong with its field names if anything is."""

    refused: Refused | None
    places: dict[str, int]
    others: tuple[Other, ...]

    @classmethod
    def of(cls, names: tuple[str, ...], *, roles: list[str], structure: frozenset[str]) -> Self:
        """Work out the shape of records with these field names; `roles` are what the names mean, in their order."""
        places = {role: at for at, role in enumerate(roles) if role in structure}
        others = tuple(Other(at, name, fold(name)) for at, name in enumerate(names) if roles[at] not in structure)
        return cls(_refusal(names, roles), places, others)


def said(record: dict[str, Any], refused: Refused) -> dict[str, Any]:
    """Return a refused record without its nulls, which say nothing: a spelling that is null is no second one.

    Raises what it was refused for where that makes no difference.
    """
    if refused.code != "duplicate_field" or None not in record.values():
        raise Refused(*refused.args)
    return {name: value for name, value in record.items() if value is not None}


def check_names(names: tuple[str, ...]) -> None:
    """Raise Refused for more or longer names than are looked at, let alone remembered."""
    if len(names) > MAX_FIELDS:
        raise Refused("too_many_fields", "", f"Send at most {MAX_FIELDS} fields in a record.")
    if any(len(name) > MAX_NAME for name in names):
        raise Refused("too_long", "", f"Name fields with at most {MAX_NAME} characters.")


def _refusal(names: tuple[str, ...], roles: list[str]) -> Refused | None:
    seen: set[str] = set()
    for name, role in zip(names, roles, strict=True):
        if role in seen:
            return Refused("duplicate_field", name, f"{name} is one of two spellings of one field. Send one of them.")
        seen.add(role)
    return None
