"""In and out: what a login leaves behind, when a session is over, and what nobody is told."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.timezone import now

from audit.models import Event
from logins.models import LoginSession
from parties.enums import Role
from parties.models import Institution, Member
from parties.selectors import mark_of, system_member
from parties.services.members import member_subject, propose_end, propose_roles
from tests.factories import PASSWORD, EnterpriseFactory, MemberFactory
from tests.rights import agreed

pytestmark = pytest.mark.django_db
FUZHOU_TIME = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 6, 15, 9, 0, tzinfo=FUZHOU_TIME)
STAFF, PORTAL = "/admin/login/", "/portal/login/"


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NINE, tick=False) as travelled:
        yield travelled


@pytest.fixture(params=["staff", "enterprise"])
def person(request: Any) -> Member:
    return MemberFactory() if request.param == "staff" else MemberFactory.of(EnterpriseFactory())


def door_of(member: Member) -> str:
    return STAFF if member.institution_id else PORTAL


def home_of(member: Member) -> str:
    return "/admin/" if member.institution_id else "/portal/"


def log_in(member: Member, browser: Client | None = None, **given: Any) -> Client:
    browser = browser or Client()
    answer = browser.post(door_of(member), {"username": member.user.username, "password": PASSWORD} | given)
    assert answer.status_code == 302, answer.content.decode()
    return browser


def is_in(browser: Client, member: Member) -> bool:
    return browser.get(home_of(member)).status_code == 200


def events(*verbs: str) -> list[Event]:
    return list(Event.objects.filter(verb__in=verbs).order_by("id"))


def test_in_and_out_are_events(clock: Any, person: Member) -> None:
    browser = log_in(person)
    browser.post(home_of(person) + "logout/")
    began, left = events("login.began", "login.left")
    for event in (began, left):
        assert (event.actor_id, event.party_name, event.source_address) == (person.pk, person.party_name, "127.0.0.1")
    assert not is_in(browser, person)
    assert not LoginSession.objects.exists()


def test_a_session_ends_when_nothing_is_done(clock: Any, person: Member) -> None:
    browser = log_in(person)
    clock.move_to(NINE + timedelta(minutes=14, seconds=59))
    assert is_in(browser, person)
    clock.shift(timedelta(minutes=15))
    answer = browser.get(home_of(person), follow=True)
    assert "15分钟没有操作" in answer.content.decode()
    (expired,) = events("login.expired")
    assert expired.after == {"why": "idle"}
    assert not Session.objects.filter(session_key=expired.object_id).exists()


def test_a_session_ends_after_eight_hours_however_much_is_done(clock: Any, person: Member) -> None:
    """Noting that it was seen writes the session, which by itself would make the eight hours begin anew."""
    browser = log_in(person)
    while now() < NINE + timedelta(hours=7, minutes=45):
        clock.shift(timedelta(minutes=14))
        assert is_in(browser, person)
    clock.move_to(NINE + timedelta(hours=8))
    assert not is_in(browser, person)
    assert events("login.expired")[0].after == {"why": "too_old"}


@pytest.mark.parametrize("change", ["roles", "ended", "row"])
def test_sessions_end_at_once_with_the_rights(clock: Any, person: Member, change: str) -> None:
    browser = log_in(person)
    assert is_in(browser, person)
    match change:
        case "roles":
            seen = mark_of(member_subject(person))
            agreed(propose_roles(member_id=person.public_id, roles=[Role.VIEWER], actor=system_member(), at=NINE, seen=seen))
        case "ended":
            seen = mark_of(member_subject(person))
            agreed(propose_end(member_id=person.public_id, until_on=date(2026, 6, 15), actor=system_member(), at=NINE, seen=seen))
        case "row":
            Member.objects.filter(pk=person.pk).update(roles=[Role.VIEWER])
    assert not is_in(browser, person)
    assert browser.get("/account/").status_code == 302


def test_sessions_end_with_the_house(clock: Any) -> None:
    member = MemberFactory()
    browser = log_in(member)
    Institution.objects.filter(pk=member.institution_id).update(is_active=False)
    assert browser.get("/account/").status_code == 302


def test_a_session_ends_when_the_membership_ends_by_its_date(clock: Any) -> None:
    member = MemberFactory(until_on=date(2026, 6, 16))
    clock.move_to(datetime(2026, 6, 15, 23, 59, tzinfo=FUZHOU_TIME))
    browser = log_in(member)
    successor = MemberFactory(user=member.user, from_on=date(2026, 6, 16))
    clock.shift(timedelta(minutes=2))
    assert browser.get("/account/").status_code == 302
    assert events("login.expired")[0].actor_id == successor.pk
    assert events("login.expired")[0].after == {"why": "serves_another"}


def test_an_older_copy_of_the_account_does_not_revive_its_sessions(clock: Any, person: Member) -> None:
    browser = log_in(person)
    Member.objects.filter(pk=person.pk).update(roles=[Role.VIEWER])
    person.user.phone = "0595-1"
    person.user.save()  # with the epoch read before
    assert not is_in(browser, person)


def test_the_login_before_is_told_with_the_failures_since(clock: Any, person: Member) -> None:
    first = log_in(person).get(home_of(person)).content.decode()
    assert "首次登录" in first
    clock.shift(timedelta(hours=1))
    for _ in range(2):
        Client().post(door_of(person), {"username": person.user.username, "password": "wrong"})
    told = log_in(person).get(home_of(person)).content.decode()
    assert "上次登录：2026-06-15 09:00，来自 127.0.0.1；此后登录失败 2 次" in told
    assert "此后登录失败" not in log_in(person).get(home_of(person)).content.decode()


def test_a_session_gets_a_new_key_at_the_login(clock: Any, person: Member) -> None:
    browser = Client()
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies["sessionid"] = session.session_key
    log_in(person, browser)
    assert browser.session.session_key != session.session_key
    assert not Session.objects.filter(session_key=session.session_key).exists()


def test_own_sessions_are_listed_and_the_others_ended(clock: Any, person: Member) -> None:
    other = log_in(person, Client(headers={"User-Agent": "Old phone"}))
    own = log_in(person, Client(headers={"User-Agent": "New desk"}))
    stranger = MemberFactory()
    elsewhere = log_in(stranger)
    page = own.get("/account/").content.decode()
    assert page.count("Old phone") == page.count("New desk") == 1
    assert own.post("/account/sessions/end-others/").status_code == 302
    assert is_in(own, person)
    assert is_in(elsewhere, stranger)
    assert not is_in(other, person)
    (event,) = events("login.others_ended")
    assert (event.after, event.actor_id) == ({"sessions": 1}, person.pk)
    assert "Old phone" not in own.get("/account/").content.decode()


class TestNothingIsTold:
    """Unknown, known, without a password, inactive: one sentence, one status, one hash computed."""

    @pytest.fixture
    def accounts(self, person: Member) -> dict[str, str]:
        unusable, inactive = MemberFactory().user, MemberFactory().user
        unusable.set_unusable_password()
        unusable.save()
        type(inactive).objects.filter(pk=inactive.pk).update(is_active=False)
        return {"known": person.user.username, "unknown": "nobody", "unusable": unusable.username, "inactive": inactive.username}

    def test_at_the_doors(self, accounts: dict[str, str], monkeypatch: Any) -> None:
        hashed: list[str] = []
        plain = MD5PasswordHasher.encode

        def encode(self: Any, password: str, salt: str) -> str:
            hashed.append(password)
            return plain(self, password, salt)

        monkeypatch.setattr(MD5PasswordHasher, "encode", encode)
        for door in (STAFF, PORTAL):
            said = set()
            for name in accounts.values():
                hashed.clear()
                answer = Client().post(door, {"username": name, "password": "wrong"})
                page = answer.content.decode()
                said.add((answer.status_code, "登录名、密码或验证码不正确" in page, len(hashed)))
            assert said == {(200, True, 1)}

    def test_at_the_lock(self, accounts: dict[str, str]) -> None:
        for name in accounts.values():
            pages = [Client().post(PORTAL, {"username": name, "password": "wrong"}) for _ in range(5)]
            assert [page.status_code for page in pages] == [200] * 4 + [429]
            assert name not in pages[-1].content.decode()

    def test_on_the_page_about_forgotten_passwords_nothing_is_asked(self, client: Client) -> None:
        page = client.get("/account/forgotten/")
        assert page.status_code == 200
        assert "<input" not in page.content.decode()
        assert client.post("/account/forgotten/").status_code == 405
        for door in (STAFF, PORTAL):
            assert "/account/forgotten/" in client.get(door).content.decode()
