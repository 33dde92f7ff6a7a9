"""Plans and their versions. What lines refer to never changes: other terms are another version.

Terms change while nothing is computed, or lines could come to refer to what is just being replaced.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from brands import audit
from brands.models import Brand, User
from commissions.engine import plan as engine
from commissions.engine.terms import TermsRefused, check_frame, check_plan, parse_component, render_component
from commissions.models import CarryState, Component, Deal, Line, Plan, PlanVersion, Qualification
from commissions.queries.terms import kpi_names, profiles_of, terms_of
from commissions.services.locks import lock_periods
from commissions.services.touching import touch_everybody, touch_plan
from track360.lib.constraints import refusing
from track360.lib.problems import Conflict


class PlanNameTaken(Conflict):
    """The brand has a plan of this name. Choose another one."""

    code = "plan_name_taken"


class PlanInUse(Conflict):
    """Deals or lines refer to the plan; it stays as it is."""

    code = "plan_in_use"


class VersionInUse(Conflict):
    """Lines refer to this version, so it cannot change. Add a version from a later day."""

    code = "version_in_use"


@dataclass(frozen=True, slots=True)
class StatedComponent:
    """One component as it is stated: its terms in the words of the configuration document."""

    name: str
    kind: str
    terms: Mapping[str, Any]


@transaction.atomic
def create_plan(
    *,
    brand: Brand,
    name: str,
    currency: str,
    by: User | str,
    now: datetime,
    hybrid: str = "additive",
    offset_cpa: bool = False,
) -> Plan:
    """Add a plan; it pays nothing before it has a version. Raises PlanNameTaken, TermsRefused."""
    _check_name(name)
    plan = Plan(brand=brand, name=name, currency=currency, hybrid=hybrid, offset_cpa=offset_cpa, created_at=now)
    _check_whole(plan, ())
    with refusing(a_plan_name_is_one_plan=_taken(name)):
        plan.save(force_insert=True)
    after = {"name": name, "currency": currency, "hybrid": hybrid, "offset_cpa": offset_cpa}
    _record(plan, "plan.created", by, now, after=after)
    return plan


@transaction.atomic
def rename_plan(*, plan: Plan, name: str, by: User | str, now: datetime) -> None:
    """Change what a plan is called. Raises PlanNameTaken."""
    if plan.name == name:
        return
    _check_name(name)
    with refusing(a_plan_name_is_one_plan=_taken(name)):
        Plan.objects.filter(brand_id=plan.brand_id, pk=plan.pk).update(name=name)
    before, plan.name = plan.name, name
    _record(plan, "plan.renamed", by, now, before={"name": before}, after={"name": name})
    touch_plan(plan=plan)


@transaction.atomic
def set_default_plan(*, brand: Brand, plan: Plan | None, by: User | str, now: datetime) -> None:
    """Make a plan the one of affiliates without a deal, or let there be none."""
    lock_periods(brand_id=brand.id)
    before = Plan.objects.filter(brand=brand, is_default=True).first()
    if (before and before.id) == (plan and plan.id):
        return
    if before is not None:
        Plan.objects.filter(brand=brand, id=before.id).update(is_default=False)
    if plan is not None:
        Plan.objects.filter(brand=brand, id=plan.id).update(is_default=True)
        plan.is_default = True
    audit.record(
        brand=brand,
        by=by,
        action="brand.default_plan_changed",
        object_type="brand",
        object_id=str(brand.pk),
        object_label=brand.name,
        before={"plan": before.name if before else None},
        after={"plan": plan.name if plan else None},
        now=now,
    )
    touch_everybody(brand=brand)


def is_in_use(*, plan: Plan) -> bool:
    """Tell whether somebody has the plan or a line refers to it, so that it stays; asked of the database."""
    return (
        Plan.objects.filter(brand_id=plan.brand_id, pk=plan.pk, is_default=True).exists()
        or Deal.objects.filter(brand_id=plan.brand_id, plan=plan).exists()
        or Line.objects.filter(brand_id=plan.brand_id, plan=plan).exists()
    )


@transaction.atomic
def delete_plan(*, plan: Plan, by: User | str, now: datetime) -> None:
    """Remove a plan nobody has, with its versions. Raises PlanInUse."""
    lock_periods(brand_id=plan.brand_id)
    if is_in_use(plan=plan):
        raise PlanInUse
    _record(plan, "plan.deleted", by, now, before={"name": plan.name, "currency": plan.currency})
    for version in PlanVersion.objects.filter(brand_id=plan.brand_id, plan=plan):
        _remove_components(version)
        version.delete()
    CarryState.objects.filter(brand_id=plan.brand_id, plan=plan).delete()
    plan.delete()


@transaction.atomic
def add_version(
    *,
    plan: Plan,
    effective_from: date,
    components: Sequence[StatedComponent],
    by: User | str,
    now: datetime,
    applies_to: str = "all",
) -> PlanVersion:
    """Add terms that hold from a day on; those of earlier days stay.

    Raises TermsRefused, with a path such as `versions[1].components[0].tiers.bands`, where the terms cannot be
    computed or do not fit the plan's other versions.
    """
    lock_periods(brand_id=plan.brand_id)
    numbers = PlanVersion.objects.filter(brand_id=plan.brand_id, plan=plan).values_list("number", flat=True)
    version = PlanVersion(
        brand_id=plan.brand_id,
        plan=plan,
        number=max(numbers, default=0) + 1,
        effective_from=effective_from,
        applies_to=applies_to,
        created_at=now,
    )
    parsed = _parsed(plan, components)
    _check_whole(plan, [_terms(version, parsed)])
    version.save(force_insert=True)
    _write_components(version, parsed)
    _record_version(version, "plan.version_added", by, now, after=_stated(version, parsed))
    touch_plan(plan=plan)
    return version


@transaction.atomic
def change_version(
    *,
    version: PlanVersion,
    effective_from: date,
    components: Sequence[StatedComponent],
    by: User | str,
    now: datetime,
    applies_to: str = "all",
) -> None:
    """Replace the terms of a version no line refers to. Raises VersionInUse, TermsRefused."""
    lock_periods(brand_id=version.brand_id)
    _check_unused(version)
    plan = version.plan
    before = _stated(version, _parsed(plan, stated_components(version=version)))
    version.effective_from, version.applies_to = effective_from, applies_to
    parsed = _parsed(plan, components)
    _check_whole(plan, [_terms(version, parsed)], without=version)
    after = _stated(version, parsed)
    if after == before:
        return
    version.save(update_fields=["effective_from", "applies_to"])
    _remove_components(version)
    _write_components(version, parsed)
    _record_version(version, "plan.version_changed", by, now, before=before, after=after)
    touch_plan(plan=plan)


@transaction.atomic
def delete_version(*, version: PlanVersion, by: User | str, now: datetime) -> None:
    """Remove a version no line refers to. Raises VersionInUse, TermsRefused."""
    lock_periods(brand_id=version.brand_id)
    _check_unused(version)
    before = _stated(version, _parsed(version.plan, stated_components(version=version)))
    _record_version(version, "plan.version_deleted", by, now, before=before)
    _remove_components(version)
    plan = version.plan
    version.delete()
    _check_whole(plan, ())
    touch_plan(plan=plan)


def is_used(*, version: PlanVersion) -> bool:
    """Tell whether a line refers to a version, which makes it immutable."""
    return Line.objects.filter(brand_id=version.brand_id, version=version).exists()


def stated_components(*, version: PlanVersion) -> list[StatedComponent]:
    """Return a version's components as they are stated, in order."""
    rows = Component.objects.filter(brand_id=version.brand_id, version=version).order_by("position")
    return [StatedComponent(row.name, row.kind, row.terms) for row in rows]


def _check_name(name: str) -> None:
    if not name.strip() or len(name) > 100:
        raise TermsRefused("name", "must be a text of 1 to 100 characters")


def _taken(name: str) -> PlanNameTaken:
    return PlanNameTaken(f"{name} is taken. Choose another name.")


def _check_unused(version: PlanVersion) -> None:
    if is_used(version=version):
        raise VersionInUse


def _parsed(plan: Plan, components: Sequence[StatedComponent]) -> list[engine.Component]:
    profiles, kpis = profiles_of(brand_id=plan.brand_id), kpi_names(brand=plan.brand)
    parsed = []
    for place, component in enumerate(components):
        try:
            parsed.append(
                parse_component(component.name, component.kind, component.terms, profiles=profiles, kpis=kpis)
            )
        except TermsRefused as refused:
            path = f"components[{place}]" + (f".{refused.path}" if refused.path else "")
            raise TermsRefused(path, refused.message) from None
    return parsed


def _terms(version: PlanVersion, parsed: Sequence[engine.Component]) -> engine.Version:
    return engine.Version(
        version.number, version.effective_from, engine.AppliesTo(version.applies_to), components=tuple(parsed)
    )


def _check_whole(plan: Plan, changed: Sequence[engine.Version], without: PlanVersion | None = None) -> None:
    """Check the plan as it would be; one without any version is only checked for itself."""
    stored = terms_of(brand_id=plan.brand_id, plans=[plan]).get(plan.id) if plan.id else None
    others = [v for v in (stored.versions if stored else ()) if without is None or v.number != without.number]
    versions = sorted([*others, *changed], key=lambda version: version.effective_from)
    frame = engine.Plan(
        number=plan.id or 0,
        name=plan.name,
        currency=plan.currency,
        versions=tuple(versions),
        hybrid=engine.Hybrid(plan.hybrid),
        offset_cpa=plan.offset_cpa,
    )
    if versions:
        check_plan(frame)
    else:
        check_frame(frame)


def _write_components(version: PlanVersion, parsed: Sequence[engine.Component]) -> None:
    Component.objects.bulk_create(
        Component(
            brand_id=version.brand_id,
            version=version,
            name=component.name,
            kind=kind_of(component),
            position=position,
            terms=render_component(component),
        )
        for position, component in enumerate(parsed)
    )


def _remove_components(version: PlanVersion) -> None:
    Qualification.objects.filter(brand_id=version.brand_id, component__version=version).delete()
    Component.objects.filter(brand_id=version.brand_id, version=version).delete()


def kind_of(component: engine.Component) -> str:
    """Return the name of a component's kind in the dialect."""
    match component:
        case engine.Cpa():
            return "cpa"
        case engine.RevShare():
            return "revshare"


def _stated(version: PlanVersion, parsed: Sequence[engine.Component]) -> dict[str, Any]:
    return {
        "effective_from": version.effective_from.isoformat(),
        "applies_to": str(version.applies_to),
        "components": [
            {"name": component.name, "kind": kind_of(component), **render_component(component)} for component in parsed
        ],
    }


def _record(plan: Plan, action: str, by: User | str, now: datetime, **values: dict[str, Any] | None) -> None:
    audit.record(
        brand=plan.brand,
        by=by,
        action=action,
        object_type="plan",
        object_id=str(plan.pk),
        object_label=plan.name,
        now=now,
        before=values.get("before"),
        after=values.get("after"),
    )


def _record_version(
    version: PlanVersion, action: str, by: User | str, now: datetime, **values: dict[str, Any] | None
) -> None:
    audit.record(
        brand=version.plan.brand,
        by=by,
        action=action,
        object_type="plan",
        object_id=str(version.plan_id),
        object_label=f"{version.plan.name} version {version.number}",
        now=now,
        before=values.get("before"),
        after=values.get("after"),
    )
