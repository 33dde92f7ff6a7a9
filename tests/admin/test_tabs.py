"""A form belongs to the brand it was opened in, whatever another tab has done since."""

import pytest

from affiliates.models import Affiliate
from tests.admin.house import House, posted
from track360.lib.tenancy import tenant

ADD = "/admin/affiliates/affiliate/add/"
AFFILIATE = {"code": "77", "name": "Seventy Seven", "status": "active"}


@pytest.fixture
def two(db):
    first, second = House("first"), House("second")
    person = first.operator("owner")
    with tenant(second.brand.pk):
        second.brand.memberships.create(user=person, role="owner")
    return first, second, person


def codes(house: House) -> list[str]:
    with tenant(house.brand.pk):
        return list(Affiliate.objects.filter(brand=house.brand).values_list("code", flat=True))


def test_form_says_which_brand_it_was_opened_in(two, at_desk):
    first, _, person = two
    browser = at_desk(person)

    text = browser.get(ADD).content.decode()

    assert f'<input type="hidden" name="_brand" value="{first.brand.pk}">' in text


def test_form_of_a_brand_one_has_left_stores_nothing(two, at_desk):
    first, second, person = two
    browser = at_desk(person)
    browser.post("/admin/brand/", {"brand": "second"})

    answer = browser.post(ADD, posted(first.brand, **AFFILIATE))

    assert answer.status_code == 409
    assert "Nothing was saved" in answer.content.decode()
    assert "Go back to The first" in answer.content.decode()
    assert (codes(first), codes(second)) == ([], [])


def test_form_that_names_no_brand_stores_nothing(two, at_desk):
    first, _, person = two
    browser = at_desk(person)

    answer = browser.post(ADD, AFFILIATE)

    assert (answer.status_code, codes(first)) == (409, [])


def test_way_back_leads_to_the_form_in_its_brand(two, at_desk):
    first, _, person = two
    browser = at_desk(person)
    browser.post("/admin/brand/", {"brand": "second"})

    answer = browser.post("/admin/brand/", {"brand": "first", "next": ADD})
    stored = browser.post(ADD, posted(first.brand, **AFFILIATE))

    assert (answer.url, stored.status_code, codes(first)) == (ADD, 302, ["77"])


def test_way_back_leads_nowhere_else(two, at_desk):
    _, _, person = two

    answer = at_desk(person).post("/admin/brand/", {"brand": "first", "next": "https://evil.example/"})

    assert answer.url == "/admin/"
