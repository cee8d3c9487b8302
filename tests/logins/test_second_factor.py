"""The second factor: asked for at every door, used once, and without it nothing else opens where it is needed."""

import re
from base64 import b32decode
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit.models import Event
from logins.middleware import OPEN_TO_ALL
from logins.models import Exempted, RecoveryCode
from logins.services.rights import exemption_subject, factor_subject, propose_exemption, propose_reset
from parties.access import RoleMissing, SamePerson
from parties.enums import Role
from parties.models import Institution, Member, RightsChange
from parties.selectors import mark_of, operator
from parties.services.rights import confirm_change
from tests.factories import PASSWORD, EnterpriseFactory, MemberFactory
from tests.logins.codes import code_now, enrolled
from tests.logins.test_doors import door_of, is_in, log_in

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 6, 15, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
ENROL = "/account/second-factor/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(NINE, tick=False) as travelled:
        yield travelled


@pytest.fixture(params=["staff", "enterprise"])
def person(request: Any) -> Member:
    return MemberFactory() if request.param == "staff" else MemberFactory.of(EnterpriseFactory())


def enrol(browser: Client) -> tuple[TOTPDevice, list[str]]:
    """Go through the page as a person does, with the secret that it shows."""
    page = browser.get(ENROL).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert secret is not None
    assert "<svg" in page
    device = TOTPDevice(key=b32decode(secret[1].replace(" ", "")).hex())
    answer = browser.post(ENROL, {"current": PASSWORD, "code": code_now(device)})
    assert answer.status_code == 200, answer.content.decode()
    codes = re.findall(r"<code>([a-z0-9-]+)</code>", answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    return device, codes


def attempt(member: Member, code: str) -> bool:
    given = {"username": member.user.username, "password": PASSWORD, "otp_token": code}
    return Client().post(door_of(member), given).status_code == 302


class TestLogin:
    def test_the_password_alone_does_not_open(self, person: Member) -> None:
        enrolled(person)
        assert not attempt(person, "")
        assert not attempt(person, "   ")

    def test_a_code_opens_once(self, person: Member, clock: Any) -> None:
        code = code_now(enrolled(person))
        assert attempt(person, code)
        assert not attempt(person, code)
        clock.shift(timedelta(seconds=29))
        assert not attempt(person, code)

    def test_a_wrong_code_slows_the_next_down_and_locks_like_a_wrong_password(self, person: Member, clock: Any) -> None:
        device = enrolled(person)
        right = code_now(device)
        wrong = f"{(int(right) + 1) % 1000000:06d}"
        assert not attempt(person, wrong)
        assert not attempt(person, right)  # within the second for which the device rests
        clock.shift(timedelta(seconds=30))
        for _ in range(2):
            attempt(person, wrong)
        given = {"username": person.user.username, "password": PASSWORD, "otp_token": wrong}
        assert Client().post(door_of(person), given).status_code == 429

    def test_a_wrong_password_never_reaches_the_device(self, person: Member) -> None:
        """Nobody wears somebody else's device out."""
        device = enrolled(person)
        given = {"username": person.user.username, "password": "wrong", "otp_token": "000000"}
        Client().post(door_of(person), given)
        device.refresh_from_db()
        assert device.throttling_failure_count == 0

    def test_wrong_code_and_wrong_password_look_the_same(self, person: Member) -> None:
        enrolled(person)
        name = person.user.username
        pages = [
            Client().post(door_of(person), {"username": name, "password": password, "otp_token": "000000"}).content.decode()
            for password in (PASSWORD, "wrong")
        ]
        plain = [re.sub(r'value="[^"]{20,}"', "", page) for page in pages]
        assert plain[0] == plain[1]

    def test_the_log_tells_which_logins_had_it(self, person: Member) -> None:
        attempt(person, code_now(enrolled(person)))
        assert Event.objects.get(verb="login.began").after["second_factor"] is True


class TestEnrolment:
    def test_enrolled_by_oneself_with_codes_shown_once(self, person: Member, clock: Any) -> None:
        other = log_in(person)
        browser = log_in(person)
        device, codes = enrol(browser)
        assert len(set(codes)) == 10
        assert not {code for code in codes if RecoveryCode.objects.filter(sha256=code).exists()}
        assert "还有 10 个" in browser.get("/account/").content.decode()
        assert not any(code in browser.get("/account/").content.decode() for code in codes)
        assert is_in(browser, person)
        assert not is_in(other, person)  # begun by the password alone
        clock.shift(timedelta(seconds=30))
        assert attempt(person, code_now(device))
        assert Event.objects.filter(verb="second_factor.enrolled", actor_id=person.pk).count() == 1

    def test_the_code_of_the_enrolment_does_not_log_in(self, person: Member) -> None:
        device, _ = enrol(log_in(person))
        assert not attempt(person, code_now(device))

    def test_a_recovery_code_opens_once(self, person: Member) -> None:
        _, codes = enrol(log_in(person))
        assert attempt(person, codes[0].upper().replace("-", " "))
        assert not attempt(person, codes[0])
        assert attempt(person, codes[1])

    def test_codes_are_made_anew(self, person: Member, clock: Any) -> None:
        browser = log_in(person)
        device, old = enrol(browser)
        clock.shift(timedelta(seconds=30))
        answer = browser.post("/account/second-factor/codes/", {"current": PASSWORD, "otp_token": code_now(device)})
        new = re.findall(r"<code>([a-z0-9-]+)</code>", answer.content.decode())
        assert len(new) == 10
        assert not attempt(person, old[0])
        assert attempt(person, new[0])

    @pytest.mark.parametrize("given", [{"current": "wrong"}, {"current": PASSWORD, "code": "000000"}, {"current": PASSWORD, "code": ""}])
    def test_nothing_is_enrolled_without_password_and_code(self, person: Member, given: dict[str, str]) -> None:
        browser = log_in(person)
        browser.get(ENROL)
        assert browser.post(ENROL, {"code": "123456"} | given).status_code == 200
        assert not TOTPDevice.objects.exists()

    @pytest.mark.parametrize("page", [ENROL, "/account/second-factor/codes/", "/account/second-factor/remove/", "/account/password/"])
    def test_a_stolen_session_changes_no_lock(self, person: Member, page: str) -> None:
        """Each asks for password and code, counts failures, and locks."""
        browser = log_in(person)
        enrol(browser)
        before = list(TOTPDevice.objects.values_list("key")) + list(RecoveryCode.objects.values_list("sha256"))
        given = {"current": "guess", "otp_token": "000000", "code": "000000", "password": "泉州-another-2026", "again": "泉州-another-2026"}
        answers = [browser.post(page, given).status_code for _ in range(5)]
        assert answers == [200] * 4 + [429]
        assert list(TOTPDevice.objects.values_list("key")) + list(RecoveryCode.objects.values_list("sha256")) == before

    def test_given_up_by_who_need_not_have_it(self, person: Member, clock: Any) -> None:
        browser = log_in(person)
        device, _ = enrol(browser)
        clock.shift(timedelta(seconds=30))
        browser.post("/account/second-factor/remove/", {"current": PASSWORD, "otp_token": code_now(device)})
        assert not TOTPDevice.objects.exists()
        assert not RecoveryCode.objects.exists()
        assert attempt(person, "")


def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[tuple[str, str]]:
    """Yield every address of the product with the name of its view, numbers and words put in where it takes some."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "1", str(one.pattern))
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, prefix + route)
        elif isinstance(one, URLPattern) and "^" not in route and "(" not in route:
            yield prefix + route, one.name or ""


class TestNeeded:
    @pytest.fixture(autouse=True)
    def _on(self, settings: Any) -> None:
        settings.STAFF_SECOND_FACTOR = True

    def test_without_it_staff_reach_enrolment_and_nothing_else(self) -> None:
        member = MemberFactory.serving("city_industry", roles=[Role.HANDLER, Role.CHECKER, Role.ADMIN])
        browser = log_in(member)
        found = dict(addresses())
        assert len(found) > 200
        opened = set()
        for address, name in found.items():
            if address.startswith("/api/"):
                continue  # programs come with a token; a session opens nothing there
            for answer in (browser.get(address), browser.post(address)) if "logout" not in address else ():
                if (answer.status_code, answer.headers.get("Location")) != (302, ENROL):
                    opened.add((address, name))
        assert {address for address, _ in opened} == {
            "/healthz",
            "/readyz",
            "/admin/login/",
            "/portal/login/",
            ENROL,
            "/account/forgotten/",
        }
        assert len(OPEN_TO_ALL) == len(opened) + 2  # and the two ways out

    def test_after_enrolment_the_work_begins(self) -> None:
        member = MemberFactory()
        browser = log_in(member)
        assert "须使用二次验证" in browser.get("/admin/", follow=True).content.decode()
        enrol(browser)
        assert is_in(browser, member)

    def test_staff_do_not_give_it_up(self, clock: Any) -> None:
        member = MemberFactory()
        browser = log_in(member)
        device, _ = enrol(browser)
        clock.shift(timedelta(seconds=30))
        answer = browser.post("/account/second-factor/remove/", {"current": PASSWORD, "otp_token": code_now(device)})
        assert "不能停用" in answer.content.decode()
        assert TOTPDevice.objects.filter(user=member.user).exists()

    def test_enterprises_may_do_without(self) -> None:
        member = MemberFactory.of(EnterpriseFactory())
        assert is_in(log_in(member), member)


class TestByTwoPersons:
    @pytest.fixture
    def keepers(self, settings: Any) -> tuple[Member, Member]:
        settings.STAFF_SECOND_FACTOR = True
        house = operator()
        return MemberFactory(institution=house, roles=[Role.SYSTEM]), MemberFactory(institution=house, roles=[Role.SECURITY])

    @pytest.fixture
    def clerk(self) -> Member:
        return MemberFactory()

    def test_a_house_is_exempted_by_two_and_not_by_one(self, keepers: tuple[Member, Member], clerk: Member) -> None:
        system, security = keepers
        assert isinstance(clerk.institution, Institution)
        change = propose_exemption(
            institution=clerk.institution,
            exempt=True,
            actor=system,
            at=NINE,
            seen=mark_of(exemption_subject(clerk.institution)),
            reason="专网终端，另有门禁",
        )
        assert not is_in(log_in(clerk), clerk)
        with pytest.raises((RoleMissing, SamePerson)):
            confirm_change(change_id=change.public_id, actor=system, at=NINE)
        confirm_change(change_id=change.public_id, actor=security, at=NINE)
        assert is_in(log_in(clerk), clerk)
        colleague, stranger = MemberFactory(institution=clerk.institution), MemberFactory()
        assert is_in(log_in(colleague), colleague)
        assert not is_in(log_in(stranger), stranger)
        told = Event.objects.get(verb="second_factor.exemption_changed")
        assert (told.actor_id, told.before, told.after) == (security.pk, {"exempt": False}, {"exempt": True})

    def test_and_its_exemption_ends_by_two(self, keepers: tuple[Member, Member], clerk: Member) -> None:
        system, security = keepers
        assert isinstance(clerk.institution, Institution)
        for exempt in (True, False):
            change = propose_exemption(
                institution=clerk.institution,
                exempt=exempt,
                actor=system,
                at=NINE,
                seen=mark_of(exemption_subject(clerk.institution)),
                reason="x",
            )
            confirm_change(change_id=change.public_id, actor=security, at=NINE)
        assert not Exempted.objects.exists()
        assert not is_in(log_in(clerk), clerk)

    def test_a_house_does_not_exempt_itself(self, keepers: tuple[Member, Member]) -> None:
        chief = MemberFactory(admin=True)
        assert isinstance(chief.institution, Institution)
        with pytest.raises(RoleMissing):
            propose_exemption(institution=chief.institution, exempt=True, actor=chief, at=NINE, seen="0", reason="x")

    def test_who_lost_everything_is_reset_by_two(self, keepers: tuple[Member, Member], clerk: Member) -> None:
        chief = MemberFactory(institution=clerk.institution, admin=True)
        browser = log_in(clerk)
        enrol(browser)
        change = propose_reset(member=clerk, actor=chief, at=NINE, seen=mark_of(factor_subject(clerk)), reason="手机丢失")
        assert is_in(browser, clerk)
        confirm_change(change_id=change.public_id, actor=keepers[1], at=NINE)
        assert not is_in(browser, clerk)
        assert browser.get("/account/").status_code == 302
        log_in(clerk)  # by the password alone, and is led to enrolment
        assert not RecoveryCode.objects.exists()


class TestInTheBackOffice:
    def test_who_reads_that_a_house_is_exempted(self) -> None:
        house = MemberFactory().institution
        own, other = MemberFactory(institution=house), MemberFactory.serving("city_industry")
        system = MemberFactory(institution=operator(), roles=[Role.SYSTEM])
        seen = [
            "人员二次验证" in log_in(member).get(f"/admin/parties/institution/{house.pk}/change/").content.decode()
            for member in (own, system, other)
        ]
        assert seen == [True, True, False]

    def test_the_operators_system_administrator_proposes_on_screen(self) -> None:
        house = MemberFactory().institution
        system = MemberFactory(institution=operator(), roles=[Role.SYSTEM])
        address = f"/admin/parties/institution/{house.pk}/do/exempt/"
        assert log_in(MemberFactory.serving("city_industry", admin=True)).post(address, {"reason": "x"}).status_code == 403
        given = {"reason": "专网终端，另有门禁", "seen": mark_of(exemption_subject(house))}
        assert log_in(system).post(address, given).status_code == 302
        (change,) = RightsChange.objects.all()
        assert (change.kind, change.state, change.made_by) == ("second_factor.exemption", "proposed", system)
        assert not Exempted.objects.exists()

    def test_a_houses_administrator_proposes_a_reset(self) -> None:
        clerk = MemberFactory()
        enrolled(clerk)
        chief = MemberFactory(institution=clerk.institution, admin=True)
        page = f"/admin/parties/member/{clerk.pk}/"
        assert "已启用" in log_in(chief).get(f"{page}change/").content.decode()
        assert log_in(chief).post(f"{page}do/reset-second-factor/", {"reason": "手机丢失", "seen": "0"}).status_code == 302
        assert RightsChange.objects.get().kind == "second_factor.reset"
        assert TOTPDevice.objects.filter(user=clerk.user).exists()
