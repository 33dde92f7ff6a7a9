"""Proof that the other tests mean something: they run as a role that row security binds."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_the_tests_run_as_a_role_without_privileges():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = current_user"
        )
        role = cursor.fetchone()

    assert role == ("track360_app", False, False, False, False)


@pytest.mark.django_db
def test_the_tests_role_owns_no_table():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)
