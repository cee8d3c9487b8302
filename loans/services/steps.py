"""What every step of an application has in common: lock, judge, run in memory, save, log."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate
from django_fsm import TransitionNotAllowed

from audit.services import record
from common.errors import DomainError, NotVisible
from loans.access import require_may
from loans.enums import ApplicationState
from loans.guards import STEP_LABELS, Who
from loans.models import Application
from loans.selectors import applications_visible_to, scope_of
from parties.models import Member


class WrongState(DomainError, TransitionNotAllowed):
    """The application does not stand where this step begins; a step taken twice ends here the second time."""

    code = "wrong_state"
    sentence = "申请 {number} 当前为“{state}”，不能办理“{step}”，请刷新后查看最新状态。"
    clause = "FP 1.6.3"

    def __init__(self, *, number: str, state: str, step: str) -> None:
        DomainError.__init__(self, number=number, state=state, step=step)

    def __reduce__(self) -> tuple[object, ...]:
        return _wrong_state, (self.facts,)


def _wrong_state(facts: Mapping[str, str]) -> WrongState:
    """Return the error as it was before it was pickled."""
    return WrongState(number=facts["number"], state=facts["state"], step=facts["step"])


class DateInFuture(DomainError):
    """Nothing is recorded as done on a day that has not come."""

    code = "date_in_future"
    sentence = "日期 {on} 晚于今天（{today}），请核对。"
    status = 400


def business_day(on: date | None, *, at: datetime) -> date:
    """
    Return the day a step counts on: the one given, else the local date of ``at``.

    Raises:
        DateInFuture: the day given has not come.
    """
    today = localdate(at)
    if on is not None and on > today:
        raise DateInFuture(on=on, today=today, field="on")
    return on or today


def locked_application(application_id: UUID, *, actor: Member) -> Application:
    """
    Return the application locked, fetched anew with what the steps read. First in the lock order (see README).

    Raises:
        NotVisible: no such application for this actor.
    """
    related = ("entry__district", "enterprise", "project", "bank", "deadline", "policy_version")
    rows = applications_visible_to(actor).select_related(*related).select_for_update(of=("self",), no_key=True)
    found = rows.filter(public_id=application_id).first()
    if found is None:
        raise NotVisible
    return found


def run_step(application: Application, step: str, **facts: Any) -> None:
    """
    Run one transition in memory.

    Raises:
        WrongState: it does not begin in the application's state.
        and whatever the transition refuses.
    """
    try:
        getattr(application, step)(**facts)
    except TransitionNotAllowed as refused:
        state = ApplicationState(application.state).label
        raise WrongState(number=application.number, state=state, step=STEP_LABELS[step]) from refused


def keep_step(
    application: Application, step: str, *, actor: Member, at: datetime, before: str, fields: Sequence[str] = (), remark: str = ""
) -> Application:
    """Save the application after a step and write the event: state before and after, and the fields the step set."""
    application.save()
    told = {name: getattr(application, name) for name in fields}
    record(
        verb=f"application.{step}",
        obj=application,
        actor=actor,
        occurred_at=at,
        before={"state": before},
        after={"state": application.state, **told},
        remark=remark,
        scope=scope_of(application),
    )
    return application


def begun_step(application_id: UUID, step: str, *, actor: Member) -> tuple[Application, Who]:
    """
    Return the application locked, and as whom the actor may take the step.

    Raises:
        NotVisible: no such application for this actor.
        RoleMissing: the step is others'.
    """
    application = locked_application(application_id, actor=actor)
    return application, require_may(actor, application, step)
