"""Refusals are counted by account, address and minute: the log tells of an attack and does not grow with it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import time_machine
from axes.models import AccessAttempt
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.utils.timezone import now

from api.enums import Scope
from api.services.clients import propose_client
from audit.models import Event
from logins.models import Refusal
from logins.services import refusals
from logins.services.refusals import MOST_PER_ADDRESS, write_refusals
from parties.enums import Role
from parties.models import Member
from parties.selectors import system_member
from tests.api.caller import taken
from tests.factories import PASSWORD, EnterpriseFactory, InstitutionFactory, MemberFactory
from tests.logins.test_doors import PORTAL, STAFF, log_in

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 6, 15, 9, 0, 5, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NINE, tick=False) as travelled:
        yield travelled


def told(*, after: timedelta = timedelta(minutes=1)) -> list[Event]:
    """Return the events of what was counted, once its minute is over."""
    write_refusals(before=now() + after)
    verbs = ("login.failed", "login.locked", "access.forbidden", "access.not_found", "token.refused")
    return list(Event.objects.filter(verb__in=verbs).order_by("id"))


def fail(name: str, *, door: str = STAFF, times: int = 1, address: str = "10.0.0.1") -> None:
    for _ in range(times):
        Client(REMOTE_ADDR=address).post(door, {"username": name, "password": "wrong"})


def test_one_event_per_account_address_and_minute(clock: Any) -> None:
    member = MemberFactory()
    name = member.user.username
    fail(name, times=3)
    fail(name, door=PORTAL, address="10.0.0.2")
    clock.shift(timedelta(minutes=1))
    fail(name)
    found = [(event.verb, event.object_label, event.source_address, event.after["count"], event.occurred_at.minute) for event in told()]
    assert found == [
        ("login.failed", name, "10.0.0.1", 3, 0),
        ("login.failed", name, "10.0.0.2", 1, 0),
        ("login.failed", name, "10.0.0.1", 1, 1),
    ]
    assert not Refusal.objects.exists()
    assert {event.actor_id for event in told()} == {system_member().pk}  # nobody knows that it was the person


def test_a_minute_is_told_once_it_is_over_and_only_once() -> None:
    fail(MemberFactory().user.username)
    assert told(after=timedelta(0)) == []
    assert len(told()) == len(told()) == 1


def test_a_job_that_dies_tells_nothing_twice() -> None:
    fail(MemberFactory().user.username)
    with mock.patch.object(refusals.Refusal.objects, "filter", side_effect=DatabaseError), pytest.raises(DatabaseError):
        write_refusals(before=now() + timedelta(minutes=1))
    assert Event.objects.filter(verb="login.failed").count() == 0
    assert len(told()) == 1


def test_what_was_typed_for_an_unknown_name_is_nowhere() -> None:
    """People type their password where the name belongs."""
    typed = "MyPassword-2026"
    fail(typed, times=6)
    (failed, locked) = told()
    assert (failed.verb, failed.after["count"], locked.verb) == ("login.failed", 4, "login.locked")
    assert failed.object_label == locked.object_label
    assert failed.object_label.startswith("#")
    rows = [*Event.objects.values(), *Refusal.objects.values(), *_axes()]
    assert typed not in str(rows)


def _axes() -> list[Any]:
    rows = list(AccessAttempt.objects.values())
    assert rows
    return rows


def test_a_thousand_names_are_twenty_one_rows() -> None:
    for number in range(MOST_PER_ADDRESS + 15):
        refusals.count_failed_login(f"nobody{number}", at=now(), locked=False)
    rows = told()
    assert len(rows) == MOST_PER_ADDRESS + 1
    assert rows[-1].object_label == "*"
    assert rows[-1].after["count"] == 15
    assert sum(event.after["count"] for event in rows) == MOST_PER_ADDRESS + 15


def test_many_addresses_have_a_ceiling_together(monkeypatch: Any) -> None:
    monkeypatch.setattr(refusals, "MOST_PER_MINUTE", 7)
    for number in range(30):
        token = refusals.source_address.set(f"10.1.0.{number}")
        refusals.count_failed_login(f"nobody{number}", at=now(), locked=False)
        refusals.source_address.reset(token)
    rows = told()
    assert [event.after["count"] for event in rows] == [1] * 7 + [23]
    assert rows[-1].source_address is None


def test_a_log_that_cannot_be_written_refuses_nobody() -> None:
    member = MemberFactory()
    with mock.patch.object(refusals, "_COUNT", "SELECT nothing_there"):
        refusals.count_failed_login(member.user.username, at=now(), locked=False)
    log_in(member)


class TestPages:
    def test_another_houses_case_and_a_step_not_ones_own(self) -> None:
        member = MemberFactory(roles=[Role.VIEWER])
        browser = log_in(member)
        for _ in range(2):
            assert browser.get("/admin/risk/claim/999999/change/").status_code == 404
        assert browser.get("/admin/audit/event/").status_code == 403
        found = [(event.verb, event.actor_id, event.object_label, event.after["count"]) for event in told()]
        name = member.user.username
        assert sorted(found) == [("access.forbidden", member.pk, name, 1), ("access.not_found", member.pk, name, 2)]

    def test_in_the_portal(self) -> None:
        member = MemberFactory.of(EnterpriseFactory())
        assert log_in(member).get("/portal/loans/00000000-0000-4000-8000-000000000000/").status_code == 404
        assert [event.verb for event in told()] == ["access.not_found"]

    def test_a_form_from_elsewhere(self) -> None:
        assert Client(enforce_csrf_checks=True).post(PORTAL, {"username": "x"}).status_code == 403
        assert [(event.verb, event.object_label) for event in told()] == [("access.forbidden", "")]

    def test_what_strangers_do_not_find_is_no_refusal(self) -> None:
        assert Client().get("/nothing/").status_code == 404
        assert told() == []


class TestPrograms:
    @pytest.fixture
    def program(self) -> Any:
        change = propose_client(
            institution=InstitutionFactory(),
            name="核心系统",
            scopes=[Scope.READ],
            actor=system_member(),
            at=NINE,
            networks=["10.9.0.0/16"],
            client_id="bank-core",
        )
        return taken(change)

    def ask(self, name: str, secret: str) -> Any:
        given = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        return Client().post("/api/v1/oauth/token/", urlencode(given), content_type="application/x-www-form-urlencoded")

    def test_tokens_refused(self, program: Any) -> None:
        assert self.ask("bank-core", "wrong").status_code == 401
        assert self.ask("bank-core", "wrong").status_code == 401
        assert self.ask("nobody-known", "wrong").status_code == 401
        assert Client().get("/api/v1/me/", headers={"Authorization": "Bearer nonsense"}).status_code == 401
        found = {event.object_label[:9]: event.after["count"] for event in told()}
        assert found.pop("bank-core") == 2
        assert found.pop("") == 1
        (hidden,) = found
        assert hidden.startswith("#")

    def test_a_call_from_a_network_not_registered(self, program: Any) -> None:
        token = self.ask("bank-core", program.secret).json()["access_token"]
        assert Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {token}"}).status_code == 403
        assert [(event.verb, event.object_label) for event in told()] == [("access.forbidden", "核心系统")]

    def test_another_houses_case(self, program: Any) -> None:
        token = self.ask("bank-core", program.secret).json()["access_token"]
        called = Client(REMOTE_ADDR="10.9.0.1").get(
            "/api/v1/loans/00000000-0000-4000-8000-000000000000/", headers={"Authorization": f"Bearer {token}"}
        )
        assert called.status_code == 404
        (event,) = told()
        assert (event.verb, event.actor_id, event.object_label) == ("access.not_found", program.client.member_id, "核心系统")

    @pytest.mark.parametrize("change", [{"roles": [Role.VIEWER]}, {"until_on": date(2026, 7, 1)}])
    def test_tokens_end_at_once_with_the_rights(self, program: Any, change: dict[str, Any]) -> None:
        token = self.ask("bank-core", program.secret).json()["access_token"]
        browser, headers = Client(REMOTE_ADDR="10.9.0.1"), {"Authorization": f"Bearer {token}"}
        assert browser.get("/api/v1/me/", headers=headers).status_code == 200
        Member.objects.filter(pk=program.client.member_id).update(**change)
        assert browser.get("/api/v1/me/", headers=headers).status_code == 401


def test_a_locked_login_is_opened_on_the_server(clock: Any) -> None:
    member = MemberFactory()
    name = member.user.username
    fail(name, times=5, address="127.0.0.1")
    given = {"username": name, "password": PASSWORD}
    assert Client().post(STAFF, given).status_code == 429
    call_command("unlock_login", name)
    assert Client().post(STAFF, given).status_code == 302
    assert Event.objects.filter(verb="login.unlocked", object_label=str(member.user)).count() == 1


class TestWhoReads:
    def test_logins_are_read_by_the_own_house_and_the_operator(self) -> None:
        banker = MemberFactory()
        log_in(banker)
        official = MemberFactory.serving("city_science")
        fail(banker.user.username)
        told()
        page = log_in(official).get("/admin/audit/event/").content.decode()
        assert official.user.username in page  # its own login
        assert banker.user.username not in page
        operator = MemberFactory.serving("fund_office", roles=[Role.AUDIT])
        assert banker.user.username in log_in(operator).get("/admin/audit/event/").content.decode()
