"""A name that terms are written in goes on meaning what it meant when they were agreed."""

import pytest

from commissions import configuration, services
from commissions.configuration.section import Scene
from commissions.models import Plan
from commissions.services.names import KpiInUse, KpiNameTaken
from ingestion.models import Kpi
from ingestion.services import delete_kpi, save_kpi
from tests.commissions.conftest import day_of, registered
from tests.commissions.services.at_once import at_once

STEPS = [{"sum": "GGR"}]


def share(**terms):
    return {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30", **terms}


def cpa(**terms):
    return {"name": "Bounty", "kind": "cpa", "trigger": "first_deposit", "amount": "100", **terms}


def save(business, name, unit="money"):
    with business.open() as brand:
        return save_kpi(brand=brand, name=name, unit=unit, by="test", now=business.now)


def delete(business, name):
    with business.open() as brand:
        return delete_kpi(brand=brand, name=name, by="test", now=business.now)


def profile(business, name="House", steps=STEPS):
    with business.open() as brand:
        return services.create_profile(brand=brand, name=name, steps=steps, by="test", now=business.now)


def test_other_spelling_of_a_kpi_leaves_what_is_earned(business, anna):
    save(business, "KenoStakes")
    business.deal(anna, business.plan(share(base="KenoStakes")))
    business.customers(registered("c1", "2026-01-02", affiliate_id="anna"))
    business.activities(day_of("c1", "2026-01-12", KenoStakes="100"))
    business.settle()
    business.close("2026-01")

    save(business, "Kenostakes")
    business.settle()

    assert business.earned() == {"2026-01": "30"}


def test_other_spelling_of_a_kpi_in_a_document_is_refused(business):
    save(business, "KenoStakes")
    with business.open() as brand:
        brand.refresh_from_db()
        stated = configuration.export(Scene(brand=brand, by="test", now=business.now)).as_yaml()

    with pytest.raises(configuration.DocumentRefused, match="Kenostakes is known as KenoStakes: write it like that"):
        configuration.apply(
            document=configuration.read(stated.replace("KenoStakes", "Kenostakes")), by="test", now=business.now
        )


@pytest.mark.parametrize(
    ("component", "where"),
    [
        (share(base="Net"), "Share of Plan, version 1,"),
        (share(base="Deposit - Net"), "Share of Plan, version 1,"),
        (
            share(rate=None, tiers={"metric": "sum:Net", "bands": [["0", "0.1"], ["9", "0.2"]]}),
            "Share of Plan, version 1,",
        ),
        (cpa(conditions={"measure": "count:Net", "at_least": "2"}), "Bounty of Plan, version 1,"),
        (cpa(trigger="first:Net"), "Bounty of Plan, version 1,"),
        (None, "The revenue profile House"),
    ],
)
def test_kpi_that_is_named_stays(business, component, where):
    save(business, "Net")
    if component is None:
        profile(business, steps=[{"sum": "GGR"}, {"subtract": "Net"}])
    else:
        business.plan({name: value for name, value in component.items() if value is not None})

    with pytest.raises(KpiInUse) as refused:
        delete(business, "n_et")

    assert refused.value.detail.startswith(f"{where} names Net, so it stays.")
    with business.open():
        assert Kpi.objects.filter(name="Net").exists()


def test_kpi_that_nothing_names_goes(business):
    save(business, "Net")
    business.plan(share())

    delete(business, "Net")

    with business.open():
        assert not Kpi.objects.exists()


def test_profile_takes_no_name_that_a_component_shares_as_a_kpi(business):
    save(business, "Net")
    business.plan(share(base="Net"))
    with business.open() as brand:
        Kpi.objects.filter(brand=brand).delete()  # as it could be done before KPIs that are named stayed

    with pytest.raises(services.ProfileNameTaken):
        profile(business, "Net")


def test_kpi_takes_no_name_of_a_profile(business):
    profile(business, "House")

    with pytest.raises(KpiNameTaken):
        save(business, "House")


def test_kpi_does_not_go_while_somebody_comes_to_name_it(business):
    save(business, "Net")
    plan = business.plan()
    stated = [services.StatedComponent("Share", "revshare", {"base": "Net", "rate": "0.30"})]

    with pytest.raises(KpiInUse):
        at_once(
            business,
            lambda: services.add_version(
                plan=Plan.objects.get(pk=plan.pk), effective_from=business.now.date(), components=stated, by="test",
                now=business.now,
            ),
            lambda: delete_kpi(brand=business.brand, name="Net", by="test", now=business.now),
        )  # fmt: skip
