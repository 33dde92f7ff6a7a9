"""Nothing of one brand is on another brand's pages, and nothing there tells whether it exists."""

import re

import pytest

from brands.models import User
from tests.admin import addresses
from tests.admin.house import House, posted
from track360.lib.tenancy import tenant

VOLATILE = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')


def shown(browser, page: str) -> tuple[int, str]:
    answer = browser.get(page, follow=True)
    return answer.status_code, VOLATILE.sub("", answer.content.decode())


def test_every_object_of_another_brand_does_not_exist(house, at_desk):
    other = House("other").furnish()
    browser = at_desk(house.operator("owner"))
    with tenant(other.brand.pk):
        pages = {**addresses.objects(other.brand), **addresses.writing(other.brand)}
    pages = {page for page in pages if re.search(r"/\d+/", page)}
    nowhere = shown(browser, "/admin/affiliates/affiliate/999999/change/")

    assert {shown(browser, page) for page in pages} == {nowhere}
    assert {browser.get(page).status_code for page in pages} == {404}
    assert {browser.post(page, posted(house.brand)).status_code for page in pages} == {404}


def test_pages_are_the_same_whatever_another_brand_holds(house, at_desk):
    browser = at_desk(house.operator("owner"))
    with tenant(house.brand.pk):
        pages = ["/admin/", *addresses.lists(), *addresses.objects(house.brand), *addresses.writing(house.brand)]
    pages.append("/admin/brands/")
    alone = {page: shown(browser, page) for page in pages}

    House("other").furnish()

    changed = [page for page in pages if shown(browser, page) != alone[page]]
    assert changed == []


def test_brand_that_is_not_ones_own_cannot_be_chosen(house, at_desk):
    other = House("other")
    browser = at_desk(house.operator("owner"))

    answer = browser.post("/admin/brand/", {"brand": other.brand.slug})

    assert answer.status_code == 404
    assert "The luckyspin" in browser.get("/admin/").content.decode()


def test_all_brands_page_shows_ones_own_only(house, at_desk):
    House("foreign")
    second = House("second")
    person = house.operator("owner")
    with tenant(second.brand.pk):
        second.brand.memberships.create(user=person, role="read_only")
    browser = at_desk(person)

    text = browser.get("/admin/brands/").content.decode()

    assert ("The luckyspin" in text, "The second" in text, "The foreign" in text) == (True, True, False)


def test_page_of_all_brands_is_found_by_who_may_add_one_or_has_several(house, at_desk):
    root = at_desk(User.objects.create_superuser("root@example.com", "a long enough word"))
    owner = at_desk(house.operator("owner"))

    found = ['href="/admin/brands/"' in browser.get("/admin/").content.decode() for browser in (root, owner)]

    assert found == [True, False]


@pytest.mark.parametrize("page", ["/admin/", "/admin/brands/", "/admin/commissions/line/"])
def test_operator_without_a_brand_learns_what_to_do(db, at_desk, page):
    browser = at_desk(User.objects.create_user("new@example.com", "a long enough word", is_staff=True))

    answer = browser.get(page)

    assert answer.status_code == 200
    assert "You do not work for a brand yet" in answer.content.decode()


def test_affiliates_person_is_refused(house, at_desk):
    browser = at_desk(User.objects.create_user("partner@example.com", "a long enough word"))

    refused = browser.get("/admin/", follow=True)

    assert refused.status_code == 403
    assert 'href="/portal/">Back to the portal' in refused.content.decode()


def test_operator_whose_role_forbids_a_page_is_led_back_and_told_whom_to_ask(house, at_desk):
    refused = at_desk(house.operator("finance", name="counter")).get("/admin/brands/brandtoken/")

    text = refused.content.decode()
    assert refused.status_code == 403
    assert ("ask an owner of the brand" in text, "run your programme" in text) == (True, False)
    assert 'href="/admin/">Back to the overview' in text


@pytest.mark.parametrize(
    ("page", "way_out"), [("/portal/nothing/", "/portal/"), ("/nothing/", "/"), ("/nothing/admin/", "/")]
)
def test_page_that_does_not_exist_leads_back_to_where_one_was(db, client, page, way_out):
    answer = client.get(page)

    assert answer.status_code == 404
    assert f'class="button button-primary" href="{way_out}"' in answer.content.decode()


def test_visitor_is_sent_to_the_sign_in(db, client):
    answer = client.get("/admin/commissions/line/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/accounts/login/?next=")
    assert "Sign in" in answer.content.decode()
