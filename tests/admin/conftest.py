"""A furnished brand, its operators, and their browsers on the day the tests are about."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.test import Client

from brands.models import User
from tests.admin.house import NOW, House


@pytest.fixture
def bare(db) -> House:
    """A brand as it is when it was just created."""
    return House("bare")


@pytest.fixture
def house(db) -> House:
    """A brand with one of everything."""
    return House("luckyspin").furnish()


@pytest.fixture
def at_desk(db) -> Iterator[Callable[[User], Client]]:
    """Sign an operator in, and let it be the day the tests are about."""

    def sign_in(person: User) -> Client:
        client = Client()
        client.force_login(person)
        return client

    with time_machine.travel(NOW, tick=False):
        yield sign_in


@pytest.fixture
def owner(house: House, at_desk: Callable[[User], Client]) -> Client:
    """The browser of the furnished brand's owner."""
    return at_desk(house.operator("owner"))
