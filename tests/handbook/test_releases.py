"""A release is told once, at the first login after it."""

import pytest
from django.test import Client

from logins.models import LastLogin
from parties.enums import InstitutionKind
from parties.models import User
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db
PASSWORD = "long-enough-for-2025"


@pytest.fixture
def person() -> User:
    user: User = MemberFactory.serving(InstitutionKind.CITY_INDUSTRY).user
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])
    return user


def first_page(person: User) -> str:
    answer = Client().post("/admin/login/", {"username": person.username, "password": PASSWORD}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_login_after_an_upgrade_tells_and_the_next_does_not(person: User) -> None:
    assert "查看更新说明" in first_page(person)
    assert "查看更新说明" not in first_page(person)


def test_the_next_release_is_told_again(person: User) -> None:
    first_page(person)
    LastLogin.objects.filter(user=person).update(told_release="上一版")
    told = first_page(person)
    assert "/help/release-notes/#" in told
    assert "查看更新说明" not in first_page(person)
