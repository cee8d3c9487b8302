"""What a migration may not do while the version before it serves, beyond what the linter sees; and how long it waits for a lock."""

import io
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import pre_migrate

from quanzhou_fund.zero_downtime import Code, findings

FK = 'ALTER TABLE "loans_loan" ADD CONSTRAINT "fk" FOREIGN KEY ("b") REFERENCES "parties_x" ("id") DEFERRABLE INITIALLY DEFERRED'
CHECK = 'ALTER TABLE "loans_loan" ADD CONSTRAINT "ck" CHECK ("a" >= 0)'


@pytest.mark.parametrize(
    ("statements", "codes"),
    [
        pytest.param([FK], [Code.ADD_FOREIGN_KEY], id="a foreign key"),
        pytest.param([FK + " NOT VALID;"], [], id="a foreign key to be validated later"),
        pytest.param(['CREATE TABLE "loans_loan" ("id" bigint)', FK, CHECK], [], id="a new table"),
        pytest.param([CHECK], [Code.ADD_CHECK], id="a check"),
        pytest.param(
            ["-- said\nALTER TABLE loans_loan\n ADD CONSTRAINT ck CHECK (a > 0)"], [Code.ADD_CHECK], id="a check over lines, bare"
        ),
        pytest.param([CHECK + " NOT VALID"], [], id="a check to be validated later"),
        pytest.param(
            [CHECK + " NOT VALID", 'ALTER TABLE "loans_loan" VALIDATE CONSTRAINT "ck"'],
            [Code.VALIDATE_TOGETHER],
            id="both in one migration",
        ),
        pytest.param(['ALTER TABLE "loans_loan" VALIDATE CONSTRAINT "ck"'], [], id="the validation by itself"),
        pytest.param(
            ['ALTER TABLE "loans_loan" ADD CONSTRAINT "ex" EXCLUDE USING gist ("a" WITH =)'], [Code.ADD_EXCLUSION], id="an exclusion"
        ),
        pytest.param(["SET lock_timeout = 0"], [Code.LOCK_TIMEOUT], id="waiting for ever"),
        pytest.param(["SELECT 1; SET LOCAL lock_timeout TO '1h'"], [Code.LOCK_TIMEOUT], id="waiting for an hour"),
        pytest.param(["RESET ALL"], [Code.LOCK_TIMEOUT], id="waiting as the server waits"),
        pytest.param(["LOCK TABLE loans_loan"], [Code.LOCK_TABLE], id="a lock"),
        pytest.param(
            ['ALTER TABLE "loans_loan" ADD COLUMN "a" integer NULL', "UPDATE loans_loan SET a = 1"],
            [Code.DATA_UNDER_LOCK],
            id="data as well",
        ),
        pytest.param(["UPDATE loans_loan SET a = 1"], [], id="data alone"),
        pytest.param(
            ['ALTER TABLE "loans_loan" ADD COLUMN "a" integer NULL', "SELECT 1; UPDATE loans_loan SET a = 1"],
            [Code.DATA_UNDER_LOCK],
            id="data behind another statement",
        ),
        pytest.param(
            [
                'ALTER TABLE "loans_loan" ADD COLUMN "a" integer NULL',
                "CREATE FUNCTION f() AS $$ BEGIN; UPDATE loans_loan SET a = 1; END $$",
            ],
            [],
            id="data that a trigger will change",
        ),
        pytest.param(['ALTER TABLE "loans_loan" ADD COLUMN "a" integer NULL'], [], id="a column that may be empty"),
    ],
)
def test_what_the_linter_does_not_see(statements: list[str], codes: list[Code]) -> None:
    assert [found.code for found in findings(statements)] == codes


def test_python_under_a_lock() -> None:
    altered = ['ALTER TABLE "loans_loan" ADD COLUMN "a" integer NULL']
    assert [found.code for found in findings(altered, changes_data=True)] == [Code.DATA_UNDER_LOCK]


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        (shown,) = cursor.fetchone()
    return str(shown)


@pytest.mark.django_db(transaction=True)
def test_every_operation_of_a_migration_waits_for_locks_a_short_while_only() -> None:
    before, seen = lock_timeout(), []

    def look(sender: Any, **given: Any) -> None:
        seen.append(lock_timeout())

    last = list(apps.get_app_configs())[-1]
    pre_migrate.connect(look, sender=last, weak=False)
    try:
        call_command("migrate", stdout=io.StringIO())
    finally:
        pre_migrate.disconnect(look, sender=last)
    assert (seen, lock_timeout()) == (["5s"], before)
