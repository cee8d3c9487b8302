"""
Paying compensation: released by two persons, then paid in the bank's queue as far as breaker and cap let through.

Every payment is evaluated at the moment of paying, under the bank's lock (see ``locks``), and is one transaction: records and ledger
entries together or not at all. Killed anywhere and run again, the queue goes on where it stood.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import cast
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record
from common.errors import DomainError, ReasonMissing
from common.money import ZERO, display
from ledger.enums import EntryKind, Purpose
from ledger.models import Entry
from ledger.services import NewEntry, NewLeg, account_of, post
from notices.services import notify
from parties.access import checker_differs, require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from policy.selectors.versions import version_row_on
from risk.access import require_bank
from risk.breaker.selectors import BankStanding
from risk.breaker.services import evaluate, figures_of
from risk.claims.rules.compensation import piece_of
from risk.claims.rules.shares import Shares
from risk.claims.rules.sharing import clause_of
from risk.claims.selectors.queue import queued
from risk.claims.selectors.standings import ClaimStanding, next_position, standing_of_claim
from risk.claims.services.splits import fix_split, institution_of, split_of
from risk.claims.services.steps import locked_claim, save_and_log_claim
from risk.claims.transitions import CLAIM_STEP, WAITING_FOR_MONEY
from risk.enums import BreakerCause, BreakerState, Payer
from risk.locks import lock_bank, lock_claim
from risk.models import BankRisk, Claim, Payment, PaymentPart, Reapplication

PURPOSES = {
    Payer.GUARANTOR: Purpose.GUARANTEE,
    Payer.FEE_POOL: Purpose.FEE_POOL,
    Payer.CITY: Purpose.COMPENSATION_BUDGET,
    Payer.COUNTY: Purpose.COMPENSATION_BUDGET,
}


class NothingQueued(DomainError):
    """A renewed application is for claims that breaker or cap held back."""

    code = "nothing_queued"
    sentence = "本行没有因熔断或补偿上限而未付清的补偿申请，无需重新申请。"
    clause = "FP 1.5.3"


class NoRoomYet(DomainError):
    """Compensation is still suspended or the cap used up."""

    code = "no_room_yet"
    sentence = "本行当前为“{state}”，剩余可补偿金额 {left} 元。{way}后可重新申请。"
    clause = "FP 1.5.3"


@transaction.atomic
def propose_payment(*, claim_id: UUID, actor: Member, at: datetime) -> Claim:
    """
    Propose the payment of a payable claim, as its maker.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed.
        OverEnterpriseCap: the plan has no share for the amount.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2).
    """
    claim = locked_claim(claim_id, actor, step="propose_payment")
    before = claim.state
    claim.propose_payment(by=actor)
    shares = split_of(claim)
    parts = {payer.value: part for payer, part in shares.items() if part}
    return save_and_log_claim(claim, CLAIM_STEP["propose_payment"].verb, before=before, actor=actor, at=at, facts={"parts": parts})


@transaction.atomic
def return_payment(*, claim_id: UUID, reason: str, actor: Member, at: datetime) -> Claim:
    """
    Give a proposed payment back to its maker, as checker.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, ReasonMissing.

    Source: FP 1.5.3.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    claim = locked_claim(claim_id, actor, step="return_payment")
    before = claim.state
    claim.return_payment()
    return save_and_log_claim(claim, CLAIM_STEP["return_payment"].verb, before=before, actor=actor, at=at, remark=reason)


@transaction.atomic
def release_payment(*, claim_id: UUID, actor: Member, at: datetime) -> Claim:
    """
    Let a proposed payment go, as another person, and pay the bank's queue as far as breaker and cap let through.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed: so that a second call pays nothing.
        SamePerson, JobIsNoChecker, ProgramChecksOwnHouse: the check is another person's.

    Source: FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D20.
    """
    claim = locked_claim(claim_id, actor, step="release")
    before = claim.state
    claim.release(by=actor)
    if claim.payment_proposed_by is not None:
        checker_differs(maker=claim.payment_proposed_by, checker=actor, at=at)
    save_and_log_claim(claim, CLAIM_STEP["release"].verb, before=before, actor=actor, at=at)
    _pay_while_possible(claim.bank, actor=actor, at=at)
    return Claim.objects.get(pk=claim.pk)


@transaction.atomic
def reapply_for_compensation(*, bank_id: UUID, reason: str, actor: Member, at: datetime) -> Reapplication:
    """
    Apply anew for what breaker or cap held back, with the figures that make room, and pay in the order of the queue.

    Raises:
        RoleMissing: not a member of the bank.
        ReasonMissing, NothingQueued.
        NoRoomYet: with what would make room.

    Source: FP 1.5.3; D20.
    """
    bank = Institution.objects.get(public_id=bank_id)
    require_bank(actor, bank)
    if not reason.strip():
        raise ReasonMissing(field="reason")
    risk = lock_bank(bank)
    standing = evaluate(risk, cause=BreakerCause.REAPPLICATION, actor=actor, at=at)
    held_back = queued(Claim.objects.filter(bank=bank, needs_reapplication=True))
    if not held_back.exists():
        raise NothingQueued
    if standing.headroom.cap_left <= 0:
        raise _no_room(standing)
    application = Reapplication.objects.create(
        bank=bank,
        applied_on=localdate(at),
        applied_at=at,
        applied_by=actor,
        reason=reason.strip(),
        cap_left=standing.headroom.cap_left,
        **figures_of(standing.figures, standing.headroom),
    )
    for claim in held_back:
        locked = lock_claim(claim)
        locked.needs_reapplication = False
        locked.save(update_fields=["needs_reapplication"])
    after = {"cap_left": standing.headroom.cap_left, **figures_of(standing.figures, standing.headroom)}
    scope = Scope(bank_id=bank.pk)
    record(verb="compensation.reapplied", obj=application, actor=actor, occurred_at=at, after=after, remark=reason, scope=scope)
    _pay_while_possible(bank, actor=actor, at=at)
    return application


def _no_room(standing: BankStanding) -> NoRoomYet:
    head = standing.headroom
    return NoRoomYet(state=head.state.label, left=display(head.cap_left), way=_way_to_room(standing))


def _way_to_room(standing: BankStanding) -> str:
    """Return what would let something be paid again: out of suspension, and below the cap. Source: FP 1.5.3; D20."""
    radar, ways = standing.radar, []
    if standing.headroom.state == BreakerState.SUSPENDED:
        ways.append(f"追回坏账 {display(radar.recovery_to_reopen)} 元或增加放款 {display(radar.disbursement_to_reopen)} 元")
    if radar.return_for_room:
        returned, drawn = display(radar.return_for_room), display(radar.disbursement_for_room)
        ways.append(f"退回已付补偿至少 {returned} 元或增加放款至少 {drawn} 元（已付补偿达到上限 {display(standing.headroom.cap)} 元）")
    return "，并".join(ways)


def pay_due_claims(*, actor: Member, at: datetime) -> int:
    """
    Pay every bank's queue as far as it goes, one transaction per payment; return how many payments were made.

    What stands in the way of one bank's payment is raised once the others are paid.

    Source: FP 1.5.3; D20.
    """
    require(actor, InstitutionKind.FUND_OFFICE, allow_job=True)
    banks = Institution.objects.filter(claims__state__in=WAITING_FOR_MONEY, claims__needs_reapplication=False).distinct().order_by("pk")
    made, refusals = 0, []
    for bank in banks:
        try:
            for _ in _payments(bank, actor=actor, at=at):
                made += 1
        except DomainError as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0]
    return made


def _pay_while_possible(bank: Institution, *, actor: Member, at: datetime) -> None:
    for _ in _payments(bank, actor=actor, at=at):
        continue


def _payments(bank: Institution, *, actor: Member, at: datetime) -> Iterator[Payment]:
    """Yield the payments of a bank's queue as they are made, until its head cannot be paid."""
    while (payment := pay_head(bank, actor=actor, at=at)) is not None:
        yield payment


@transaction.atomic
def pay_head(bank: Institution, *, actor: Member, at: datetime) -> Payment | None:
    """
    Pay the first claim of a bank's queue, whole or up to the cap; ``None`` when nothing more can be paid now.

    The queue goes by payable date, then id. A claim that is held back holds back those behind it until the bank applies anew.

    Source: FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D20, D38.
    """
    risk = lock_bank(bank)
    for waiting in queued(Claim.objects.filter(bank=bank)):
        claim = lock_claim(waiting)
        if claim.needs_reapplication:
            return None
        standing = standing_of_claim(claim, split_of(claim))
        if standing.payable.compensation > ZERO:
            return _pay(claim, standing, risk, actor=actor, at=at)
        _settle(claim, standing, actor=actor, at=at)
    return None


def _settle(claim: Claim, standing: ClaimStanding, *, actor: Member, at: datetime) -> None:
    """Take a claim of which nothing is payable any more out of the queue."""
    before = claim.state
    fix_split(claim, on=localdate(at))
    claim.pay_off(on=localdate(at), left=standing.payable.compensation)
    save_and_log_claim(claim, CLAIM_STEP["pay_off"].verb, before=before, actor=actor, at=at)


def _pay(claim: Claim, standing: ClaimStanding, risk: BankRisk, *, actor: Member, at: datetime) -> Payment | None:
    """Pay what breaker and cap let through, or hold the claim back."""
    today = localdate(at)
    bank = evaluate(risk, cause=BreakerCause.PAYMENT, actor=actor, at=at)
    amount = min(standing.payable.compensation, bank.headroom.cap_left)
    if amount <= ZERO:
        _hold_back(claim, bank, actor=actor, at=at)
        return None
    fix_split(claim, on=today)
    payment = Payment.objects.create(
        claim=claim,
        number=claim.payments.count() + 1,
        position=next_position(claim),
        amount=amount,
        cap_left=bank.headroom.cap_left,
        policy_version=version_row_on(today),
        paid_on=today,
        paid_at=at,
        made_by=cast(Member, claim.payment_proposed_by),
        checked_by=cast(Member, claim.checked_by),
        **figures_of(bank.figures, bank.headroom),
    )
    _book(payment, piece_of(standing.due, paid=standing.paid, amount=amount))
    before, left = claim.state, standing.payable.compensation - amount
    if left:
        claim.pay_part(on=today)
    else:
        claim.pay_off(on=today, left=left)
    save_and_log_claim(
        claim, CLAIM_STEP["pay_part" if left else "pay_off"].verb, before=before, actor=actor, at=at, facts={"paid": amount, "left": left}
    )
    _tell_bank(claim, payment, left, at=at)
    return payment


def _hold_back(claim: Claim, bank: BankStanding, *, actor: Member, at: datetime) -> None:
    """Leave the claim in the queue until the bank applies anew."""
    claim.needs_reapplication = True
    facts = {"breaker": bank.headroom.state.value, **figures_of(bank.figures, bank.headroom)}
    save_and_log_claim(claim, "claim.held_back", before=claim.state, actor=actor, at=at, facts=facts)
    notify(
        key=f"claim:{claim.public_id}:held_back:{localdate(at)}",
        kind="claim",
        title=f"补偿申请 {claim.number} 暂不支付，已排队",
        body=(
            f"本行当前为“{bank.headroom.state.label}”，剩余可补偿金额 {display(bank.headroom.cap_left)} 元。"
            f"{_way_to_room(bank)}后，请重新申请。"
        ),
        at=at,
        institution=claim.bank,
        obj=claim,
    )


def _book(payment: Payment, parts: Shares) -> None:
    """Write one row and one ledger entry per payer of a piece, each under a key of its own."""
    claim = payment.claim
    clause = clause_of(mode=claim.loan.mode, category=claim.loan.category)
    paying = [(payer, amount, institution_of(claim, payer)) for payer, amount in parts.items() if amount]
    entries = post([_entry(payment, payer, amount, institution, clause) for payer, amount, institution in paying])
    PaymentPart.objects.bulk_create(
        PaymentPart(payment=payment, payer=payer, institution=institution, amount=amount, clause=clause, entry=entry)
        for (payer, amount, institution), entry in zip(paying, entries, strict=True)
    )


def _entry(payment: Payment, payer: Payer, amount: Decimal, institution: Institution, clause: str) -> NewEntry:
    claim = payment.claim
    source, target = account_of(institution, PURPOSES[payer]), account_of(claim.bank, Purpose.CURRENT)
    return NewEntry(
        key=f"risk:payment:{claim.public_id}:{payment.number}:{payer.value}",
        kind=EntryKind.COMPENSATION,
        value_on=payment.paid_on,
        posted_on=payment.paid_on,
        description=f"补偿{claim.number}第{payment.number}次，{payer.label}，贷款{claim.loan.contract_number}",
        clause=clause,
        object_type=claim._meta.label_lower,
        object_id=str(claim.public_id),
        legs=[NewLeg(account_id=source.pk, amount=-amount), NewLeg(account_id=target.pk, amount=amount)],
    )


def entries_of_claim(claim: Claim) -> list[Entry]:
    """Return the ledger entries of a claim's payments and returns in order. Source: FP 1.5.3."""
    return list(Entry.objects.filter(object_type=claim._meta.label_lower, object_id=str(claim.public_id)).order_by("id"))


def _tell_bank(claim: Claim, payment: Payment, left: Decimal, *, at: datetime) -> None:
    rest = f"，尚余 {display(left)} 元因补偿上限排队，可在有余额时重新申请" if left else "，已付清"
    notify(
        key=f"claim:{claim.public_id}:paid:{payment.number}",
        kind="claim",
        title=f"补偿申请 {claim.number} 已支付 {display(payment.amount)} 元",
        body=f"补偿申请 {claim.number} 第 {payment.number} 次支付 {display(payment.amount)} 元{rest}。",
        at=at,
        institution=claim.bank,
        obj=claim,
    )
