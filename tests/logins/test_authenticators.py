"""Secrets of authenticators: under seal in the database, for their own account only, and what a missing key does."""

from base64 import b32decode
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from demo_fund.cast import SECOND_FACTOR_KEY, WITH_SECOND_FACTOR, enrol_visitor, second_factor_secret
from logins.authenticators import AuthenticatorUnreadable
from logins.models import Authenticator
from logins.services.second_factor import KEY_IN_SESSION, renew_codes
from parties.models import User
from tests.factories import PASSWORD, MemberFactory, UserFactory
from tests.logins.codes import code_now, enrolled
from tests.logins.test_doors import door_of
from tests.logins.test_second_factor import NINE, attempt, enrol

pytestmark = pytest.mark.django_db
NEW_KEY, LOST_KEY = b"n" * 32, b"l" * 32


def test_no_secret_lies_in_clear_neither_in_the_session_that_offers_it_nor_in_the_database() -> None:
    member = MemberFactory()
    browser = Client()
    browser.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
    shown = browser.get("/account/second-factor/").content.decode()
    offered = browser.session[KEY_IN_SESSION]
    device, _ = enrol(browser)
    secret = device.bin_key
    stored = Authenticator.objects.get()
    assert stored.bin_key == secret
    for kept in (offered, stored.key):
        assert secret.hex() not in kept.lower()
        assert kept.startswith("1:")
    assert "otpauth" not in shown
    assert b32decode(second_factor_of_demo()).hex() == SECOND_FACTOR_KEY


def second_factor_of_demo() -> str:
    """Return the secret that the demo prints, enrolled twice."""
    UserFactory(username=WITH_SECOND_FACTOR)
    enrol_visitor()
    enrol_visitor()
    return second_factor_secret()


def test_a_secret_opens_for_its_own_account_only_and_not_under_the_librarys_name() -> None:
    one, other = MemberFactory(), MemberFactory()
    device = enrolled(one)
    TOTPDevice.objects.update(user=other.user)
    with pytest.raises(AuthenticatorUnreadable):
        _ = Authenticator.objects.get().bin_key
    with pytest.raises(ValueError, match="hex"):
        TOTPDevice.objects.get(pk=device.pk).verify_token(123456)


def test_the_own_key_is_changed_without_anybody_noticing(settings: Any, capsys: Any) -> None:
    member = MemberFactory()
    enrolled(member)
    settings.AUTHENTICATOR_KEYS = [NEW_KEY, *settings.AUTHENTICATOR_KEYS]
    call_command("reseal_authenticators")
    call_command("reseal_authenticators")
    assert ["1 个" in line for line in capsys.readouterr().out.splitlines()] == [True, False]
    settings.AUTHENTICATOR_KEYS = [NEW_KEY]
    assert attempt(member, code_now(Authenticator.objects.get()))


def test_a_missing_key_lets_in_by_recovery_code_and_says_so(settings: Any) -> None:
    member = MemberFactory()
    code = code_now(enrolled(member))
    assert isinstance(member.user, User)
    recovery = renew_codes(member.user, at=NINE)[0]
    settings.AUTHENTICATOR_KEYS = [LOST_KEY]
    given = {"username": member.user.username, "password": PASSWORD, "otp_token": code}
    assert "请改用恢复码登录" in Client().post(door_of(member), given).content.decode()
    assert "请改用恢复码登录" not in Client().post(door_of(member), given | {"password": "wrong"}).content.decode()
    with pytest.raises(CommandError, match="未作任何更改"):
        call_command("reseal_authenticators")
    assert attempt(member, recovery)
