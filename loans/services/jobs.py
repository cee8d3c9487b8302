"""What runs on a schedule. Each piece of work is a transaction of its own, so a run may be killed anywhere and run again."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from loans.access import require_may
from loans.enums import APPROVED_NOT_CONTRACTED, ApplicationState
from loans.models import Application
from loans.rules.dates import deadline_stage
from loans.selectors.caps import fully_drawn_entries
from loans.selectors.clock import awaiting_decision_on
from loans.services.notices import bureaus_of, notify_enterprise
from loans.services.steps import run_step, save_and_log
from notices.services import notify
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from policy.models import PolicyVersion
from policy.selectors.calendar import working_calendar
from policy.selectors.deadlines import remaining_working_days
from policy.selectors.versions import version_for
from policy.working_days import WorkingCalendar
from whitelist.services.ending import expire_fully_drawn


def remind_of_deadlines(*, actor: Member, at: datetime) -> int:
    """
    Remind the banks 10, 5 and 1 working days before an application's deadline and escalate after it; return how many were told.

    Computed from the calendar: only the latest stage is said, each once per due day, so a run that was missed is caught up by the next and
    a second run says nothing.

    Source: FP 1.6.3; D6, D7.
    """
    require(actor, InstitutionKind.FUND_OFFICE, allow_job=True)
    today, calendar = localdate(at), working_calendar()
    stages = {row.pk: version_for(row).terms.clock.reminder_working_days for row in PolicyVersion.objects.all()}
    longest = max((days for reminders in stages.values() for days in reminders), default=1)
    due_until = calendar.due(today, longest).on
    related = ("bank", "enterprise", "entry__district", "deadline")
    told = 0
    for application in awaiting_decision_on(today, due_until=due_until).select_related(*related):
        reminders = stages[application.policy_version_id] if application.policy_version_id else ()
        told += _remind(application, reminders, calendar, on=today, at=at)
    return told


def _remind(application: Application, reminders: Iterable[int], calendar: WorkingCalendar, *, on: date, at: datetime) -> bool:
    """Say the latest stage that applies, in a transaction of its own; return whether anything new was said."""
    deadline = application.deadline
    if deadline is None:
        return False
    left = remaining_working_days(deadline, on=on, calendar=calendar)
    stage = deadline_stage(working_days_left=left, is_past=on > deadline.due_on, reminders=tuple(reminders))
    if stage is None:
        return False
    with transaction.atomic():
        said = [_say(application, stage, left, institution, at=at) for institution in _recipients(application, stage)]
    return any(said)


def _recipients(application: Application, stage: int) -> list[Institution]:
    """Return the bank before the deadline, bank, county and city after it."""
    return [application.bank] if stage else [application.bank, *bureaus_of(application.entry.district)]


def _say(application: Application, stage: int, left: int, institution: Institution, *, at: datetime) -> bool:
    due = application.deadline
    when = f"距批复时限还有 {left} 个工作日" if stage else f"已超过批复时限 {-left} 个工作日"
    notice = notify(
        key=f"application:{application.public_id}:due:{due.due_on if due else ''}:{stage}:{institution.pk}",
        kind="deadline" if stage else "deadline_missed",
        title=f"融资申请 {application.number} {when}",
        body=f"{application.enterprise.name}向{application.bank.name}提交的融资申请应于 {due} 前批复，{when}，请及时办理。",
        at=at,
        institution=institution,
        obj=application,
        urgent=stage <= 1,
    )
    return notice is not None


def lapse_approvals(*, actor: Member, at: datetime) -> int:
    """
    Let approvals end that no contract followed in time; return how many lapsed. One transaction each; locked ones are left to the next run.

    Source: D37.
    """
    today = localdate(at)
    due = Application.objects.filter(state__in=APPROVED_NOT_CONTRACTED, lapses_on__lte=today).order_by("pk")
    return sum(_lapse(key, actor=actor, on=today, at=at) for key in due.values_list("pk", flat=True))


@transaction.atomic
def _lapse(key: int, *, actor: Member, on: date, at: datetime) -> bool:
    rows = Application.objects.select_related("entry__district", "enterprise", "bank")
    rows = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    application = rows.filter(pk=key, state__in=APPROVED_NOT_CONTRACTED).first()
    if application is None:
        return False
    require_may(actor, application, "lapse")
    before = application.state
    run_step(application, "lapse", on=on)
    body = f"批复已满时限未签约，自 {application.lapses_on} 起失效；如仍需融资请重新申请。"
    notify_enterprise(application, event="lapsed", title=f"融资申请 {application.number} 的批复已失效", body=body, at=at)
    save_and_log(application, "lapse", actor=actor, at=at, before=ApplicationState(before), fields=["lapsed_on"])
    return True


def expire_drawn_projects(*, actor: Member, at: datetime) -> int:
    """
    Hand the projects whose caps are used up by disbursement to the whitelist, whose entries then expire; return how many entries did.

    Source: FP 1.6.1(3); D27.
    """
    return len(expire_fully_drawn(entry_ids=fully_drawn_entries(on=localdate(at)), actor=actor, at=at))
