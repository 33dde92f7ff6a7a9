from decimal import Decimal

from portal.queries.earnings import (
    Money,
    MonthEarned,
    earned_by_month,
    in_reading_order,
    lines_of,
    months_with_lines,
    report,
)
from portal.queries.explanations import explanation
from track360.lib.periods import Period
from track360.lib.tenancy import tenant

MARCH = Period(2026, 3)


def of(stage):
    return {"brand": stage.brand, "affiliate": stage.affiliate}


def test_report_adds_each_component_and_never_two_currencies(stage):
    bounty, share, dollars = (
        stage.component("Bounty"),
        stage.component("Share", "revshare"),
        stage.component("Share", "revshare", currency="USD"),
    )
    stage.line(bounty, "100")
    stage.line(bounty, "50.50")
    stage.line(share, "-120", source_period="2026-02")
    stage.line(dollars, "7")
    stage.line(bounty, "999", period="2026-02")

    with tenant(stage.brand.pk):
        march = report(**of(stage), period=MARCH)

    assert [(one.plan, one.component, one.lines, one.adjustments, one.total) for one in march.shares] == [
        ("Plan in EUR", "Bounty", 2, 0, Money(Decimal("150.5"), "EUR")),
        ("Plan in EUR", "Share", 1, 1, Money(Decimal(-120), "EUR")),
        ("Plan in USD", "Share", 1, 0, Money(Decimal(7), "USD")),
    ]
    assert march.totals == (Money(Decimal("30.5"), "EUR"), Money(Decimal(7), "USD"))


def test_months_are_complete_even_where_nothing_was_earned(stage):
    bounty = stage.component("Bounty")
    stage.line(bounty, "5", period="2026-01")

    with tenant(stage.brand.pk):
        months = earned_by_month(**of(stage), first=Period(2026, 1), last=Period(2026, 2))
        choices = months_with_lines(**of(stage), current=MARCH)

    assert months == (
        MonthEarned(Period(2026, 1), (Money(Decimal(5), "EUR"),)),
        MonthEarned(Period(2026, 2), ()),
    )
    assert choices == (MARCH, Period(2026, 1))


def test_adjustment_is_explained_by_what_earlier_months_posted(stage):
    share = stage.component("Share", "revshare")
    stage.line(share, "712", period="2026-01", base_key="b" * 32, state="posted")
    late = stage.line(share, "-120", period="2026-02", source_period="2026-01", base_key="b" * 32)
    stage.line(share, "33", period="2026-02")

    with tenant(stage.brand.pk):
        told = explanation(**of(stage), key=late.key)

    assert (told.posted_before, told.wanted, told.line.is_adjustment) == (Decimal(712), Decimal(592), True)


def test_lines_of_all_customers_together_are_read_first(stage):
    bounty, share = stage.component("Bounty"), stage.component("Share", "revshare")
    customer = stage.customer("c-1")
    small = stage.line(bounty, "10", customer=customer)
    large = stage.line(bounty, "90", customer=customer)
    together = stage.line(share, "1")
    older = stage.line(share, "500", period="2026-02")

    with tenant(stage.brand.pk):
        read = [line.key for line in in_reading_order(lines_of(**of(stage)))]

    assert read == [together.key, large.key, small.key, older.key]
