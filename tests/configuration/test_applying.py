"""Documents are applied whole or not at all, and say what they change."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from affiliates.models import Affiliate, AffiliateStatus
from affiliates.services import LandingPageNeeded
from brands import services
from brands.models import AuditEvent, Brand
from brands.services import create_client, issue_token
from commissions import configuration
from commissions.configuration.section import Scene
from commissions.models import Deal, Exclusion, PlanVersion
from commissions.services import lift_exclusion
from ingestion.dialects import push
from ingestion.models import Activity, Customer, FxRate
from ingestion.rates.entering import ECB
from ingestion.services import receive
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)

# The document of commissions.md 14, word for word, with only what is computed so far.
SPECIFIED = """
brand: {slug: luckyspin, name: Lucky Spin, vertical: igaming, reporting_currency: EUR, timezone: Europe/Malta, default_currency: null,
        landing_url: "https://luckyspin.example/welcome", landing_hosts: [luckyspin.example], default_plan: null, default_affiliate: null,
        unknown_customer: park, tracking: lenient, attribution_window_days: null,
        tracking_patterns: ["{campaign}_{affiliate}_{click}", "campaign_{campaign}_aff_{affiliate}_creative_{creative}"]}
kpis: [{name: KenoStakes, unit: money}, {name: Tickets, unit: count}]        # beside the standard ones
events: [{name: DailyStats, identity: day}]
aliases: {events: {initial_fund: Deposit}, statuses: {ok: approved}, products: {slots: Casino}, fields: {amt: Value}}
fx: [{date: 2026-01-01, base: EUR, quote: USD, rate: "1.0850"}]
affiliates: [{id: aff_204, name: Casino Guide, email: team@example.com, status: active, parent: null}]
campaigns: [{id: cmp_981, affiliate: aff_204, name: Spring}]
links: [{code: spring, affiliate: aff_204, campaign: cmp_981, landing_url: null}]
promo_codes: [{code: SPRING25, affiliate: aff_204, campaign: cmp_981}]
exclusions: [{customer: c1, reason: self_excluded, from: 2026-02-01}]
revenue_profiles:
  - {name: House NGR, steps: [{sum: GGR}, {subtract: Bonus}, {subtract_percent: "18", of: GGR, signed: false}]}
plans:
  - name: Casino hybrid
    currency: EUR
    hybrid: additive
    versions:
      - effective_from: 2026-01-01
        applies_to: all
        components:
          - {name: Bounty, kind: cpa, trigger: first_deposit, amount: "100.00", by_country: {DE: "150.00"}, within_days: 30,
             hold_days: 14, conditions: {all: [{measure: net_deposits, at_least: "50"}]}, cap: {count: 20}}
          - {name: Share, kind: revshare, base: House NGR, products: [Casino, none], months: 24, netting: affiliate, negative: full,
             carry: base, ring_fence: "5000", tiers: {metric: base, window: period, apply: whole, bands: [["0", "0.25"], ["10000", "0.30"]]}}
deals: [{affiliate: aff_204, plan: Casino hybrid, campaign: null, starts_on: 2026-01-01, ends_on: null}]
"""  # noqa: E501 - as it is written there


def apply(yaml, now=NOW):
    return configuration.apply(document=configuration.read(yaml), by="test", now=now)


def exported(slug="luckyspin", now=NOW):
    brand = Brand.objects.get(slug=slug)
    with tenant(brand.id):
        return configuration.export(Scene(brand=brand, by="test", now=now))


def told(changes):
    return [line for change in changes for line in str(change).splitlines()]


def test_the_specified_document_creates_the_brand_it_describes():
    apply(SPECIFIED)

    brand = Brand.objects.get(slug="luckyspin")
    assert (brand.name, brand.timezone, brand.landing_hosts) == ("Lucky Spin", "Europe/Malta", ["luckyspin.example"])
    with tenant(brand.id):
        (deal,) = Deal.objects.select_related("affiliate", "plan")
        assert (deal.affiliate.code, deal.plan.name, deal.starts_on) == ("aff_204", "Casino hybrid", date(2026, 1, 1))
        assert Customer.objects.get().key == "c1"
        assert FxRate.objects.get(day=date(2026, 1, 1)).rate == Decimal("1.085")
        assert FxRate.objects.filter(source=ECB).exists()
        assert AuditEvent.objects.filter(action="plan.version_added").exists()


def test_what_was_applied_is_what_is_exported():
    apply(SPECIFIED)

    assert exported() == configuration.read(SPECIFIED)


def test_the_landing_page_that_links_lead_to_does_not_go():
    apply(SPECIFIED)

    with pytest.raises(LandingPageNeeded, match="1 link leads to it"):
        apply(SPECIFIED.replace('landing_url: "https://luckyspin.example/welcome"', "landing_url: null"))

    assert Brand.objects.get().landing_url == "https://luckyspin.example/welcome"


def test_applying_again_changes_nothing():
    apply(SPECIFIED)
    yaml = exported().as_yaml()
    with tenant(Brand.objects.get().id):
        events = AuditEvent.objects.count()

    assert apply(SPECIFIED) == []
    assert apply(yaml) == []

    assert exported().as_yaml() == yaml
    with tenant(Brand.objects.get().id):
        assert AuditEvent.objects.count() == events


def test_no_secret_is_exported():
    apply(SPECIFIED)
    brand = Brand.objects.get()
    with tenant(brand.id):
        token = issue_token(brand=brand, by="test", now=NOW)
        client = create_client(brand=brand, by="test", now=NOW)

    yaml = exported().as_yaml()

    for secret in (
        token.secret,
        token.token.prefix,
        token.token.last_four,
        client.secret,
        client.application.client_id,
    ):
        assert secret not in yaml


def test_changes_are_told_and_made():
    apply(SPECIFIED)
    changed = (
        SPECIFIED.replace("name: Casino Guide", "name: Casino Guides")
        .replace("status: active", "status: suspended")
        .replace("applies_to: all", "applies_to: new_customers")
        .replace("ends_on: null", "ends_on: 2026-12-31")
        .replace('rate: "1.0850"', "rate: 1.09")
        .replace("default_plan: null", "default_plan: Casino hybrid")
    )

    changes = apply(changed)

    assert [line for line in told(changes) if "plans" not in line] == [
        '~ fx 2026-01-01 EUR USD.rate: "1.085" → "1.09"',
        '~ affiliates aff_204.name: "Casino Guide" → "Casino Guides"',
        '~ affiliates aff_204.status: "active" → "suspended"',
        '~ defaults defaults.default_plan: null → "Casino hybrid"',
        "~ deals aff_204 * 2026-01-01.ends_on: null → 2026-12-31",
    ]
    assert exported() == configuration.read(changed)
    with tenant(Brand.objects.get().id):
        assert list(AffiliateStatus.objects.order_by("id").values_list("status", "from_day")) == [
            ("active", None),
            ("suspended", date(2026, 3, 1)),
        ]


def test_a_promo_code_ends_and_the_word_goes_to_another_affiliate_in_one_document():
    apply(SPECIFIED)
    word = "{code: SPRING25, affiliate: aff_204, campaign: cmp_981}"
    ended = word.replace("}", ", ends_on: 2026-03-31}")
    changed = SPECIFIED.replace(word, f"{ended}, {{code: Spring25, affiliate: bo, starts_on: 2026-04-01}}").replace(
        "affiliates: [", "affiliates: [{id: bo, name: Bo}, "
    )

    changes = apply(changed)

    assert [line for line in told(changes) if "promo_codes" in line] == [
        "~ promo_codes spring25.ends_on: null → 2026-03-31",
        '+ promo_codes spring25 2026-04-01: {code: "Spring25", affiliate: "bo", campaign: null, starts_on: 2026-04-01}',
    ]
    assert exported() == configuration.read(changed)
    assert [str(change) for change in apply(changed)] == []


def test_the_days_of_deals_make_room_for_one_another_in_one_document():
    apply(SPECIFIED)
    first = "{affiliate: aff_204, plan: Casino hybrid, campaign: null, starts_on: 2026-01-01, ends_on: null}"
    ended = first.replace("ends_on: null", "ends_on: 2026-03-31")
    changed = SPECIFIED.replace(first, f"{ended}, {first.replace('2026-01-01', '2026-04-01')}")

    apply(changed)

    assert exported() == configuration.read(changed)


@pytest.mark.parametrize(
    ("word", "refused"),
    [
        ("{code: SPRING25, affiliate: aff_204}", "whose it is and how it is written never changes"),
        ("{code: Spring25, affiliate: aff_204, campaign: cmp_981}", "whose it is and how it is written never changes"),
        (
            "{code: SPRING25, affiliate: aff_204, campaign: cmp_981, starts_on: 2026-03-02, ends_on: 2026-03-01}",
            "promo_codes[0].ends_on: is before starts_on",
        ),
    ],
)
def test_a_promo_code_that_cannot_be_is_refused(word, refused):
    apply(SPECIFIED)
    before = exported()

    with pytest.raises(configuration.DocumentRefused, match=re.escape(refused)):
        apply(SPECIFIED.replace("{code: SPRING25, affiliate: aff_204, campaign: cmp_981}", word))

    assert exported() == before


def test_what_the_document_does_not_mention_stays_and_is_told():
    apply(SPECIFIED)
    shorter = SPECIFIED.replace("promo_codes: [{code: SPRING25, affiliate: aff_204, campaign: cmp_981}]", "")

    changes = apply(shorter)

    assert told(changes) == ["= promo_codes spring25: not in the document, stays as it is"]
    assert exported() == configuration.read(SPECIFIED)


def test_an_exclusion_that_was_lifted_is_stated_again_like_a_new_one():
    apply(SPECIFIED)
    brand = Brand.objects.get(slug="luckyspin")
    with tenant(brand.id):
        lift_exclusion(exclusion=Exclusion.objects.get(brand=brand), by="test", now=NOW)
    assert exported().sections["exclusions"] == {}

    changes = apply(SPECIFIED)

    assert [change.section for change in changes] == ["exclusions"]
    with tenant(brand.id):
        assert Exclusion.objects.filter(brand=brand, lifted_at=None).count() == 1


def test_a_version_may_be_added_changed_and_removed_as_long_as_no_line_refers_to_it():
    apply(SPECIFIED)
    start = SPECIFIED.index("      - effective_from")
    version = SPECIFIED[start : SPECIFIED.index("deals:")]
    two = SPECIFIED.replace("deals:", version.replace("2026-01-01", "2026-02-01").replace("0.30", "0.40") + "deals:")

    apply(two)
    assert exported() == configuration.read(two)
    apply(SPECIFIED)
    assert exported() == configuration.read(SPECIFIED)
    with tenant(Brand.objects.get().id):
        assert PlanVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("name: Casino Guide,", "name: Casino Guide, nick: x,", "affiliates[0].nick: is not known here"),
        ("kpis:", "kpi:", "kpi: is not known here"),
        (
            "campaigns: [{id: cmp_981, affiliate: aff_204",
            "campaigns: [{id: cmp_981, affiliate: aff_9",
            "campaigns[0].affiliate",
        ),
        (
            "deals: [{affiliate: aff_204, plan: Casino",
            "deals: [{affiliate: aff_204, plan: Poker",
            "deals[0].plan: no plan",
        ),
        ("base: House NGR", "base: Home NGR", "plans[0].versions[0].components[1].base"),
        ("trigger: first_deposit", "trigger: first:Luck", "plans[0].versions[0].components[0].trigger"),
        ("parent: null", "parent: aff_1", "affiliates[0].parent: no affiliate"),
        ("parent: null", "parent: aff_204", "affiliates[0].parent: affiliates form a circle"),
        ("default_plan: null", "default_plan: Best", "brand.default_plan: no plan 'Best' is declared"),
        ("status: active", "status: asleep", "affiliates[0].status: must be one of"),
        ("starts_on: 2026-01-01", "starts_on: 2026-02-30", "there is no day 2026-02-30"),
        ("starts_on: 2026-01-01", 'starts_on: "1 May"', "deals[0].starts_on: must be a day"),
        ("ends_on: null", "ends_on: 2025-12-31", "deals[0].ends_on: is before starts_on"),
        ("currency: EUR\n", "currency: EURO\n", "plans[0].currency"),
        ("hybrid: additive", "hybrid: advance", "plans[0].hybrid"),
        ("unit: count", "unit: litres", "kpis[1].unit"),
        ("name: KenoStakes", "name: GGR", "kpis[0]: GGR is a standard KPI"),
        ('rate: "1.0850"', "rate: 1e3", "fx[0]: The rate must be"),
        ('rate: "1.0850"', "rate: -1", "fx[0]: The rate must be"),
        ("base: EUR", "base: XXQ", "fx[0]: Currencies"),
        ("date: 2026-01-01", "date: 0026-01-01", "fx[0].date: must be a day from 1970 through 2099"),
        ("starts_on: 2026-01-01", "starts_on: 9999-12-31", "deals[0].starts_on: must be a day from 1970 through 2099"),
        ("slug: luckyspin, name", "slug: luckyspin, slug: other, name", "the key 'slug' stands twice"),
        ("kpis: [{name: KenoStakes", "kpis: [{name: tickets", "tickets is declared twice"),
        ("aliases: {events", "aliases: {verbs: {a: b}, events", "aliases.verbs: is not known here"),
        ("vertical: igaming", "vertical: farming", "brand.vertical: must be one of"),
        ("brand: {slug", "brand: &b {slug", "anchors and references"),
    ],
)
def test_what_cannot_be_is_refused_with_its_path_and_nothing_is_done(before, after, message):
    assert before in SPECIFIED

    with pytest.raises(configuration.DocumentRefused) as refused:
        apply(SPECIFIED.replace(before, after))

    assert message in str(refused.value)
    assert not Brand.objects.exists()


@pytest.mark.parametrize(
    "yaml", ["", "[]", "brand: 1", "brand: {slug: x}", "{", "\t", "a: *b", "!!python/object:os.system x"]
)
def test_what_is_no_configuration_is_refused(yaml):
    with pytest.raises(configuration.DocumentRefused):
        configuration.read(yaml)


def test_a_service_that_refuses_undoes_everything_before_it():
    services.create_brand(slug="taken", name="Taken", vertical="igaming", by="test", now=NOW)
    apply(SPECIFIED.replace("slug: luckyspin", "slug: other").replace("landing_url: null", "landing_url: null"))

    with pytest.raises(Exception, match="spring is taken"):
        apply(SPECIFIED)  # link codes are unique over all brands

    assert not Brand.objects.filter(slug="luckyspin").exists()


def test_whose_a_campaign_is_never_changes():
    apply(SPECIFIED)
    second = SPECIFIED.replace(
        "affiliates: [{id: aff_204", "affiliates: [{id: aff_205, name: Other}, {id: aff_204"
    ).replace("campaigns: [{id: cmp_981, affiliate: aff_204", "campaigns: [{id: cmp_981, affiliate: aff_205")

    with pytest.raises(configuration.DocumentRefused):
        apply(second)

    with tenant(Brand.objects.get().id):
        assert Affiliate.objects.count() == 1


def test_affiliates_may_stand_in_any_order_and_change_places_in_the_tree():
    def tree(a, b, c):
        return SPECIFIED.replace(
            "affiliates: [",
            f"affiliates: [{{id: a, parent: {a}}}, {{id: b, parent: {b}}}, {{id: c, parent: {c}}}, ",
        )

    apply(tree("b", "c", "null"))
    apply(tree("null", "a", "b"))

    assert exported() == configuration.read(tree("null", "a", "b"))


def test_applying_explains_what_was_parked():
    brand = services.create_brand(
        slug="luckyspin", name="Lucky Spin", vertical="igaming", by="test", now=NOW, timezone="Europe/Malta"
    )
    record = b'[{"eventname": "initial_fund", "eventid": "1", "customerid": "c9", "Value": "5", "Currency": "EUR"}]'
    with tenant(brand.id):
        receive(dialect=push.ACTIVITIES, brand=brand, body=record, received_at=NOW)
        assert Activity.objects.get().parked_for == "unknown_event"

    apply(SPECIFIED)

    with tenant(brand.id):
        assert (Activity.objects.get().parked_for, Activity.objects.get().kpis) == ("", ["Deposit"])


def test_what_decides_the_meaning_of_records_is_fixed_once_there_are_any():
    apply(SPECIFIED)
    in_rome = SPECIFIED.replace("Europe/Malta", "Europe/Rome")
    apply(in_rome)
    brand = Brand.objects.get()
    with tenant(brand.id):
        receive(dialect=push.CUSTOMERS, brand=brand, body=b'[{"customerId": "c9"}]', received_at=NOW)

    with pytest.raises(services.SettingFixed):
        apply(SPECIFIED)


def run(*words):
    out = StringIO()
    call_command("brand_config", *words, stdout=out)
    return out.getvalue()


def test_the_command_exports_compares_and_applies(tmp_path: Path):
    file = tmp_path / "brand.yaml"
    file.write_text(SPECIFIED)

    assert "+ brand luckyspin: {" in run("diff", str(file))
    assert not Brand.objects.exists()
    assert '+ campaigns cmp_981: {id: "cmp_981"' in run("apply", str(file))
    assert run("diff", str(file)) == "No difference.\n"
    file.write_text(run("export", "luckyspin"))
    assert run("apply", str(file)) == "Nothing to change.\n"


@pytest.mark.parametrize("words", [("export", "nobody"), ("apply", "/no/such/file"), ("diff", "/no/such/file")])
def test_the_command_says_what_is_wrong(words):
    with pytest.raises(CommandError):
        run(*words)
