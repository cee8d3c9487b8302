"""The role that web and worker run under, against the real database: it works, and it cannot rewrite the books."""

import os

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from quanzhou_fund.app_role import RoleOwnsTables, append_only_tables, grant_app_role

ROLE = f"fund_app_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # roles belong to the whole cluster
MUST_BE_GUARDED = {"audit_event", "ledger_entry", "ledger_leg", "loans_movement"}


@pytest.fixture
def role(db: None) -> str:
    """A role that may log in and nothing else; it goes with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'x'")
    return ROLE


def may(statement: str) -> bool:
    """Return whether the role may do this, whatever constraints then say; the transaction stays usable."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError as refusal:
            return not any(words in str(refusal) for words in ("permission denied", "must be owner"))
        finally:
            cursor.execute("RESET ROLE")
    return True


def test_the_books_are_guarded(db: None) -> None:
    assert append_only_tables() >= MUST_BE_GUARDED


def test_without_a_grant_the_role_sees_nothing(role: str) -> None:
    assert not may("SELECT 1 FROM parties_user")


@pytest.mark.parametrize("table", sorted(MUST_BE_GUARDED))
def test_the_books_can_be_read_and_added_to_but_not_rewritten(role: str, table: str) -> None:
    grant_app_role(role)
    assert may(f"SELECT 1 FROM {table}")
    assert not may(f"UPDATE {table} SET id = id WHERE false")
    assert not may(f"DELETE FROM {table} WHERE false")
    assert not may(f"TRUNCATE {table} CASCADE")
    assert not may(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'INSERT')", [role, table])
        assert cursor.fetchone()[0]


def test_every_other_table_can_be_worked_with_but_not_emptied(role: str) -> None:
    granted = grant_app_role(role)
    assert granted["SELECT"] == ["django_migrations"]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - append_only_tables() - {"django_migrations"}
    assert set(granted["SELECT, INSERT, UPDATE, DELETE"]) == tables
    for table in sorted(tables):
        assert may(f'SELECT 1 FROM "{table}" FOR UPDATE')
        assert may(f'DELETE FROM "{table}" WHERE false')
        assert not may(f'TRUNCATE "{table}" CASCADE')


def test_rows_with_a_numbered_key_can_be_added(role: str) -> None:
    grant_app_role(role)
    assert may("INSERT INTO django_content_type (app_label, model) VALUES ('a', 'b')")


def test_the_role_cannot_make_or_drop_tables(role: str) -> None:
    grant_app_role(role)
    assert not may("CREATE TABLE public.another (id int)")
    assert not may("DROP TABLE parties_user CASCADE")


def test_a_second_run_takes_back_what_a_table_no_longer_allows(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON audit_event TO {ROLE}")
    grant_app_role(role)
    assert not may("UPDATE audit_event SET id = id WHERE false")


def test_an_unknown_role_is_a_sentence(db: None) -> None:
    with pytest.raises(CommandError, match="数据库中没有角色“nobody_here”"):
        call_command("grant_app_role", "nobody_here")


def test_the_owner_itself_is_refused(db: None) -> None:
    with pytest.raises(RoleOwnsTables):
        grant_app_role(connection.settings_dict["USER"])
