"""A stage for pages, and somebody who looks at it."""

import pytest
import time_machine
from django.test import Client

from affiliates.models import Affiliate
from brands.models import Brand, User
from tests.portal.stage import NOW, Stage
from track360.lib.tenancy import tenant


@pytest.fixture
def build(db):
    """Build a stage: a brand (made when it is new) and a new affiliate of it."""

    def stage(slug: str = "luckyspin", code: str = "aff_204", **fields) -> Stage:
        brand, _ = Brand.objects.get_or_create(
            slug=slug,
            defaults={
                "name": slug.title(),
                "vertical": "igaming",
                "timezone": "Europe/Malta",
                "landing_url": f"https://{slug}.example/welcome",
                "created_at": NOW,
                **fields,
            },
        )
        with tenant(brand.pk):
            affiliate = Affiliate.objects.create(brand=brand, code=code, name=f"Name of {code}", created_at=NOW)
        return Stage(brand, affiliate)

    return stage


@pytest.fixture
def stage(build) -> Stage:
    return build()


@pytest.fixture
def user(db) -> User:
    return User.objects.create_user("partner@example.com", "a long enough word")


@pytest.fixture
def visitor(client: Client, user: User):
    """The user's browser, signed in, on the day the tests are about."""
    with time_machine.travel(NOW, tick=False):
        client.force_login(user)
        yield client
