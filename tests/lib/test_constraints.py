"""A constraint is told as the problem it stands for, and any other as what it is."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from brands.services import create_brand
from commissions.models import Plan
from track360.lib.constraints import refusing
from track360.lib.problems import Conflict
from track360.lib.tenancy import tenant

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def plan(db):
    brand = create_brand(slug="luckyspin", name="Lucky Spin", vertical="igaming", by="test", now=NOW)
    with tenant(brand.id):
        yield Plan.objects.create(brand=brand, name="Plan", currency="EUR", created_at=NOW)


def test_the_constraint_that_is_named_becomes_its_problem_and_the_transaction_goes_on(plan):
    with pytest.raises(Conflict), refusing(a_plan_name_is_one_plan=Conflict("Choose another.")):
        Plan.objects.create(brand=plan.brand, name="Plan", currency="EUR", created_at=NOW)

    assert Plan.objects.count() == 1


def test_another_constraint_stays_what_it_is(plan):
    with pytest.raises(IntegrityError), refusing(a_plan_name_is_one_plan=Conflict("Choose another.")):
        Plan.objects.create(brand=plan.brand, name="Other", currency="eur", created_at=NOW)
