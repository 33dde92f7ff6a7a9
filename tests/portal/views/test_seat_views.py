import pytest
from django.test import Client

from affiliates.models import Seat
from track360.lib.tenancy import tenant

PAGES = ["/portal/", "/portal/commissions/", "/portal/customers/", "/portal/links/"]


@pytest.mark.parametrize("page", [*PAGES, "/portal/programmes/"])
@pytest.mark.django_db
def test_page_asks_a_stranger_to_sign_in(client: Client, page):
    answer = client.get(page)

    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={page}")


@pytest.mark.django_db
def test_part_of_a_page_is_not_replaced_by_the_way_to_sign_in(client: Client):
    answer = client.get("/portal/customers/?standing=excluded", headers={"HX-Request": "true"})

    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"] == "/accounts/login/?next=/portal/customers/%3Fstanding%3Dexcluded"


@pytest.mark.parametrize(
    ("status", "expected"), [("active", 200), ("suspended", 200), ("pending", 403), ("declined", 403), ("blocked", 403)]
)
@pytest.mark.parametrize("page", PAGES)
def test_page_opens_only_for_who_may_log_in(visitor, stage, user, page, status, expected):
    stage.seat(user, status)

    assert visitor.get(page).status_code == expected


def test_suspended_affiliate_is_told_so(visitor, stage, user):
    stage.seat(user, "suspended")

    assert "payments are held" in visitor.get("/portal/").content.decode()


@pytest.mark.parametrize("page", [*PAGES, "/portal/programmes/"])
def test_person_without_a_seat_is_told_whom_to_ask(visitor, page):
    answer = visitor.get(page)

    assert answer.status_code == 403
    assert "No programme is open to you" in answer.content.decode()


def test_person_with_several_seats_chooses_one_and_it_is_remembered(visitor, build, user):
    one, other = build(code="aff_1"), build("otherbrand", "aff_2")
    one.seat(user)
    other.seat(user)

    asked = visitor.get("/portal/links/")
    part = visitor.get("/portal/links/", headers={"HX-Request": "true"})
    chosen = visitor.post("/portal/programmes/", {"seat": "otherbrand/aff_2", "next": "/portal/links/"})
    page = visitor.get("/portal/links/").content.decode()

    assert (asked.status_code, asked["Location"]) == (302, "/portal/programmes/?next=%2Fportal%2Flinks%2F")
    assert part["HX-Redirect"] == asked["Location"]
    assert (chosen.status_code, chosen["Location"]) == (302, "/portal/links/")
    assert ("Name of aff_2" in page, "Name of aff_1" in page) == (True, False)


def test_seat_of_somebody_else_cannot_be_chosen(visitor, build, user):
    build(code="aff_1").seat(user)
    build(code="aff_2")

    refused = visitor.post("/portal/programmes/", {"seat": "luckyspin/aff_2"})

    assert refused.status_code == 404
    assert "Name of aff_1" in visitor.get("/portal/").content.decode()


def test_seat_that_was_taken_away_is_closed_at_once(visitor, build, user):
    one, other = build(code="aff_1"), build(code="aff_2")
    one.seat(user)
    other.seat(user)
    visitor.post("/portal/programmes/", {"seat": "luckyspin/aff_2"})
    with tenant(other.brand.pk):
        Seat.objects.filter(affiliate=other.affiliate).delete()

    page = visitor.get("/portal/").content.decode()

    assert ("Name of aff_1" in page, "Name of aff_2" in page) == (True, False)


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/portal/", "javascript:alert(1)", "/admin/", "portal/"]
)
def test_choice_leads_nowhere_but_into_the_portal(visitor, stage, user, target):
    stage.seat(user)

    answer = visitor.post("/portal/programmes/", {"seat": "luckyspin/aff_204", "next": target})

    assert (answer.status_code, answer["Location"]) == (302, "/portal/")
