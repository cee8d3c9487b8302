"""What waits in the yearly statistics: to sign, to send, to answer, to check, to lock."""

from datetime import date

from django.db.models import Q

from common.admin.display_values import list_of
from parties.enums import Role
from parties.models import Member
from policy.selectors.calendar import working_calendar
from quanzhou_fund.backoffice.work_queues_risk import WorkQueues
from reporting.enums import ObjectionState, YearState
from reporting.models import RateObjection, ResponseYear
from reporting.response_rates.selectors.judging import last_due_of
from reporting.visibility import rate_objections_visible_to, response_years_visible_to

OPEN = (ObjectionState.FILED, ObjectionState.PROPOSED)


def city(member: Member, on: date) -> WorkQueues:
    """市工信局 sends a year that is over to the banks, answers their objections, and locks. Source: FP 1.6.5; D43."""
    years, objections = response_years_visible_to(member), rate_objections_visible_to(member)
    over = [year.pk for year in years.filter(state__in=(YearState.RUNNING, YearState.TRUST_SIGNED)) if _is_over(year.year, on)]
    ready = years.filter(Q(state=YearState.TRUST_SIGNED) | Q(trust_deadline__isnull=True), pk__in=over)
    filed = objections.filter(state=ObjectionState.FILED)
    queues: WorkQueues = [
        (ready, "年度响应率待发送银行核对", list_of(ResponseYear), False),
        (filed, "响应率异议待答复", list_of(RateObjection, state__exact=ObjectionState.FILED.value), True),
    ]
    if Role.CHECKER in member.roles:
        drafted = objections.filter(state=ObjectionState.PROPOSED).exclude(proposed_by=member.pk)
        closed = years.filter(state=YearState.DISPUTED, dispute_deadline__due_on__lt=on).exclude(published_by=member.pk)
        lockable = closed.exclude(objections__state__in=OPEN)
        queues += [
            (drafted, "响应率异议答复待复核", list_of(RateObjection, state__exact=ObjectionState.PROPOSED.value), True),
            (lockable, "年度响应率待锁定", list_of(ResponseYear, state__exact=YearState.DISPUTED.value), False),
        ]
    return queues


def manager(member: Member, on: date) -> WorkQueues:
    """The fund manager signs the trust mode's part within its term. Source: FP 1.6.5; D43."""
    waiting = response_years_visible_to(member).filter(state=YearState.RUNNING, trust_deadline__isnull=False)
    url = list_of(ResponseYear, state__exact=YearState.RUNNING.value)
    late = waiting.filter(trust_deadline__due_on__lt=on)
    return [
        (late, "信托统计逾期未报送", url, True),
        (waiting.filter(trust_deadline__due_on__gte=on), "信托统计待签署报送", url, False),
    ]


def bank(member: Member, on: date) -> WorkQueues:
    """A bank checks its rate within the window. Source: D43."""
    open_years = response_years_visible_to(member).filter(state=YearState.DISPUTED, dispute_deadline__due_on__gte=on)
    return [(open_years, "年度响应率待核对", list_of(ResponseYear, state__exact=YearState.DISPUTED.value), False)]


def _is_over(year: int, on: date) -> bool:
    return on > last_due_of(year, calendar=working_calendar())
