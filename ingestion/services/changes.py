"""What can be changed about the meaning of records, and what a meaning is after it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, assert_never, cast

from ingestion.models.configuration import AliasKind, Identity, Unit
from ingestion.rules import standard
from ingestion.rules.meaning import IdentityRule, Meaning
from ingestion.rules.names import fold
from track360.lib.problems import Invalid

LONGEST_NAME = 100
LONGEST_ALIAS = 128


class ConfigurationRefused(Invalid):
    """A KPI, event or alias cannot be like this. The message says which and what to do."""

    code = "invalid_configuration"


@dataclass(frozen=True, slots=True)
class SaveKpi:
    """Have a KPI of the brand's own with this unit, new or changed; one that exists keeps its spelling."""

    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class DeleteKpi:
    """Have no KPI of the brand's own with this name."""

    name: str


@dataclass(frozen=True, slots=True)
class SaveEvent:
    """Know an event name, and what tells its records apart."""

    name: str
    identity: str = "automatic"


@dataclass(frozen=True, slots=True)
class DeleteEvent:
    """No longer know an event name."""

    name: str


@dataclass(frozen=True, slots=True)
class SaveAlias:
    """Let a word mean something that is known here; `kind` is events, statuses, products or fields."""

    kind: str
    alias: str
    target: str


@dataclass(frozen=True, slots=True)
class DeleteAlias:
    """Let a word no longer mean something else."""

    kind: str
    alias: str


Change = SaveKpi | DeleteKpi | SaveEvent | DeleteEvent | SaveAlias | DeleteAlias


def changed(meaning: Meaning, changes: Sequence[Change]) -> Meaning:
    """Return the meaning after these changes, applied in their order. Raises ConfigurationRefused."""
    for change in changes:
        meaning = _changed(meaning, change)
    return meaning


def _changed(meaning: Meaning, change: Change) -> Meaning:
    match change:
        case SaveKpi(name, unit):
            _check_kpi(meaning, name, unit)
            spelled = next((own.name for own in meaning.kpis if fold(own.name) == fold(name)), name)
            kpi = standard.Kpi(spelled, cast(Literal["money", "count"], unit))
            others = [own for own in meaning.kpis if fold(own.name) != fold(name)]
            return replace(meaning, kpis=(*others, kpi))
        case DeleteKpi(name):
            return replace(meaning, kpis=tuple(own for own in meaning.kpis if fold(own.name) != fold(name)))
        case SaveEvent(name, identity):
            _check_name(name, "event", longest=LONGEST_NAME)
            if identity not in Identity.values:
                raise ConfigurationRefused(f"identity: choose one of {', '.join(Identity.values)}.")
            return replace(
                meaning, events=cast(dict[str, IdentityRule], _without(meaning.events, name) | {name: identity})
            )
        case DeleteEvent(name):
            return replace(meaning, events=cast(dict[str, IdentityRule], _without(meaning.events, name)))
        case SaveAlias(kind, alias, target):
            _check_alias(meaning, kind, alias, target)
            return _with_alias(meaning, kind, alias, target)
        case DeleteAlias(kind, alias):
            _check_kind(kind)
            return _with_alias(meaning, kind, alias, None)
        case _:
            assert_never(change)


def _with_alias(meaning: Meaning, kind: str, alias: str, target: str | None) -> Meaning:
    def translated(aliases: Mapping[str, str]) -> dict[str, str]:
        return _without(aliases, alias) | ({} if target is None else {alias: target})

    match AliasKind(kind):
        case AliasKind.EVENT:
            return replace(meaning, event_aliases=translated(meaning.event_aliases))
        case AliasKind.STATUS:
            return replace(meaning, status_aliases=translated(meaning.status_aliases))
        case AliasKind.PRODUCT:
            return replace(meaning, product_aliases=translated(meaning.product_aliases))
        case AliasKind.FIELD:
            return replace(meaning, field_aliases=translated(meaning.field_aliases))


def _check_kpi(meaning: Meaning, name: str, unit: str) -> None:
    _check_name(name, "KPI", longest=LONGEST_NAME)
    if unit not in Unit.values:
        raise ConfigurationRefused(f"unit: choose one of {', '.join(Unit.values)}.")
    if fold(name) in standard.ACTIVITY_FIELDS:
        raise ConfigurationRefused(f"{name} is a field of every record. Choose another name for the KPI.")
    if fold(name) in map(fold, standard.COUNTED_HERE):
        raise ConfigurationRefused(f"{name} is counted by the platform itself. Choose another name for the KPI.")
    if any(fold(kpi.name) == fold(name) for kpi in standard.KPIS[meaning.vertical]):
        raise ConfigurationRefused(f"{name} is a standard KPI of this vertical and needs no definition.")


def _check_alias(meaning: Meaning, kind: str, alias: str, target: str) -> None:
    _check_kind(kind)
    _check_name(alias, "alias", longest=LONGEST_ALIAS)
    _check_name(target, "target", longest=LONGEST_ALIAS)
    if fold(alias) == fold(target):
        raise ConfigurationRefused(f"{alias} and {target} are two spellings of one name; no alias is needed.")
    match kind:
        case AliasKind.EVENT:
            if fold(alias) in meaning.kpi_by_name:
                raise ConfigurationRefused(f"{alias} is a KPI itself and cannot mean another.")
            known = meaning.kpi_by_name.keys() | {fold(name) for name in (*standard.EVENTS, *meaning.events)}
            if fold(target) not in known:
                raise ConfigurationRefused(f"{target} is neither a KPI nor an event. Add it first.")
        case AliasKind.STATUS:
            if fold(alias) in standard.STATUSES:
                raise ConfigurationRefused(f"{alias} is a status itself and cannot mean another.")
            if target not in standard.STATUSES:
                raise ConfigurationRefused(f"target: choose one of {', '.join(standard.STATUSES)}.")
        case AliasKind.FIELD:
            if fold(alias) in standard.ACTIVITY_FIELDS | standard.CUSTOMER_FIELDS:
                raise ConfigurationRefused(f"{alias} is a field with a meaning of its own.")
            fields = meaning.kpi_by_name.keys() | standard.ACTIVITY_FIELDS.keys() | standard.CUSTOMER_FIELDS.keys()
            if fold(target) not in fields:
                raise ConfigurationRefused(f"{target} is neither a KPI nor a field with a meaning. Add it first.")


def _check_kind(kind: str) -> None:
    if kind not in AliasKind.values:
        raise ConfigurationRefused(f"kind: choose one of {', '.join(AliasKind.values)}.")


def _check_name(name: str, what: str, *, longest: int) -> None:
    if not fold(name) or name != name.strip() or not name.isprintable() or len(name) > longest:
        raise ConfigurationRefused(f"{what}: use 1 to {longest} printable characters without spaces at the ends.")


def _without(names: Mapping[str, str], name: str) -> dict[str, str]:
    return {known: meaning for known, meaning in names.items() if fold(known) != fold(name)}
