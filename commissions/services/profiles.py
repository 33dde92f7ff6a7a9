"""Revenue profiles: the named steps from gross figures to what is shared."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from brands import audit
from brands.models import Brand, User
from commissions.engine.terms import TermsRefused, parse_profile, render_profile
from commissions.models import Component, Deal, Line, RevenueProfile
from commissions.queries.terms import kpi_names
from commissions.services.locks import lock_periods
from commissions.services.touching import touch_affiliates, touch_everybody
from track360.lib.constraints import refusing
from track360.lib.problems import Conflict


class ProfileNameTaken(Conflict):
    """The brand has a revenue profile, or a KPI, of this name. Choose another one."""

    code = "profile_name_taken"


class ProfileInUse(Conflict):
    """Lines were computed with this profile, so it cannot change. Add one under another name."""

    code = "profile_in_use"


@transaction.atomic
def create_profile(
    *, brand: Brand, name: str, steps: Sequence[Mapping[str, Any]], by: User | str, now: datetime
) -> RevenueProfile:
    """Add a revenue profile, its steps in the words of the configuration document.

    Raises ProfileNameTaken, TermsRefused.
    """
    # No KPI and no component comes to have the name meanwhile.
    lock_periods(brand_id=brand.id)
    kpis = kpi_names(brand=brand)
    if not name.strip() or len(name) > 100 or " - " in name:
        raise TermsRefused("name", 'must be a text of 1 to 100 characters without " - "')
    taken = ProfileNameTaken(f"{name} is taken. Choose another name.")
    if name in kpis:
        raise taken
    if _sharing(brand.id, name).exists():
        raise ProfileNameTaken(f"Components share {name}, a KPI of before, and go on doing so. Choose another name.")
    written = render_profile(parse_profile(name, steps, kpis=kpis))
    with refusing(a_profile_name_is_one_profile=taken):
        profile = RevenueProfile.objects.create(brand=brand, name=name, steps=written, created_at=now)
    _record(profile, "revenue_profile.created", by, now, after={"steps": written})
    return profile


@transaction.atomic
def change_profile(
    *, profile: RevenueProfile, steps: Sequence[Mapping[str, Any]], by: User | str, now: datetime
) -> None:
    """Replace the steps of a profile no line was computed with. Raises ProfileInUse, TermsRefused."""
    # Nothing is computed meanwhile, or lines could come to stand that were computed with other steps.
    lock_periods(brand_id=profile.brand_id)
    written = render_profile(parse_profile(profile.name, steps, kpis=kpi_names(brand=profile.brand)))
    if written == profile.steps:
        return
    if is_used(profile=profile):
        raise ProfileInUse
    before, profile.steps = profile.steps, written
    profile.save(update_fields=["steps"])
    _record(profile, "revenue_profile.changed", by, now, before={"steps": before}, after={"steps": written})
    _touch(profile)


@transaction.atomic
def delete_profile(*, profile: RevenueProfile, by: User | str, now: datetime) -> None:
    """Remove a profile no component names. Raises ProfileInUse."""
    lock_periods(brand_id=profile.brand_id)
    if _components(profile).exists():
        raise ProfileInUse("Components name this profile.")
    _record(profile, "revenue_profile.deleted", by, now, before={"steps": profile.steps})
    profile.delete()


def is_used(*, profile: RevenueProfile) -> bool:
    """Tell whether a line was computed with a profile, which makes it immutable."""
    return Line.objects.filter(brand_id=profile.brand_id, component__in=_components(profile)).exists()


def _components(profile: RevenueProfile) -> QuerySet[Component]:
    return _sharing(profile.brand_id, profile.name)


def _sharing(brand_id: int, base: str) -> QuerySet[Component]:
    return Component.objects.filter(brand_id=brand_id, kind="revshare", terms__base=base)


def _touch(profile: RevenueProfile) -> None:
    plans = set(_components(profile).values_list("version__plan_id", "version__plan__is_default"))
    if any(is_default for _, is_default in plans):
        touch_everybody(brand=profile.brand)
        return
    deals = Deal.objects.filter(brand_id=profile.brand_id, plan_id__in=[plan for plan, _ in plans])
    touch_affiliates(brand=profile.brand, affiliates=set(deals.values_list("affiliate_id", flat=True)))


def _record(profile: RevenueProfile, action: str, by: User | str, now: datetime, **values: Any) -> None:
    audit.record(
        brand=profile.brand,
        by=by,
        action=action,
        object_type="revenue_profile",
        object_id=str(profile.pk),
        object_label=profile.name,
        now=now,
        before=values.get("before"),
        after=values.get("after"),
    )
