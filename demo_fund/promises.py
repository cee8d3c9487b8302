"""What the demo promises its visitors, whatever the day it is played: one list, each with its check. The screen and the tests read it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from audit.admin import events_read_by
from demo_fund.cast import visitor_logins
from loans.enums import AWAITING_DECISION
from loans.models import Application
from loans.selectors.visible import loans_visible_to
from parties.enums import Role
from parties.models import Member
from policy.models import PolicyVersion
from quanzhou_fund.backoffice.work_queues import work_queues_of
from risk.claims.transitions import WAITING_FOR_MONEY
from risk.enums import BreakerState
from risk.models import BankRisk, BreakerChange, Claim
from subsidy.enums import ObjectionState, SettlementState
from subsidy.models import Objection, Revision, Settlement

WEEK = 7
SUSPENDED, WARNED = "jiuri", "jinjiang"  # the banks of the printed logins that say so


@dataclass(frozen=True, slots=True)
class Promise:
    """One thing that visitors are told they find, and whether it is there on a day."""

    sentence: str
    holds: Callable[[date], bool]


def _is_warned(on: date) -> bool:
    return BankRisk.objects.filter(bank__code=WARNED, state=BreakerState.WARNING).exists()


def _is_suspended_with_a_queue(on: date) -> bool:
    queued = Claim.objects.filter(bank__code=SUSPENDED, state__in=WAITING_FOR_MONEY)
    return BankRisk.objects.filter(bank__code=SUSPENDED, state=BreakerState.SUSPENDED).exists() and queued.count() >= 2


def _has_reopened(on: date) -> bool:
    return BreakerChange.objects.filter(bank__code=SUSPENDED, before=BreakerState.SUSPENDED).exists()


def _a_deadline_is_overdue(on: date) -> bool:
    return Application.objects.filter(state__in=AWAITING_DECISION, deadline__due_on__lt=on).exists()


def _an_objection_is_open(on: date) -> bool:
    return Objection.objects.filter(state=ObjectionState.OPEN).exists()


def _a_draft_waits(on: date) -> bool:
    return Settlement.objects.filter(state=SettlementState.DRAFT).exists()


def _an_adjustment_is_settled(on: date) -> bool:
    return Revision.objects.filter(adjustment_count__gt=0, settlement__state=SettlementState.PAID).exists()


def _today_has_rules(on: date) -> bool:
    return PolicyVersion.objects.filter(valid_from__lte=on).exclude(valid_until__lte=on).exists()


PROMISES = (
    Promise("晋水农商银行处于警示", _is_warned),
    Promise("九日山银行处于熔断，有补偿申请在排队", _is_suspended_with_a_queue),
    Promise("九日山银行此前熔断过一次并已恢复", _has_reopened),
    Promise("有一笔申请已超过30个工作日未批复", _a_deadline_is_overdue),
    Promise("有一件县级异议待答复", _an_objection_is_open),
    Promise("有贴息结算草稿待银行和信托确认", _a_draft_waits),
    Promise("有一期已拨付的结算含往期调整", _an_adjustment_is_settled),
    Promise("当天有有效的方案版本，可以办理新业务", _today_has_rules),
)


def broken_promises(*, on: date) -> list[str]:
    """Return the sentences of what is promised and not there, of cases as of logins; nothing where all holds."""
    return [*(promise.sentence for promise in PROMISES if not promise.holds(on)), *_people_without_a_case(on)]


def _people_without_a_case(on: date) -> Iterator[str]:
    """Yield whoever can log in, as the printed list has it, and finds nothing there for him."""
    for username, *_ in visitor_logins():
        member = Member.objects.select_related("institution__district", "enterprise").get(user__username=username)
        if not _has_a_case(member, on):
            yield f"{username} 登录后有待办事项"
    if not visitor_logins():
        yield "有可以登录的演示账号"


def _has_a_case(member: Member, on: date) -> bool:
    """Return whether something waits for the person; an enterprise finds its loans, the log's administrator what was done lately."""
    if member.enterprise is not None:
        return loans_visible_to(member).filter(Q(performing__gt=0) | Q(overdue__gt=0)).exists()
    if Role.AUDIT in member.roles:
        return events_read_by(member).filter(occurred_at__date__gt=on - timedelta(days=WEEK)).exists()
    return bool(work_queues_of(member, on=on))
