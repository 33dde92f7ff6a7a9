"""The table of roles, held against every page."""

import pytest

from brands.models.people import Role
from brands.roles import CHANGES, SEES, Area
from tests.admin import addresses
from track360.lib.tenancy import tenant


def test_table_of_roles_is_the_one_that_was_agreed():
    changes = {role: {str(area) for area in areas} for role, areas in CHANGES.items()}

    assert changes == {
        Role.OWNER: {str(area) for area in Area},
        Role.MANAGER: {"mapping", "affiliates", "statuses", "terms"},
        Role.FINANCE: {"rates", "periods"},
        Role.RISK: {"statuses", "transfers", "exclusions"},
        Role.READ_ONLY: set(),
    }
    assert {role: frozenset(Area) - areas for role, areas in SEES.items()} == {
        Role.OWNER: frozenset(),
        Role.MANAGER: {Area.CREDENTIALS},
        Role.FINANCE: {Area.CREDENTIALS},
        Role.RISK: {Area.CREDENTIALS},
        Role.READ_ONLY: {Area.CREDENTIALS},
    }


@pytest.mark.parametrize("role", Role.values)
def test_role_sees_exactly_the_pages_of_its_areas(house, at_desk, role):
    browser = at_desk(house.operator(role))
    with tenant(house.brand.pk):
        pages = addresses.lists() | addresses.objects(house.brand)

    statuses = {page: browser.get(page, follow=True).status_code for page in pages}

    assert statuses == {page: 200 if area in SEES[role] else 403 for page, area in pages.items()}


@pytest.mark.parametrize("role", Role.values)
def test_role_opens_exactly_the_forms_of_its_areas(house, at_desk, role):
    browser = at_desk(house.operator(role))
    with tenant(house.brand.pk):
        pages = addresses.writing(house.brand)

    statuses = {page: browser.get(page).status_code for page in pages}

    assert statuses == {page: 200 if area in CHANGES[role] else 403 for page, area in pages.items()}


@pytest.mark.parametrize("role", Role.values)
def test_role_sends_exactly_the_forms_of_its_areas(house, at_desk, role):
    browser = at_desk(house.operator(role))
    with tenant(house.brand.pk):
        pages = addresses.writing(house.brand)

    refused = {page for page in pages if browser.post(page, {"_brand": house.brand.pk}).status_code == 403}

    assert refused == {page for page, area in pages.items() if area not in CHANGES[role]}


def test_reader_sees_the_fields_of_a_form_and_no_button(house, at_desk):
    browser = at_desk(house.operator("read_only"))
    with tenant(house.brand.pk):
        pages = [page for page, area in addresses.objects(house.brand).items() if area is Area.MAPPING]

    shown = [browser.get(page).content.decode() for page in pages]

    assert [text.count('class="button button-primary" type="submit"') for text in shown] == [0] * len(pages)
