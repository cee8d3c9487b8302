"""Enrolling an authenticator, its codes, its recovery codes, and giving it up."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils.timezone import now
from django_otp import login as otp_login
from django_otp import verify_token

from audit.services import record
from common.errors import DomainError
from logins.authenticators import AuthenticatorUnreadable, is_under_first_key, opened_secret, sealed_secret
from logins.models import Authenticator, RecoveryCode
from logins.rules import RECOVERY_CODES, is_totp, new_recovery_code, plain
from logins.selectors import needs_second_factor
from logins.services.actors import actor_of, scope_of
from logins.services.sessions import end_others
from parties.models import Member, User

KEY_IN_SESSION = "second_factor_key"
DEVICE_NAME = "动态验证码"
SECRET_BYTES = 20  # what authenticators expect with SHA-1


class CodeWrong(DomainError):
    """The code does not belong to the secret shown."""

    code = "code_wrong"
    sentence = "验证码不正确。请核对手机时间是否自动校准，输入应用当前显示的六位数字。"


class StillNeeded(DomainError):
    """The person's house needs the second factor."""

    code = "second_factor_needed"
    sentence = "您所在单位的人员须使用二次验证，不能停用；更换手机请重新绑定。"
    status = 403


def answered_by(user: User, device: Authenticator, code: str) -> bool:
    """
    Return whether the code is the authenticator's, used for the first time, or a recovery code not used yet. Empty never is.

    Raises:
        AuthenticatorUnreadable: the authenticator's secret does not open; recovery codes do.
    """
    if not code.strip():
        return False
    if is_totp(code):
        return verify_token(user, device.persistent_id, plain(code)) is not None
    unused = RecoveryCode.objects.filter(user=user, sha256=_digest(code), used_at__isnull=True)
    return unused.update(used_at=now()) == 1


def device_for(user: User, *, secret: bytes) -> Authenticator:
    """Return an authenticator with this secret, unsaved."""
    return Authenticator(user=user, name=DEVICE_NAME, key=sealed_secret(secret, user_id=user.pk), confirmed=True)


def offered_device(request: HttpRequest) -> Authenticator:
    """Return the authenticator that the person is about to enrol, unsaved; its secret waits in the session, sealed."""
    assert isinstance(request.user, User)
    try:
        secret = opened_secret(request.session.get(KEY_IN_SESSION, ""), user_id=request.user.pk)
    except AuthenticatorUnreadable:  # none yet, or the key was changed meanwhile
        secret = secrets.token_bytes(SECRET_BYTES)
        request.session[KEY_IN_SESSION] = sealed_secret(secret, user_id=request.user.pk)
    return device_for(request.user, secret=secret)


@transaction.atomic
def enrol(request: HttpRequest, *, code: str, at: datetime) -> list[str]:
    """
    Take the offered authenticator in the place of any other, end the other sessions, and return new recovery codes.

    Raises:
        CodeWrong: the code is not of the secret offered.
    """
    assert isinstance(request.user, User)
    user = User.objects.select_for_update().get(pk=request.user.pk)  # two tabs enrol one after the other
    device = offered_device(request)
    if not is_totp(code):
        raise CodeWrong(field="code")
    Authenticator.objects.filter(user=user).delete()
    device.save()
    if not device.verify_token(plain(code)):
        raise CodeWrong(field="code")
    del request.session[KEY_IN_SESSION]
    actor = actor_of(user, at=at)
    record(verb="second_factor.enrolled", obj=user, actor=actor, occurred_at=at, scope=scope_of(actor))
    otp_login(request, device)
    end_others(request, at=at)
    return _new_codes(user, at=at)


@transaction.atomic
def renew_codes(user: User, *, at: datetime) -> list[str]:
    """Return new recovery codes; the old ones open nothing any more."""
    User.objects.select_for_update().get(pk=user.pk)
    actor = actor_of(user, at=at)
    record(verb="second_factor.codes_renewed", obj=user, actor=actor, occurred_at=at, scope=scope_of(actor))
    return _new_codes(user, at=at)


@transaction.atomic
def give_up(request: HttpRequest, *, at: datetime) -> None:
    """
    Remove the authenticator and the recovery codes of a person who need not have them.

    Raises:
        StillNeeded: the person's house needs it.
    """
    assert isinstance(request.user, User)
    actor = actor_of(request.user, at=at)
    if isinstance(actor, Member) and needs_second_factor(actor):
        raise StillNeeded
    remove_device(request.user)
    record(verb="second_factor.removed", obj=request.user, actor=actor, occurred_at=at, scope=scope_of(actor))
    end_others(request, at=at)


def remove_device(user: User) -> None:
    """Delete an account's authenticator and recovery codes."""
    Authenticator.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()


@transaction.atomic
def reseal_secrets() -> int:
    """
    Put the secrets that are under an older key under the first one, unchanged, and return how many.

    Raises:
        AuthenticatorUnreadable: one opens with no key; nothing is changed.
    """
    devices = Authenticator.objects.select_for_update().order_by("pk")
    older = [device for device in devices if not is_under_first_key(device.key)]
    for device in older:
        device.key = sealed_secret(device.bin_key, user_id=device.user_id)
        device.save(update_fields=["key"])
    return len(older)


def _new_codes(user: User, *, at: datetime) -> list[str]:
    codes = [new_recovery_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, sha256=_digest(code), issued_at=at) for code in codes])
    return codes


def _digest(code: str) -> str:
    return hashlib.sha256(plain(code).encode()).hexdigest()
