from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from brands import services
from brands.models import AuditEvent
from ingestion.models import FxRate, NewRates
from ingestion.rates import entering
from ingestion.rates.quotes import Quote
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
USD = Quote(date(2026, 2, 27), "EUR", "USD", Decimal("1.08"))


@pytest.fixture
def brand():
    made = services.create_brand(slug="spin", name="Spin", vertical="igaming", by="test", now=NOW)
    with tenant(made.id):
        yield made


def enter(brand, *quotes, source=entering.UPLOAD):
    return entering.enter_rates(brand=brand, quotes=quotes, source=source, by="test", now=NOW)


def stored(brand):
    return [(rate.day, rate.quote, rate.rate, rate.source) for rate in FxRate.objects.order_by("id")]


def test_entered_rates_are_stored_audited_and_left_for_commissions(brand):
    later = Quote(date(2026, 2, 28), "EUR", "USD", Decimal("1.09"))

    entered = enter(brand, later, USD)

    assert entered == 2
    assert stored(brand) == [
        (date(2026, 2, 28), "USD", Decimal("1.09"), "upload"),
        (date(2026, 2, 27), "USD", Decimal("1.08"), "upload"),
    ]
    assert NewRates.objects.get().from_day == date(2026, 2, 27)
    assert AuditEvent.objects.get(action="rates.entered").after == {
        "source": "upload",
        "rates": 2,
        "from": "2026-02-27",
        "to": "2026-02-28",
        "stated": ["1 EUR = 1.09 USD on 2026-02-28", "1 EUR = 1.08 USD on 2026-02-27"],
    }


def test_audit_log_names_the_newest_of_many_rates(brand):
    enter(brand, *(Quote(USD.day - timedelta(days=ago), "EUR", "USD", Decimal("1.08")) for ago in range(60)))

    event = AuditEvent.objects.get(action="rates.entered")
    after = event.after
    assert event.object_label == "2025-12-30 to 2026-02-27 (uploaded file)"
    assert (after["rates"], len(after["newest 50"])) == (60, 50)
    assert after["newest 50"][0] == f"1 EUR = 1.08 USD on {USD.day}"


def test_entering_what_already_counts_changes_nothing(brand):
    enter(brand, USD)

    assert enter(brand, USD) == 0
    assert FxRate.objects.count() == 1
    assert NewRates.objects.count() == 1


def test_another_rate_for_the_same_day_is_a_further_row(brand):
    enter(brand, USD)
    enter(brand, Quote(USD.day, "EUR", "USD", Decimal("1.2")))
    enter(brand, USD)

    assert [rate for _, _, rate, _ in stored(brand)] == [Decimal("1.08"), Decimal("1.2"), Decimal("1.08")]


def test_of_two_rates_for_one_day_in_one_file_the_last_counts(brand):
    enter(brand, USD, Quote(USD.day, "EUR", "USD", Decimal("1.2")))

    assert [rate for _, _, rate, _ in stored(brand)] == [Decimal("1.2")]


def test_the_ecb_does_not_override_what_people_entered(brand):
    enter(brand, USD)

    assert enter(brand, Quote(USD.day, "EUR", "USD", Decimal("1.2")), source=entering.ECB) == 0
    assert [rate for _, _, rate, _ in stored(brand)] == [Decimal("1.08")]


def test_a_new_brand_gets_two_years_of_rates_once(brand):
    entered = entering.seed_rates(brand=brand, by="test", now=NOW)

    assert entered > 10_000
    assert FxRate.objects.order_by("day").first().day == date(2024, 2, 29)
    assert FxRate.objects.get(day=date(2025, 7, 21), quote="USD").rate == Decimal("1.1667")
    assert entering.seed_rates(brand=brand, by="test", now=NOW) == 0


def test_rates_of_one_brand_are_not_another_ones(brand):
    enter(brand, USD)
    other = services.create_brand(slug="other", name="Other", vertical="forex", by="test", now=NOW)

    with tenant(other.id):
        assert enter(other, USD) == 1
        assert FxRate.objects.count() == 1


def test_a_rate_of_a_day_more_than_a_year_ahead_is_refused_with_all_that_came_with_it(brand):
    with pytest.raises(entering.RateTooFarAhead, match="2062-02-27 is more than a year ahead"):
        enter(brand, USD, Quote(date(2062, 2, 27), "EUR", "USD", Decimal("1.08")))

    assert stored(brand) == []
