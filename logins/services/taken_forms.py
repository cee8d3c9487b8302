"""Forms that were taken, kept in the transaction of their step."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model

from common.admin.once import Earlier, Sent
from common.database import take_turn
from logins.models import TakenForm

KEPT_FOR = timedelta(days=7)  # longer than any session; only the day's own are compared by content


@transaction.atomic
def earlier_form(sent: Sent, standing: Callable[[Any], str]) -> Earlier | None:
    """
    Return the form of the same token; else the last one of the step and case today, if it said the same and nothing has happened since.

    Forms of one step and case wait here for one another until the transaction ends.
    """
    take_turn("form", sent.step, sent.about)
    kept = TakenForm.objects.select_related("member__user")
    same = kept.filter(token=sent.token).first()
    if same is not None:
        return _earlier(same)
    last = kept.filter(step=sent.step, about=sent.about, day=sent.on).order_by("-id").first()
    if sent.is_empty or last is None or last.content != sent.content:
        return None
    found = _earlier(last)
    return found if standing(found.made) == last.standing else None


def keep_form(sent: Sent, made: Any, standing: str) -> None:
    """Keep that a form was taken and what came of it."""
    is_row = isinstance(made, Model)
    taken = TakenForm(
        token=sent.token,
        step=sent.step,
        about=sent.about,
        content=sent.content,
        standing=standing,
        made_type=made._meta.label_lower if is_row else "",
        made_id=str(made.pk) if is_row else "",
        member=sent.member,
        day=sent.on,
        at=sent.at,
    )
    TakenForm.objects.bulk_create([taken], ignore_conflicts=True)  # two with a file may both be done: each is read before its transaction


def taken_at(token: UUID, member: Any) -> datetime | None:
    """Return when the member's form of this token was taken, ``None`` if it was not."""
    return TakenForm.objects.filter(token=token, member=member).values_list("at", flat=True).first()


def forget_forms(*, at: datetime) -> int:
    """Delete what was kept of forms long taken, and return how many."""
    return TakenForm.objects.filter(at__lt=at - KEPT_FOR).delete()[0]


def _earlier(row: TakenForm) -> Earlier:
    made = apps.get_model(row.made_type)._base_manager.filter(pk=row.made_id).first() if row.made_type else None
    return Earlier(content=row.content, at=row.at, by=row.member.name, made=made)
