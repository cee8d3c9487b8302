"""The secrets of authenticators as they are stored: under ``AUTHENTICATOR_KEYS``, each for its account alone."""

from django.conf import settings

from common.envelopes import CannotOpen, is_under, open_envelope, seal_envelope
from common.errors import DomainError

PURPOSE = "authenticator"


class AuthenticatorUnreadable(DomainError):
    """The secret does not open: its key is missing, or somebody altered or moved the row. No code is right or wrong then."""

    code = "authenticator_unreadable"
    sentence = (
        "暂时无法核对动态验证码，请改用恢复码登录。请系统管理员核对二次验证密钥（AUTHENTICATOR_KEYS）是否齐全；"
        "确已遗失的，用恢复码登录后重新绑定，没有恢复码的由运营单位两人重置账号。"
    )
    status = 503


def sealed_secret(secret: bytes, *, user_id: int) -> str:
    """Return the secret of an account's authenticator under the first key."""
    return seal_envelope(secret, bound=_bound(user_id), purpose=PURPOSE, keys=settings.AUTHENTICATOR_KEYS)


def opened_secret(sealed: str, *, user_id: int) -> bytes:
    """
    Return the secret of an account's authenticator.

    Raises:
        AuthenticatorUnreadable.
    """
    try:
        return open_envelope(sealed, bound=_bound(user_id), purpose=PURPOSE, keys=settings.AUTHENTICATOR_KEYS)
    except CannotOpen:
        raise AuthenticatorUnreadable from None


def is_under_first_key(sealed: str) -> bool:
    """Return whether nothing is to be done after a change of keys."""
    return is_under(sealed, key=settings.AUTHENTICATOR_KEYS[0], purpose=PURPOSE)


def _bound(user_id: int) -> str:
    return f"user|{user_id}"
