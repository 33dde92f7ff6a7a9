"""Plans with their versions and components."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from commissions.configuration.section import Declared, Items, Scene, Section, choice, day, each, keyed, readers, text
from commissions.engine.plan import AppliesTo, Hybrid
from commissions.engine.plan import Component as Terms
from commissions.engine.plan import Plan as WholePlan
from commissions.engine.plan import Version as WholeVersion
from commissions.engine.terms import TermsRefused, check_plan, parse_component, render_component
from commissions.engine.terms.reading import Reader
from commissions.models import Component, Plan, PlanVersion
from commissions.models.terms import Kind
from commissions.queries.terms import profiles_of
from commissions.services import StatedComponent, add_version, change_version, create_plan, delete_version


@dataclass(frozen=True, slots=True)
class StatedVersion:
    """The terms from a day on."""

    effective_from: date
    applies_to: str
    components: tuple[StatedComponent, ...]

    def plain(self) -> dict[str, Any]:
        """Return the version in the document's words."""
        return {
            "effective_from": self.effective_from,
            "applies_to": self.applies_to,
            "components": [
                {"name": component.name, "kind": component.kind, **component.terms} for component in self.components
            ],
        }


@dataclass(frozen=True, slots=True)
class StatedPlan:
    """One plan, whole."""

    name: str
    currency: str
    hybrid: str
    offset_cpa: bool
    versions: tuple[StatedVersion, ...]

    def plain(self) -> dict[str, Any]:
        """Return the plan in the document's words."""
        return {
            "name": self.name,
            "currency": self.currency,
            "hybrid": self.hybrid,
            **({"offset_cpa": True} if self.offset_cpa else {}),
            "versions": [version.plain() for version in self.versions],
        }


def read(document: Reader, declared: Declared) -> Items:
    """Read the list of plans; their versions come in order of their days."""
    items: Items = {}
    for reader in readers(document, "plans"):
        name = text(reader, "name")
        versions, parsed = _versions(reader, declared)
        plan = StatedPlan(
            name=name,
            currency=text(reader, "currency", longest=3),
            hybrid=choice(reader, "hybrid", [str(each) for each in Hybrid], Hybrid.ADDITIVE),
            offset_cpa=reader.flag("offset_cpa"),
            versions=versions,
        )
        reader.finish()
        try:
            check_plan(WholePlan(0, name, plan.currency, parsed, Hybrid(plan.hybrid), plan.offset_cpa))
        except TermsRefused as error:
            raise TermsRefused(f"{reader.path}.{error.path}", error.message) from error
        keyed(items, name, plan, reader.path)
    declared.plans = set(items)
    return dict(sorted(items.items()))


def _versions(plan: Reader, declared: Declared) -> tuple[tuple[StatedVersion, ...], tuple[WholeVersion, ...]]:
    stated: dict[date, tuple[StatedVersion, tuple[Terms, ...]]] = {}
    for reader in readers(plan, "versions"):
        components, parsed = _components(reader, declared)
        version = StatedVersion(
            effective_from=day(reader, "effective_from"),
            applies_to=choice(reader, "applies_to", [str(each) for each in AppliesTo], AppliesTo.ALL),
            components=components,
        )
        reader.finish()
        if version.effective_from in stated:
            raise TermsRefused(reader.at("effective_from"), "two versions begin on this day")
        stated[version.effective_from] = (version, parsed)
    ordered = [stated[effective_from] for effective_from in sorted(stated)]
    return (
        tuple(version for version, _ in ordered),
        tuple(
            WholeVersion(number, version.effective_from, AppliesTo(version.applies_to), parsed)
            for number, (version, parsed) in enumerate(ordered, start=1)
        ),
    )


def _components(version: Reader, declared: Declared) -> tuple[tuple[StatedComponent, ...], tuple[Terms, ...]]:
    stated: list[StatedComponent] = []
    parsed: list[Terms] = []
    for reader in readers(version, "components"):
        name, kind = text(reader, "name"), choice(reader, "kind", Kind.values)
        document = version.value("components")[len(stated)]  # type: ignore[index]
        terms = {key: value for key, value in document.items() if key not in ("name", "kind")}
        try:
            component = parse_component(name, kind, terms, profiles=declared.profiles, kpis=declared.kpis)
        except TermsRefused as error:
            raise TermsRefused(f"{reader.path}.{error.path}" if error.path else reader.path, error.message) from error
        parsed.append(component)
        stated.append(StatedComponent(name=name, kind=kind, terms=render_component(component)))
    return tuple(stated), tuple(parsed)


def stored(scene: Scene) -> Items:
    """Return all plans."""
    profiles = profiles_of(brand_id=scene.brand.id)
    components: dict[int, list[StatedComponent]] = {}
    for row in Component.objects.filter(brand=scene.brand).order_by("version_id", "position"):
        components.setdefault(row.version_id, []).append(
            # Read and written again, because JSON in the database forgets the order of its keys.
            StatedComponent(
                row.name,
                row.kind,
                render_component(parse_component(row.name, row.kind, row.terms, profiles=profiles)),
            )
        )
    versions: dict[int, list[StatedVersion]] = {}
    for version in PlanVersion.objects.filter(brand=scene.brand).order_by("plan_id", "effective_from"):
        stated = StatedVersion(version.effective_from, version.applies_to, tuple(components.get(version.id, ())))
        versions.setdefault(version.plan_id, []).append(stated)
    return {
        plan.name: StatedPlan(plan.name, plan.currency, plan.hybrid, plan.offset_cpa, tuple(versions.get(plan.id, ())))
        for plan in Plan.objects.filter(brand=scene.brand).order_by("name")
    }


def add(item: StatedPlan, scene: Scene) -> None:
    """Create the plan with its versions."""
    plan = create_plan(
        brand=scene.brand,
        name=item.name,
        currency=item.currency,
        hybrid=item.hybrid,
        offset_cpa=item.offset_cpa,
        by=scene.by,
        now=scene.now,
    )
    for version in item.versions:
        _add_version(plan, version, scene)


def _add_version(plan: Plan, version: StatedVersion, scene: Scene) -> None:
    add_version(
        plan=plan,
        effective_from=version.effective_from,
        applies_to=version.applies_to,
        components=version.components,
        by=scene.by,
        now=scene.now,
    )


def change(before: StatedPlan, after: StatedPlan, scene: Scene) -> None:
    """Make the plan's versions those of the document; one that lines refer to stays, or all is refused."""
    if replace(before, versions=after.versions) != after:
        raise TermsRefused(f"plans {after.name}", "currency, hybrid and offset_cpa of a plan never change")
    plan = Plan.objects.get(brand=scene.brand, name=after.name)
    had = {version.effective_from: version for version in before.versions}
    has = {version.effective_from: version for version in after.versions}
    rows = {row.effective_from: row for row in PlanVersion.objects.filter(brand=scene.brand, plan=plan)}
    for effective_from in had.keys() - has.keys():
        delete_version(version=rows[effective_from], by=scene.by, now=scene.now)
    for effective_from, version in has.items():
        if effective_from not in had:
            _add_version(plan, version, scene)
        elif had[effective_from] != version:
            change_version(
                version=rows[effective_from],
                effective_from=effective_from,
                applies_to=version.applies_to,
                components=version.components,
                by=scene.by,
                now=scene.now,
            )


SECTION = Section("plans", read, stored, each(add), change)
