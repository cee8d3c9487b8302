"""Nothing waits or works for ever: the limits belong to the roles, a limit reached is a sentence, and old transactions are seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client, RequestFactory

from common.admin.display_values import page_of
from common.database import LONG_JOBS, UnknownLongJob, allow_long_work, is_busy
from loans.models import Application
from quanzhou_fund.app_role import LIMITS, Use, grant_app_role
from quanzhou_fund.database_watch import LONGEST_WRITE_SECONDS, oldest_write_seconds, writers
from quanzhou_fund.middleware import BusyDatabaseMiddleware
from tests.admin.world import World
from tests.api.bank import make_stage

TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")


@contextmanager
def another_connection() -> Iterator[Any]:
    """A connection of somebody else's to the same database, in a transaction that is undone."""
    given = connection.settings_dict
    other = psycopg2.connect(host=given["HOST"], port=given["PORT"], user=given["USER"], password=given["PASSWORD"], dbname=given["NAME"])
    try:
        yield other.cursor()
    finally:
        other.rollback()
        other.close()


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


@pytest.mark.parametrize("use", list(Use))
def test_each_role_carries_the_limits_of_its_use(db: None, use: Use) -> None:
    role = f"limited_{uuid4().hex[:8]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'x'")
        grant_app_role(role, use=use)
        cursor.execute("SELECT rolconfig FROM pg_roles WHERE rolname = %s", [role])
        stored = dict(one.split("=", 1) for one in cursor.fetchone()[0])
    assert stored == dict(LIMITS[use])
    assert all(stored[name] not in ("0", "") for name in TIMEOUTS)


def test_a_connection_of_such_a_role_begins_with_them(db: None) -> None:
    assert {name: setting(name) for name in ("lock_timeout", "join_collapse_limit")} == {"lock_timeout": "30s", "join_collapse_limit": "6"}
    assert setting("transaction_timeout") == "30min"


def test_the_web_waits_less_long_than_the_jobs(db: None) -> None:
    def seconds(use: Use, name: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM %s::interval)::int", [LIMITS[use][name]])
            return int(cursor.fetchone()[0])

    assert all(seconds(Use.WEB, name) < seconds(Use.JOBS, name) for name in TIMEOUTS)


class TestLongJobs:
    def test_a_named_job_has_its_time_until_its_transaction_ends(self, transactional_db: None) -> None:
        before = setting("statement_timeout")
        with transaction.atomic():
            allow_long_work("close_days")
            assert (setting("statement_timeout"), setting("transaction_timeout")) == ("30min", "0")
            assert setting("application_name") == "long:close_days"
        assert setting("statement_timeout") == before
        assert not setting("application_name").startswith("long:")

    def test_nobody_takes_a_name_that_is_not_in_the_table(self, db: None) -> None:
        with pytest.raises(UnknownLongJob):
            allow_long_work("whatever")
        assert all(LONG_JOBS.values())


class TestOldTransactions:
    def test_a_writing_transaction_is_seen_with_its_age_and_a_reading_one_is_not(self, transactional_db: None) -> None:
        with another_connection() as writing, another_connection() as reading:
            reading.execute("SELECT 1")
            assert oldest_write_seconds() == 0
            writing.execute("SELECT pg_current_xact_id()")
            (found,) = writers()
            assert found.seconds > 0
            assert oldest_write_seconds() >= found.seconds
            assert not found.is_overdue

    def test_a_named_job_may_write_for_longer(self, transactional_db: None) -> None:
        with another_connection() as job:
            job.execute("SET LOCAL application_name = 'long:draft_settlement'")
            job.execute("SELECT pg_current_xact_id()")
            (found,) = writers()
            assert found.job == "draft_settlement"
            assert oldest_write_seconds() > 0
            assert oldest_write_seconds(with_long_jobs=False) == 0

    def test_any_other_is_overdue_after_five_seconds(self, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
        assert LONGEST_WRITE_SECONDS == 5
        monkeypatch.setattr("quanzhou_fund.database_watch.LONGEST_WRITE_SECONDS", 0)
        with another_connection() as writing:
            writing.execute("SELECT pg_current_xact_id()")
            assert writers()[0].is_overdue


class TestWhoWaitsTooLong:
    """Somebody holds the row; whoever waits for it is told, and nothing is done."""

    @pytest.fixture(autouse=True)
    def _impatient(self, transactional_db: None) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100ms'")
        yield
        connection.close()

    def test_a_program_is_asked_to_come_again(self, settings: Any, tmp_path: Any) -> None:
        settings.MEDIA_ROOT = tmp_path
        stage, traveller = make_stage()
        found = stage.with_papers(stage.drafted())
        stage.bank.http.raise_request_exception = False  # a 503 is told to the log as a failure
        with another_connection() as other:
            other.execute("SELECT 1 FROM loans_application WHERE public_id = %s FOR UPDATE", [str(found["id"])])
            headers = stage.bank.headers | {"idempotency-key": str(uuid4())}
            answer = stage.bank.http.post(
                f"/api/v1/applications/{found['id']}/submit/", data=b"{}", content_type="application/json", headers=headers
            )
        assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "try_again", "1")
        traveller.stop()
        assert Application.objects.get().state == "draft"

    def test_a_person_reads_a_sentence_on_the_form(self) -> None:
        world = World()
        case = world.queue()["county_review"]
        browser = Client()
        browser.force_login(world.desk.county.user, backend="django.contrib.auth.backends.ModelBackend")
        steps = _steps_on(browser, page_of(case.entry))
        with another_connection() as other:
            other.execute("SELECT 1 FROM whitelist_entry WHERE id = %s FOR UPDATE", [case.entry.pk])
            answers = [browser.post(address, {"reason": "材料不全", "remark": ""}) for address in steps]
        said = [answer for answer in answers if "正在由另一项操作处理，未作任何更改" in answer.content.decode()]
        assert said
        assert {answer.status_code for answer in said} == {409}
        case.entry.refresh_from_db()
        assert case.entry.state == "county_review"


def _steps_on(browser: Client, page: str) -> list[str]:
    links = browser.get(page).content.decode().split('href="')[1:]
    return [link.split('"', 1)[0] for link in links if "/do/" in link.split('"', 1)[0]]


def test_a_page_whose_statement_takes_too_long_is_a_503_with_a_sentence(db: None) -> None:
    def sleep() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '10ms'")
            cursor.execute("SELECT pg_sleep(5)")

    with pytest.raises(OperationalError) as caught:
        sleep()
    assert is_busy(caught.value)
    middleware = BusyDatabaseMiddleware(lambda request: pytest.fail("not asked"))
    answer = middleware.process_exception(RequestFactory().get("/admin/"), caught.value)
    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert "暂时无法办理" in answer.content.decode()
    assert middleware.process_exception(RequestFactory().get("/admin/"), ValueError()) is None


def test_the_middleware_stands_in_the_way_of_every_page(settings: Any) -> None:
    assert "quanzhou_fund.middleware.BusyDatabaseMiddleware" in settings.MIDDLEWARE
