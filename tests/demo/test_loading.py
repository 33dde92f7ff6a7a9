"""Traffic goes in through a running web server, and going in twice changes nothing."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from attribution.models import Attribution, Click
from brands.models import BrandToken
from commissions import configuration
from commissions.models import ClosedPeriod, Exclusion, Line
from ingestion.models import Activity, Customer, Delivery
from sandbox import demo
from sandbox.loading import Loader, sent_through
from sandbox.sending import Platform, PlatformRefused
from sandbox.worlds import world_of
from track360.lib.tenancy import tenant

from .conftest import drain

NOW = datetime(2026, 3, 18, 9, 30, tzinfo=UTC)
FIRST = NOW.date() - timedelta(days=12)


@pytest.fixture
def casino(transactional_db, tmp_path, monkeypatch, few_rates):
    """The demo's casino alone."""
    monkeypatch.setattr(demo, "BRANDS", ("lucky-spin",))
    (made,) = demo.set_up(state=tmp_path / "demo.json", base_url="", now=NOW)
    return made


def load(casino, live_server, **words):
    platform = Platform(base_url=live_server.url, token=casino.token)
    said = []
    world = world_of(brand=casino.brand, seed=1, visitors=40)
    Loader(brand=casino.brand, world=world, platform=platform, say=said.append).load(first=FIRST, now=NOW, **words)
    return platform.counts, said


def stored(brand):
    with tenant(brand.id):
        return (
            Customer.objects.filter(reported_at__isnull=False).count(),
            Activity.objects.count(),
            Click.objects.count(),
        )


def test_loaded_traffic_is_stored_attributed_and_earns(casino, live_server):
    counts, said = load(casino, live_server)
    drain()

    customers, activities, clicks = stored(casino.brand)
    assert counts.duplicates == 0
    assert counts.rejected < 5
    assert counts.accepted == customers + activities
    assert clicks > 300
    assert said[-1].startswith("Lucky Spin: through 2026-03-18, 100 %")
    with tenant(casino.brand.id):
        assert Attribution.objects.filter(rule="token").count() > customers // 4
        assert Line.objects.exists()


def test_loading_again_brings_duplicates_only(casino, live_server):
    load(casino, live_server)
    before = stored(casino.brand)

    counts, _ = load(casino, live_server)

    assert counts.accepted == 0
    assert stored(casino.brand) == before


def test_a_later_run_begins_where_the_earlier_one_ended(casino, live_server):
    load(casino, live_server)

    resume = sent_through(brand=casino.brand, first=FIRST, today=NOW.date())
    counts, _ = load(casino, live_server, resume=resume)

    assert NOW.date() - timedelta(days=8) <= resume < NOW.date()
    assert counts.accepted == 0
    assert counts.duplicates > 0


def test_past_months_are_closed_but_the_last_one(casino, live_server):
    load(casino, live_server)
    drain()
    said = []

    demo.close_history(brand=casino.brand, now=NOW + timedelta(days=62), say=said.append)
    demo.close_history(brand=casino.brand, now=NOW + timedelta(days=62), say=said.append)

    with tenant(casino.brand.id):
        assert list(ClosedPeriod.objects.values_list("period", flat=True)) == ["2026-03"]
    assert len(said) == 1


def test_a_duplicate_found_after_the_close_is_taken_back_by_an_adjustment(casino, live_server):
    load(casino, live_server)
    drain()
    later = NOW + timedelta(days=62)
    demo.close_history(brand=casino.brand, now=later, say=[].append)
    said = []

    demo.find_duplicate(brand=casino.brand, now=later, say=said.append)
    demo.find_duplicate(brand=casino.brand, now=later, say=said.append)
    drain()

    with tenant(casino.brand.id):
        [exclusion] = Exclusion.objects.all()
        taken_back = Line.objects.filter(customer=exclusion.customer, source_period="2026-03")
        assert sum(line.amount for line in taken_back) == 0
        assert [line.period for line in taken_back if line.amount < 0] == ["2026-04"]
    assert len(said) == 1


def test_what_the_platform_refuses_is_told(casino, live_server):
    platform = Platform(base_url=live_server.url, token="nonsense")

    with pytest.raises(PlatformRefused, match="401"):
        platform.send("/tracking/events/customers", [{"customerId": "1"}])


def test_a_platform_that_does_not_answer_is_waited_for_a_while(casino):
    waited = []
    platform = Platform(base_url="http://127.0.0.1:9", token=casino.token, sleep=waited.append)

    with pytest.raises(PlatformRefused):
        platform.send("/tracking/events/customers", [{"customerId": "1"}])

    assert 50 <= sum(waited) <= 70


def simulate(*words, **options):
    out = StringIO()
    call_command("simulate", *words, stdout=out, **options)
    return out.getvalue()


def test_simulate_gives_any_brand_traffic_and_leaves_no_token(casino, live_server):
    said = simulate("lucky-spin", days=3, visitors=40, base_url=live_server.url)

    assert " accepted, 0 duplicates, " in said
    with tenant(casino.brand.id):
        assert Delivery.objects.filter(entity="customers").exists()
    token = BrandToken.objects.get(label="simulate")
    assert token.revoked_at is not None


def test_simulate_sends_the_same_for_the_same_seed(casino, live_server):
    first = simulate("lucky-spin", days=2, visitors=20, base_url=live_server.url, token=casino.token)
    again = simulate("lucky-spin", days=2, visitors=20, base_url=live_server.url, token=casino.token)

    accepted, duplicates, _ = (int(part.split()[0]) for part in first.splitlines()[-1].split(", "))
    _, sent_again, _ = (int(part.split()[0]) for part in again.splitlines()[-1].split(", "))
    assert duplicates == 0
    assert sent_again == accepted > 0


@pytest.mark.parametrize("words", [("nobody",), ("lucky-spin", "--days", "0")])
def test_simulate_says_what_is_wrong(casino, words):
    with pytest.raises(CommandError):
        simulate(*words)


def test_the_demo_documents_are_read_strictly():
    for slug in demo.BRANDS:
        assert configuration.read((demo.DOCUMENTS / f"{slug}.yaml").read_text()).slug == slug
