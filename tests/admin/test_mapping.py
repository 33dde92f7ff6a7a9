"""Saying what words mean: previewed first, then replayed from the stored bytes."""

from decimal import Decimal

import pytest

from ingestion.admin import parked
from ingestion.dialects import push
from ingestion.models import Activity, Alias, Event, Kpi
from tests.admin.house import activity, posted
from track360.lib.tenancy import tenant

MAP = "/admin/ingestion/activity/map/"


@pytest.fixture
def record(house):
    """Read the state and KPIs of a record by its event id."""

    def read(event_id: str) -> tuple[str, list[str]]:
        with tenant(house.brand.pk):
            found = Activity.objects.get(brand=house.brand, event_id=event_id)
        return found.state, found.kpis

    return read


def test_parked_records_are_grouped_with_samples_and_a_way_out(house, owner):
    text = owner.get("/admin/ingestion/activity/").content.decode()

    assert "initial_fund" in text
    assert "settled" in text
    assert f"{MAP}?for=unknown_event&amp;word=initial_fund" in text
    assert "1 customer" in text


def test_customers_not_reported_are_counted_no_further_than_anybody_leafs(house, owner, monkeypatch):
    monkeypatch.setattr(parked, "COUNTED_AT_MOST", 1)
    house.send(push.ACTIVITIES, activity("Deposit", "w1", "phantom", "1", "2026-03-05"))

    assert "more than 1 customers" in owner.get("/admin/ingestion/activity/").content.decode()


def test_mapping_asks_before_it_changes_what_records_mean(house, owner, record):
    fields = {"means": "alias", "target": "Deposit"}

    asked = owner.post(f"{MAP}?for=unknown_event&word=initial_fund", posted(house.brand, **fields))

    assert "1 parked record becomes live" in asked.content.decode()
    assert record("p1") == ("parked", [])


def test_mapping_shows_the_amounts_that_would_become_live_by_currency_and_month(house, owner):
    house.send(
        push.ACTIVITIES,
        activity("initial_fund", "p5", "c1", "1200.50", "2026-02-05 10:00"),
        {**activity("initial_fund", "p6", "c1", "7.00", "2026-03-05 10:00"), "Currency": "SEK"},
        {**activity("initial_fund", "p7", "c1", "3.00", "2026-03-05 10:00"), "status": "pending"},
    )

    asked = owner.post(
        f"{MAP}?for=unknown_event&word=initial_fund", posted(house.brand, means="alias", target="Deposit")
    )

    assert asked.context["totals"] == [
        ("Deposit", "EUR", "approved", Decimal("1210.50")),
        ("Deposit", "EUR", "pending", Decimal(3)),
        ("Deposit", "SEK", "approved", Decimal(7)),
    ]
    assert asked.context["months"] == [
        ("2026-02", "Deposit", "EUR", "approved", Decimal("1200.50")),
        ("2026-03", "Deposit", "EUR", "approved", Decimal(10)),
        ("2026-03", "Deposit", "EUR", "pending", Decimal(3)),
        ("2026-03", "Deposit", "SEK", "approved", Decimal(7)),
    ]
    shown = asked.content.decode()
    assert '<span class="amount">1,210.50 <span class="amount-code">EUR</span></span>' in shown
    assert "Only approved records earn." in shown
    assert "taken away" not in shown


def test_mapping_that_only_names_an_event_says_that_no_amount_changes(house, owner):
    asked = owner.post(f"{MAP}?for=unknown_event&word=initial_fund", posted(house.brand, means="event", target=""))

    assert "No amount changes." in asked.content.decode()


def test_confirmed_mapping_makes_the_records_live(house, owner, record):
    fields = {"means": "alias", "target": "Deposit", "_confirmed": "1"}

    answer = owner.post(f"{MAP}?for=unknown_event&word=initial_fund", posted(house.brand, **fields), follow=True)

    assert record("p1") == ("live", ["Deposit"])
    assert "initial_fund is mapped: 1 parked record becomes live" in answer.content.decode()
    assert "initial_fund" not in owner.get("/admin/ingestion/activity/").content.decode()


@pytest.mark.parametrize(("means", "kpis"), [("money", ["initial_fund"]), ("count", ["initial_fund"]), ("event", [])])
def test_unknown_event_becomes_a_kpi_or_an_event(house, owner, record, means, kpis):
    owner.post(
        f"{MAP}?for=unknown_event&word=initial_fund", posted(house.brand, means=means, target="", _confirmed="1")
    )

    assert record("p1") == ("live", kpis)


def test_unknown_status_is_mapped(house, owner, record):
    owner.post(f"{MAP}?for=unknown_status&word=settled", posted(house.brand, target="approved", _confirmed="1"))

    assert record("p2") == ("live", ["Deposit"])


def test_alias_for_nothing_is_refused(house, owner):
    answer = owner.post(f"{MAP}?for=unknown_event&word=initial_fund", posted(house.brand, means="alias", target=""))

    assert answer.context["form"].errors == {"target": ["Say what it is known as."]}


def test_alias_for_something_unknown_is_refused(house, owner):
    fields = {"kind": "events", "alias": "reload", "target": "Nothing"}

    answer = owner.post("/admin/ingestion/alias/add/", posted(house.brand, **fields))

    assert answer.status_code == 422
    assert "Nothing is neither a KPI nor an event" in answer.content.decode()


def test_configuration_that_touches_nothing_is_stored_at_once(house, owner):
    owner.post("/admin/ingestion/kpi/add/", posted(house.brand, name="Tickets", unit="count"))
    owner.post("/admin/ingestion/event/add/", posted(house.brand, name="Reload", identity="event_id"))
    owner.post("/admin/ingestion/alias/add/", posted(house.brand, kind="products", alias="slots", target="Casino"))

    with tenant(house.brand.pk):
        assert Kpi.objects.get(brand=house.brand, name="Tickets").unit == "count"
        assert Event.objects.get(brand=house.brand, name="Reload").identity == "event_id"
        assert Alias.objects.get(brand=house.brand, alias="slots").target == "Casino"


def test_removing_what_records_need_asks_first_and_parks_them(house, owner, record):
    owner.post(
        f"{MAP}?for=unknown_event&word=initial_fund",
        posted(house.brand, means="alias", target="Deposit", _confirmed="1"),
    )
    with tenant(house.brand.pk):
        alias = Alias.objects.get(brand=house.brand, alias="initial_fund")
    page = f"/admin/ingestion/alias/{alias.pk}/delete/"

    asked = owner.post(page, posted(house.brand))
    before = record("p1")
    owner.post(page, posted(house.brand, _confirmed="1"))

    assert "1 live record is parked again" in asked.content.decode()
    assert "what is below zero is taken away" in asked.content.decode()
    assert asked.context["totals"] == [("Deposit", "EUR", "approved", Decimal(-10))]
    assert (before[0], record("p1")[0]) == ("live", "parked")


def test_identity_of_an_event_with_records_is_fixed(house, owner):
    answer = owner.post("/admin/ingestion/event/add/", posted(house.brand, name="initial_fund", identity="day"))

    assert answer.status_code == 422
    assert "cannot change any more" in answer.content.decode()


def test_record_shows_the_bytes_that_brought_it_also_after_a_replay(house, owner):
    with tenant(house.brand.pk):
        page = f"/admin/ingestion/activity/{Activity.objects.get(brand=house.brand, event_id='p1').pk}/change/"
    before = owner.get(page).context["written"]

    owner.post(
        f"{MAP}?for=unknown_event&word=initial_fund",
        posted(house.brand, means="alias", target="Deposit", _confirmed="1"),
    )

    assert '"eventname": "initial_fund"' in before
    assert '"eventid": "p1"' in before
    assert owner.get(page).context["written"] == before


def test_figures_that_no_kpi_explains_are_listed(house, owner):
    assert owner.get("/admin/ingestion/kpi/fields/").context["fields"] == {"Turnover": 1}
