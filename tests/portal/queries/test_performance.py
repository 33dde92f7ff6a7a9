from datetime import date
from decimal import Decimal

from portal.queries.performance import Figure, performance
from portal.spans import read_span
from track360.lib.tenancy import tenant

TODAY = date(2026, 3, 20)


def shown(stage, choice="this-month"):
    with tenant(stage.brand.pk):
        return performance(brand=stage.brand, affiliate=stage.affiliate, span=read_span(choice, today=TODAY))


def series(done, kpi):
    return next(one for one in done.series if one.metric.kpi == kpi)


def test_performance_sums_the_span_and_as_many_days_before(stage):
    stage.days(
        ("2026-02-28", "Clicks", 1000, ""),  # after the days compared with
        ("2026-02-20", "Clicks", 40, ""),
        ("2026-03-01", "Clicks", 10, ""),
        ("2026-03-20", "Clicks", 50, ""),
    )

    clicks = series(shown(stage), "Clicks")

    assert (clicks.total, clicks.before, clicks.change) == (Figure(Decimal(60)), Figure(Decimal(40)), Decimal(50))
    assert [step.figure.amount for step in clicks.steps] == [10] + [0] * 18 + [50]


def test_performance_converts_each_day_at_its_own_rate(stage):
    stage.rate("2026-03-01", "EUR", "USD", "1.25")
    stage.rate("2026-03-10", "EUR", "USD", "2")
    stage.days(
        ("2026-03-02", "NGR", "100", "EUR"), ("2026-03-02", "NGR", "100", "USD"), ("2026-03-10", "NGR", "-50", "USD")
    )

    revenue = series(shown(stage), "NGR")

    assert revenue.total == Figure(Decimal(100) + Decimal(80) - Decimal(25))


def test_performance_keeps_money_without_a_rate_apart(stage):
    stage.days(
        ("2026-03-02", "NGR", "100", "EUR"), ("2026-03-03", "NGR", "70", "SEK"), ("2026-02-03", "NGR", "9", "EUR")
    )

    revenue = series(shown(stage), "NGR")

    assert (revenue.total, revenue.change) == (Figure(Decimal(100), (("SEK", Decimal(70)),)), None)


def test_performance_gives_no_change_against_nothing_or_a_loss(stage):
    stage.days(("2026-02-02", "NGR", "-5", "EUR"), ("2026-03-02", "NGR", "5", "EUR"), ("2026-03-02", "Clicks", 3, ""))

    done = shown(stage)

    assert (series(done, "NGR").change, series(done, "Clicks").change) == (None, None)


def test_performance_of_a_year_is_shown_by_month(stage):
    stage.days(("2025-04-01", "Clicks", 1, ""), ("2026-03-20", "Clicks", 2, ""), ("2025-03-20", "Clicks", 9, ""))

    clicks = series(shown(stage, "12-months"), "Clicks")

    assert [step.figure.amount for step in clicks.steps] == [1] + [0] * 10 + [2]
    assert clicks.before == Figure(Decimal(9))


def test_performance_rows_leave_out_days_without_anything_and_begin_with_the_newest(stage):
    stage.days(("2026-03-02", "Clicks", 1, ""), ("2026-03-09", "Registrations", 2, ""))

    assert [day for day, _ in shown(stage).rows()] == [date(2026, 3, 9), date(2026, 3, 2)]


def test_performance_shows_what_the_vertical_is_about(build):
    stage = build("northfx", "ib_7", vertical="forex")

    assert [one.metric.kpi for one in shown(stage).series] == [
        "Clicks",
        "Registrations",
        "FirstDeposits",
        "Lots",
        "SpreadRevenue",
    ]
