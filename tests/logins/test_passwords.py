"""One's own password: changed by who knows it, never one of the last, and every other session ends."""

from typing import Any

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from audit.models import Event
from logins.models import EarlierPassword
from parties.models import Member
from tests.factories import PASSWORD, EnterpriseFactory, MemberFactory
from tests.logins.test_doors import is_in, log_in

pytestmark = pytest.mark.django_db
NEW = "刺桐-another-{}"


@pytest.fixture(params=["staff", "enterprise"])
def person(request: Any) -> Member:
    return MemberFactory() if request.param == "staff" else MemberFactory.of(EnterpriseFactory())


def change(browser: Any, *, current: str, password: str, again: str = "") -> str:
    answer = browser.post("/account/password/", {"current": current, "password": password, "again": again or password}, follow=True)
    return str(answer.content.decode())


def test_a_new_password_ends_the_other_sessions(person: Member) -> None:
    own, other = log_in(person), log_in(person)
    assert "密码已修改" in change(own, current=PASSWORD, password=NEW.format(1))
    assert is_in(own, person)
    assert not is_in(other, person)
    person.user.refresh_from_db()
    assert person.user.check_password(NEW.format(1))
    assert Event.objects.filter(verb="login.password_changed", actor_id=person.pk).count() == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"current": "wrong", "password": NEW}, "密码或验证码不正确"),
        ({"current": PASSWORD, "password": NEW, "again": "x"}, "两次输入的新密码不一致"),
        ({"current": PASSWORD, "password": "short-1"}, "12"),
        ({"current": PASSWORD, "password": "123456789012"}, "数字"),
        ({"current": PASSWORD, "password": PASSWORD}, "最近5次"),
    ],
)
def test_what_is_no_new_password(person: Member, given: dict[str, str], says: str) -> None:
    browser = log_in(person)
    assert says in change(browser, **given)
    person.user.refresh_from_db()
    assert person.user.check_password(PASSWORD)
    assert not Event.objects.filter(verb="login.password_changed").exists()


def test_the_last_passwords_are_not_taken_again(person: Member, settings: Any) -> None:
    """The last five, however they were set; what lies further back is forgotten."""
    user = person.user
    for number in range(6):
        user.set_password(NEW.format(number))
        user.save()
    for number in range(1, 6):
        with pytest.raises(ValidationError, match="最近5次"):
            validate_password(NEW.format(number), user)
    validate_password(NEW.format(0), user)
    assert EarlierPassword.objects.filter(user=user).count() == 5


def test_a_stranger_is_asked_to_log_in(client: Any) -> None:
    for address in ("/account/", "/account/password/", "/account/second-factor/"):
        assert client.get(address).headers["Location"].startswith("/admin/login/")
    assert client.post("/account/sessions/end-others/").status_code == 302


def test_the_back_office_has_no_other_way(person: Member) -> None:
    """Django's own page would neither ask for the code nor tell the log."""
    if person.institution_id is None:
        return
    browser = log_in(person)
    given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert browser.post("/admin/password_change/", given).headers["Location"] == "/account/password/"
    assert browser.get("/admin/password_change/").headers["Location"] == "/account/password/"
    person.user.refresh_from_db()
    assert person.user.check_password(PASSWORD)


def test_guesses_at_the_own_page_lock_too(person: Member) -> None:
    browser = log_in(person)
    given = {"current": "guess", "password": NEW, "again": NEW}
    assert [browser.post("/account/password/", given).status_code for _ in range(5)] == [200] * 4 + [429]
