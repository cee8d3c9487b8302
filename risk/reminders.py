"""What runs on a schedule beside payment and breaker: reminders of examinations and of public money due back, the fee alarm."""

from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from loans.rules.dates import deadline_stage
from notices.services import notify
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from policy.models import Deadline, PolicyVersion
from policy.selectors.calendar import working_calendar
from policy.selectors.deadlines import remaining_working_days
from policy.selectors.versions import version_for, version_on
from policy.working_days import WorkingCalendar
from risk.claims.transitions import UNDER_EXAMINATION
from risk.enums import ReturnState
from risk.fees.selectors import average_guarantee_fees
from risk.models import Claim, Return


def remind_of_terms(*, actor: Member, at: datetime) -> int:
    """
    Remind of claims to examine and of public money due back before the term ends and after it; return how many were told.

    Computed from the calendar, so that a run that was missed is caught up by the next and a second run says nothing.

    Source: FP 1.5.2(1), FP 1.5.2(2); D6, D37.
    """
    require(actor, InstitutionKind.FUND_OFFICE, allow_job=True)
    calendar, told = working_calendar(), 0
    claims = Claim.objects.filter(state__in=UNDER_EXAMINATION).select_related("deadline", "reviewer", "loan__policy_version")
    for claim in claims:
        if claim.deadline is not None and claim.reviewer is not None:
            what = f"补偿申请 {claim.number} 的审核"
            told += _remind(claim, claim.deadline, claim.reviewer, what, claim.loan.policy_version, calendar, at=at)
    related = ("deadline", "recovery__bank", "answers__payment__claim__loan__policy_version", "answers__institution")
    for row in Return.objects.exclude(state=ReturnState.PAID).select_related(*related):
        claim = row.answers.payment.claim
        what = f"补偿申请 {claim.number} 向{row.answers.institution.name}退回追偿款 {row.amount:,.2f} 元"
        told += _remind(row, row.deadline, row.recovery.bank, what, claim.loan.policy_version, calendar, at=at)
    return told


@transaction.atomic
def _remind(
    obj: Claim | Return,
    deadline: Deadline,
    institution: Institution,
    what: str,
    version: PolicyVersion,
    calendar: WorkingCalendar,
    *,
    at: datetime,
) -> bool:
    """Say the latest stage that applies, once; return whether it is new."""
    today = localdate(at)
    left = remaining_working_days(deadline, on=today, calendar=calendar)
    stages = tuple(days for days in version_for(version).terms.clock.reminder_working_days if days < deadline.working_days)
    stage = deadline_stage(working_days_left=left, is_past=today > deadline.due_on, reminders=stages)
    if stage is None:
        return False
    when = f"距时限还有 {left} 个工作日" if stage else f"已超过时限 {-left} 个工作日"
    notice = notify(
        key=f"{obj._meta.label_lower}:{obj.public_id}:due:{deadline.due_on}:{stage}",
        kind="deadline" if stage else "deadline_missed",
        title=f"{what}{when}"[:120],
        body=f"{what}应于 {deadline} 前办理，{when}，请及时办理。",
        at=at,
        institution=institution,
        obj=obj,
        urgent=stage <= 1,
    )
    return notice is not None


def alarm_about_guarantee_fees(*, actor: Member, at: datetime) -> int:
    """
    Tell guarantor and city when the average guarantee fee of this year lies above the limit; return how many were told.

    Source: FP 1.5.2(1); D23.
    """
    require(actor, InstitutionKind.FUND_OFFICE, allow_job=True)
    today, told = localdate(at), 0
    limit = version_on(today).terms.fees.guarantee_fee_limit_rate
    city = Institution.objects.filter(kind__in=[InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_FINANCE_OFFICE], is_active=True)
    for one in average_guarantee_fees(on=today):
        if one.year != today.year or not one.average.is_above_limit or one.average.rate is None:
            continue
        for institution in [one.guarantor, *city]:
            notice = notify(
                key=f"guarantee_fee:{one.guarantor.pk}:{one.year}:{one.average.rate}:{institution.pk}",
                kind="guarantee_fee",
                title=f"{one.guarantor.short_name}{one.year}年平均担保费率超过上限",
                body=f"加权平均担保费率 {one.average.rate * 100:.4f}%，超过方案规定的 {limit * 100:.2f}%，请调整收费。",
                at=at,
                institution=institution,
                urgent=True,
            )
            told += notice is not None
    return told
