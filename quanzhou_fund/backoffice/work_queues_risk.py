"""What waits in the sharing of risk: to examine, to pay, to check, to give back, to apply for anew, and the banks to look at."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from common.admin.display_values import list_of
from common.enums import Mode
from parties.enums import InstitutionKind, Role
from parties.models import Member
from policy.selectors.calendar import working_calendar
from policy.selectors.deadlines import deadlines_due_within
from risk.claims.transitions import CLAIM_STATES, WAITING_FOR_MONEY, ClaimParty, ClaimState
from risk.enums import BreakerState, ClaimKind, ExemptionState, MoneyStep, ReturnState, SuggestionState
from risk.models import BankRisk, Claim, ClassificationSuggestion, EnhancementFee, Exemption, GuaranteeFee, Recovery, Return
from risk.visibility import (
    bank_risks_visible_to,
    claims_visible_to,
    enhancement_fees_visible_to,
    exemptions_visible_to,
    guarantee_fees_visible_to,
    recoveries_visible_to,
    returns_visible_to,
    suggestions_visible_to,
)

WorkQueues = list[tuple[QuerySet[Any], str, str, bool]]  # what waits, what to do, where it is listed, whether it is urgent

K = InstitutionKind
SOON_DAYS = 5
BY_GUARANTOR = Q(kind=ClaimKind.RD, loan__mode=Mode.SPECIAL)


def examined(member: Member, on: date) -> WorkQueues:
    """Whoever examines claims does so within the term: the guarantor in special mode, 市工信局 in trust mode. Source: D37."""
    own = claims_visible_to(member).filter(reviewer=member.institution_id)
    states = [state for state, told in CLAIM_STATES.items() if told.waits_for == ClaimParty.REVIEWER]
    due = deadlines_due_within(SOON_DAYS, on=on, calendar=working_calendar())
    waiting = own.filter(state__in=states)
    return [
        (waiting.filter(deadline__due_on__lt=on), "补偿审核已超过期限", _claims(*states), True),
        (
            waiting.filter(deadline__in=due.values("pk"), deadline__due_on__gte=on),
            f"补偿审核{SOON_DAYS}个工作日内到期",
            _claims(*states),
            True,
        ),
        *_waiting(own, ClaimParty.REVIEWER),
    ]


def paid(member: Member, on: date) -> WorkQueues:
    """Whoever pays prepares a payment by one person and lets it go by another. Source: FP 1.5.2(1), FP 1.5.2(2)."""
    own = claims_visible_to(member)
    is_guarantor = member.institution is not None and member.institution.kind == K.GUARANTOR
    own = own.filter(BY_GUARANTOR, loan__guarantee__guarantor=member.institution_id) if is_guarantor else own.exclude(BY_GUARANTOR)
    return _waiting(own, ClaimParty.PAYER) + _to_check(own, ClaimParty.PAYER, member)


def banks(member: Member, on: date) -> WorkQueues:
    """A bank decides classes, supplies what is asked for, applies anew and returns what it got back. Source: FP 1.5.3; D20, D37."""
    claims, returns = claims_visible_to(member), returns_visible_to(member).filter(state=ReturnState.DUE)
    suggestions = suggestions_visible_to(member).filter(state=SuggestionState.OPEN)
    held_back = claims.filter(state__in=WAITING_FOR_MONEY, needs_reapplication=True)
    checking = exemptions_visible_to(member).filter(state=ExemptionState.CHECKING)
    return [
        (returns.filter(deadline__due_on__lt=on), "追偿款退回已超过期限", _returns(ReturnState.DUE), True),
        (returns.filter(deadline__due_on__gte=on), "追偿款待退回", _returns(ReturnState.DUE), False),
        *_waiting(claims, ClaimParty.BANK),
        (held_back, "补偿待重新申请", list_of(BankRisk), False),
        (suggestions, "风险分类建议待认定", list_of(ClassificationSuggestion, state__exact=SuggestionState.OPEN.value), False),
        (checking, "尽职核查待办", list_of(Exemption, state__exact=ExemptionState.CHECKING.value), False),
    ]


def bank_checks(member: Member, on: date) -> WorkQueues:
    """A bank's second person checks losses, recoveries and returns. Source: FP 1.5.1; D21."""
    if Role.CHECKER not in member.roles:
        return []
    recoveries = recoveries_visible_to(member).filter(step=MoneyStep.RECORDED).exclude(made_by=member)
    returned = returns_visible_to(member).filter(state=ReturnState.RECORDED).exclude(made_by=member)
    return [
        *_to_check(claims_visible_to(member), ClaimParty.BANK, member),
        (recoveries, "追偿收回待复核", list_of(Recovery, step__exact=MoneyStep.RECORDED.value), False),
        (returned, "追偿款退回待复核", _returns(ReturnState.RECORDED), False),
    ]


def fees(member: Member, on: date) -> WorkQueues:
    """The second person of guarantor and fund manager checks fees. Source: D23."""
    if Role.CHECKER not in member.roles or member.institution is None:
        return []
    recorded = {"step__exact": MoneyStep.RECORDED.value}
    if member.institution.kind == K.GUARANTOR:
        own = guarantee_fees_visible_to(member).filter(guarantor=member.institution_id, step=MoneyStep.RECORDED).exclude(made_by=member)
        return [(own, "担保费待复核", list_of(GuaranteeFee, **recorded), False)]
    collected = enhancement_fees_visible_to(member).filter(step=MoneyStep.RECORDED).exclude(made_by=member)
    return [(collected, "增信服务费待复核", list_of(EnhancementFee, **recorded), False)]


def regulator(member: Member, on: date) -> WorkQueues:
    """The regulator examines what institutions concluded. Source: FP 1.7."""
    concluded = exemptions_visible_to(member).filter(state=ExemptionState.CONCLUDED)
    return [(concluded, "尽职免责待监管核查", list_of(Exemption, state__exact=ExemptionState.CONCLUDED.value), False)]


def warned(member: Member, on: date) -> WorkQueues:
    """Those who watch the banks, and the bank itself, see who is warned or suspended. Source: FP 1.5.3; D19."""
    risks = bank_risks_visible_to(member)
    return [
        (risks.filter(state=BreakerState.SUSPENDED), "熔断（暂停补偿）的银行", list_of(BankRisk), True),
        (risks.filter(state=BreakerState.WARNING), "警示的银行", list_of(BankRisk), False),
    ]


def _waiting(claims: QuerySet[Claim], party: ClaimParty) -> WorkQueues:
    """Return what of these claims waits for anybody of a party, by what is to do."""
    tasks: dict[str, list[ClaimState]] = {}
    for state, told in CLAIM_STATES.items():
        if told.waits_for == party and not told.maker:
            tasks.setdefault(told.to_do, []).append(state)
    return [(claims.filter(state__in=states), to_do, _claims(*states), False) for to_do, states in tasks.items()]


def _to_check(claims: QuerySet[Claim], party: ClaimParty, member: Member) -> WorkQueues:
    """Return what of these claims waits for a second person of a party: for its checkers, but who made it."""
    if Role.CHECKER not in member.roles:
        return []
    return [
        (claims.filter(state=state).exclude(**{told.maker: member}), told.to_do, _claims(state), False)
        for state, told in CLAIM_STATES.items()
        if told.waits_for == party and told.maker
    ]


def _claims(*states: ClaimState) -> str:
    if len(states) == 1:
        return list_of(Claim, state__exact=states[0].value)
    return list_of(Claim, state__in=",".join(state.value for state in states))


def _returns(state: ReturnState) -> str:
    return list_of(Return, state__exact=state.value)
