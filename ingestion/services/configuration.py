"""Changing what a brand's records mean: KPIs, events and aliases. Every change replays the records it touches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol, assert_never

from django.db import transaction

from brands import audit
from brands.models import Brand, User
from ingestion.models import Alias, Event, Kpi
from ingestion.queries.meaning import Settings, read_meaning
from ingestion.queries.touched import events_sent, parts
from ingestion.rules.meaning import Meaning
from ingestion.rules.names import fold
from ingestion.services.changes import (
    Change,
    DeleteAlias,
    DeleteEvent,
    DeleteKpi,
    SaveAlias,
    SaveEvent,
    SaveKpi,
    changed,
)
from ingestion.services.replaying import Effect, IdentityFixed, replay
from ingestion.writer.deliveries import FOLLOW_UP
from ingestion.writer.opening import open_change
from track360.lib.jobs import wake


class Guard(Protocol):
    """What a later stage has to say about changes: it raises what is in their way.

    With `writes` it sees to it that this stays so until commit.
    """

    def __call__(self, *, brand: Brand, changes: Sequence[Change], writes: bool) -> None: ...


# Later stages name KPIs in tables that this one does not know.
_GUARDS: list[Guard] = []


def guard_changes(guard: Guard) -> None:
    """Have a later stage asked before every change; once, when the process begins."""
    _GUARDS.append(guard)


def preview(*, brand: Brand, changes: Sequence[Change], now: datetime) -> Effect:
    """Count what these changes would do to stored records; nothing is written and nothing waits.

    Raises what `configure` would raise.
    """
    _ask_guards(brand, changes, writes=False)
    before = _meaning(brand)
    after = changed(before, changes)
    _check_identities(brand, before, after)
    return replay(brand=brand, before=before, after=after, now=now, writes=False)


@transaction.atomic
def configure(*, brand: Brand, changes: Sequence[Change], by: User | str, now: datetime) -> Effect:
    """Change what the brand's records mean and replay those that are touched. Inside the brand's `tenant()`.

    New records wait meanwhile. Saving what is already so changes nothing; a KPI keeps the spelling it has. Raises
    ConfigurationRefused; IdentityFixed for what would change the identity of stored records (wire.md, Identity); what
    guards raise.
    """
    _ask_guards(brand, changes, writes=True)  # before any lock of ours: who changes terms holds theirs first, too
    open_change(brand_id=brand.pk)
    before = _meaning(brand)
    after = changed(before, changes)
    _check_identities(brand, before, after)
    for change in changes:
        _store(brand, change, by, now)
    wake(FOLLOW_UP, brand_id=brand.pk)  # another unit changes sums even where it changes no record
    return replay(brand=brand, before=before, after=after, now=now, writes=True)


def save_kpi(*, brand: Brand, name: str, unit: str, by: User | str, now: datetime) -> Effect:
    """Add a KPI of the brand's own or change its unit; see `configure`."""
    return configure(brand=brand, changes=[SaveKpi(name, unit)], by=by, now=now)


def delete_kpi(*, brand: Brand, name: str, by: User | str, now: datetime) -> Effect:
    """Remove a KPI of the brand's own; records that only it explained are parked. See `configure`."""
    return configure(brand=brand, changes=[DeleteKpi(name)], by=by, now=now)


def save_event(*, brand: Brand, name: str, identity: str = "automatic", by: User | str, now: datetime) -> Effect:
    """Know an event name, with its identity rule; see `configure`."""
    return configure(brand=brand, changes=[SaveEvent(name, identity)], by=by, now=now)


def delete_event(*, brand: Brand, name: str, by: User | str, now: datetime) -> Effect:
    """No longer know an event name; see `configure`."""
    return configure(brand=brand, changes=[DeleteEvent(name)], by=by, now=now)


def save_alias(*, brand: Brand, kind: str, alias: str, target: str, by: User | str, now: datetime) -> Effect:
    """Let a word mean something known here; what was parked for it becomes live. See `configure`."""
    return configure(brand=brand, changes=[SaveAlias(kind, alias, target)], by=by, now=now)


def delete_alias(*, brand: Brand, kind: str, alias: str, by: User | str, now: datetime) -> Effect:
    """Let a word no longer mean something else; see `configure`."""
    return configure(brand=brand, changes=[DeleteAlias(kind, alias)], by=by, now=now)


def _ask_guards(brand: Brand, changes: Sequence[Change], *, writes: bool) -> None:
    for guard in _GUARDS:
        guard(brand=brand, changes=changes, writes=writes)


def _check_identities(brand: Brand, before: Meaning, after: Meaning) -> None:
    names = {fold(name): name for name in (*before.events, *after.events)}
    other = [folded for folded, name in names.items() if before.event(name).identity != after.event(name).identity]
    if not other:
        return
    is_unknown = not any(before.event(folded).known for folded in other)
    for part in parts(brand=brand, parked_only=is_unknown):
        for sent in events_sent(brand=brand, part=part):
            if fold(sent) not in other:
                continue
            raise IdentityFixed(
                f"Records of {names[fold(sent)]} exist, so what tells them apart cannot change any more."
            )


def _store(brand: Brand, change: Change, by: User | str, now: datetime) -> None:
    match change:
        case SaveKpi(name, unit):
            # Terms name a KPI letter by letter, so its spelling stays.
            stored = Kpi.objects.filter(brand=brand, folded=fold(name)).values_list("name", flat=True).first()
            name = stored or name
            _save(brand, Kpi, {"folded": fold(name)}, {"name": name, "unit": unit}, name, by, now)
        case DeleteKpi(name):
            _delete(brand, Kpi, {"folded": fold(name)}, name, by, now)
        case SaveEvent(name, identity):
            _save(brand, Event, {"folded": fold(name)}, {"name": name, "identity": identity}, name, by, now)
        case DeleteEvent(name):
            _delete(brand, Event, {"folded": fold(name)}, name, by, now)
        case SaveAlias(kind, alias, target):
            key = {"kind": kind, "folded": fold(alias)}
            _save(brand, Alias, key, {"alias": alias, "target": target}, f"{kind}: {alias}", by, now)
        case DeleteAlias(kind, alias):
            _delete(brand, Alias, {"kind": kind, "folded": fold(alias)}, f"{kind}: {alias}", by, now)
        case _:
            assert_never(change)


def _save(
    brand: Brand,
    model: type[Kpi] | type[Event] | type[Alias],
    key: dict[str, Any],
    values: dict[str, str],
    label: str,
    by: User | str,
    now: datetime,
) -> None:
    row = model._default_manager.filter(brand=brand, **key).first()
    before = {name: getattr(row, name) for name in values} if row else None
    if before == values:
        return
    row, _ = model._default_manager.update_or_create(brand=brand, **key, defaults=values)
    _record(brand, "saved", row, label, by, now, before=before, after=values)


def _delete(
    brand: Brand,
    model: type[Kpi] | type[Event] | type[Alias],
    key: dict[str, Any],
    label: str,
    by: User | str,
    now: datetime,
) -> None:
    row = model._default_manager.filter(brand=brand, **key).first()
    if row is not None:
        _record(brand, "deleted", row, label, by, now, before={"name": label}, after=None)
        row.delete()


def _record(
    brand: Brand,
    verb: str,
    row: Kpi | Event | Alias,
    label: str,
    by: User | str,
    now: datetime,
    *,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    kind = row._meta.model_name or ""
    audit.record(
        brand=brand,
        by=by,
        action=f"{kind}.{verb}",
        object_type=kind,
        object_id=str(row.pk),
        object_label=label,
        before=before,
        after=after,
        now=now,
    )


def _meaning(brand: Brand) -> Meaning:
    settings = Brand.objects.values_list(*Settings._fields).get(pk=brand.pk)
    return read_meaning(brand_id=brand.pk, settings=Settings(*settings))
