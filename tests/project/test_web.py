"""What every answer of the web server carries, and the address that tells whether it can serve."""

from typing import Any
from unittest import mock

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError
from django.test import Client, RequestFactory
from django.views.defaults import permission_denied, server_error

from parties.models import User
from quanzhou_fund import health
from tests.factories import InstitutionFactory, MemberFactory


@pytest.fixture
def _fresh_health() -> None:
    health.SEEN.clear()


@pytest.mark.django_db
@pytest.mark.usefixtures("_fresh_health")
class TestHealth:
    def test_all_is_well(self, client: Client) -> None:
        answer = client.get("/readyz")
        assert answer.status_code == 200
        assert answer.json() == {"process": "ok", "database": "ok", "migrations": "ok"}

    def test_a_database_that_is_gone(self, client: Client) -> None:
        with mock.patch.object(health.connection, "cursor", side_effect=DatabaseError):
            answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["database"] == "failed"

    def test_a_database_behind_the_code(self, client: Client) -> None:
        with mock.patch.object(health.MigrationExecutor, "migration_plan", return_value=[("audit", False)]):
            assert client.get("/readyz").json()["migrations"] == "failed"
        assert client.get("/readyz").json()["migrations"] == "ok"

    def test_it_changes_nothing(self, client: Client) -> None:
        assert client.post("/healthz").status_code == client.post("/readyz").status_code == 405


def test_a_living_process_asks_neither_database_nor_redis(client: Client, settings: Any) -> None:
    """Without the mark a test may not reach the database, and this Redis is nobody's: nothing else can make a process look dead."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


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


@pytest.mark.django_db
class TestRefusals:
    """What Django refuses by itself is said in Chinese too, as a page of the house."""

    @pytest.mark.parametrize("address", ["/nothing/", "/portal/nothing/"])
    def test_an_address_that_leads_nowhere(self, client: Client, address: str) -> None:
        answer = client.get(address)
        assert answer.status_code == 404
        assert "不属于本单位" in answer.content.decode()
        assert "Not Found" not in answer.content.decode()
        assert "<style" not in answer.content.decode()  # which the policy of these pages forbids

    def test_a_case_of_another_house(self, client: Client) -> None:
        member = MemberFactory(institution=InstitutionFactory())
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        assert "不属于本单位" in client.get("/admin/risk/claim/999999/change/").content.decode()

    def test_a_form_from_before_the_login(self) -> None:
        answer = Client(enforce_csrf_checks=True).post("/portal/login/", {"username": "x"})
        assert answer.status_code == 403
        assert "页面已失效" in answer.content.decode()

    @pytest.mark.parametrize(("view", "status", "heading"), [(server_error, 500, "系统出错"), (permission_denied, 403, "无权办理")])
    def test_refusals_and_failures(self, rf: RequestFactory, view: Any, status: int, heading: str) -> None:
        answer = view(rf.get("/"), **({"exception": PermissionDenied("须由复核人员办理。")} if status == 403 else {}))
        assert answer.status_code == status
        assert heading in answer.content.decode()
        assert ("须由复核人员办理。" in answer.content.decode()) == (status == 403)
