from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial

import pytest
from pytest_httpserver import HTTPServer
from structlog.testing import capture_logs

from brands import services
from ingestion.models import FxRate
from ingestion.rates import ecb, fetching
from ingestion.rates.entering import newest_ecb_day
from ingestion.rates.tasks import fetch_rates
from tests.central_bank import zipped
from track360.lib import outbound
from track360.lib.tenancy import tenant

pytestmark = pytest.mark.django_db
FRIDAY = datetime(2026, 11, 20, 18, tzinfo=UTC)
BUNDLED_UNTIL = date(2026, 10, 30)


@pytest.fixture
def brand():
    return services.create_brand(slug="spin", name="Spin", vertical="igaming", by="test", now=FRIDAY)


@pytest.fixture
def central_bank(httpserver: HTTPServer, monkeypatch):
    """The ECB's two addresses, answered here."""
    monkeypatch.setattr(ecb, "ALL_DAYS_URL", httpserver.url_for("/all"))
    monkeypatch.setattr(ecb, "LAST_DAY_URL", httpserver.url_for("/last"))
    return httpserver


fetch_here = partial(outbound.fetch, schemes=("http",), is_allowed=lambda address: True, attempts=1)


def newest(brand):
    with tenant(brand.id):
        return newest_ecb_day(brand=brand)


def test_a_brand_without_rates_is_seeded_and_then_brought_up_to_date(brand, central_bank):
    central_bank.expect_request("/all").respond_with_data(
        zipped("Date,USD,\n2026-11-20,1.11,\n2026-11-19,1.12,\n2026-10-30,9.99,\n")
    )

    fetching.fetch_rates(now=FRIDAY, fetch=fetch_here)

    with tenant(brand.id):
        dollars = FxRate.objects.filter(quote="USD", day__gte=BUNDLED_UNTIL).order_by("day")
        assert [(rate.day, rate.rate) for rate in dollars] == [
            (date(2026, 10, 30), Decimal("1.1172")),
            (date(2026, 11, 19), Decimal("1.12")),
            (date(2026, 11, 20), Decimal("1.11")),
        ]


def test_one_missing_day_takes_the_short_file(brand, central_bank):
    central_bank.expect_request("/last").respond_with_data(zipped("Date, USD, \n02 November 2026, 1.12, \n"))

    fetching.fetch_rates(now=datetime(2026, 11, 2, 18, tzinfo=UTC), fetch=fetch_here)

    assert newest(brand) == date(2026, 11, 2)


def test_running_again_enters_nothing(brand, central_bank):
    central_bank.expect_request("/all").respond_with_data(zipped("Date,USD,\n2026-11-20,1.11,\n"))
    fetching.fetch_rates(now=FRIDAY, fetch=fetch_here)

    assert fetching.fetch_rates(now=FRIDAY, fetch=fetch_here) == 0
    assert len(central_bank.log) == 1


@pytest.mark.parametrize(("status", "body"), [(503, b""), (404, b"gone"), (200, b"<html>"), (302, b"")])
def test_without_the_ecb_the_installed_history_stays_and_an_alarm_is_raised(brand, central_bank, status, body):
    central_bank.expect_request("/all").respond_with_data(body, status=status)

    with capture_logs() as logs:
        fetching.fetch_rates(now=FRIDAY, fetch=fetch_here)

    assert newest(brand) == BUNDLED_UNTIL
    assert [(log["log_level"], log["event"]) for log in logs] == [
        ("warning", "rates_not_fetched"),
        ("error", "rates_are_old"),
    ]
    assert "2026-10-30" in fetching.rates_note(today=FRIDAY.date())


def test_no_alarm_is_raised_over_a_long_weekend(brand, central_bank):
    central_bank.expect_request("/last").respond_with_data(zipped("Date, USD, \n30 October 2026, 1.1172, \n"))

    with capture_logs() as logs:
        fetching.fetch_rates(now=datetime(2026, 11, 2, 6, tzinfo=UTC), fetch=fetch_here)

    assert logs == []
    assert fetching.rates_note(today=date(2026, 11, 2)) == ""


@pytest.mark.parametrize(
    ("newest_day", "today", "missing"),
    [
        (date(2026, 10, 30), date(2026, 10, 30), 0),
        (date(2026, 10, 30), date(2026, 11, 1), 0),
        (date(2026, 10, 30), date(2026, 11, 2), 1),
        (date(2026, 10, 30), date(2026, 11, 6), 5),
    ],
)
def test_only_working_days_count_as_missing(newest_day, today, missing):
    assert fetching.working_days_without_rates(newest=newest_day, today=today) == missing


def test_the_task_serves_one_brand_and_ignores_words_it_does_not_know(brand, central_bank, monkeypatch):
    other = services.create_brand(slug="other", name="Other", vertical="forex", by="test", now=FRIDAY)
    monkeypatch.setattr(fetching, "_fetched", lambda **_: [])

    fetch_rates(brand=brand.id, something="new")

    assert newest(brand) == BUNDLED_UNTIL
    assert newest(other) is None
