"""What people and programs meet while PostgreSQL or Redis is gone, frozen, full or used up: a sentence, nothing half done."""

import errno
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from celery import shared_task
from django.core.cache import cache
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.test import Client
from structlog.testing import capture_logs

from api import counters
from common.outages import ConnectionsUsedUp, DatabaseGone, StorageFull, outage_of
from common.queueing import queue, queue_on_commit
from parties.models import User
from quanzhou_fund.celery import app
from quanzhou_fund.embedded.valkey import Valkey
from quanzhou_fund.environment import BASE_DIR
from tests.factories import InstitutionFactory, MemberFactory

NOWHERE = "redis://127.0.0.1:1/0"
PAGES = ["/admin/", "/portal/", "/admin/login/", "/api/v1/loans/", "/api/v1/oauth/token/"]


@shared_task
def tested() -> None:
    """Nothing; only whether it is queued counts."""


class ServerSaid(Exception):
    """What the driver raises, with the server's code."""

    def __init__(self, pgcode: str | None) -> None:
        self.pgcode = pgcode


def caused(code: str | None, text: str = "") -> OperationalError:
    error = OperationalError(text)
    error.__cause__ = ServerSaid(code)
    return error


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        pytest.param(caused(None, "server closed the connection unexpectedly"), DatabaseGone, id="cut off"),
        pytest.param(caused("57P01"), DatabaseGone, id="ended by the server"),
        pytest.param(caused("57P03"), DatabaseGone, id="starting up"),
        pytest.param(caused("08006"), DatabaseGone, id="connection failure"),
        pytest.param(InterfaceError("connection already closed"), DatabaseGone, id="used after its end"),
        pytest.param(caused("53300"), ConnectionsUsedUp, id="connections used up"),
        pytest.param(caused(None, "FATAL:  sorry, too many clients already"), ConnectionsUsedUp, id="refused while connecting"),
        pytest.param(caused("53100"), StorageFull, id="the database's disk"),
        pytest.param(OSError(errno.ENOSPC, "No space left on device"), StorageFull, id="the papers' disk"),
        pytest.param(caused("57014"), None, id="a statement that took too long is none"),
        pytest.param(caused("40P01"), None, id="nor is a deadlock"),
        pytest.param(OSError(errno.ENOENT, "no such file"), None, id="nor a missing file"),
        pytest.param(ValueError(), None, id="nor a fault of ours"),
    ],
)
def test_which_errors_are_an_outage(error: Exception, outage: type | None) -> None:
    assert type(outage_of(error)) is (outage or type(None))


@pytest.fixture
def _database_gone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The address of the database is one where nobody listens."""
    connection.close()
    monkeypatch.setitem(connections["default"].settings_dict, "PORT", "1")
    yield
    connection.close()


@pytest.mark.django_db(transaction=True)
class TestDatabaseGone:
    @pytest.mark.usefixtures("_database_gone")
    @pytest.mark.parametrize("address", PAGES)
    def test_every_face_says_so(self, address: str) -> None:
        """Also with a session, whose row cannot be read: that meets a middleware, not a view."""
        browser = Client(raise_request_exception=False)
        browser.cookies["sessionid"] = "a-session-of-yesterday"
        answer = browser.post(address, {"username": "lin", "password": "x"}) if "token" in address else browser.get(address)
        if answer.status_code == 401:  # refused before anything is read
            answer = browser.get(address, headers={"Authorization": "Bearer anything"})
        if address == "/admin/login/" and answer.status_code == 200:  # a page without rows
            answer = browser.post(address, {"username": "lin", "password": "x"})
        assert answer.status_code == 503
        assert answer["Retry-After"] == "10"
        said = answer.json()["detail"] if address.startswith("/api/") else answer.content.decode()
        assert DatabaseGone().message in said
        if address.startswith("/api/"):
            assert answer["Content-Type"].startswith("application/problem+json")
            assert answer.json()["code"] == "database_unavailable"

    def test_it_is_ready_again_when_the_database_is(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        with monkeypatch.context() as gone:
            connection.close()
            gone.setitem(connections["default"].settings_dict, "PORT", "1")
            assert client.get("/readyz").status_code == 503
            assert client.get("/healthz").status_code == 200
        connection.close()
        assert client.get("/readyz").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_a_session_that_the_server_ends_in_the_middle_changes_nothing() -> None:
    """The first write is not kept; the next transaction has a connection of its own."""
    other = connection.copy()
    with pytest.raises(OperationalError) as cut:
        _write_while_the_session_ends(other)
    other.close()
    connection.close()
    assert isinstance(outage_of(cut.value), DatabaseGone)
    assert not User.objects.filter(username__in=["half", "way"]).exists()


def _write_while_the_session_ends(other: Any) -> None:
    with transaction.atomic():
        User.objects.create(username="half")
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        User.objects.create(username="way")


@pytest.fixture
def frozen(tmp_path: Path) -> Iterator[str]:
    """The address of a Redis that takes connections and then says nothing."""
    server = Valkey(tmp_path, durable=False)
    address = server.start()
    pid = server.pid_file.alive()
    assert pid
    os.kill(pid, signal.SIGSTOP)
    yield address
    os.kill(pid, signal.SIGCONT)
    server.stop()


@pytest.fixture(params=["gone", "frozen"])
def no_redis(request: pytest.FixtureRequest, settings: Any) -> Iterator[str]:
    """The address of a Redis that cannot be used; cache, counters and queue have it."""
    address: str = NOWHERE if request.param == "gone" else request.getfixturevalue("frozen")
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": address}}
    counters._redis.cache_clear()
    counters.forget_failure()
    kept = app.conf.broker_url, app.conf.task_always_eager
    _queue_at(address, eager=False)
    yield address
    _queue_at(kept[0], eager=kept[1])
    counters._redis.cache_clear()
    counters.forget_failure()


def _queue_at(address: str, *, eager: bool) -> None:
    """Let the application forget the connections it keeps, and queue there."""
    app.conf.update(broker_url=address, task_always_eager=eager)
    app._pool = app.amqp._producer_pool = None


class TestRedisGone:
    def test_nobody_is_counted_and_the_second_call_does_not_even_ask(self, no_redis: str) -> None:
        with capture_logs() as said:
            assert counters.count("throttle:x", seconds=60) is None
            with mock.patch.object(counters, "_redis", side_effect=AssertionError):
                assert counters.count("throttle:x", seconds=60) is None
        assert [line["event"] for line in said] == ["throttle_failed_open"]

    @pytest.mark.django_db
    def test_calculators_and_pages_go_on(self, no_redis: str, client: Client) -> None:
        asked = {"start": "2026-09-28", "days": 30}
        assert client.post("/api/v1/calculators/working-days/", asked, content_type="application/json").status_code == 200
        member = MemberFactory(institution=InstitutionFactory())
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        assert client.get("/admin/").status_code == 200
        member.user.set_password("a-long-enough-password")
        member.user.save()
        entered = {"username": member.user.username, "password": "a-long-enough-password"}
        assert Client().post("/admin/login/", entered).status_code == 302

    @pytest.mark.django_db(transaction=True)
    def test_what_is_booked_is_booked_though_nothing_can_be_queued(self, no_redis: str) -> None:
        with capture_logs() as said, transaction.atomic():
            User.objects.create(username="booked")
            queue_on_commit(tested)
        assert User.objects.filter(username="booked").exists()
        lines = [line for line in said if line["event"] == "task_not_queued"]
        assert [line["task"] for line in lines] == [tested.name]

    def test_queueing_says_whether_it_worked(self, no_redis: str) -> None:
        assert queue(tested) is False


def test_every_connection_has_a_limit(settings: Any) -> None:
    assert settings.DATABASES["default"]["OPTIONS"]["connect_timeout"] <= 5
    assert settings.CACHES["default"]["OPTIONS"].keys() >= {"socket_timeout", "socket_connect_timeout"}
    assert settings.CELERY_BROKER_TRANSPORT_OPTIONS.keys() >= {"socket_timeout", "socket_connect_timeout", "max_retries"}
    assert settings.EMAIL_TIMEOUT
    with cache._cache.get_client() as client:
        assert client.connection_pool.connection_kwargs["socket_timeout"] == 1


def test_tasks_are_queued_through_one_door() -> None:
    """``delay`` in a request raises when the queue is gone, after what was booked is booked: ``common.queueing`` does not."""
    files = subprocess.run(["git", "ls-files", "*.py"], cwd=BASE_DIR, capture_output=True, text=True, check=True).stdout.split()
    asked = re.compile(r"\.(delay|apply_async|send_task)\b")
    ours = [name for name in files if not name.startswith(("tests/", "benchmarks/")) and name != "common/queueing.py"]
    assert len(ours) > 100
    assert [name for name in ours if asked.search((BASE_DIR / name).read_text(encoding="utf-8"))] == []
