"""What the outermost scope does with the connection: it replaces a dead one, and leaves nothing behind."""

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from brands.services import create_brand
from tests.tenancy.conftest import NOW
from track360.lib.tenancy import operators, tenant

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def brand():
    return create_brand(slug="one", name="One", vertical="igaming", by="test", now=NOW)


def ask(question):
    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


def end_the_connection():
    """Let PostgreSQL end it, as a restart does; Django goes on believing in it."""
    (pid,) = ask("SELECT pg_backend_pid()")
    with psycopg.connect(**connection.get_connection_params()) as another:
        another.execute(f"SELECT pg_terminate_backend({pid}, 5000)")


def test_a_connection_that_died_is_replaced(brand):
    end_the_connection()

    with tenant(brand.id):
        assert ask("SELECT count(*) FROM brands_auditevent") == (1,)


def lose_the_connection(brand):
    with tenant(brand.id):
        end_the_connection()
        ask("SELECT 1")


def test_a_connection_that_dies_within_is_not_hidden(brand):
    with pytest.raises(DatabaseError):
        lose_the_connection(brand)


@pytest.mark.parametrize("scope", [lambda brand: tenant(brand.id), lambda brand: operators([brand.id])])
def test_nothing_of_a_scope_is_left_behind(brand, scope):
    with scope(brand):
        pass
    after_commit = ask("SELECT current_user, current_setting('app.brand', true), current_setting('app.brands', true)")
    with pytest.raises(RuntimeError), scope(brand):
        raise RuntimeError
    after_rollback = ask("SELECT current_user")

    assert after_commit in {("track360_app", "", ""), ("track360_app", "", None), ("track360_app", None, "")}
    assert after_rollback == ("track360_app",)
    with pytest.raises(DatabaseError), transaction.atomic():
        ask("SELECT count(*) FROM brands_auditevent")
