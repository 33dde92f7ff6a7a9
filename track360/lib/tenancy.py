"""Whose rows a piece of work may see: the one place that opens a tenant's transaction.

Row level security in PostgreSQL compares every row's brand with a setting of the running transaction. `tenant()` and
`operators()` make that setting; without one of them a query on a tenant table raises instead of returning nothing.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps.registry import Apps
from django.db import InterfaceError, OperationalError, connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from track360.lib.postgresql.base import database, last_rows

APPLICATION_ROLE = "track360_app"
OPERATOR_ROLE = "track360_operator"
MAINTENANCE_ROLE = "track360_maintenance"

# Tables that name a brand (or a person) and stay outside row security, because they are read before the brand is
# known. They hold no customer or affiliate data and no secret in plain.
GLOBAL_TABLES = frozenset(
    {
        "brands_brand",
        "brands_brandtoken",
        "brands_application",
        "brands_membership",
        "affiliates_linkroute",
        "affiliates_seatroute",
        "ingestion_outbox",
    }
)

Rows = Sequence[tuple[Any, ...]]

_current: ContextVar[str] = ContextVar("tenancy", default="")


def current_brand() -> int:
    """Return the brand whose `tenant()` is open.

    Raises LookupError outside of one, also inside `operators()`.
    """
    setting = _current.get()
    if not setting.startswith("brand:"):
        raise LookupError("no tenant() is open")
    return int(setting.removeprefix("brand:"))


@contextmanager
def tenant(brand_id: int, *, asking: str = "") -> Iterator[Rows]:
    """Open a transaction that sees and writes the rows of one brand only.

    Nests: on leaving, the scope that was open before is in force again. The transaction commits when the outermost
    scope is left; services inside use plain `transaction.atomic`. `asking` are statements without parameters that
    travel with the first ones, for whoever counts round trips; what the last of them returns is handed over.
    """
    with _scope(f"brand:{int(brand_id)}", asking) as rows:
        yield rows


@contextmanager
def operators(brand_ids: Collection[int]) -> Iterator[None]:
    """Open a transaction that sees the rows of all these brands, for people who work for several of them."""
    with _scope("brands:" + ",".join(str(int(brand_id)) for brand_id in sorted(brand_ids))):
        yield


@contextmanager
def _scope(setting: str, asking: str = "") -> Iterator[Rows]:
    before = _current.set(setting)
    try:
        if connection.in_atomic_block:
            with transaction.atomic():
                yield _apply(setting, asking)
                # A rollback undoes SET LOCAL by itself; releasing a savepoint does not.
                if not connection.needs_rollback:
                    _apply(before.old_value if isinstance(before.old_value, str) else "")
        else:
            with ExitStack() as stack:
                stack.push(_begin(f"{_statements(setting)}; {asking}"))
                yield database().begun_with
    finally:
        _current.reset(before)


def _begin(statements: str, *, is_second: bool = False) -> transaction.Atomic:
    """Begin the outermost transaction; a connection that died while it was idle is replaced, once.

    Django would ask every connection beforehand whether it still lives: a round trip more for every request.
    """
    connection = database()
    connection.health_check_done = True  # type: ignore[attr-defined]
    connection.begins_with = statements
    block = transaction.atomic()
    try:
        block.__enter__()
    except (OperationalError, InterfaceError):
        had_died = connection.connection is None or connection.connection.has_died
        connection.close()
        if is_second or not had_died:
            raise
        return _begin(statements, is_second=True)
    finally:
        connection.begins_with = ""
    return block


def _apply(setting: str, asking: str = "") -> Rows:
    # The scope around this one may have another role.
    with connection.cursor() as cursor:
        cursor.execute(f"RESET ROLE; {_statements(setting)}; {asking}")
        return last_rows(cursor.cursor)


def _statements(setting: str) -> str:
    kind, _, value = setting.partition(":")
    match kind:
        case "brand":
            return f"SET LOCAL app.brand = '{value}'"
        case "brands":
            return f"SET LOCAL app.brands = '{value}'; SET LOCAL ROLE {OPERATOR_ROLE}"
        case _:
            return "SET LOCAL app.brand = ''"


class TenantTable(Operation):
    """Give a table its tenant form: primary key and foreign keys that begin with the brand, and row security.

    Django keeps its single `id` column as the model's primary key; in the database the primary key is
    (brand_id, id). Every foreign key of the model that points to another tenant table is checked as
    (brand_id, <column>) and must be declared with `db_constraint=False, db_index=False`. `appends` makes a table that
    the application's role can only insert into and read; `is_derived` one whose rows follow from others, can be
    rebuilt and carry no foreign keys.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, *, appends: bool = False, is_derived: bool = False) -> None:
        self.model = model
        self.appends = appends
        self.is_derived = is_derived

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        given = {"appends": self.appends, "is_derived": self.is_derived}
        return (self.__class__.__name__, [self.model], {name: True for name, is_set in given.items() if is_set})

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The models do not change: this is about the tables below them."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        apps: Apps = to_state.apps
        model = apps.get_model(app_label, self.model)
        for statement in tenant_table_sql(model, appends=self.appends, is_derived=self.is_derived):
            schema_editor.execute(statement)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Key {self.model} by brand and guard it with row security"


def tenant_table_sql(model: type[models.Model], *, appends: bool, is_derived: bool) -> Iterator[str]:
    """Yield the statements that turn a freshly created table into a tenant table."""
    table = model._meta.db_table
    yield f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey"
    yield f"ALTER TABLE {table} ADD CONSTRAINT {table}_pkey PRIMARY KEY (brand_id, id)"
    for field in model._meta.local_fields:
        if isinstance(field, models.ForeignKey) and not is_derived and points_to_tenant_table(field):
            target = field.related_model._meta.db_table
            yield (
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_{field.column}_of_the_same_brand "
                f"FOREIGN KEY (brand_id, {field.column}) REFERENCES {target} (brand_id, id) "
                "DEFERRABLE INITIALLY DEFERRED"
            )
    # The planner shall not know how many rows a brand has: statistics that are older than a brand say it has none, and
    # whatever index is then as good as another. Without any it takes each for one of two hundred.
    yield f"ALTER TABLE {table} ALTER COLUMN brand_id SET STATISTICS 0"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield (
        f"CREATE POLICY one_brand ON {table} TO {APPLICATION_ROLE} "
        "USING (brand_id = (SELECT current_setting('app.brand')::bigint))"
    )
    yield (
        f"CREATE POLICY own_brands ON {table} TO {OPERATOR_ROLE} "
        "USING (brand_id = ANY ((SELECT string_to_array(current_setting('app.brands'), ',')::bigint[])::bigint[]))"
    )
    yield (
        f"CREATE POLICY one_brand_maintained ON {table} TO {MAINTENANCE_ROLE} "
        "USING (brand_id = (SELECT current_setting('app.brand')::bigint))"
    )
    verbs = "SELECT, INSERT" if appends else "SELECT, INSERT, UPDATE, DELETE"
    yield f"REVOKE ALL ON {table} FROM {APPLICATION_ROLE}, {OPERATOR_ROLE}, {MAINTENANCE_ROLE}"
    yield f"GRANT {verbs} ON {table} TO {APPLICATION_ROLE}"
    yield f"GRANT SELECT ON {table} TO {OPERATOR_ROLE}"
    maintenance_verbs = "SELECT" if appends else "SELECT, UPDATE, DELETE"
    yield f"GRANT {maintenance_verbs} ON {table} TO {MAINTENANCE_ROLE}"


def points_to_tenant_table(field: "models.ForeignKey[Any, Any]") -> bool:
    """Tell whether a foreign key leads to a table that carries a brand itself and is not global."""
    target = field.related_model._meta
    names = {candidate.name for candidate in target.local_fields}
    return "brand" in names and target.db_table not in GLOBAL_TABLES
