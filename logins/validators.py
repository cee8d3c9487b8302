"""Passwords that an account had before are not taken again, whoever sets them."""

from typing import Any

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

from logins.models import EarlierPassword


class NotUsedBefore:
    """
    Refuses the account's last passwords. Stands in ``AUTH_PASSWORD_VALIDATORS``.

    Django tells every validator when a user with a new password was saved, so no way of setting one goes around the memory.
    """

    def __init__(self, *, remembered: int) -> None:
        self.remembered = remembered

    def validate(self, password: str, user: Any = None) -> None:
        """
        Let pass only what is none of the last passwords.

        Raises:
            ValidationError.
        """
        if user is None or user.pk is None or not self.remembered:
            return
        rows = EarlierPassword.objects.filter(user=user).order_by("-pk")
        present = [user.password] if user.has_usable_password() else []  # none after a reset, which must not make room for an older one
        known = dict.fromkeys([*present, *rows.values_list("encoded", flat=True)[: self.remembered]])
        if any(check_password(password, encoded) for encoded in list(known)[: self.remembered]):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def password_changed(self, password: str, user: Any = None) -> None:
        """Remember the password's hash, and forget what is older than asked for."""
        if user is None or not user.has_usable_password():
            return
        EarlierPassword.objects.create(user=user, encoded=user.password)
        kept = EarlierPassword.objects.filter(user=user).order_by("-pk").values("pk")[: self.remembered]
        EarlierPassword.objects.filter(user=user).exclude(pk__in=list(kept.values_list("pk", flat=True))).delete()

    def get_help_text(self) -> str:
        """Return the rule as a sentence."""
        return f"新密码不能与最近{self.remembered}次使用过的密码相同。"
