"""Plans, versions and profiles that two people, or a person and the computing, change at the same time."""

from datetime import date

import pytest

from commissions import configuration, services
from commissions.configuration.section import Scene
from commissions.models import Line, PlanVersion, RevenueProfile
from commissions.services.follow_up import follow_up
from commissions.services.locks import share_periods
from tests.commissions.conftest import day_of, registered
from tests.commissions.services.at_once import at_once

SHARE = {"name": "Share", "kind": "revshare", "base": "House", "rate": "0.30"}
STEPS = [{"sum": "GGR"}]
STATED = [services.StatedComponent("Share", "revshare", {"base": "GGR", "rate": "0.30"})]


@pytest.fixture
def waiting(business, anna):
    """Facts that are not computed yet, a profile and a plan with one version."""
    with business.open() as brand:
        services.create_profile(brand=brand, name="House", steps=STEPS, by="test", now=business.now)
    business.deal(anna, business.plan(SHARE))
    business.settle()
    business.customers(registered("c1", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-03-12", GGR="100"))
    business.drain()
    return business


def test_name_that_another_is_just_taking_is_taken(business):
    about = {"brand": business.brand, "by": "test", "now": business.now}

    def plan():
        return services.create_plan(name="Plan", currency="EUR", **about)

    def profile():
        return services.create_profile(name="House", steps=STEPS, **about)

    with pytest.raises(services.PlanNameTaken):
        at_once(business, plan, plan)
    with pytest.raises(services.ProfileNameTaken):
        at_once(business, profile, profile)
    other = business.plan(name="Other")
    with pytest.raises(services.PlanNameTaken):
        at_once(
            business,
            lambda: services.create_plan(name="Third", currency="EUR", **about),
            lambda: services.rename_plan(plan=other, name="Third", by="test", now=business.now),
        )


def test_versions_that_are_added_at_once_are_numbered_one_after_the_other(business):
    plan = business.plan()

    def add(month):
        return lambda: services.add_version(
            plan=plan, effective_from=date(2026, month, 1), components=STATED, by="test", now=business.now
        )

    at_once(business, add(1), add(2))

    with business.open() as brand:
        versions = PlanVersion.objects.filter(brand=brand).order_by("number").values_list("number", "effective_from")
        assert list(versions) == [(1, date(2026, 1, 1)), (2, date(2026, 2, 1))]


def change_the_profile(business):
    profile = RevenueProfile.objects.get(brand=business.brand)
    services.change_profile(profile=profile, steps=[{"sum": "NGR"}], by="test", now=business.now)


def change_the_version(business):
    version = PlanVersion.objects.get(brand=business.brand)
    services.change_version(
        version=version, effective_from=version.effective_from, components=STATED, by="test", now=business.now
    )


def delete_the_version(business):
    services.delete_version(version=PlanVersion.objects.get(brand=business.brand), by="test", now=business.now)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (change_the_profile, services.ProfileInUse),
        (change_the_version, services.VersionInUse),
        (delete_the_version, services.VersionInUse),
    ],
)
def test_terms_of_lines_that_are_just_being_computed_do_not_change(waiting, change, refusal):
    with pytest.raises(refusal):
        at_once(
            waiting,
            lambda: follow_up(brand=waiting.brand, now=waiting.now),
            lambda: change(waiting),
        )

    assert waiting.earned() == {"2026-03": "30"}
    assert waiting.doubts() == []


def test_document_that_changes_terms_and_whoever_computes_do_not_wait_for_each_other(waiting):
    with waiting.open() as brand:
        brand.refresh_from_db()
        stated = configuration.export(Scene(brand=brand, by="test", now=waiting.now)).as_yaml()
    document = configuration.read(stated.replace("sum: GGR", "sum: NGR"))

    with pytest.raises(services.ProfileInUse):
        at_once(
            waiting,
            lambda: share_periods(brand_id=waiting.brand.id),
            lambda: configuration.apply(document=document, by="test", now=waiting.now),
            then=lambda: follow_up(brand=waiting.brand, now=waiting.now),
        )

    with waiting.open() as brand:
        assert Line.objects.filter(brand=brand).count() == 1
