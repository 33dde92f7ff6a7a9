"""Proof that the other tests mean something: they run as a role that row security binds, and it does bind."""

import pytest
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone
from model_bakery import baker

from affiliates.models import Affiliate
from track360.lib.tenancy import GLOBAL_TABLES, operators, tenant

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_brands():
    """Two brands, each with one affiliate of the same code."""
    brands = [baker.make("brands.Brand", slug=slug, created_at=timezone.now()) for slug in ("north", "south")]
    for brand in brands:
        with tenant(brand.pk):
            Affiliate.objects.create(brand=brand, code="42", name=f"of {brand.slug}", created_at=timezone.now())
    return brands


def rows(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def test_the_role_of_the_tests_has_no_privileges():
    role = rows(
        "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )

    assert role == [("track360_app", False, False, False, False)]


def test_the_role_of_the_tests_owns_nothing():
    assert rows("SELECT relname FROM pg_class WHERE pg_has_role(current_user, relowner, 'USAGE')") == []


def test_the_tables_are_there():
    """Were they not, the tests below would prove nothing."""
    assert rows("SELECT count(*) > 30 FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace") == [
        (True,)
    ]


def test_every_table_that_names_a_brand_is_guarded_or_listed_as_global():
    unguarded = rows(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'brand_id'"
        " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity"
    )

    assert {name for (name,) in unguarded} <= GLOBAL_TABLES


def test_a_tenant_sees_its_own_rows_only(two_brands):
    north, south = two_brands

    with tenant(north.pk):
        seen_by_north = rows("SELECT name FROM affiliates_affiliate")
    with tenant(south.pk):
        seen_by_south = rows("SELECT name FROM affiliates_affiliate")

    assert (seen_by_north, seen_by_south) == ([("of north",)], [("of south",)])


def test_without_a_tenant_a_query_raises_instead_of_finding_nothing(two_brands):
    with pytest.raises(DatabaseError), transaction.atomic():
        rows("SELECT name FROM affiliates_affiliate")


def test_a_tenant_cannot_write_for_another_brand(two_brands):
    north, south = two_brands

    with tenant(north.pk), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        Affiliate.objects.create(brand=south, code="43", name="planted", created_at=timezone.now())


def test_a_tenant_cannot_change_or_delete_another_brands_rows(two_brands):
    north, south = two_brands

    with tenant(north.pk):
        changed = Affiliate.objects.filter(brand_id=south.pk).update(name="taken")
        deleted, _ = Affiliate.objects.filter(brand_id=south.pk).delete()

    assert (changed, deleted) == (0, 0)


def test_operators_read_the_brands_they_are_given_and_no_other(two_brands):
    north, south = two_brands
    third = baker.make("brands.Brand", slug="third", created_at=timezone.now())

    with operators([north.pk, third.pk]):
        one = rows("SELECT name FROM affiliates_affiliate")
    with operators([north.pk, south.pk]):
        both = rows("SELECT name FROM affiliates_affiliate ORDER BY name")

    assert (one, both) == ([("of north",)], [("of north",), ("of south",)])


def test_operators_cannot_write(two_brands):
    north, _ = two_brands

    with operators([north.pk]), pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows("UPDATE affiliates_affiliate SET name = 'changed' RETURNING name")


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE affiliates_affiliate",
        "ALTER TABLE affiliates_affiliate DISABLE ROW LEVEL SECURITY",
        "DROP POLICY one_brand ON affiliates_affiliate",
        "CREATE TABLE another (id int)",
        "SET ROLE track360_owner",
    ],
)
def test_the_role_of_the_tests_cannot_lift_its_limits(statement):
    with pytest.raises(ProgrammingError, match=r"must be owner|permission denied"), transaction.atomic():
        rows(statement)
