"""What every test stands on: the database as migrations leave it, whatever the test before did."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations
from hypothesis import HealthCheck, settings

from quanzhou_fund.app_role import Use, limit_role
from tables import slots
from tests.servers import stop

# A loaded machine is no failure of a property.
settings.register_profile("fund", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("fund")

SEED = "seed"  # a schema of the test database: copies of every row that migrations wrote


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """End the servers, in workers too, whose processes leave no time for more."""
    stop()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Keep a copy of the rows that migrations wrote, for tests that commit and so must be cleaned up by truncation."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        limit_role(connection.settings_dict["USER"], use=Use.JOBS)  # every further connection has the limits of a role
        cursor.execute(f"DROP SCHEMA IF EXISTS {SEED} CASCADE; CREATE SCHEMA {SEED}")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}")')
            if cursor.fetchone()[0]:
                cursor.execute(f'CREATE TABLE {SEED}."{table}" AS TABLE public."{table}"')
    with django_db_blocker.unblock():
        connection.close()


@pytest.fixture(scope="session", autouse=True)
def _own_places_of_readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let files be read whatever other workers read just now: nobody waits for the one place of requests."""
    folder = tmp_path_factory.mktemp("places")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(slots, "_folder", lambda: folder)
        yield


@pytest.fixture(scope="session", autouse=True)
def _flush_back_to_the_seed() -> Iterator[None]:
    """
    Let Django's flush truncate append-only tables and give back the rows of migrations.

    Triggers that guard the books forbid TRUNCATE; in the replica role they rest, and foreign keys with them.
    """
    plain = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        statements = plain(self, style, tables, **options)
        if not statements:
            return statements
        return [
            "SET LOCAL session_replication_role = replica",
            *statements,
            *_seed_statements(tables),
            "SET LOCAL session_replication_role = origin",
        ]

    DatabaseOperations.sql_flush = sql_flush
    yield
    DatabaseOperations.sql_flush = plain


def _seed_statements(tables: Sequence[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_name, string_agg(quote_ident(c.column_name), ', ' ORDER BY c.ordinal_position)"
            " FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = %s AND t.table_name = c.table_name"
            " WHERE c.table_schema = 'public' AND c.is_generated = 'NEVER' AND c.table_name = ANY(%s) GROUP BY c.table_name",
            [SEED, list(tables)],
        )
        rows = cursor.fetchall()
    return [
        f'INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns} FROM {SEED}."{table}"'
        for table, columns in rows
    ]


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Forget what a test cached: rate limits, calendars."""
    yield
    cache.clear()


@pytest.fixture(scope="session")
def office_profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this worker's LibreOffice keeps what it remembers; two at once in one place would wait for each other."""
    return tmp_path_factory.mktemp("office")
