"""Changing one's own password."""

from datetime import datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from audit.services import record
from common.errors import FieldProblem, InvalidInput
from logins.services.actors import actor_of, scope_of
from logins.services.sessions import end_others
from parties.models import User


@transaction.atomic
def change_password(request: HttpRequest, *, password: str, at: datetime) -> None:
    """
    Give the person who is logged in a new password, and end their other sessions at once. The caller has asked who it is.

    Raises:
        InvalidInput: the password is too weak, or was used before.
    """
    assert isinstance(request.user, User)
    user = User.objects.select_for_update().get(pk=request.user.pk)
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise InvalidInput(errors=[FieldProblem("password", "weak", text) for text in problem.messages]) from problem
    user.set_password(password)
    user.save(update_fields=["password"])
    actor = actor_of(user, at=at)
    record(verb="login.password_changed", obj=user, actor=actor, occurred_at=at, scope=scope_of(actor))
    request.user.password = user.password
    end_others(request, at=at)
