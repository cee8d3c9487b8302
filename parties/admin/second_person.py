"""Buttons of steps that a second person takes: whom the service refuses does not see them."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from parties.access import may_check
from parties.models import Member


def by_another(made_by: str = "made_by") -> Callable[[Member, Any], bool]:
    """Return whether a member may check what the person in this field of a case made, as ``checker_differs`` judges it."""

    def fits(member: Member, case: Any) -> bool:
        maker = getattr(case, made_by)
        return maker is None or may_check(maker=maker, checker=member, at=timezone.now())

    return fits
