"""What waits for a person: queues of work by the institution's kind, counted in what the person may see."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from common.admin.display_values import list_of
from common.enums import Mode
from loans.enums import AWAITING_DECISION, ApplicationState, ProposalState
from loans.models import Application, Proposal
from loans.selectors.visible import applications_visible_to, proposals_visible_to
from parties.enums import COUNTY_KINDS, CorrectionState, InstitutionKind, RightsState, Role
from parties.models import Correction, Member, RightsChange
from parties.selectors import corrections_visible_to, rights_changes_visible_to
from policy.selectors.calendar import working_calendar
from policy.selectors.deadlines import deadlines_due_within
from quanzhou_fund.backoffice import work_queues_rates, work_queues_risk, work_queues_tenders
from quanzhou_fund.backoffice.work_queues_risk import WorkQueues
from subsidy.enums import ObjectionState, PaymentState, SettlementState
from subsidy.models import Objection, Payment, Settlement
from subsidy.selectors.visibility import objections_visible_to, payments_visible_to, settlements_visible_to
from whitelist.enums import DeliveryState, EntryKind, EntryState, ImportState
from whitelist.models import Delivery, Entry, ImportFile
from whitelist.selectors.announcing import deliveries_visible_to
from whitelist.selectors.entries import awaiting_opinion_of, entries_visible_to
from whitelist.selectors.imports import imports_visible_to

K = InstitutionKind
SOON_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkQueue:
    """One queue of work: how many, what is to be done, where they are listed."""

    count: int
    label: str
    url: str
    is_urgent: bool = False
    note: str = ""


def work_queues_of(member: Member, *, on: date) -> list[WorkQueue]:
    """Return the queues that are not empty, the urgent first; none for who only reads."""
    if {Role.SYSTEM, Role.SECURITY} & set(member.roles):
        return _rights(member, on)
    if not {Role.HANDLER, Role.CHECKER} & set(member.roles) or member.institution is None:
        return []
    queues = [queue for kinds, queues_of in _QUEUES for queue in (queues_of(member, on) if member.institution.kind in kinds else [])]
    queues += _corrections(member)
    counted = [WorkQueue(count=rows.count(), label=label, url=url, is_urgent=urgent) for rows, label, url, urgent in queues]
    return sorted((one for one in counted if one.count), key=lambda one: not one.is_urgent)


def _rights(member: Member, on: date) -> list[WorkQueue]:
    """The security administrator confirms changes of rights, and the system administrator follows those he proposed until they lapse."""
    proposed = rights_changes_visible_to(member).filter(state=RightsState.PROPOSED, ends_at__date__gte=on)
    label = "权限事项待确认"
    if Role.SYSTEM in member.roles:
        proposed, label = proposed.filter(made_by=member), "已提出、待确认的权限事项"
    count, url = proposed.count(), list_of(RightsChange, state__exact=RightsState.PROPOSED.value)
    return [WorkQueue(count=count, label=label, url=url)] if count else []


def _corrections(member: Member) -> WorkQueues:
    """A house's checkers check what colleagues put right."""
    waiting = corrections_visible_to(member).filter(state=CorrectionState.PROPOSED, institution=member.institution_id)
    rows = waiting.exclude(made_by=member.pk)
    return [(rows, "更正事项待复核", list_of(Correction, state__exact=CorrectionState.PROPOSED.value), False)] if _checks(member) else []


def _checks(member: Member) -> bool:
    return Role.CHECKER in member.roles


def _county(member: Member, on: date) -> WorkQueues:
    """A county reviews applications, and may object to its share before filing."""
    entries = entries_visible_to(member)
    open_shares = settlements_visible_to(member).filter(
        state__in=(SettlementState.DRAFT, SettlementState.CONFIRMED, SettlementState.REVIEWED)
    )
    queues: WorkQueues = [
        (open_shares, "本县承担金额待核对（备案前可提出异议）", list_of(Settlement), False),
    ]
    if member.institution is not None and member.institution.kind == K.COUNTY_INDUSTRY:
        queues.insert(0, _entries(entries, EntryState.COUNTY_REVIEW, "县级初审"))
    return queues


def _lead(kind: EntryKind) -> Callable[[Member, date], WorkQueues]:
    """The bureau that leads a list reviews and publishes it."""

    def queues(member: Member, on: date) -> WorkQueues:
        entries = entries_visible_to(member).filter(kind=kind)
        return [
            _entries(entries, EntryState.CITY_REVIEW, f"市级审核（{kind.label}）", kind=kind),
            _entries(entries, EntryState.CLEARED, f"待发布（{kind.label}）", kind=kind),
        ]

    return queues


def _entries(entries: QuerySet[Entry], state: EntryState, label: str, **more: Any) -> tuple[QuerySet[Any], str, str, bool]:
    lookups = {"state__exact": state.value} | {f"{name}__exact": value.value for name, value in more.items()}
    return entries.filter(state=state), label, list_of(Entry, **lookups), False


def _consulted(member: Member, on: date) -> WorkQueues:
    """A consulted bureau gives its opinion."""
    assert member.institution is not None  # only institutions have queues
    waiting = awaiting_opinion_of(member.institution)
    return [(waiting, "征求意见待回复", list_of(Entry, state__exact=EntryState.CONSULTATION.value), False)]


def _science(member: Member, on: date) -> WorkQueues:
    """A list waits for its reading to be confirmed, or was checked and waits to be entered."""
    waiting = ((ImportState.ASKED, "待确认读法名单"), (ImportState.CHECKED, "已核对待入库名单"))
    return [
        (imports_visible_to(member).filter(state=state), label, list_of(ImportFile, state__exact=state.value), False)
        for state, label in waiting
    ]


def _industry(member: Member, on: date) -> WorkQueues:
    """市工信局 reviews settlements, answers counties, and watches terms and deliveries."""
    settlements, objections = settlements_visible_to(member), objections_visible_to(member)
    late = _late(applications_visible_to(member), on)
    failed = deliveries_visible_to(member).filter(state=DeliveryState.FAILED)
    return [
        (settlements.filter(state=SettlementState.CONFIRMED), "贴息结算待审核", _settlements(SettlementState.CONFIRMED), False),
        (objections.filter(state=ObjectionState.OPEN), "县级异议待答复", list_of(Objection, state__exact=ObjectionState.OPEN.value), True),
        (late, "超过30个工作日未批复的申请", _undecided(), True),
        (failed, "推送失败待处理", list_of(Delivery, state__exact=DeliveryState.FAILED.value), True),
    ]


def _treasury(member: Member, on: date) -> WorkQueues:
    """市财政局 files settlements."""
    reviewed = settlements_visible_to(member).filter(state=SettlementState.REVIEWED)
    return [(reviewed, "贴息结算待备案", _settlements(SettlementState.REVIEWED), False)]


def _payer(member: Member, on: date) -> WorkQueues:
    """A payer records what is due; its checker checks."""
    own = payments_visible_to(member).filter(payer=member.institution_id)
    recorded = own.filter(state=PaymentState.RECORDED).exclude(made_by=member)
    queues: WorkQueues = [(own.filter(state=PaymentState.DUE), "贴息待支付", _payments(PaymentState.DUE), False)]
    return [*queues, (recorded, "付款待复核", _payments(PaymentState.RECORDED), False)] if Role.CHECKER in member.roles else queues


def _bank(member: Member, on: date) -> WorkQueues:
    """A bank decides within the term."""
    applications = applications_visible_to(member)
    undecided = applications.filter(state__in=AWAITING_DECISION)
    due = deadlines_due_within(SOON_DAYS, on=on, calendar=working_calendar())
    State = ApplicationState  # noqa: N806
    return [
        (_late(applications, on), "已超过批复期限", _undecided(), True),
        (undecided.filter(deadline__in=due.values("pk"), deadline__due_on__gte=on), f"{SOON_DAYS}个工作日内到期", _undecided(), True),
        (applications.filter(state=State.SUBMITTED), "新申请待受理", list_of(Application, state__exact=State.SUBMITTED.value), False),
        (applications.filter(state=State.UNDER_REVIEW), "审查中待批复", list_of(Application, state__exact=State.UNDER_REVIEW.value), False),
        (applications.filter(state=State.APPROVED), "已批复待落实放款条件", list_of(Application, state__exact=State.APPROVED.value), False),
    ]


def _lender(member: Member, on: date) -> WorkQueues:
    """Whoever signs and draws: the bank in special mode, the fund manager in trust mode."""
    mode = Mode.TRUST if member.institution is not None and member.institution.kind == K.FUND_MANAGER else Mode.SPECIAL
    ready = applications_visible_to(member).filter(state=ApplicationState.CONDITIONS_MET, mode=mode)
    drafts = settlements_visible_to(member).filter(state=SettlementState.DRAFT, mode=mode)
    queues: WorkQueues = [
        (ready, "待签约", list_of(Application, state__exact=ApplicationState.CONDITIONS_MET.value), False),
        (drafts, "贴息结算待确认", _settlements(SettlementState.DRAFT), False),
    ]
    waiting = proposals_visible_to(member).filter(state=ProposalState.WAITING).exclude(made_by=member)
    return [*queues, (waiting, "贷款变动待复核", list_of(Proposal, state__exact=ProposalState.WAITING.value), False)]


def _late(applications: QuerySet[Application], on: date) -> QuerySet[Application]:
    return applications.filter(state__in=AWAITING_DECISION, deadline__due_on__lt=on)


def _undecided() -> str:
    return f"{list_of(Application)}?state__in={','.join(state.value for state in AWAITING_DECISION)}&o=10"


def _settlements(state: SettlementState) -> str:
    return list_of(Settlement, state__exact=state.value)


def _payments(state: PaymentState) -> str:
    return list_of(Payment, state__exact=state.value)


_QUEUES: tuple[tuple[frozenset[str], Callable[[Member, date], WorkQueues]], ...] = (
    (frozenset(COUNTY_KINDS), _county),
    (frozenset({K.CITY_INDUSTRY}), _lead(EntryKind.PROJECT)),
    (frozenset({K.CITY_SCIENCE}), _lead(EntryKind.RD)),
    (frozenset({K.CITY_SCIENCE}), _science),
    (frozenset({K.CITY_INDUSTRY, K.CITY_TREASURY}), _consulted),
    (frozenset({K.CITY_INDUSTRY}), _industry),
    (frozenset({K.CITY_TREASURY}), _treasury),
    (frozenset({K.CITY_INDUSTRY, K.COUNTY_INDUSTRY, K.FUND_MANAGER}), _payer),
    (frozenset({K.BANK}), _bank),
    (frozenset({K.BANK, K.FUND_MANAGER}), _lender),
    (frozenset({K.BANK}), work_queues_tenders.bidders),
    (frozenset({K.CITY_INDUSTRY, K.CITY_TREASURY}), work_queues_tenders.openers),
    (frozenset({K.CITY_INDUSTRY}), work_queues_rates.city),
    (frozenset({K.FUND_MANAGER}), work_queues_rates.manager),
    (frozenset({K.BANK}), work_queues_rates.bank),
    (frozenset({K.GUARANTOR, K.CITY_INDUSTRY}), work_queues_risk.examined),
    (frozenset({K.GUARANTOR, K.CITY_TREASURY}), work_queues_risk.paid),
    (frozenset({K.BANK}), work_queues_risk.banks),
    (frozenset({K.BANK}), work_queues_risk.bank_checks),
    (frozenset({K.GUARANTOR, K.FUND_MANAGER}), work_queues_risk.fees),
    (frozenset({K.REGULATOR}), work_queues_risk.regulator),
    (frozenset({K.CITY_INDUSTRY, K.CITY_TREASURY, K.CITY_FINANCE_OFFICE, K.REGULATOR, K.BANK}), work_queues_risk.warned),
)
