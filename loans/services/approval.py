"""The bank's yes, within every cap."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from common.dates import add_months
from common.errors import DomainError
from loans.enums import ApplicationState
from loans.models import Application
from loans.rules.caps import require_headroom
from loans.selectors.caps import case_of_application
from loans.services.applications import end_clock
from loans.services.locks import locked_commitment_snapshot
from loans.services.notices import notify_of_decision
from loans.services.steps import WrongState, begun_step, run_step, save_and_log, step_day
from loans.services.submission import require_unstacked, stacking_on
from parties.models import Member
from policy.selectors.versions import version_for
from whitelist.selectors.entries import is_open_for_drawdown

APPROVED_FIELDS = ["decided_on", "amount_approved", "lapses_on"]


class EntryRemoved(DomainError):
    """The entry was taken off the list, which also stops drawdowns."""

    code = "entry_removed"
    sentence = "“{entry}”已移出白名单，不能再批复、签约或放款；已放款部分继续执行。"
    clause = "FP 1.6.1(3)"


@transaction.atomic
def approve_application(
    *, application_id: UUID, amount: Decimal, actor: Member, at: datetime, on: date | None = None, late_reason: str = ""
) -> Application:
    """
    Approve within the caps in force, or change nothing; the first end of the clock.

    The caps count what all banks have committed in both modes under all versions, by the limits of the application's version.

    Raises:
        NotVisible, RoleMissing, DateInFuture, LateReasonMissing, StepOutOfOrder, ApprovedMoreThanRequested.
        WrongState: not under review, so a second call changes nothing.
        EntryRemoved: the entry is off the list.
        StackedSupport: support that the fund is not combined with was listed since the submission.
        NoQuota: the bank has no quota in the mode.
        OverCap: with the headroom left, per cap and clause.

    Source: FP 1.2.1, FP 1.2.2, FP 1.3, FP 1.6.3, FP 3.1, FP 3.2; D2, D3, D24, D35, D37, D38, D40.
    """
    application, _ = begun_step(application_id, "approve", actor=actor, reading=stacking_on(on or localdate(at)))
    if application.state != ApplicationState.UNDER_REVIEW or application.policy_version is None:
        raise WrongState(number=application.number, state=application.get_state_display(), step="批复")
    day = step_day(on, at=at, late_reason=late_reason)
    if not is_open_for_drawdown(application.entry):
        raise EntryRemoved(entry=application.entry)
    terms = version_for(application.policy_version).terms
    require_unstacked(application, terms)
    lapses_on = add_months(day.on, terms.loan.approval_lapse_months)
    written = {"recorded_on": day.recorded_on, "late_reason": day.late_reason}
    run_step(application, "approve", on=day.on, amount=amount, lapses_on=lapses_on, **written)
    case = case_of_application(application)
    book = locked_commitment_snapshot([case], on=localdate(at))
    book.require_quota_in_force(case, submitted_on=application.submitted_on or day.on)
    require_headroom(book.headroom(case), amount=amount)
    end_clock(application, on=day.on)
    notify_of_decision(application, at=at)
    before = ApplicationState.UNDER_REVIEW
    return save_and_log(application, "approve", actor=actor, at=at, before=before, fields=APPROVED_FIELDS, day=day)
