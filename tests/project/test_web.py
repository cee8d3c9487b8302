"""What every answer of the web server carries, and the address that tells whether it can serve."""

from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError
from django.test import Client
from redis.exceptions import ConnectionError as RedisGone

from parties.models import User
from quanzhou_fund import health


@pytest.fixture
def _fresh_health() -> None:
    health.SEEN.clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("_fresh_health")
class TestHealth:
    def test_all_is_well(self, client: Client) -> None:
        answer = client.get("/healthz")
        assert answer.status_code == 200
        assert answer.json() == {"database": "ok", "redis": "ok", "migrations": "ok"}

    def test_a_database_that_is_gone(self, client: Client) -> None:
        with mock.patch.object(health.connection, "cursor", side_effect=DatabaseError):
            answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json()["database"] == "failed"

    def test_a_queue_that_is_gone(self, client: Client) -> None:
        with mock.patch.object(health.cache, "set", side_effect=RedisGone):
            answer = client.get("/healthz")
        assert answer.status_code == 503
        assert answer.json() == {"database": "ok", "redis": "failed", "migrations": "ok"}

    def test_a_database_behind_the_code(self, client: Client) -> None:
        with mock.patch.object(health.MigrationExecutor, "migration_plan", return_value=[("audit", False)]):
            assert client.get("/healthz").json()["migrations"] == "failed"
        assert client.get("/healthz").json()["migrations"] == "ok"

    def test_it_changes_nothing(self, client: Client) -> None:
        assert client.post("/healthz").status_code == 405


@pytest.mark.django_db
class TestContentPolicy:
    def test_the_admin_may_evaluate_its_own_expressions(self, client: Client) -> None:
        policy = client.get("/admin/login/").headers["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-eval'" in policy
        assert "style-src 'self' 'unsafe-inline'" in policy

    def test_other_pages_may_not(self, client: Client) -> None:
        policy = client.get("/healthz").headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
def test_five_failed_logins_lock_the_account_with_a_sentence(client: Client) -> None:
    User.objects.create_user("lin", password="a-long-enough-password")
    wrong = {"username": "lin", "password": "wrong"}
    for _ in range(4):
        assert client.post("/admin/login/", wrong).status_code == 200
    locked = client.post("/admin/login/", wrong)
    assert locked.status_code == 429
    assert "账号已暂时锁定" in locked.content.decode()
    assert "15 分钟" in locked.content.decode()
    right = client.post("/admin/login/", {"username": "lin", "password": "a-long-enough-password"})
    assert right.status_code == 429


@pytest.mark.django_db
def test_behind_a_proxy_each_address_is_locked_by_itself(client: Client, settings: Any) -> None:
    """The proxy appends whom it was called by; what stands further left is the caller's own claim and opens nothing."""
    settings.TRUSTED_PROXY_COUNT = 1
    User.objects.create_user("lin", password="a-long-enough-password")
    wrong = {"username": "lin", "password": "wrong"}
    for claimed in range(5):
        answer = client.post("/admin/login/", wrong, headers={"X-Forwarded-For": f"10.0.0.{claimed}, 203.0.113.7"})
    assert answer.status_code == 429
    elsewhere = client.post("/admin/login/", wrong, headers={"X-Forwarded-For": "203.0.113.8"})
    assert elsewhere.status_code == 200
