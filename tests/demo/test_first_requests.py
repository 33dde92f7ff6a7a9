"""The published payloads, sent to the demo's first brand by somebody who has just started the platform."""

import pytest

from affiliates.models import Affiliate
from attribution.models import Attribution
from commissions.models import Component, Deal
from commissions.services.closing import close_period
from track360.api_docs.schemas import CUSTOMER_EXAMPLE
from track360.lib.periods import Period
from track360.lib.tenancy import tenant

from .conftest import NOW, drain, post, read

CUSTOMER = CUSTOMER_EXAMPLE["customerId"]
GGR = {
    "eventname": "GGR",
    "eventid": "1235",
    "createtime": "2025-07-21 11:03",
    "customerid": CUSTOMER,
    "Value": "50.00",
    "Currency": "USD",
}
ACTIVITIES = [
    {
        "eventname": "Deposit",
        "eventid": "1234",
        "createtime": "2025-07-20 11:03",
        "customerid": CUSTOMER,
        "Value": "250.00",
        "Currency": "USD",
    },
    GGR,
    {
        "eventname": "DailyStats",
        "createtime": "2025-07-21",
        "customerid": CUSTOMER,
        "GGR": "50.00",
        "NGR": "45.00",
        "Bets": "550.00",
        "Games": "15",
        "Currency": "USD",
    },
]
LINES = "/api/v1/commissions/lines"


def report(brand):
    assert post(brand.token, "/tracking/events/customers", [CUSTOMER_EXAMPLE])[0] == 200
    status, receipt = post(brand.token, "/tracking/events/activities", ACTIVITIES)
    assert (status, receipt["accepted"]) == (200, 3)
    drain()


def test_the_published_customer_earns_a_bounty_and_a_share(brands):
    report(brands[0])

    _, lines = read(brands[0], LINES)
    assert sorted(
        (line["component"], line["customer"], line["amount"], line["currency"]) for line in lines["data"]
    ) == [
        ("Bounty", CUSTOMER, "120.00", "USD"),
        ("Share", None, "11.25", "USD"),
    ]
    assert {(line["affiliate"], line["period"], line["plan"]) for line in lines["data"]} == {
        ("1000", "2025-07", "Hybrid USD")
    }


def test_a_replay_is_all_duplicates(brands):
    report(brands[0])

    _, receipt = post(brands[0].token, "/tracking/events/activities", ACTIVITIES)

    assert (receipt["duplicates"], receipt["accepted"], receipt["rejected"]) == (3, 0, 0)


def test_the_published_customer_earns_an_adjustment_when_months_are_closed_already(brands):
    brand = brands[0].brand
    for period in ("2026-01", "2026-02"):
        with tenant(brand.id):
            close_period(brand=brand, period=Period.parse(period), by="test", now=NOW)

    report(brands[0])

    _, lines = read(brands[0], LINES, customer=CUSTOMER)
    (line,) = lines["data"]
    assert (line["period"], line["source_period"], line["amount"]) == ("2026-03", "2025-07", "120.00")


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize(
    ("tracking_data", "affiliate", "campaign"),
    [("2001_1000_abcdefg", "1000", "2001"), ("campaign_7_aff_42_creative_b", "42", "7")],
)
def test_published_tracking_data_names_an_affiliate_with_a_hybrid_plan(
    brands, which, tracking_data, affiliate, campaign
):
    brand = brands[which]
    post(brand.token, "/tracking/events/customers", [{"customerId": "c1", "tracking_data": tracking_data}])
    drain()

    with tenant(brand.brand.id):
        decided = Attribution.objects.select_related("affiliate", "campaign").get()
        deal = Deal.objects.get(affiliate=decided.affiliate)
        kinds = set(Component.objects.filter(version__plan=deal.plan).values_list("kind", flat=True))
    assert (decided.affiliate.code, decided.campaign.code, decided.rule) == (affiliate, campaign, "pattern")
    assert kinds == {"cpa", "revshare"}


def test_a_line_is_explained_down_to_the_bytes(brands):
    report(brands[0])
    _, lines = read(brands[0], LINES, customer=CUSTOMER)
    (line,) = lines["data"]

    status, explanation = read(brands[0], f"{LINES}/{line['key']}/explain")

    assert status == 200
    assert explanation["line"] == line
    assert explanation["sums"] == {"Bets": "550", "Deposit": "250"}
    assert explanation["is_complete"] is True
    assert explanation["terms"][0] == "Pays once for each customer who makes his first deposit: 80 USD."
    assert [step["step"] for step in explanation["steps"]][:1] == ["terms"]
    (deposit, _) = explanation["records"]["data"]
    assert (deposit["event_id"], deposit["counted"], deposit["rate"]) == ("1234", "250", None)
    assert deposit["text"].startswith('{"eventname": "Deposit", "eventid": "1234"')


def test_a_shares_records_add_up_to_what_it_is_a_share_of(brands):
    report(brands[0])
    euros = {**ACTIVITIES[2], "createtime": "2025-07-22", "NGR": "100.00", "Currency": "EUR"}
    post(brands[0].token, "/tracking/events/activities", [euros])
    drain()
    _, lines = read(brands[0], LINES, component="Share")
    (line,) = lines["data"]

    _, explanation = read(brands[0], f"{LINES}/{line['key']}/explain")

    (base,) = [step["amount"] for step in explanation["steps"] if step["step"] == "input"]
    assert explanation["sums"] == {"NGR": base}


def test_foreign_and_unknown_lines_look_the_same(brands):
    report(brands[0])
    _, lines = read(brands[0], LINES, customer=CUSTOMER)

    foreign = read(brands[1], f"{LINES}/{lines['data'][0]['key']}/explain")
    unknown = read(brands[1], f"{LINES}/{'0' * 32}/explain")

    assert foreign[0] == unknown[0] == 404
    assert foreign[1] | {"request_id": ""} == unknown[1] | {"request_id": ""}


@pytest.mark.parametrize("query", [{"cursor": "x"}, {"colour": "red"}, {"page": "0"}, {"per_page": "501"}])
def test_an_explanation_takes_only_a_page(brands, query):
    assert read(brands[0], f"{LINES}/{'0' * 32}/explain", **query)[0] == 400


def test_the_demo_affiliates_exist_once_under_their_published_ids(brands):
    for demo_brand in brands:
        with tenant(demo_brand.brand.id):
            assert Affiliate.objects.filter(code__in=["1000", "42"]).count() == 2
