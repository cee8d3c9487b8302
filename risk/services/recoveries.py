"""What comes back of a bad debt: recorded and checked by two persons, shared up the waterfall, returned to those who paid."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import NewEvent, Scope, record, record_many
from common.errors import DomainError
from common.money import MAX_AMOUNT, ZERO, display
from ledger.enums import EntryKind, Purpose
from ledger.models import Entry
from ledger.services import NewEntry, NewLeg, account_of, post
from loans.selectors import scope_of
from notices.services import notify
from parties.access import checker_differs
from parties.enums import Role
from parties.models import Member
from policy.selectors import version_for, working_calendar
from policy.services import NewDeadline, close_deadline, open_deadlines
from risk.access import require_bank
from risk.enums import BEFORE_LOSS, WAITING_FOR_MONEY, BreakerCause, ClaimState, MoneyStep, Payer, ReturnState
from risk.models import BadDebt, Claim, PaymentPart, Recovery, Return
from risk.models.claims import ReasonMissing
from risk.rules import NOTHING, RecoveryExceedsPaid, Shares, net_recovery, still_returnable
from risk.selectors import (
    bad_debts_visible_to,
    next_position,
    recovered_before_claims,
    recovered_of,
    recoveries_visible_to,
    returns_visible_to,
    standing_of_claim,
    visible_or_404,
)
from risk.services.breaker import evaluate
from risk.services.claims import saved
from risk.services.locks import lock_bank, lock_claim
from risk.services.payments import PURPOSES

COUNTED = [state for state in ClaimState if state not in (ClaimState.REFUSED, ClaimState.WITHDRAWN, *BEFORE_LOSS)]


class AmountInvalid(DomainError):
    """An amount that is no amount."""

    code = "amount_invalid"
    sentence = "追回金额须大于 0，费用不得为负，均最多两位小数。"
    status = 400


class RecoveryDated(DomainError):
    """Money that came back before the debt was bad, or that has not come yet."""

    code = "recovery_dated"
    sentence = "到账日期须在坏账认定日（{recognised_on}）至今天之间，请核对。"
    clause = "FP 1.5.3"
    status = 400


class ReferenceUsed(DomainError):
    """The bank's reference belongs to another recovery."""

    code = "reference_used"
    sentence = "流水号 {reference} 已登记为另一笔追偿收回，请核对。"


class VoucherMissing(DomainError):
    """A return names its voucher."""

    code = "voucher_missing"
    sentence = "请填写付款凭证号。"
    status = 400


class ReturnNotRecorded(DomainError):
    """Only a recorded return is checked."""

    code = "return_not_recorded"
    sentence = "该笔退回当前为“{state}”，须先由经办登记，且只能复核一次。"
    clause = "FP 1.5.2(2)"


class NotWaiting(DomainError):
    """The record was checked or sent back before."""

    code = "not_waiting"
    sentence = "该记录当前为“{step}”，不能再次复核。"


@transaction.atomic
def record_recovery(
    *,
    bad_debt_id: UUID,
    amount: Decimal,
    costs: Decimal,
    received_on: date,
    bank_reference: str,
    actor: Member,
    at: datetime,
    remark: str = "",
) -> Recovery:
    """
    Note what a bank got back of a bad debt and what it cost, as maker. The same reference with the same figures changes nothing.

    Raises:
        NotVisible, RoleMissing: not the bank's debt.
        AmountInvalid, RecoveryDated, ReferenceUsed.
        RecoveryExceedsPaid: more came back than was lost.

    Source: FP 1.5.1, FP 1.5.2(2); D21.
    """
    bad_debt = visible_or_404(bad_debts_visible_to(actor), bad_debt_id)
    require_bank(actor, bad_debt.bank)
    lock_bank(bad_debt.bank)
    figures = (amount, costs)
    if amount <= ZERO or costs < ZERO or any(figure > MAX_AMOUNT or figure != round(figure, 2) for figure in figures):
        raise AmountInvalid(field="amount")
    if not bad_debt.recognised_on <= received_on <= localdate(at):
        raise RecoveryDated(recognised_on=bad_debt.recognised_on, field="received_on")
    reference = bank_reference.strip()
    if not reference:
        raise ReasonMissing(field="bank_reference")
    earlier = Recovery.objects.filter(bank=bad_debt.bank, bank_reference=reference).first()
    if earlier is not None:
        if (earlier.bad_debt_id, earlier.amount, earlier.costs, earlier.received_on) != (bad_debt.pk, amount, costs, received_on):
            raise ReferenceUsed(reference=reference, field="bank_reference")
        return earlier
    net = net_recovery(amount, costs)
    _require_lost(bad_debt, _claim_of(bad_debt), net)
    recovery = Recovery.objects.create(
        bad_debt=bad_debt,
        bank=bad_debt.bank,
        amount=amount,
        costs=costs,
        net=net,
        received_on=received_on,
        bank_reference=reference,
        remark=remark,
        made_by=actor,
        made_at=at,
    )
    after = {"amount": amount, "costs": costs, "net": net, "received_on": received_on, "bank_reference": reference}
    record(verb="recovery.recorded", obj=recovery, actor=actor, occurred_at=at, after=after, scope=scope_of(bad_debt.loan))
    return recovery


def _claim_of(bad_debt: BadDebt) -> Claim | None:
    """Return the claim whose loss a recovery lessens, locked; ``None`` before a loss is claimed or certified."""
    claim = Claim.objects.filter(bad_debt=bad_debt, state__in=COUNTED).first()
    return lock_claim(claim) if claim is not None else None


def _require_lost(bad_debt: BadDebt, claim: Claim | None, net: Decimal) -> None:
    """Refuse more than was lost: of the claim, or before any claim of the bad debt. Source: D21."""
    lost = bad_debt.principal if claim is None else claim.amount or ZERO
    so_far = recovered_before_claims(bad_debt) if claim is None else recovered_of(claim)
    if so_far + net > lost:
        raise RecoveryExceedsPaid(net=display(so_far + net), paid=display(lost), field="amount")


@transaction.atomic
def check_recovery(*, recovery_id: UUID, actor: Member, at: datetime) -> Recovery:
    """
    Check a recorded recovery as another person: it counts, and whoever paid is owed its part back within the term.

    Raises:
        NotVisible, RoleMissing: not a checker of the bank.
        SamePerson, JobIsNoChecker, NotWaiting.
        RecoveryExceedsPaid: together with others checked meanwhile more than was lost.

    Source: FP 1.5.2(2), FP 1.5.3; D19, D21, D37.
    """
    seen = visible_or_404(recoveries_visible_to(actor), recovery_id)
    require_bank(actor, seen.bank, roles=(Role.CHECKER,))
    risk = lock_bank(seen.bank)
    claim = _claim_of(seen.bad_debt)
    recovery = _waiting(recovery_id, actor)
    checker_differs(maker=recovery.made_by, checker=actor)
    _require_lost(recovery.bad_debt, claim, recovery.net)
    recovery.position = next_position(claim) if claim is not None else None
    recovery.step, recovery.checked_by, recovery.checked_at, recovery.claim = MoneyStep.CHECKED, actor, at, claim
    recovery.save()
    after = {"step": recovery.step, "net": recovery.net, "claim": claim.number if claim is not None else ""}
    record(verb="recovery.checked", obj=recovery, actor=actor, occurred_at=at, after=after, scope=scope_of(recovery.bad_debt.loan))
    if claim is not None:
        _share_back(claim, recovery, actor=actor, at=at)
    evaluate(risk, cause=BreakerCause.RECOVERY, actor=actor, at=at)
    return recovery


@transaction.atomic
def send_back_recovery(*, recovery_id: UUID, reason: str, actor: Member, at: datetime) -> Recovery:
    """
    Give a recorded recovery back, as checker; it never counts, and its reference is spent.

    Raises:
        NotVisible, RoleMissing, NotWaiting, ReasonMissing, SamePerson.

    Source: D21.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    seen = visible_or_404(recoveries_visible_to(actor), recovery_id)
    require_bank(actor, seen.bank, roles=(Role.CHECKER,))
    recovery = _waiting(recovery_id, actor)
    checker_differs(maker=recovery.made_by, checker=actor)
    recovery.step, recovery.checked_by, recovery.checked_at = MoneyStep.RETURNED, actor, at
    recovery.save()
    scope = scope_of(recovery.bad_debt.loan)
    record(verb="recovery.sent_back", obj=recovery, actor=actor, occurred_at=at, remark=reason, scope=scope)
    return recovery


def _waiting(recovery_id: UUID, actor: Member) -> Recovery:
    recovery = visible_or_404(recoveries_visible_to(actor), recovery_id, lock=True)
    if recovery.step != MoneyStep.RECORDED:
        raise NotWaiting(step=recovery.get_step_display())
    return recovery


def _share_back(claim: Claim, recovery: Recovery, *, actor: Member, at: datetime) -> None:
    """Open what is due back to each payer, and note where the claim stands now. Source: D20, D21, D37."""
    before = claim.state
    if claim.split_on is not None:
        standing = standing_of_claim(claim)
        owed = still_returnable(standing.full, recovered=standing.recovered, paid=standing.paid)
        _open_returns(claim, recovery, owed, actor=actor, at=at)
        if claim.state in WAITING_FOR_MONEY and not standing.payable.compensation:
            claim.pay_off(on=localdate(at), left=ZERO)
            saved(claim, "paid", before=before, actor=actor, at=at)
    if claim.state == ClaimState.PAID:
        before = claim.state
        claim.recover()
        saved(claim, "recovering", before=before, actor=actor, at=at)


def _open_returns(claim: Claim, recovery: Recovery, owed: Shares, *, actor: Member, at: datetime) -> None:
    """Open one return per payer and loss entry, the latest payment answered first, and tell the bank."""
    if owed == NOTHING:
        return
    pieces = [piece for payer, amount in owed.items() if amount for piece in _answered(claim, payer, amount)]
    terms = version_for(claim.loan.policy_version).terms
    term = NewDeadline(
        started_on=recovery.received_on,
        working_days=terms.clock.public_money_return_working_days,
        clause="FP 1.5.2(2)",
        purpose="退回追偿款",
    )
    deadlines = open_deadlines([term] * len(pieces), calendar=working_calendar())
    returns = [
        Return(recovery=recovery, answers=part, amount=amount, deadline=deadline)
        for (part, amount), deadline in zip(pieces, deadlines, strict=True)
    ]
    Return.objects.bulk_create(returns)
    scope = scope_of(claim.loan)
    record_many([_due(row, actor=actor, at=at, scope=scope) for row in returns])
    total = sum((amount for _, amount in pieces), ZERO)
    notify(
        key=f"recovery:{recovery.public_id}:returns",
        kind="public_money_return",
        title=f"补偿申请 {claim.number} 追偿款待退回 {display(total)} 元",
        body=f"贷款 {claim.loan.contract_number} 追回净额 {display(recovery.net)} 元，请于 {deadlines[0]} 前退回共 {display(total)} 元。",
        at=at,
        institution=claim.bank,
        obj=claim,
    )


def _due(row: Return, *, actor: Member, at: datetime, scope: Scope) -> NewEvent:
    """Return the event that a return is due."""
    after = {"state": row.state, "amount": row.amount, "due_on": row.deadline.due_on, "payer": row.answers.payer}
    return NewEvent(verb="return.due", obj=row, actor=actor, occurred_at=at, after=after, scope=scope)


def _answered(claim: Claim, payer: Payer, amount: Decimal) -> list[tuple[PaymentPart, Decimal]]:
    """Return the loss entries of a payer that a return answers, latest first, with the part of each."""
    found: list[tuple[PaymentPart, Decimal]] = []
    parts = PaymentPart.objects.filter(payment__claim=claim, payer=payer).prefetch_related("returns").order_by("-payment__number")
    for part in parts:
        room = part.amount - sum((row.amount for row in part.returns.all()), ZERO)
        piece = min(amount, room)
        if piece > ZERO:
            found.append((part, piece))
            amount -= piece
    return found


@transaction.atomic
def record_return(*, return_id: UUID, returned_on: date, voucher: str, actor: Member, at: datetime) -> Return:
    """
    Note date and voucher of a return due, as the bank's maker.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, VoucherMissing, RecoveryDated.

    Source: FP 1.5.2(2); D21, D37.
    """
    row = visible_or_404(returns_visible_to(actor), return_id, lock=True)
    require_bank(actor, row.recovery.bank)
    if not voucher.strip():
        raise VoucherMissing(field="voucher")
    if not row.recovery.received_on <= returned_on <= localdate(at):
        raise RecoveryDated(recognised_on=row.recovery.received_on, field="returned_on")
    row.record(by=actor, on=returned_on, voucher=voucher.strip())
    return _saved(row, "recorded", actor=actor, at=at)


@transaction.atomic
def send_back_return(*, return_id: UUID, reason: str, actor: Member, at: datetime) -> Return:
    """
    Give a recorded return back to its maker, as checker.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, ReasonMissing.

    Source: D37.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    row = visible_or_404(returns_visible_to(actor), return_id, lock=True)
    require_bank(actor, row.recovery.bank, roles=(Role.CHECKER,))
    row.send_back()
    return _saved(row, "sent_back", actor=actor, at=at, remark=reason)


@transaction.atomic
def check_return(*, return_id: UUID, actor: Member, at: datetime) -> Return:
    """
    Check a recorded return as another person and book it against the loss entry it answers.

    Raises:
        NotVisible, RoleMissing: not a checker of the bank.
        SamePerson, JobIsNoChecker, ProgramChecksOwnHouse.
        ReturnNotRecorded: not recorded, or paid already; so a second call books nothing.

    Source: FP 1.5.2(2), FP 1.5.3; D20, D21, D37.
    """
    seen = visible_or_404(returns_visible_to(actor), return_id)
    require_bank(actor, seen.recovery.bank, roles=(Role.CHECKER,))
    lock_bank(seen.recovery.bank)
    row = visible_or_404(returns_visible_to(actor), return_id, lock=True)
    made_by, returned_on = row.made_by, row.returned_on
    if made_by is None or returned_on is None or row.state != ReturnState.RECORDED:
        raise ReturnNotRecorded(state=row.get_state_display())
    checker_differs(maker=made_by, checker=actor)
    row.check_off(by=actor, entry=_booked(row, value_on=returned_on, posted_on=localdate(at)))
    close_deadline(row.deadline, on=returned_on)
    return _saved(row, "checked", actor=actor, at=at)


def _booked(row: Return, *, value_on: date, posted_on: date) -> Entry:
    """Book the return once and return its entry, which names the loss entry it answers."""
    part, claim = row.answers, row.answers.payment.claim
    source, target = account_of(claim.bank, Purpose.CURRENT), account_of(part.institution, PURPOSES[Payer(part.payer)])
    new = NewEntry(
        key=f"risk:return:{row.recovery.public_id}:{part.pk}",
        kind=EntryKind.RECOVERY_RETURN,
        value_on=value_on,
        posted_on=posted_on,
        description=f"退回追偿款，{part.get_payer_display()}，补偿{claim.number}第{part.payment.number}次（凭证{part.entry_id}），{row.voucher}"[
            :200
        ],
        clause="FP 1.5.2(2)" if part.payer == Payer.FEE_POOL else part.clause,
        object_type=claim._meta.label_lower,
        object_id=str(claim.public_id),
        legs=[NewLeg(account_id=source.pk, amount=-row.amount), NewLeg(account_id=target.pk, amount=row.amount)],
    )
    return post([new])[0]


def _saved(row: Return, verb: str, *, actor: Member, at: datetime, remark: str = "") -> Return:
    row.save()
    after = {
        "state": row.state,
        "amount": row.amount,
        "returned_on": row.returned_on,
        "voucher": row.voucher,
        "answers": row.answers.entry_id,
    }
    scope = scope_of(row.recovery.bad_debt.loan)
    record(verb=f"return.{verb}", obj=row, actor=actor, occurred_at=at, after=after, remark=remark, scope=scope)
    return row
