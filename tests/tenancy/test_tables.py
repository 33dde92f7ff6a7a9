"""Every table that carries a brand is keyed by it, guarded by it, and grants each role exactly its verbs."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction

from brands.services import create_brand
from tests.conftest import as_owner
from tests.tenancy.conftest import NOW
from track360.lib.tenancy import GLOBAL_TABLES, tenant

pytestmark = pytest.mark.django_db

# What only grows: neither the application nor erasure may change or take away a row (journey.md, Where it rests).
APPENDED = frozenset(
    {
        "brands_auditevent",
        "commissions_closedperiod",
        "commissions_entry",
        "ingestion_delivery",
        "ingestion_fxrate",
        "ingestion_supersededactivity",
    }
)
VERBS = ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
# Of the tables whose rows have no number of their own.
PRIMARY_KEYS = {"attribution_customerday": "PRIMARY KEY (brand_id, customer_id, day, kpi, product, currency)"}
OWN_BRAND = "(brand_id = ( SELECT (current_setting('app.brand'::text))::bigint AS current_setting))"


def tenant_tables():
    """All tables of our models that carry a brand, but for the global ones; known without asking the database."""
    return sorted(
        model._meta.db_table
        for model in apps.get_models()
        if any(field.name == "brand" for field in model._meta.local_fields)
        and model._meta.db_table not in GLOBAL_TABLES
    )


def ask(question, *values):
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


def test_the_database_knows_the_same_tables_as_the_models():
    found = ask(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'brand_id'"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname <> ALL (%s)"
        " ORDER BY relname",
        list(GLOBAL_TABLES),
    )

    assert [name for (name,) in found] == tenant_tables()
    assert len(tenant_tables()) > 25


def test_no_statistics_are_kept_of_brands():
    kept = ask(
        "SELECT relname FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'brand_id'"
        " WHERE relname = ANY (%s) AND attstattarget IS DISTINCT FROM 0",
        tenant_tables(),
    )

    assert kept == []


@pytest.mark.parametrize("table", tenant_tables())
def test_a_table_has_row_security_with_a_policy_for_each_role(table):
    assert ask("SELECT relrowsecurity FROM pg_class WHERE relname = %s", table) == [(True,)]

    policies = ask(
        "SELECT polroles::regrole[]::text[], polpermissive, polcmd, pg_get_expr(polqual, polrelid),"
        " polwithcheck IS NULL FROM pg_policy WHERE polrelid = %s::regclass",
        table,
    )

    # Without a WITH CHECK of its own a policy checks written rows by the same expression.
    by_role = {tuple(roles): (permissive, command, seen, same) for roles, permissive, command, seen, same in policies}
    assert by_role.pop(("track360_operator",))[2].startswith("(brand_id = ANY (( SELECT (string_to_array(")
    assert by_role == {
        ("track360_app",): (True, "*", OWN_BRAND, True),
        ("track360_maintenance",): (True, "*", OWN_BRAND, True),
    }


@pytest.mark.parametrize("table", tenant_tables())
def test_every_key_of_a_table_begins_with_the_brand(table):
    keys = ask(
        "SELECT contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE conrelid = %s::regclass AND contype IN ('p', 'u', 'f', 'x')",
        table,
    )

    primary = [definition for kind, definition in keys if kind == "p"]
    unique = [definition for kind, definition in keys if kind == "u"]
    foreign = [definition for kind, definition in keys if kind == "f"]
    assert primary == [PRIMARY_KEYS.get(table, "PRIMARY KEY (brand_id, id)")]
    assert [each for each in unique if "(brand_id, " not in each and "(brand_id)" not in each] == []
    # What is not the brand itself points either to another tenant table, together with the brand, or to a global one.
    outside = ("brands_brand(id)", "brands_user(id)", "brands_brandtoken(id)")
    assert [
        each
        for each in foreign
        if not (each.startswith("FOREIGN KEY (brand_id, ") and "(brand_id, id)" in each)
        and not any(f"REFERENCES {target}" in each for target in outside)
    ] == []


@pytest.mark.parametrize("table", tenant_tables())
def test_every_unique_index_of_a_table_begins_with_the_brand(table):
    indexes = ask(
        "SELECT pg_get_indexdef(indexrelid, 1, true) FROM pg_index WHERE indrelid = %s::regclass AND indisunique", table
    )

    assert {first for (first,) in indexes} == {"brand_id"}


@pytest.mark.parametrize("table", tenant_tables())
@pytest.mark.parametrize(
    ("role", "of_appended", "of_others"),
    [
        ("track360_app", {"SELECT", "INSERT"}, {"SELECT", "INSERT", "UPDATE", "DELETE"}),
        ("track360_operator", {"SELECT"}, {"SELECT"}),
        ("track360_maintenance", {"SELECT"}, {"SELECT", "UPDATE", "DELETE"}),
        ("public", set(), set()),
    ],
)
def test_a_role_has_exactly_its_verbs(table, role, of_appended, of_others):
    granted = ask(
        "SELECT verb, has_table_privilege(%s::name, %s, verb) FROM unnest(%s::text[]) AS verb", role, table, VERBS
    )

    wanted = of_appended if table in APPENDED else of_others
    assert {verb for verb, has in granted if has} == wanted


def test_the_application_may_not_truncate_any_table():
    truncatable = ask(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND has_table_privilege('track360_app', oid, 'TRUNCATE')"
    )

    assert truncatable == []


def test_the_application_reads_with_the_operators_rights_only_when_it_asks_for_them():
    inherits = ask("SELECT rolinherit FROM pg_roles WHERE rolname = 'track360_app'")

    assert inherits == [(False,)]
    assert ask("SELECT current_user") == [("track360_app",)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("table", sorted(APPENDED))
@pytest.mark.parametrize("statement", ["UPDATE {} SET brand_id = brand_id", "DELETE FROM {}", "TRUNCATE {}"])
def test_what_only_grows_cannot_be_changed_by_the_application(table, statement):
    brand = create_brand(slug="one", name="One", vertical="igaming", by="test", now=NOW)

    with tenant(brand.id), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        ask(statement.format(table))


@pytest.mark.django_db(transaction=True)
def test_the_policies_are_what_hides_rows():
    """The canary: with row security switched off on one table, the same query shows another brand's row."""
    one, two = (create_brand(slug=slug, name=slug, vertical="igaming", by="test", now=NOW) for slug in ("one", "two"))

    def brands_in_the_audit():
        with tenant(one.id):
            return {brand for (brand,) in ask("SELECT brand_id FROM brands_auditevent")}

    guarded = brands_in_the_audit()
    switch("DISABLE")
    try:
        unguarded = brands_in_the_audit()
    finally:
        switch("ENABLE")

    assert guarded == {one.id}
    assert unguarded == {one.id, two.id}


def switch(verb):
    with as_owner():
        ask_nothing(f"ALTER TABLE brands_auditevent {verb} ROW LEVEL SECURITY")


def ask_nothing(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
