"""A form belongs to the brand it was opened in, whatever another tab has done since."""

import pytest

from affiliates.models import Affiliate
from brands.services import issue_token
from tests.admin.house import NOW, House, posted
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


def test_record_of_another_of_ones_brands_is_offered_there(two, at_desk):
    _, second, person = two
    affiliate = second.affiliate("900")
    page = f"/admin/affiliates/affiliate/{affiliate.pk}/change/"
    browser = at_desk(person)

    missing = browser.get(page)
    offered = browser.post("/admin/brand/", {"brand": "second", "next": page})

    assert missing.status_code == 404
    assert "belongs to <strong>The second</strong>" in missing.content.decode()
    assert f'name="next" value="{page}"' in missing.content.decode()
    assert (offered.url, browser.get(page).status_code) == (page, 200)


def test_settings_of_another_of_ones_brands_are_offered_there(two, at_desk):
    _, second, person = two

    missing = at_desk(person).get(f"/admin/brands/brand/{second.brand.pk}/change/")

    assert (missing.status_code, "Open it in The second" in missing.content.decode()) == (404, True)


def test_record_that_ones_role_there_may_not_see_is_not_offered(two, at_desk):
    _, second, person = two
    with tenant(second.brand.pk):
        second.brand.memberships.update(role="manager")
        token = issue_token(brand=second.brand, by="test", now=NOW).token

    missing = at_desk(person).get(f"/admin/brands/brandtoken/{token.pk}/change/")

    assert (missing.status_code, "The second" in missing.content.decode()) == (404, False)


@pytest.mark.parametrize("key", ["7999", "99999999999999999999", "x", "1000-1"])
def test_record_that_is_nowhere_is_not_offered(two, at_desk, key):
    missing = at_desk(two[2]).get(f"/admin/affiliates/affiliate/{key}/change/")

    assert missing.status_code == 404
    assert "Nothing in the brands you work for stands at this address." in missing.content.decode()
    assert 'href="/admin/">Back to the overview' in missing.content.decode()


def test_way_back_leads_nowhere_else(two, at_desk):
    _, _, person = two

    answer = at_desk(person).post("/admin/brand/", {"brand": "first", "next": "https://evil.example/"})

    assert answer.url == "/admin/"
