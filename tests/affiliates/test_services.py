from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affiliates import services
from affiliates.models import Affiliate, LinkRoute, PromoCode, SeatRoute, TrackingLink
from affiliates.queries import Tree, parent_history, seats_of, status_on, statuses_on, tree_on
from brands.models import AuditEvent, Brand, User
from brands.services import create_brand
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
BY = {"by": "manager@example.com", "now": NOW}
MARCH = date(2026, 3, 1)


@pytest.fixture
def brand(db: None):
    brand = create_brand(
        slug="luckyspin", name="Lucky Spin", vertical="igaming", landing_url="https://luckyspin.example/", **BY
    )
    with tenant(brand.id):
        yield brand


@pytest.fixture
def anna(brand):
    return services.create_affiliate(brand=brand, code="anna", name="Anna", **BY)


def actions():
    return list(AuditEvent.objects.exclude(action="brand.created").order_by("id").values_list("action", flat=True))


def test_a_new_affiliate_is_active_from_the_beginning(brand):
    anna = services.create_affiliate(brand=brand, code="anna", name="Anna", email="anna@example.com", **BY)

    assert status_on(affiliate=anna, day=date(2020, 1, 1)) == "active"
    assert actions() == ["affiliate.created", "affiliate.status"]
    assert AuditEvent.objects.get(action="affiliate.created").after == {
        "code": "anna", "name": "Anna", "email": "anna@example.com",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["", "a b", "a/b", "é", "x" * 51, "a\n", "%41"])
def test_a_code_that_cannot_stand_in_an_address_is_refused(brand, anna, code):
    with pytest.raises(services.CodeInvalid):
        services.create_affiliate(brand=brand, code=code, name="x", **BY)
    with pytest.raises(services.CodeInvalid):
        services.create_campaign(affiliate=anna, code=code, **BY)


def test_codes_are_unique_within_a_brand_and_compared_byte_for_byte(brand, anna):
    services.create_campaign(affiliate=anna, code="spring", **BY)
    services.create_promo_code(affiliate=anna, code="Spring25", **BY)

    with pytest.raises(services.CodeTaken):
        services.create_affiliate(brand=brand, code="anna", name="x", **BY)
    with pytest.raises(services.CodeTaken):
        services.create_campaign(affiliate=anna, code="spring", **BY)
    with pytest.raises(services.CodeTaken):
        services.create_promo_code(affiliate=anna, code="SPRING25", **BY)
    assert services.create_affiliate(brand=brand, code="Anna", name="x", **BY).code == "Anna"


def test_a_link_code_is_unique_over_all_brands_and_leaves_nothing_when_refused(brand, anna):
    services.create_link(affiliate=anna, code="spring", **BY)
    other = create_brand(slug="forexco", name="Forex", vertical="forex", **BY)
    with tenant(other.id):
        ben = services.create_affiliate(brand=other, code="ben", name="Ben", **BY)
        with pytest.raises(services.CodeTaken):
            services.create_link(affiliate=ben, code="spring", is_active=False, **BY)
        assert TrackingLink.objects.count() == 0

    assert LinkRoute.objects.get().brand == brand


def test_a_link_without_a_code_gets_one_nobody_can_guess(brand, anna):
    codes = {services.create_link(affiliate=anna, **BY).code for _ in range(20)}

    assert len(codes) == 20
    assert all(len(code) >= 8 for code in codes)


def test_a_promo_code_ends_and_is_written_down_with_its_days(brand, anna):
    code = services.create_promo_code(affiliate=anna, code="SPRING", starts_on=MARCH, **BY)

    services.change_promo_code(promo_code=code, starts_on=MARCH, ends_on=date(2026, 3, 31), **BY)
    services.change_promo_code(promo_code=code, starts_on=MARCH, ends_on=date(2026, 3, 31), **BY)

    assert PromoCode.objects.values_list("starts_on", "ends_on").get() == (MARCH, date(2026, 3, 31))
    written = AuditEvent.objects.filter(action="promo_code.changed")
    assert list(written.values_list("before", "after")) == [
        (
            {"starts_on": "2026-03-01", "ends_on": None},
            {"starts_on": "2026-03-01", "ends_on": "2026-03-31"},
        )
    ]


def test_a_promo_code_is_one_affiliates_at_a_time(brand, anna):
    ben = services.create_affiliate(brand=brand, code="ben", name="Ben", **BY)
    first = services.create_promo_code(affiliate=anna, code="Spring", ends_on=date(2026, 3, 9), **BY)
    for days in ({}, {"starts_on": date(2026, 3, 9)}, {"ends_on": date(2020, 1, 1)}):
        with pytest.raises(services.CodeTaken):
            services.create_promo_code(affiliate=ben, code="SPRING", **days, **BY)
    services.create_promo_code(affiliate=ben, code="SPRING", starts_on=date(2026, 3, 10), **BY)

    with pytest.raises(services.CodeTaken):
        services.change_promo_code(promo_code=first, starts_on=None, ends_on=date(2026, 3, 10), **BY)
    with pytest.raises(services.PromoCodeDaysRefused):
        services.change_promo_code(promo_code=first, starts_on=MARCH, ends_on=date(2026, 2, 28), **BY)
    assert PromoCode.objects.get(affiliate=anna).ends_on == date(2026, 3, 9)


@pytest.mark.parametrize("landing", ["https://evil.example/", "http://luckyspin.example/", "luckyspin.example", "//x"])
def test_a_link_leads_to_a_landing_host_only(brand, anna, landing):
    with pytest.raises(services.LandingRefused):
        services.create_link(affiliate=anna, code="x", landing_url=landing, **BY)
    link = services.create_link(affiliate=anna, code="y", **BY)
    with pytest.raises(services.LandingRefused):
        services.change_link(link=link, landing_url=landing, is_active=True, **BY)
    assert not LinkRoute.objects.filter(code="x").exists()


def test_a_link_that_works_has_a_page_to_lead_to(brand, anna):
    link = services.create_link(affiliate=anna, code="x", **BY)
    brand.landing_url = ""
    brand.save()
    brand.landing_hosts = ["shop.luckyspin.example"]

    with pytest.raises(services.LandingRefused, match="landing_url: The brand has no landing page"):
        services.create_link(affiliate=anna, code="y", **BY)
    services.create_link(affiliate=anna, code="y", is_active=False, **BY)
    services.create_link(affiliate=anna, code="z", landing_url="https://shop.luckyspin.example/", **BY)
    services.change_link(link=link, landing_url=None, is_active=False, **BY)
    with pytest.raises(services.LandingRefused, match="landing_url: The brand has no landing page"):
        services.change_link(link=link, landing_url=None, is_active=True, **BY)

    assert set(TrackingLink.objects.values_list("code", "is_active")) == {("x", False), ("y", False), ("z", True)}


def test_another_affiliates_campaign_is_refused(brand, anna):
    ben = services.create_affiliate(brand=brand, code="ben", name="Ben", **BY)
    campaign = services.create_campaign(affiliate=ben, code="c", **BY)

    with pytest.raises(services.CampaignOfAnother):
        services.create_link(affiliate=anna, campaign=campaign, **BY)
    with pytest.raises(services.CampaignOfAnother):
        services.create_promo_code(affiliate=anna, code="X", campaign=campaign, **BY)


@pytest.mark.parametrize(
    "change",
    [
        lambda brand, anna: services.create_affiliate(brand=brand, code="ben", name="Ben", **BY),
        lambda brand, anna: services.set_status(affiliate=anna, status="blocked", from_day=MARCH, **BY),
        lambda brand, anna: services.create_campaign(affiliate=anna, code="c", **BY),
        lambda brand, anna: services.create_link(affiliate=anna, **BY),
        lambda brand, anna: services.create_promo_code(affiliate=anna, code="P", **BY),
        lambda brand, anna: services.change_promo_code(
            promo_code=services.create_promo_code(affiliate=anna, code="P", **BY), starts_on=MARCH, ends_on=None, **BY
        ),
        lambda brand, anna: services.set_default_affiliate(brand=brand, affiliate=anna, **BY),
    ],
)
def test_what_may_attribute_somebody_raises_the_directorys_version(brand, anna, change):
    before = Brand.objects.get(pk=brand.pk).directory_version

    change(brand, anna)

    assert Brand.objects.get(pk=brand.pk).directory_version > before


def test_saving_what_is_so_already_changes_and_audits_nothing(brand, anna):
    link = services.create_link(affiliate=anna, code="x", **BY)
    campaign = services.create_campaign(affiliate=anna, code="c", name="C", **BY)
    before = actions()

    services.change_affiliate(affiliate=anna, name="Anna", email="", **BY)
    services.set_status(affiliate=anna, status="active", from_day=None, **BY)
    services.set_parent(affiliate=anna, parent=None, from_day=None, **BY)
    services.set_default_affiliate(brand=brand, affiliate=None, **BY)
    services.change_link(link=link, landing_url="", is_active=True, **BY)
    services.rename_campaign(campaign=campaign, name="C", **BY)

    assert actions() == before


def test_statuses_hold_from_their_day_to_the_next(brand, anna):
    services.set_status(affiliate=anna, status="suspended", from_day=MARCH, **BY)
    services.set_status(affiliate=anna, status="blocked", from_day=MARCH + timedelta(days=5), **BY)
    services.set_status(affiliate=anna, status="active", from_day=MARCH, reason="a mistake", **BY)

    days = [MARCH - timedelta(days=1), MARCH, MARCH + timedelta(days=5)]
    assert [status_on(affiliate=anna, day=day) for day in days] == ["active", "active", "blocked"]
    assert statuses_on(brand_id=brand.id, day=days[2]) == {anna.id: "blocked"}
    assert AuditEvent.objects.filter(action="affiliate.status").latest("id").before == {
        "status": "suspended", "from_day": "2026-03-01",
    }  # fmt: skip
    with pytest.raises(services.StatusUnknown):
        services.set_status(affiliate=anna, status="retired", from_day=None, **BY)
    with pytest.raises(services.StatusTooFarAhead):
        services.set_status(affiliate=anna, status="blocked", from_day=date(2062, 3, 1), **BY)


def test_a_brand_has_one_default_affiliate(brand, anna):
    ben = services.create_affiliate(brand=brand, code="ben", name="Ben", **BY)

    services.set_default_affiliate(brand=brand, affiliate=anna, **BY)
    services.set_default_affiliate(brand=brand, affiliate=ben, **BY)
    assert list(Affiliate.objects.filter(is_default=True)) == [ben]

    services.set_default_affiliate(brand=brand, affiliate=None, **BY)
    assert not Affiliate.objects.filter(is_default=True).exists()


def test_seats_are_found_across_brands_without_knowing_them(brand, anna):
    user = User.objects.create_user("anna@example.com")
    other = create_brand(slug="forexco", name="Forex", vertical="forex", **BY)
    seat = services.give_seat(affiliate=anna, user=user, **BY)
    with tenant(other.id):
        ben = services.create_affiliate(brand=other, code="ben", name="Ben", **BY)
        services.give_seat(affiliate=ben, user=user, **BY)

    assert [(seat.brand, seat.affiliate) for seat in seats_of(user=user)] == [(brand, anna), (other, ben)]

    with pytest.raises(services.SeatTaken):
        services.give_seat(affiliate=anna, user=user, **BY)
    services.take_seat(seat=seat, **BY)
    assert [seat.affiliate for seat in seats_of(user=user)] == [ben]
    assert list(SeatRoute.objects.values_list("brand", flat=True)) == [other.id]


def chain(brand, length):
    members = [services.create_affiliate(brand=brand, code=f"m{n}", name="m", **BY) for n in range(length)]
    for child, parent in zip(members[1:], members, strict=False):
        services.set_parent(affiliate=child, parent=parent, from_day=MARCH, **BY)
    return members


def test_the_tree_is_that_of_the_day(brand):
    top, middle, bottom = chain(brand, 3)
    services.set_parent(affiliate=bottom, parent=None, from_day=MARCH + timedelta(days=9), **BY)

    assert tree_on(brand_id=brand.id, day=MARCH).ancestors(bottom.id) == [middle.id, top.id]
    assert tree_on(brand_id=brand.id, day=MARCH - timedelta(days=1)).ancestors(bottom.id) == []
    assert tree_on(brand_id=brand.id, day=MARCH + timedelta(days=9)).ancestors(bottom.id) == []


def test_a_tree_has_five_levels_and_no_circle_on_any_day(brand):
    members = chain(brand, 5)
    sixth = services.create_affiliate(brand=brand, code="sixth", name="x", **BY)

    with pytest.raises(services.ParentRefused):
        services.set_parent(affiliate=sixth, parent=members[-1], from_day=MARCH, **BY)
    with pytest.raises(services.ParentRefused):
        services.set_parent(affiliate=members[0], parent=sixth, from_day=MARCH + timedelta(days=1), **BY)
    with pytest.raises(services.ParentRefused):
        services.set_parent(affiliate=members[0], parent=members[-1], from_day=None, **BY)
    with pytest.raises(services.ParentRefused):
        services.set_parent(affiliate=members[0], parent=members[0], from_day=None, **BY)
    services.set_parent(affiliate=sixth, parent=members[3], from_day=MARCH, **BY)


numbers = iter(range(10_000))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=20)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 5), st.none() | st.integers(0, 5), st.none() | st.integers(0, 3)), max_size=12
    )
)
def test_no_sequence_of_changes_makes_a_circle_or_a_sixth_level(db, steps):
    brand = create_brand(slug=f"tree{next(numbers)}", name="x", vertical="igaming", **BY)
    with tenant(brand.id):
        members = [services.create_affiliate(brand=brand, code=str(n), name="x", **BY) for n in range(6)]
        for child, parent, offset in steps:
            day = None if offset is None else MARCH + timedelta(days=offset)
            try:
                services.set_parent(
                    affiliate=members[child], parent=None if parent is None else members[parent], from_day=day, **BY
                )
            except services.ParentRefused:
                continue

        history = parent_history(brand_id=brand.id)
        for day in (None, *(MARCH + timedelta(days=n) for n in range(4))):
            tree = Tree.on(history=history, day=day)
            for member in members:
                path, current = [member.id], member.id
                while (current := tree.parents.get(current)) is not None:
                    path.append(current)
                    assert len(path) <= services.MAX_LEVELS
