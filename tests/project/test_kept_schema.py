"""The version before goes on writing while an upgrade runs: its columns are there, of types that take what it writes, no more is asked."""

from collections.abc import Mapping

import pytest
from django.db import DatabaseError, connection, transaction

from quanzhou_fund.kept_schema import written_before, written_now

REQUIRED = """
SELECT a.attname FROM pg_attribute a
 WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped
   AND a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
"""
ADDED = "ALTER TABLE loans_intent ADD COLUMN channel"
pytestmark = pytest.mark.django_db


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def refusals(table: str, columns: Mapping[str, str]) -> list[str]:
    """Return what the new schema has against the old version's INSERT, UPDATE and SELECT of a table; nothing is written."""
    names = ", ".join(map(quoted, columns))
    values = ", ".join(f"NULL::{kind}" for kind in columns.values())
    statements = [
        f"INSERT INTO {quoted(table)} ({names}) SELECT {values}",
        f"UPDATE {quoted(table)} SET " + ", ".join(f"{quoted(name)} = NULL::{kind}" for name, kind in columns.items()),
        f"SELECT {', '.join(f'{quoted(name)}::{kind}' for name, kind in columns.items())} FROM {quoted(table)}",
    ]
    found = []
    with connection.cursor() as cursor:
        for statement in statements:
            try:
                with transaction.atomic():
                    cursor.execute(f"EXPLAIN {statement}")
            except DatabaseError as problem:
                found.append(f"{table}: {problem}")
        cursor.execute(REQUIRED, [quoted(table)])
        found += [f"{table}.{name} is asked of a version that does not know it" for (name,) in cursor.fetchall() if name not in columns]
    return found


def test_the_version_before_can_write_to_this_schema() -> None:
    kept, now = written_before(), written_now()
    assert len(kept) > 80
    lost = kept.keys() - now.keys()
    assert not lost, "tables the version before writes to"
    assert not [problem for table, columns in kept.items() for problem in refusals(table, columns)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("ALTER TABLE loans_intent DROP COLUMN recorded_on", "recorded_on"),
        ("ALTER TABLE loans_intent RENAME COLUMN recorded_on TO noted_on", "recorded_on"),
        ("ALTER TABLE loans_intent ALTER COLUMN recorded_on TYPE integer USING 1", "recorded_on"),
        (
            f"{ADDED} text NOT NULL DEFAULT ''; ALTER TABLE loans_intent ALTER channel DROP DEFAULT",
            "channel",
        ),
    ],
    ids=["dropped", "renamed", "of another type", "asked for"],
)
def test_what_the_version_before_could_not_write_is_found(change: str, said: str) -> None:
    """The cause, so that the test above is known to fail: rolled back with the test."""
    with connection.cursor() as cursor:
        cursor.execute(change)
    assert any(said in problem for problem in refusals("loans_intent", written_before()["loans_intent"]))
