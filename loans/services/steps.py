"""What every step of an application has in common: lock, judge, run in memory, save, log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate
from django_fsm import TransitionNotAllowed

from audit.services import NewEvent, record_many
from common.dates import HAPPENED, require_day
from common.errors import DomainError, NotVisible
from common.rows import one_or_none
from loans.access import require_may
from loans.application_transitions import APPLICATION_STEP, Party
from loans.enums import ApplicationState
from loans.models import Application
from loans.selectors.visible import applications_visible_to, scope_of
from loans.services.notices import notify_of_late_entry
from parties.models import Member

ENDS_OF_THE_CLOCK = ("approve", "refuse", "meet_conditions")


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
        InvalidInput: it is before the fund's time.
    """
    today = localdate(at)
    if on is not None and on > today:
        raise DateInFuture(on=on, today=today, field="on")
    require_day(on, HAPPENED, field="on", today=today)
    return on or today


class LateReasonMissing(DomainError):
    """A step of an earlier day is recorded without saying why only now."""

    code = "late_reason_missing"
    sentence = "办理日期 {on} 早于今天（{today}），属于补录，请填写补录理由；补录的登记日期和理由将留痕并可供考核核对。"
    clause = "FP 1.6.3"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class StepDay:
    """The day a step counts on, the day it was written down, and why the two differ."""

    on: date
    recorded_on: date
    late_reason: str

    @property
    def is_late(self) -> bool:
        """Return whether the step was written down on a later day than it counts on."""
        return self.on < self.recorded_on


def step_day(on: date | None, *, at: datetime, late_reason: str = "") -> StepDay:
    """
    Return the day a step of a case counts on: the one given, else the local date of ``at``.

    A bank ends its own 30 working days, so an earlier day has to be explained, and the day it was written down is kept beside it.

    Raises:
        DateInFuture: the day given has not come.
        LateReasonMissing: it is over, and nothing says why it is recorded only now.

    Source: FP 1.6.3; D7.
    """
    day, today = business_day(on, at=at), localdate(at)
    if day < today and not late_reason.strip():
        raise LateReasonMissing(on=day, today=today, field="late_reason")
    return StepDay(on=day, recorded_on=today, late_reason=late_reason.strip() if day < today else "")


def locked_application(application_id: UUID, *, actor: Member, reading: Mapping[str, Any] = MappingProxyType({})) -> Application:
    """
    Return the application locked, fetched anew with what the steps read. First in the lock order (see README).

    ``reading`` names further facts (expressions) that come with it in the same statement; they are as they stood when it began.

    Raises:
        NotVisible: no such application for this actor.
    """
    related = ("entry", "enterprise", "project", "bank", "deadline", "policy_version")
    rows = applications_visible_to(actor).select_related(*related).annotate(**reading).select_for_update(of=("self",), no_key=True)
    found = one_or_none(rows.filter(public_id=application_id))
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
        raise WrongState(number=application.number, state=state, step=APPLICATION_STEP[step].label) from refused


def save_and_log(
    application: Application,
    step: str,
    *,
    actor: Member,
    at: datetime,
    before: str,
    fields: Sequence[str] = (),
    remark: str = "",
    day: StepDay | None = None,
    further: Sequence[NewEvent] = (),
) -> Application:
    """
    Save the application after a step and write the event: state before and after, and the fields the step set; then ``further`` ones.

    A step written down late says so in the event, with the day it counts on and the reason; one that ends the clock in time only because it
    is dated back is told to the bureaus.
    """
    application.save()
    told = {name: getattr(application, name) for name in fields}
    if day is not None and day.is_late:
        told |= {"on": day.on, "recorded_on": day.recorded_on, "late_reason": day.late_reason}
        remark = f"{remark}（补录：{day.late_reason}）" if remark else f"补录：{day.late_reason}"
        if step in ENDS_OF_THE_CLOCK:
            notify_of_late_entry(
                application, step=APPLICATION_STEP[step].label, on=day.on, recorded_on=day.recorded_on, reason=day.late_reason, at=at
            )
    taken = NewEvent(
        verb=APPLICATION_STEP[step].verb,
        obj=application,
        actor=actor,
        occurred_at=at,
        before={"state": before},
        after={"state": application.state, **told},
        remark=remark,
        scope=scope_of(application),
    )
    record_many([taken, *further])
    return application


def begun_step(
    application_id: UUID, step: str, *, actor: Member, reading: Mapping[str, Any] = MappingProxyType({})
) -> tuple[Application, Party]:
    """
    Return the application locked, with the facts named in ``reading``, and as whom the actor may take the step.

    Raises:
        NotVisible: no such application for this actor.
        RoleMissing: the step is others'.
    """
    application = locked_application(application_id, actor=actor, reading=reading)
    return application, require_may(actor, application, step)
