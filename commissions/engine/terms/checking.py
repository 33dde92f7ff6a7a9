"""What only shows when a plan is looked at as a whole."""

from collections.abc import Sequence

from commissions.engine.plan import Anchor, Component, Cpa, Hybrid, Plan, RevShare, TriggerName, Version
from commissions.engine.terms.reading import TermsRefused
from track360.lib.money import is_currency


def check_frame(plan: Plan) -> None:
    """Check what a plan says apart from its versions.

    Raises TermsRefused for a currency that does not exist and for hybrids this release does not compute.
    """
    if not is_currency(plan.currency):
        raise TermsRefused("currency", f"{plan.currency!r} is not an ISO 4217 currency")
    if plan.hybrid is not Hybrid.ADDITIVE:
        raise TermsRefused("hybrid", f"{plan.hybrid} is not available yet in this release; additive is")
    if plan.offset_cpa:
        raise TermsRefused("offset_cpa", "is not available yet in this release")


def check_plan(plan: Plan) -> None:
    """Check a whole plan: its frame, and that its versions, in order of their days, fit together.

    Raises TermsRefused, also for components of one name that cannot follow each other.
    """
    check_frame(plan)
    if not plan.versions:
        raise TermsRefused("versions", "a plan has at least one version")
    _check_days(plan.versions)
    seen: dict[str, Component] = {}
    for place, version in enumerate(plan.versions):
        _check_names(version, place)
        for component in version.components:
            _check_succession(seen.get(component.name), component, f"versions[{place}].components")
            seen[component.name] = component


def _check_days(versions: Sequence[Version]) -> None:
    days = [version.effective_from for version in versions]
    if len(set(days)) != len(days):
        raise TermsRefused("versions", "two versions begin on the same day")


def _check_names(version: Version, place: int) -> None:
    names = [component.name for component in version.components]
    if not names:
        raise TermsRefused(f"versions[{place}].components", "a version has at least one component")
    for name in names:
        if names.count(name) > 1:
            raise TermsRefused(f"versions[{place}].components", f"the name {name!r} is used twice")


def _check_succession(before: Component | None, now: Component, path: str) -> None:
    """Refuse changes under one name that would leave its carry-over without a meaning, or pay for one thing twice."""
    if before is None:
        return
    rename = f"so a later version cannot change them: give the component {now.name!r} a new name"
    match before, now:
        case (Cpa(), Cpa()):
            pass
        case (RevShare(netting=old_netting, carry=old_carry), RevShare(netting=netting, carry=carry)):
            if (old_netting, old_carry) != (netting, carry):
                raise TermsRefused(path, f"netting and carry decide what is carried over, {rename}")
        case _:
            raise TermsRefused(path, f"the kind decides what the component is, {rename}")
    if _goes_by(before) != _goes_by(now):
        raise TermsRefused(
            path,
            f"anchor, and by activity the trigger, decide whose a customer is, {rename}"
            " in a version for new_customers, or both pay for earlier customers",
        )


def _goes_by(terms: Component) -> str:
    """Name what happens on the day that decides which affiliate's and which version's something is."""
    if isinstance(terms, RevShare):
        return str(terms.anchor)
    if terms.anchor is Anchor.REGISTRATION or terms.trigger.name is TriggerName.REGISTRATION:
        return str(Anchor.REGISTRATION)
    return terms.trigger.kpi
