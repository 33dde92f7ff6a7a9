"""The commands of operators: drain, close_period, verify."""

import json

import pytest
from django.core.management import CommandError, call_command

from ingestion.models import Activity
from tests.commissions.conftest import day_of, deposit, registered

SHARE = {"name": "Share", "kind": "revshare", "base": "NGR", "rate": "0.30"}


@pytest.fixture
def sent(business, anna):
    """A brand that has sent a customer and what he did, with nothing followed up."""
    business.deal(anna, business.plan(SHARE))
    business.customers(registered("c1", "2020-01-02", affiliate_id="anna"))
    business.activities(deposit("c1", "d1", day="2020-01-03"), day_of("c1", "2020-01-04", NGR="100"))
    return business


def test_drain_follows_up_all_stages(sent, capsys):
    call_command("drain", sent.brand.slug)

    assert sent.lines() == []  # the plan begins in 2026
    assert "2 deliveries followed up, 1 customers attributed, 1 affiliates computed" in capsys.readouterr().out

    sent.activities(day_of("c1", "2026-01-04", NGR="100"))
    call_command("drain")

    assert sent.earned() == {"2026-01": "30"}


def test_close_period_posts_and_tells_the_digest(sent, capsys):
    sent.activities(day_of("c1", "2026-01-04", NGR="100"))

    call_command("close_period", sent.brand.slug, "2026-01")

    told = json.loads(capsys.readouterr().out)
    assert (told["period"], told["entries"], len(told["sha256"])) == ("2026-01", 1, 64)


@pytest.mark.parametrize(
    ("period", "says"), [("2026-1", "written YYYY-MM"), ("2099-01", "after that"), ("2026-01", "closed before")]
)
def test_close_period_says_why_it_does_not(sent, capsys, period, says):
    call_command("close_period", sent.brand.slug, "2026-01")

    with pytest.raises(CommandError, match=says):
        call_command("close_period", sent.brand.slug, period)


def test_verify_finds_nothing_where_all_is_as_sent(sent, capsys):
    sent.activities(day_of("c1", "2026-01-04", NGR="100"))
    call_command("drain", sent.brand.slug)

    call_command("verify", sent.brand.slug)

    assert capsys.readouterr().out.endswith("luckyspin: zero differences\n")


def test_verify_lists_what_is_not_as_sent_and_fails(sent, capsys):
    sent.activities(day_of("c1", "2026-01-04", NGR="100"))
    call_command("drain", sent.brand.slug)
    with sent.open() as brand:
        Activity.objects.filter(brand=brand, day="2026-01-04").update(amounts=["200"])

    with pytest.raises(CommandError) as failed:
        call_command("verify", sent.brand.slug)

    assert failed.value.returncode == 1
    out = capsys.readouterr().out
    assert "CustomerDay" in out
    assert "AffiliateDay" in out


def test_unknown_brand_is_told(transactional_db):
    with pytest.raises(CommandError, match="There is no brand nobody"):
        call_command("verify", "nobody")
