"""Where the parts of a record stand. Records of one sender name the same fields, so this is worked out once for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from ingestion.rules.names import fold
from ingestion.rules.refusals import Refused
from ingestion.rules.standard import Kpi

MAX_FIELDS = 200
MAX_NAME = 128

# Records are looked at as their values followed by None: this is where an absent field stands.
ABSENT = -1


@dataclass(frozen=True, slots=True)
class KpiField:
    """A field that is a KPI: its place, its name as sent and folded, and the KPI."""

    at: int
    name: str
    folded: str
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
        structure = ("eventname", "eventid", "createtime", "customerid", "value", "currency", "product", "status")
        rest = [at for at, role in enumerate(roles) if role not in structure and role != "amountusd"]
        return cls(
            _refusal(names, roles),
            *(places.get(role, ABSENT) for role in structure),
            amountusd=places.get("amountusd", ABSENT),
            kpis=tuple(KpiField(at, names[at], fold(names[at]), kpis[roles[at]]) for at in rest if roles[at] in kpis),
            others=tuple(Other(at, names[at], fold(names[at])) for at in rest if roles[at] not in kpis),
            rest=tuple(sorted((Other(at, names[at], fold(names[at])) for at in rest), key=lambda part: part.folded)),
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


def _refusal(names: tuple[str, ...], roles: list[str]) -> Refused | None:
    if len(names) > MAX_FIELDS:
        return Refused("too_many_fields", "", f"Send at most {MAX_FIELDS} fields in a record.")
    if any(len(name) > MAX_NAME for name in names):
        return Refused("too_long", "", f"Name fields with at most {MAX_NAME} characters.")
    seen: set[str] = set()
    for name, role in zip(names, roles, strict=True):
        if role in seen:
            return Refused("duplicate_field", name, f"{name} is one of two spellings of one field. Send one of them.")
        seen.add(role)
    return None
