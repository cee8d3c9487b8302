"""One account, however its name is typed: at the doors, at their counters, and where logins are opened."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from logins.services.refusals import hidden, told_as
from parties.enums import Role
from parties.models import Member
from parties.services.members import propose_appointment, propose_login
from parties.services.new_logins import UsernameTaken
from tests.factories import PASSWORD, EnterpriseFactory, InstitutionFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
TYPED = ["bugs3", "ｂｕｇｓ３", "BUGS3", "Ｂｕgs3", "\u200bbugs3\u202c", " bugs 3 "]


@pytest.fixture(params=["/admin/login/", "/portal/login/"])
def door(request: Any) -> str:
    user = UserFactory(username="bugs3")
    if "admin" in request.param:
        MemberFactory(user=user)
    else:
        MemberFactory.of(EnterpriseFactory(), user=user)
    return str(request.param)


@pytest.mark.parametrize("name", TYPED)
def test_every_way_of_typing_the_name_enters(name: str, door: str) -> None:
    assert Client().post(door, {"username": name, "password": PASSWORD}).status_code == 302


def test_failures_are_counted_at_the_one_account(door: str) -> None:
    browser = Client()
    wrong = [browser.post(door, {"username": name, "password": "wrong"}).status_code for name in TYPED[:5]]
    assert wrong == [200, 200, 200, 200, 429]
    assert [browser.post(door, {"username": name, "password": PASSWORD}).status_code for name in TYPED] == [429] * len(TYPED)
    call_command("unlock_login", "ＢＵＧＳ３")
    assert browser.post(door, {"username": "bugs3", "password": PASSWORD}).status_code == 302


def test_the_doors_cut_no_name(door: str) -> None:
    assert "maxlength" not in Client().get(door).content.decode()


def test_a_name_is_told_as_the_account_has_it() -> None:
    UserFactory(username="Bugs3")
    assert {told_as(name) for name in TYPED} == {"Bugs3"}
    assert hidden("ｎobody") == hidden("Nobody\u200b") != hidden("nobody2")


class TestOpening:
    @pytest.fixture
    def head(self) -> Member:
        return MemberFactory(institution=InstitutionFactory(), admin=True)

    def asked(self, head: Member, **given: Any) -> Any:
        facts = {"username": "wangwu", "display_name": "王五", "phone": "13805950009", "roles": [Role.HANDLER], "from_on": date(2026, 6, 1)}
        return propose_login(house=head.institution, actor=head, at=AT, **(facts | given))

    def test_a_name_is_kept_plain(self, head: Member) -> None:
        assert self.asked(head, username="Ｗang wu\u200b").after["username"] == "Wangwu"

    @pytest.mark.parametrize("name", TYPED)
    def test_a_name_that_is_there_in_another_way_is_taken(self, name: str, head: Member) -> None:
        UserFactory(username="Bugs3")
        with pytest.raises(UsernameTaken):
            self.asked(head, username=name)

    def test_whoever_is_appointed_is_found_by_any_way_of_typing(self, head: Member) -> None:
        UserFactory(username="Bugs3")
        given = {"roles": [Role.HANDLER], "from_on": date(2026, 6, 1)}
        change = propose_appointment(house=head.institution, username="ｂｕｇｓ３", actor=head, at=AT, **given)
        assert change.after["username"] == "Bugs3"
