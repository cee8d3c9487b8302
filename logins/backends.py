"""The second factor as part of authentication: whoever has a device is not let in by the password alone, through whatever door."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from logins.selectors import device_of
from logins.services.second_factor import answered_by
from parties.models import User


class SecondFactorBackend(ModelBackend):
    """
    Lets in an account that has a device by password **and** code, and stops everybody else at it.

    Stands before ``ModelBackend``, to which accounts without a device are left. A wrong code fails as a wrong password does: the same
    answer, counted by django-axes. The code is asked for only after the password was right, so nobody else wears the device out.
    """

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, otp_token: str = "", **kwargs: Any
    ) -> User | None:
        """
        Return the user with its device, ``None`` for accounts without one.

        Raises:
            PermissionDenied: password or code is wrong; no other backend is asked.
            AuthenticatorUnreadable: the password is right and the code cannot be judged.
        """
        user = User.objects.named(username).first() if username else None
        device = device_of(user) if user is not None else None
        if user is None or device is None:
            return None
        if not user.check_password(password or "") or not self.user_can_authenticate(user) or not answered_by(user, device, otp_token):
            raise PermissionDenied
        user.otp_device = device  # type: ignore[attr-defined]  # django-otp keeps it in the session at the login
        return user
