"""Rates, months, lines and entries on the operators' pages."""

import json
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from attribution.services import transfer
from brands.models import AuditEvent
from commissions.admin.periods import months_of
from commissions.models import ClosedPeriod, Entry, Line, Plan
from commissions.queries.rates_missing import missing_rates
from commissions.services import create_deal, exclude_customer
from ingestion.dialects import push
from ingestion.models import Customer, FxRate
from ingestion.services import receive
from tests.admin.house import NOW, House, activity, posted
from track360.lib.tenancy import tenant

RATES = "/admin/ingestion/fxrate/"


def rates(house: House) -> list[tuple]:
    with tenant(house.brand.pk):
        rows = FxRate.objects.filter(brand=house.brand).order_by("pk").values_list("day", "base", "quote", "rate")
        return [(str(day), base, quote, str(rate.normalize())) for day, base, quote, rate in rows]


def test_one_rate_is_entered(house, owner):
    fields = {"day": "2026-03-06", "base": "EUR", "quote": "brl", "rate": "6.25"}

    told = owner.post(f"{RATES}add/", posted(house.brand, **fields), follow=True).content.decode()

    assert rates(house)[-1] == ("2026-03-06", "EUR", "BRL", "6.25")
    assert "Rate 1 EUR = 6.25 BRL on 2026-03-06 is stored." in told
    assert ("Typed in" in told, "Uploaded file" in told) == (True, True)
    with tenant(house.brand.pk):
        event = AuditEvent.objects.filter(action="rates.entered").latest("pk")
    page = owner.get(f"/admin/brands/auditevent/{event.pk}/change/").content.decode()
    assert (event.after["source"], "Rates: entered: 1 EUR = 6.25 BRL on 2026-03-06 (typed in)" in page) == (
        "typed",
        True,
    )


@pytest.mark.parametrize("rate", ["0", "-1", "1,5", "1e3", "", "NaN"])
def test_rate_that_is_none_is_refused(house, owner, rate):
    before = rates(house)

    answer = owner.post(f"{RATES}add/", posted(house.brand, day="2026-03-06", base="EUR", quote="BRL", rate=rate))

    assert (answer.status_code, rates(house)) == (422, before)


def test_file_of_rates_is_entered_whole(house, owner):
    content = b"date,base,quote,rate\n2026-03-06,EUR,BRL,6.25\n2026-03-07,EUR,BRL,6.30\n"
    longer = content + b"2026-03-08,EUR,BRL,6.35\n"

    def upload(file: bytes) -> str:
        fields = posted(house.brand, file=SimpleUploadedFile("rates.csv", file))
        return owner.post(f"{RATES}upload/", fields, follow=True).content.decode()

    assert "2 rates are entered.</p>" in upload(content)
    assert rates(house)[-2:] == [("2026-03-06", "EUR", "BRL", "6.25"), ("2026-03-07", "EUR", "BRL", "6.3")]
    assert "1 rate is entered. 2 were known already." in upload(longer)


def test_file_with_one_wrong_rate_enters_nothing_and_names_the_line(house, owner):
    before = rates(house)
    content = b"date,base,quote,rate\n2026-03-06,EUR,BRL,6.25\n2026-03-07,EUR,BRL,abc\n"

    answer = owner.post(f"{RATES}upload/", posted(house.brand, file=SimpleUploadedFile("rates.csv", content)))

    assert "Line 3" in answer.content.decode()
    assert rates(house) == before


def test_missing_rates_lead_to_the_form_that_enters_them(house, owner):
    with tenant(house.brand.pk):
        missing = [(rate.currency, str(rate.day)) for rate in missing_rates(brand=house.brand)]

    text = owner.get(f"{RATES}missing/").content.decode()

    assert missing == [("BRL", "2026-03-06")]
    assert f"{RATES}add/?day=2026-03-06&amp;base=BRL&amp;quote=EUR" in text


def test_rates_of_a_day_are_found(house, owner):
    found = owner.get(RATES, {"q": "2026-02-01"}).content.decode()
    nothing = owner.get(RATES, {"q": "2026-02-02"}).content.decode()

    assert ("1.085" in found, "Nothing matches" in nothing) == (True, True)


def test_periods_show_what_each_month_comes_to(house, owner):
    months = owner.get("/admin/commissions/closedperiod/").context["months"]

    assert [(str(month.period), month.closed is not None, month.is_next) for month in months] == [
        ("2026-03", False, True),
        ("2026-02", True, False),
    ]
    assert months[1].lines == 2
    assert [(str(total.normalize()), currency) for total, currency in months[1].sums] == [("127", "EUR")]


def test_month_that_is_not_over_is_previewed_and_cannot_be_closed(house, owner):
    page = "/admin/commissions/closedperiod/2026-03/close/"

    text = owner.get(page).content.decode()
    answer = owner.post(page, posted(house.brand))

    assert ("It can be closed on the day after." in text, "for good</button>" in text) == (True, False)
    assert answer.status_code == 422
    with tenant(house.brand.pk):
        assert not ClosedPeriod.objects.filter(brand=house.brand, period="2026-03").exists()


def test_month_is_closed_after_a_look_at_what_is_missing(bare, at_desk):
    bare.plan_with_deal()
    bare.send(push.CUSTOMERS, {"customerId": "c1", "regtime": "2026-02-01 10:00", "tracking_data": "x_1000_y"})
    bare.send(
        push.ACTIVITIES,
        activity("Deposit", "d1", "c1", "250.00", "2026-02-03 10:00"),
        activity("initial_fund", "p1", "c1", "10.00", "2026-02-05 10:00"),
    )
    browser = at_desk(bare.operator("finance"))
    page = "/admin/commissions/closedperiod/2026-02/close/"
    bare.drain()

    text = browser.get(page).content.decode()
    browser.post(page, posted(bare.brand))

    assert "1 record of this month is parked" in text
    assert "Affiliates, links or codes have changed since customers were looked at. Closing does it first." in text
    with tenant(bare.brand.pk):
        entries = list(Entry.objects.filter(brand=bare.brand).values_list("period", "amount", "currency"))
        closed = ClosedPeriod.objects.get(brand=bare.brand)
    assert [(period, str(amount.normalize()), currency) for period, amount, currency in entries] == [
        ("2026-02", "1E+2", "EUR")
    ]
    assert (closed.period, closed.closed_by.email, closed.closed_at) == ("2026-02", "finance@bare.example", NOW)


@pytest.fixture
def gapped(bare) -> House:
    """A brand with commissions in January and March, none in between."""
    bare.plan_with_deal()
    for number, month in enumerate(("01", "03")):
        key, at = f"c{number}", f"2026-{month}-03 10:00"
        bare.send(push.CUSTOMERS, {"customerId": key, "regtime": at, "tracking_data": "x_1000_y"})
        bare.send(push.ACTIVITIES, activity("Deposit", key, key, "250.00", at))
    bare.drain()
    return bare


def test_month_without_lines_is_closed_in_its_turn(gapped, at_desk):
    gapped.close("2026-01")
    browser = at_desk(gapped.operator("finance"))

    months = browser.get("/admin/commissions/closedperiod/").context["months"]
    named = browser.get("/admin/").context["now"].next_close.period
    answer = browser.post("/admin/commissions/closedperiod/2026-02/close/", posted(gapped.brand), follow=True)

    assert [(str(month.period), month.is_next) for month in months] == [
        ("2026-03", False),
        ("2026-02", True),
        ("2026-01", False),
    ]
    assert str(named) == "2026-02"
    assert "2026-02 is closed: 0 entries are posted." in answer.content.decode()


def test_next_month_to_close_is_listed_however_long_ago_it_was(gapped):
    with tenant(gapped.brand.pk):
        months = months_of(brand=gapped.brand, today=date(2027, 4, 1))

    assert (len(months), str(months[-1].period), months[-1].is_next) == (16, "2026-01", True)


@pytest.mark.parametrize("period", ["2026-02", "2027-01", "2025-01"])
def test_month_out_of_turn_is_not_closed(house, owner, period):
    answer = owner.post(f"/admin/commissions/closedperiod/{period}/close/", posted(house.brand), follow=True)

    assert "cannot be closed now" in answer.content.decode()


def test_line_is_explained_and_leads_to_its_records(house, owner):
    with tenant(house.brand.pk):
        line = Line.objects.get(brand=house.brand, component__name="Share", period="2026-02")

    page = owner.get(f"/admin/commissions/line/{line.pk}/change/")

    assert [chapter.title for chapter in page.context["chapters"]] == [
        "What went in",
        "From gross to net",
        "The amount",
        "When it is available",
    ]
    assert f'href="/admin/commissions/line/{line.pk}/records/"' in page.content.decode()


def test_line_after_a_transfer_names_no_day_of_the_affiliate_before(house, owner):
    after = house.affiliate("1002")
    with tenant(house.brand.pk):
        create_deal(
            affiliate=after, plan=Plan.objects.get(name="Hybrid"), starts_on=date(2026, 1, 1), by="test", now=NOW
        )
        transfer(
            brand=house.brand,
            customer=Customer.objects.get(key="c1"),
            to=after,
            from_day=date(2026, 3, 15),
            reason="Agreed.",
            by="test",
            now=NOW,
        )
    house.send(push.ACTIVITIES, activity("GGR", "g3", "c1", "70.00", "2026-03-16 10:00"))
    house.drain()
    with tenant(house.brand.pk):
        line = Line.objects.get(brand=house.brand, affiliate=after, component__name="Share", period="2026-03")

    page, records = [
        owner.get(f"/admin/commissions/line/{line.pk}/{part}/").content.decode() for part in ("change", "records")
    ]

    assert ("2026-03-04" in page, "2026-03-04" in records, "2026-03-16" in records) == (False, False, True)


def test_customers_days_are_shown_whole_and_counted(house, owner, monkeypatch):
    monkeypatch.setattr("portal.admin.customers.SHOWN", 2)
    sums = {"Bets": "10", "Wins": "9", "GGR": "1", "NGR": "1", "Bonus": "2", "Deposit": "3", "Withdrawal": "4"}
    for day in ("2026-03-11", "2026-03-12", "2026-03-13"):
        report = {"eventname": "DailyStats", "createtime": day, "customerid": "c1", "Currency": "EUR"}
        house.send(push.ACTIVITIES, report | sums)
    house.drain()
    with tenant(house.brand.pk):
        customer = Customer.objects.get(key="c1")

    page = owner.get(f"/admin/ingestion/customer/{customer.pk}/change/")

    assert [(str(day), len(said)) for day, said, _ in page.context["days"]] == [("2026-03-13", 7), ("2026-03-12", 7)]
    assert "The last 2 of 7 days." in page.content.decode()


def test_customer_says_what_waits_in_words_and_leads_to_the_map(house, owner):
    house.send(push.ACTIVITIES, activity("Mystery", "m1", "c1", "5.00", "2026-03-05 10:00"))
    house.drain()
    with tenant(house.brand.pk):
        customer = Customer.objects.get(brand=house.brand, key="c1")

    page = f"/admin/ingestion/customer/{customer.pk}/change/?why=1"
    text = owner.get(page).content.decode()

    assert "1 record of Mystery waits: unknown event." in text
    assert '/admin/ingestion/activity/map/?for=unknown_event&amp;word=Mystery">Map Mystery</a>' in text
    assert '/admin/ingestion/activity/map/?for=unknown_status&amp;word=settled">Map settled</a>' in text


def test_records_behind_a_line_stand_with_their_bytes(house, owner):
    with tenant(house.brand.pk):
        line = Line.objects.get(brand=house.brand, component__name="Bounty", period="2026-02")

    page = owner.get(f"/admin/commissions/line/{line.pk}/records/")

    (record,) = page.context["explained"].records
    assert (record.customer, record.kpi, str(record.counted.normalize())) == ("c1", "Deposit", "2.5E+2")
    assert record.text.startswith('{"eventname": "Deposit", "eventid": "d1"')
    assert "&quot;eventid&quot;: &quot;d1&quot;" in page.content.decode()
    assert [(kpi, currency) for kpi, _, currency in page.context["sums"]] == [("Deposit", "EUR")]
    assert '1 facts: Deposit <span class="amount">250.00 <span class="amount-code">EUR</span></span>' in (
        page.content.decode()
    )


def test_records_of_a_posted_line_are_those_of_then_with_what_came_since(house, owner):
    late = json.dumps([activity("GGR", "late", "c1", "33.00", "2026-02-09 10:00")]).encode()
    with tenant(house.brand.pk):
        receive(dialect=push.ACTIVITIES, brand=house.brand, body=late, received_at=NOW + timedelta(hours=1))
    house.drain()
    with tenant(house.brand.pk):
        line = Line.objects.get(brand=house.brand, component__name="Share", period="2026-02")

    page = owner.get(f"/admin/commissions/line/{line.pk}/records/").content.decode()

    assert '1 facts: GGR <span class="amount">100.00 <span class="amount-code">EUR</span></span>' in page
    assert "Since this was posted, what goes into it has changed; the difference is in its adjustments." in page
    assert page.index("Since it was posted") < page.index("&quot;eventid&quot;: &quot;late&quot;")


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "1e3", ""])
def test_page_of_records_that_is_none_is_the_nearest(house, owner, page):
    with tenant(house.brand.pk):
        line = Line.objects.get(brand=house.brand, component__name="Bounty", period="2026-02")

    assert owner.get(f"/admin/commissions/line/{line.pk}/records/?page={page}").status_code == 200


@pytest.mark.parametrize(
    ("query", "components"),
    [
        ("", ["Bounty", "Share", "Share"]),
        ("?period=2026-02", ["Bounty", "Share"]),
        ("?component=Share&period=2026-03", ["Share"]),
        ("?affiliate=1000", ["Bounty", "Share", "Share"]),
        ("?affiliate=1001", []),
        ("?plan=Hybrid&state__exact=posted", ["Bounty", "Share"]),
        ("?q=c1", ["Bounty"]),
        ("?q=c2", []),
    ],
)
def test_lines_are_found_by_what_they_are(house, owner, query, components):
    answer = owner.get(f"/admin/commissions/line/{query}")

    assert sorted(line.component.name for line in answer.context["cl"].result_list) == components


def test_line_says_what_it_leaves_out_for_want_of_a_rate_and_leads_there(house, owner):
    with tenant(house.brand.pk):
        line = Line.objects.get(brand=house.brand, component__name="Share", period="2026-03")

    text = owner.get(f"/admin/commissions/line/{line.pk}/change/").content.decode()

    assert "1 fact in BRL of 6 Mar 2026 is left out: there is no rate into EUR of at most 7 days." in text
    assert f"{RATES}missing/" in text


def test_line_that_takes_back_says_why_and_leads_to_the_customer(house, owner):
    with tenant(house.brand.pk):
        customer = Customer.objects.get(brand=house.brand, key="c1")
        exclude_customer(customer=customer, reason="fraud", from_day=date(2026, 2, 1), by="test", now=NOW)
    house.drain()
    with tenant(house.brand.pk):
        line = Line.objects.get(brand=house.brand, component__name="Bounty", period="2026-03")

    text = owner.get(f"/admin/commissions/line/{line.pk}/change/").content.decode()

    assert "What was posted is taken back. The customer is excluded: fraud." in text
    assert f"/admin/ingestion/customer/{customer.pk}/change/#why" in text
    assert ("wanted 0" in text, "on its way" in text) == (False, False)


def test_lines_of_a_period_are_summed(house, owner):
    answer = owner.get("/admin/commissions/line/?period=2026-02")

    assert [(str(total.normalize()), currency) for total, currency in answer.context["sums"]] == [("127", "EUR")]
