"""What the portal asks for."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.timezone import now

from logins.forms import LoginWithCode
from portal.access import NO_ENTRY, person_of_enterprise


class EnterpriseLogin(LoginWithCode):
    """A login of an enterprise's person; others are told where theirs is."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)

    def confirm_login_allowed(self, user: Any) -> None:
        """Refuse an account that acts for no enterprise today."""
        super().confirm_login_allowed(user)
        if person_of_enterprise(user, at=now()) is None:
            raise ValidationError(NO_ENTRY, code="no_enterprise")
