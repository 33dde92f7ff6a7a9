import time
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.rules.decision import (
    Evidence,
    Flag,
    KnownAffiliate,
    KnownCampaign,
    KnownPointer,
    KnownPromoCode,
    Reason,
    Registration,
    Source,
    StatusSince,
    decide,
    directory,
)
from attribution.rules.tokens import keys_of_brand, mint

DAY = date(2026, 3, 10)
REGISTERED = Registration(at=datetime(2026, 3, 10, 12, tzinfo=UTC), on=DAY)
KEYS = keys_of_brand(brand=1, secrets=["s"])
ALWAYS = (StatusSince(None, "active"),)
ANNA, BEN, CARL, HOUSE = 1, 2, 3, 9
SPRING, AUTUMN = 11, 12


def world(**changed):
    known = {
        "affiliates": [
            KnownAffiliate(ANNA, "1000", ALWAYS),
            KnownAffiliate(BEN, "42", ALWAYS),
            KnownAffiliate(CARL, "carl", (StatusSince(None, "active"), StatusSince(date(2026, 3, 10), "blocked"))),
            KnownAffiliate(HOUSE, "house", ALWAYS),
        ],
        "campaigns": [KnownCampaign(SPRING, "2001", ANNA), KnownCampaign(AUTUMN, "7", BEN)],
        "links": {5: KnownPointer(ANNA, SPRING), 6: KnownPointer(CARL, None)},
        "promo_codes": [KnownPromoCode("SPRING25", KnownPointer(BEN, AUTUMN))],
        "tracking_patterns": [
            "{campaign}_{affiliate}_{click}",
            "campaign_{campaign}_aff_{affiliate}_creative_{creative}",
        ],
        "default_affiliate": None,
        "strict": False,
        "window_days": None,
        "keys": KEYS,
    }
    return directory(**(known | changed))


def token(link=5, at=REGISTERED.at - timedelta(days=1), keys=KEYS):
    return mint(keys=keys, link=link, clicked_at=at, nonce=b"0123456789")


def decided(*evidence, registration=REGISTERED, **changed):
    return decide(directory=world(**changed), evidence=evidence, registration=registration)


def won(decision):
    winner = decision.winner
    return None if winner is None else (winner.affiliate, winner.campaign, winner.source.value)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (Evidence(tracking_data=token()), (ANNA, SPRING, "tracking_data")),
        (Evidence(click_id=token()), (ANNA, SPRING, "click_id")),
        (Evidence(affiliate_id="42"), (BEN, None, "affiliate_id")),
        (Evidence(affiliate_id="42", campaign_id="7"), (BEN, AUTUMN, "affiliate_id")),
        (Evidence(affiliate_id="42", campaign_id="2001"), (BEN, None, "affiliate_id")),
        (Evidence(affiliate_id="42", campaign_id="nine"), (BEN, None, "affiliate_id")),
        (Evidence(affiliate_id="organic", campaign_id="7"), (BEN, AUTUMN, "affiliate_id")),
        (Evidence(campaign_id="7"), (BEN, AUTUMN, "affiliate_id")),
        (Evidence(affiliate_id="organic"), None),
        (Evidence(promo_code="spring25"), (BEN, AUTUMN, "promo_code")),
        (Evidence(promo_code="AUTUMN25"), None),
        (Evidence(tracking_data="2001_1000_abcdefg"), (ANNA, SPRING, "pattern")),
        (Evidence(tracking_data="campaign_7_aff_42_creative_b"), (BEN, AUTUMN, "pattern")),
        (Evidence(tracking_data="nothing"), None),
        (Evidence(click_id="2001_1000_abcdefg"), None),
        (Evidence(), None),
        # the stronger source wins
        (Evidence(tracking_data=token(), affiliate_id="42", promo_code="SPRING25"), (ANNA, SPRING, "tracking_data")),
        (Evidence(click_id=token(), affiliate_id="42"), (ANNA, SPRING, "click_id")),
        (Evidence(tracking_data="2001_1000_x", affiliate_id="42"), (BEN, None, "affiliate_id")),
        (Evidence(tracking_data="2001_1000_x", promo_code="SPRING25"), (BEN, AUTUMN, "promo_code")),
        # and one that does not resolve leaves room for the next
        (Evidence(tracking_data=token(link=404), promo_code="SPRING25"), (BEN, AUTUMN, "promo_code")),
        (Evidence(tracking_data="2001_1000_x", affiliate_id="organic"), (ANNA, SPRING, "pattern")),
        (Evidence(affiliate_id="carl", promo_code="SPRING25"), (BEN, AUTUMN, "promo_code")),
    ],
)
def test_the_strongest_source_that_resolves_wins(evidence, expected):
    assert won(decided(evidence)) == expected


def test_the_first_record_that_resolves_wins_and_the_others_are_kept():
    decision = decided(
        Evidence(affiliate_id="organic"), Evidence(promo_code="SPRING25"), Evidence(tracking_data=token())
    )

    assert [(c.evidence, c.source.value, c.reason.value, c.affiliate) for c in decision.candidates] == [
        (0, "affiliate_id", "unknown_affiliate", None),
        (1, "promo_code", "won", BEN),
        (2, "tracking_data", "outranked", ANNA),
    ]
    assert decision.winner is decision.candidates[1]


@pytest.mark.parametrize(
    ("evidence", "reason", "flags"),
    [
        (Evidence(tracking_data=token(keys=keys_of_brand(brand=2, secrets=["s"]))), Reason.NOT_GENUINE, ()),
        (Evidence(click_id="x"), Reason.NOT_MINTED, ()),
        (Evidence(tracking_data=token(link=404)), Reason.UNKNOWN_LINK, ()),
        (Evidence(tracking_data=token(link=6)), Reason.AFFILIATE_BLOCKED, ()),
        (Evidence(affiliate_id="organic"), Reason.UNKNOWN_AFFILIATE, (Flag.UNKNOWN_AFFILIATE,)),
        (Evidence(campaign_id="nine"), Reason.UNKNOWN_CAMPAIGN, (Flag.UNKNOWN_CAMPAIGN,)),
        (Evidence(affiliate_id="42", campaign_id="2001"), Reason.WON, (Flag.FOREIGN_CAMPAIGN,)),
        (Evidence(affiliate_id="42", campaign_id="nine"), Reason.WON, (Flag.UNKNOWN_CAMPAIGN,)),
        (Evidence(promo_code="x"), Reason.UNKNOWN_PROMO_CODE, ()),
        (Evidence(tracking_data="nothing"), Reason.NO_MATCH, (Flag.UNSIGNED,)),
        (Evidence(tracking_data="a_b_c"), Reason.UNKNOWN_AFFILIATE, (Flag.UNSIGNED,)),
        (Evidence(tracking_data="a_1000_42_c"), Reason.AMBIGUOUS_AFFILIATE, (Flag.UNSIGNED,)),
        (Evidence(tracking_data="nine_1000_x"), Reason.WON, (Flag.UNSIGNED, Flag.UNKNOWN_CAMPAIGN)),
        (Evidence(tracking_data="7_1000_x"), Reason.WON, (Flag.UNSIGNED, Flag.FOREIGN_CAMPAIGN)),
        (
            Evidence(tracking_data=token(at=REGISTERED.at + timedelta(minutes=1))),
            Reason.WON,
            (Flag.CLICK_AFTER_REGISTRATION,),
        ),
    ],
)
def test_every_candidate_keeps_its_reason(evidence, reason, flags):
    (candidate,) = decided(evidence).candidates

    assert (candidate.reason, candidate.flags) == (reason, flags)


def test_strict_tracking_takes_no_pattern():
    (candidate,) = decided(Evidence(tracking_data="2001_1000_abcdefg"), strict=True).candidates

    assert candidate.reason is Reason.NOT_MINTED
    assert won(decided(Evidence(tracking_data=token()), strict=True)) == (ANNA, SPRING, "tracking_data")
    assert won(decided(Evidence(promo_code="SPRING25"), strict=True)) == (BEN, AUTUMN, "promo_code")


@pytest.mark.parametrize(("days", "inside"), [(29, True), (30, True), (31, False), (-1, True)])
def test_the_window_runs_from_the_click_to_the_registration(days, inside):
    decision = decided(Evidence(tracking_data=token(at=REGISTERED.at - timedelta(days=days))), window_days=30)

    assert (decision.winner is not None) == inside
    assert won(decided(Evidence(tracking_data=token(at=REGISTERED.at - timedelta(days=3000))))) is not None


@pytest.mark.parametrize(
    ("statuses", "accepted"),
    [
        ([(None, "active")], True),
        ([(None, "suspended")], True),
        ([(None, "pending")], False),
        ([(None, "declined")], False),
        ([(None, "blocked")], False),
        ([(None, "active"), (DAY, "blocked")], False),
        ([(None, "active"), (DAY + timedelta(days=1), "blocked")], True),
        ([(None, "pending"), (DAY, "active")], True),
        ([(None, "pending"), (DAY + timedelta(days=1), "active")], False),
        # the first status holds before its own day: an affiliate entered today has brought yesterday's customers
        ([(DAY + timedelta(days=9), "active")], True),
        ([(DAY + timedelta(days=9), "pending"), (DAY + timedelta(days=10), "active")], False),
    ],
)
def test_the_status_of_the_registration_day_decides(statuses, accepted):
    affiliate = KnownAffiliate(ANNA, "1000", tuple(StatusSince(*entry) for entry in statuses))

    decision = decided(Evidence(affiliate_id="1000"), affiliates=[affiliate], campaigns=[], links={}, promo_codes=[])

    assert (decision.winner is not None) == accepted


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "reason"),
    [
        (None, DAY, Reason.WON),
        (DAY, None, Reason.WON),
        (DAY, DAY, Reason.WON),
        (None, DAY - timedelta(days=1), Reason.PROMO_CODE_NOT_IN_FORCE),
        (DAY + timedelta(days=1), None, Reason.PROMO_CODE_NOT_IN_FORCE),
    ],
)
def test_a_promo_code_counts_for_those_who_register_from_its_first_day_through_its_last(starts_on, ends_on, reason):
    spring = KnownPromoCode("SPRING25", KnownPointer(BEN, AUTUMN), starts_on, ends_on)

    decision = decided(Evidence(promo_code="spring25"), promo_codes=[spring])

    assert [candidate.reason for candidate in decision.candidates] == [reason]


def test_a_word_that_went_to_another_affiliate_is_his_whose_it_is_on_the_day():
    codes = [
        KnownPromoCode("Spring", KnownPointer(BEN, AUTUMN), None, DAY - timedelta(days=1)),
        KnownPromoCode("SPRING", KnownPointer(ANNA, None), DAY, None),
    ]

    assert won(decided(Evidence(promo_code="spring"), promo_codes=codes)) == (ANNA, None, "promo_code")
    assert won(decided(Evidence(promo_code="spring"), promo_codes=codes[::-1])) == (ANNA, None, "promo_code")


def test_the_default_affiliate_gets_those_nobody_else_brought():
    assert won(decided(default_affiliate=HOUSE)) == (HOUSE, None, "default_affiliate")
    assert won(decided(Evidence(tracking_data="x"), default_affiliate=HOUSE)) == (HOUSE, None, "default_affiliate")
    assert won(decided(Evidence(promo_code="SPRING25"), default_affiliate=HOUSE)) == (BEN, AUTUMN, "promo_code")
    assert won(decided(default_affiliate=CARL)) is None


def test_a_record_that_says_nothing_is_the_default_affiliates_even_if_a_later_one_says_more():
    decision = decided(Evidence(), Evidence(promo_code="SPRING25"), default_affiliate=HOUSE)

    assert won(decision) == (HOUSE, None, "default_affiliate")
    assert won(decided(Evidence(), Evidence(promo_code="SPRING25"))) == (BEN, AUTUMN, "promo_code")


texts = st.text(max_size=50)


@given(
    value=st.one_of(
        texts,
        st.text("t1_-aZ09", max_size=50),
        st.binary(min_size=36, max_size=36)
        .map(lambda raw: __import__("base64").urlsafe_b64encode(raw).decode())
        .map(lambda body: "t1" + body),
        st.builds(
            lambda brand, link: token(link=link, keys=keys_of_brand(brand=brand, secrets=["s"])),
            st.integers(2, 50),
            st.integers(0, 10),
        ),
    ),
)
def test_a_forged_or_foreign_token_attributes_nothing(value):
    """With the shape of a token no pattern is tried either, though every text of it were somebody's code."""
    decision = decided(
        Evidence(tracking_data=value, click_id=value),
        affiliates=[KnownAffiliate(n, code, ALWAYS) for n, code in enumerate(["1000", "a", "_", "t1", "-"])],
        campaigns=[],
        links={n: KnownPointer(0, None) for n in range(11)},
        promo_codes=[],
    )

    assert decision.winner is None or decision.winner.source is Source.PATTERN
    if len(value) == 50 and value.startswith("t1") and set(value) <= set("t1_-aZ09"):
        assert decision.winner is None


@given(evidence=st.lists(st.builds(Evidence, *[st.none() | texts] * 5), max_size=5))
def test_anything_a_brand_says_is_decided(evidence):
    decision = decided(*evidence)

    assert sum(candidate.reason is Reason.WON for candidate in decision.candidates) <= 1


def test_ten_thousand_customers_are_decided_in_seconds():
    known = world(
        affiliates=[KnownAffiliate(n, str(n), ALWAYS) for n in range(1, 2000)],
        campaigns=[KnownCampaign(n, f"c{n}", n % 1999 + 1) for n in range(1, 5000)],
        links={n: KnownPointer(n % 1999 + 1, None) for n in range(1, 5000)},
        promo_codes=[],
    )
    evidence = [
        (Evidence(tracking_data=token(link=n % 4999 + 1) if n % 2 else f"c{n % 4999}_{n % 1999 + 1}_{n:x}"),)
        for n in range(10_000)
    ]
    started = time.process_time()

    decisions = [decide(directory=known, evidence=each, registration=REGISTERED) for each in evidence]

    assert sum(decision.winner is not None for decision in decisions) == 10_000
    assert time.process_time() - started < 5
