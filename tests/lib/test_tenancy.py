from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from affiliates.models import Affiliate
from brands.services import create_brand
from commissions.models import Deal, Plan
from track360.lib.tenancy import current_brand, operators, tenant

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def two_brands():
    """Two brands with an affiliate of the same code each."""
    brands = [create_brand(slug=slug, name=slug, vertical="igaming", by="test", now=NOW) for slug in ("one", "two")]
    for brand in brands:
        with tenant(brand.id):
            Affiliate.objects.create(brand=brand, code="aff", name=brand.slug, created_at=NOW)
    return brands


def names():
    return sorted(Affiliate.objects.values_list("name", flat=True))


def test_a_tenant_sees_its_own_rows_without_any_filter(two_brands):
    one, two = two_brands

    with tenant(one.id):
        seen_in_one = names()
    with tenant(two.id):
        seen_in_two = names()

    assert (seen_in_one, seen_in_two) == (["one"], ["two"])


def test_without_a_scope_a_query_fails_instead_of_finding_nothing(two_brands):
    with pytest.raises(DatabaseError), transaction.atomic():
        names()


def test_scopes_nest_and_the_outer_one_comes_back(two_brands):
    one, two = two_brands

    with tenant(one.id):
        with tenant(two.id):
            inner = (names(), current_brand())
        with operators([one.id, two.id]):
            both = names()
        outer = (names(), current_brand())

    assert inner == (["two"], two.id)
    assert both == ["one", "two"]
    assert outer == (["one"], one.id)


def test_the_outer_scope_comes_back_after_a_failure_inside(two_brands):
    one, two = two_brands

    with tenant(one.id):
        with pytest.raises(RuntimeError), tenant(two.id):
            raise RuntimeError
        assert names() == ["one"]


def test_a_row_of_another_brand_cannot_be_written(two_brands):
    one, two = two_brands

    with tenant(one.id):
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            Affiliate.objects.create(brand=two, code="planted", name="planted", created_at=NOW)
        assert Affiliate.objects.filter(name="two").update(name="taken") == 0


def plant_a_deal(*, brand, affiliate_id):
    with tenant(brand.id):
        plan = Plan.objects.create(brand=brand, name="Plan", currency="EUR", created_at=NOW)
        Deal.objects.create(brand=brand, affiliate_id=affiliate_id, plan=plan, starts_on=NOW.date(), created_at=NOW)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_row_cannot_point_into_another_brand(two_brands):
    one, two = two_brands
    with tenant(two.id):
        foreign = Affiliate.objects.get(code="aff")

    with pytest.raises(DatabaseError, match="of_the_same_brand"):
        plant_a_deal(brand=one, affiliate_id=foreign.id)


def test_people_of_several_brands_read_them_all_and_write_none(two_brands):
    one, two = two_brands

    with operators([one.id]):
        assert names() == ["one"]
    with operators([one.id, two.id]):
        assert names() == ["one", "two"]
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Affiliate.objects.update(name="taken")
        with pytest.raises(LookupError):
            current_brand()
    with operators([]):
        assert names() == []
