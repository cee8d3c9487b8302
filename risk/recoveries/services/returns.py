"""Public money on its way back: opened by a recovery, recorded and checked by two persons, booked against the loss it answers."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import NewEvent, Scope, record, record_many
from common.dates import HAPPENED, require_day
from common.errors import DomainError, ReasonMissing, VoucherMissing
from common.money import ZERO, display
from ledger.enums import EntryKind, Purpose
from ledger.models import Entry
from ledger.services import NewEntry, NewLeg, account_of, post
from loans.selectors.visible import scope_of
from notices.services import notify
from parties.access import checker_differs
from parties.enums import Role
from parties.models import Member
from policy.selectors.versions import version_for
from policy.services.deadlines import NewDeadline, close_deadline, open_deadlines
from risk.access import require_bank
from risk.claims.rules.shares import NOTHING, Shares
from risk.claims.services.payments import PURPOSES
from risk.enums import Payer, ReturnState
from risk.locks import lock_bank
from risk.models import Claim, PaymentPart, Recovery, Return
from risk.recoveries.transitions import RETURN_STEP
from risk.visibility import returns_visible_to, visible_or_404


class ReturnDated(DomainError):
    """Returned before the money came back, or on a day that has not come."""

    code = "return_dated"
    sentence = "退回日期须在追回款项到账日（{received_on}）至今天之间，请核对。"
    clause = "FP 1.5.3"
    status = 400


class ReturnNotRecorded(DomainError):
    """Only a recorded return is checked."""

    code = "return_not_recorded"
    sentence = "该笔退回当前为“{state}”，须先由经办登记，且只能复核一次。"
    clause = "FP 1.5.2(2)"


def open_returns(claim: Claim, recovery: Recovery, owed: Shares, *, actor: Member, at: datetime) -> None:
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
    deadlines = open_deadlines([term] * len(pieces))
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
        NotVisible, RoleMissing, TransitionNotAllowed, VoucherMissing, ReturnDated.

    Source: FP 1.5.2(2); D21, D37.
    """
    row = visible_or_404(returns_visible_to(actor), return_id, lock=True)
    require_bank(actor, row.recovery.bank)
    if not voucher.strip():
        raise VoucherMissing(field="voucher")
    if not row.recovery.received_on <= returned_on <= localdate(at):
        raise ReturnDated(received_on=row.recovery.received_on, field="returned_on")
    require_day(returned_on, HAPPENED, field="returned_on", today=localdate(at))
    row.record(by=actor, on=returned_on, voucher=voucher.strip())
    return _saved(row, RETURN_STEP["record"].verb, actor=actor, at=at)


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
    return _saved(row, RETURN_STEP["send_back"].verb, actor=actor, at=at, remark=reason)


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
    checker_differs(maker=made_by, checker=actor, at=at)
    row.check_off(by=actor, entry=_booked(row, value_on=returned_on, posted_on=localdate(at)))
    close_deadline(row.deadline, on=returned_on)
    return _saved(row, RETURN_STEP["check_off"].verb, actor=actor, at=at)


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
    record(verb=verb, obj=row, actor=actor, occurred_at=at, after=after, remark=remark, scope=scope)
    return row
