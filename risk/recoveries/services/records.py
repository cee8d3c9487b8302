"""What comes back of a bad debt: recorded and checked by two persons, booked on the loan, shared up the waterfall."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common.dates import HAPPENED, require_day
from common.errors import DomainError, ReasonMissing
from common.fields import written_alike
from common.money import MAX_AMOUNT, ZERO, display
from loans.models import Movement
from loans.movement_steps import NewMovement
from loans.selectors.visible import scope_of
from loans.services.movements.record import record_recovered_principal
from parties.access import checker_differs
from parties.enums import Role
from parties.models import Member
from risk.access import require_bank
from risk.breaker.services import evaluate
from risk.claims.rules.compensation import still_returnable
from risk.claims.selectors.standings import next_position, standing_of_claim
from risk.claims.services.steps import save_and_log_claim
from risk.claims.transitions import CLAIM_STEP, SHARING, WAITING_FOR_MONEY, ClaimState
from risk.enums import BreakerCause, MoneyStep
from risk.locks import lock_bank, lock_claim
from risk.models import BadDebt, Claim, Recovery
from risk.recoveries.rules import RecoveryExceedsPaid
from risk.recoveries.selectors import next_net_of, recovered_of_debt
from risk.recoveries.services.returns import open_returns
from risk.visibility import bad_debts_visible_to, recoveries_visible_to, visible_or_404

FIGURES = ("amount", "costs", "net", "received_on", "bank_reference")


class AmountInvalid(DomainError):
    """An amount that is no amount."""

    code = "amount_invalid"
    sentence = "金额须大于 0，追偿费用不得为负，均最多两位小数。"
    status = 400


class CostsUnexplained(DomainError):
    """Costs above what came back lessen later recoveries, and so what goes back to those who paid: they are explained."""

    code = "costs_unexplained"
    sentence = "追偿费用 {costs} 元超过追回金额 {amount} 元，超出部分将从以后追回的款项中扣除，请在说明中写明各项费用。"
    clause = "FP 1.5.2(2)"
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
    sentence = "流水号 {reference} 已登记为另一笔追偿收回或贷款变动，请核对。"


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

    Its net is what it adds to the cumulative one; the check computes it anew.

    Raises:
        NotVisible, RoleMissing: not the bank's debt.
        AmountInvalid, RecoveryDated, ReferenceUsed.
        CostsUnexplained: the costs exceed what came back, without a remark.
        RecoveryExceedsPaid: more came back than was lost.

    Source: FP 1.5.1, FP 1.5.2(2); D21.
    """
    bad_debt = visible_or_404(bad_debts_visible_to(actor), bad_debt_id)
    require_bank(actor, bad_debt.bank)
    lock_bank(bad_debt.bank)
    asked = Recovery(
        bad_debt=bad_debt,
        bank=bad_debt.bank,
        amount=amount,
        costs=costs,
        received_on=received_on,
        bank_reference=bank_reference.strip(),
        remark=remark,
        made_by=actor,
        made_at=at,
    )
    _require_well_formed(asked, today=localdate(at))
    require_day(received_on, HAPPENED, field="received_on", today=localdate(at))
    earlier = _recorded_before(asked)
    if earlier is not None:
        return earlier
    asked.net = next_net_of(asked)
    _require_lost(asked)
    asked.save(force_insert=True)
    after = {name: getattr(asked, name) for name in FIGURES}
    record(verb="recovery.recorded", obj=asked, actor=actor, occurred_at=at, after=after, scope=scope_of(bad_debt.loan))
    return asked


def _require_well_formed(asked: Recovery, *, today: date) -> None:
    figures = (asked.amount, asked.costs)
    if asked.amount <= ZERO or asked.costs < ZERO or any(one > MAX_AMOUNT or one != round(one, 2) for one in figures):
        raise AmountInvalid(field="amount")
    if not asked.bad_debt.recognised_on <= asked.received_on <= today:
        raise RecoveryDated(recognised_on=asked.bad_debt.recognised_on, field="received_on")
    if not asked.bank_reference:
        raise ReasonMissing(field="bank_reference")
    if asked.costs > asked.amount and not asked.remark.strip():
        raise CostsUnexplained(costs=display(asked.costs), amount=display(asked.amount), field="remark")


def _recorded_before(asked: Recovery) -> Recovery | None:
    """Return the same recovery where it is recorded already; refuse a reference that names another one, or a movement of a loan."""
    standing = Recovery.objects.exclude(step=MoneyStep.RETURNED)
    earlier = standing.filter(written_alike("bank_reference", asked.bank_reference), bank=asked.bank).first()
    if earlier is None:
        if Movement.objects.filter(written_alike("bank_reference", asked.bank_reference), bank=asked.bank).exists():
            raise ReferenceUsed(reference=asked.bank_reference, field="bank_reference")
        return None
    same = all(getattr(earlier, name) == getattr(asked, name) for name in ("bad_debt_id", "amount", "costs", "received_on"))
    if not same:
        raise ReferenceUsed(reference=asked.bank_reference, field="bank_reference")
    return earlier


def _claim_of(bad_debt: BadDebt) -> Claim | None:
    """Return the claim whose loss a recovery lessens, locked; ``None`` before a loss is claimed or certified."""
    claim = Claim.objects.filter(bad_debt=bad_debt, state__in=SHARING).first()
    return lock_claim(claim) if claim is not None else None


def _require_lost(recovery: Recovery) -> None:
    """Refuse more than was lost of the debt. Source: D21."""
    so_far, lost = recovered_of_debt(recovery.bad_debt), recovery.bad_debt.principal
    if so_far + recovery.net > lost:
        raise RecoveryExceedsPaid(net=display(so_far + recovery.net), paid=display(lost), field="amount")


@transaction.atomic
def check_recovery(*, recovery_id: UUID, actor: Member, at: datetime) -> Recovery:
    """
    Check a recorded recovery as another person: it counts, and whoever paid is owed its part back within the term.

    Raises:
        NotVisible, RoleMissing: not a checker of the bank.
        SamePerson, JobIsNoChecker, NotWaiting.
        RecoveryExceedsPaid: together with others checked meanwhile more than was lost.
        BalanceBelowZero: the loan's account of those days does not bear it.

    Source: FP 1.5.2(2), FP 1.5.3; D16, D19, D21, D37.
    """
    seen = visible_or_404(recoveries_visible_to(actor), recovery_id)
    require_bank(actor, seen.bank, roles=(Role.CHECKER,))
    risk = lock_bank(seen.bank)
    claim = _claim_of(seen.bad_debt)
    recovery = _waiting(recovery_id, actor)
    checker_differs(maker=recovery.made_by, checker=actor, at=at)
    recovery.net = next_net_of(recovery)
    _require_lost(recovery)
    recovery.number = Recovery.objects.filter(bad_debt=recovery.bad_debt, step=MoneyStep.CHECKED).count() + 1
    recovery.position = next_position(claim) if claim is not None else None
    recovery.check_off(by=actor, at=at)
    recovery.claim = claim
    recovery.save()
    after = {"step": recovery.step, "net": recovery.net, "claim": claim.number if claim is not None else ""}
    record(verb="recovery.checked", obj=recovery, actor=actor, occurred_at=at, after=after, scope=scope_of(recovery.bad_debt.loan))
    _lessen_loan(recovery, checker=actor, at=at)
    if claim is not None:
        _share_back(claim, recovery, actor=actor, at=at)
    evaluate(risk, cause=BreakerCause.RECOVERY, actor=actor, at=at)
    return recovery


@transaction.atomic
def send_back_recovery(*, recovery_id: UUID, reason: str, actor: Member, at: datetime) -> Recovery:
    """
    Give a recorded recovery back, as checker; it never counts, and its reference may be recorded anew with the right figures.

    Raises:
        NotVisible, RoleMissing, NotWaiting, ReasonMissing, SamePerson.

    Source: D21.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    seen = visible_or_404(recoveries_visible_to(actor), recovery_id)
    require_bank(actor, seen.bank, roles=(Role.CHECKER,))
    recovery = _waiting(recovery_id, actor)
    checker_differs(maker=recovery.made_by, checker=actor, at=at)
    recovery.send_back(by=actor, at=at)
    recovery.save()
    scope = scope_of(recovery.bad_debt.loan)
    record(verb="recovery.sent_back", obj=recovery, actor=actor, occurred_at=at, remark=reason, scope=scope)
    return recovery


def _waiting(recovery_id: UUID, actor: Member) -> Recovery:
    recovery = visible_or_404(recoveries_visible_to(actor), recovery_id, lock=True)
    if recovery.step != MoneyStep.RECORDED:
        raise NotWaiting(step=recovery.get_step_display())
    return recovery


def _lessen_loan(recovery: Recovery, *, checker: Member, at: datetime) -> None:
    """Book the net recovery as principal repaid, costs being met first, so that the loan never shows more than is still lost."""
    if recovery.net > ZERO:
        movement = NewMovement(
            loan_id=recovery.bad_debt.loan.public_id,
            amount=recovery.net,
            value_on=recovery.received_on,
            bank_reference=recovery.bank_reference,
            reason="追偿收回，扣除费用后冲减坏账本金。",
        )
        record_recovered_principal(movement, maker=recovery.made_by, checker=checker, at=at)


def _share_back(claim: Claim, recovery: Recovery, *, actor: Member, at: datetime) -> None:
    """Open what is due back to each payer, and note where the claim stands now. Source: D20, D21, D37."""
    before = claim.state
    if claim.split_on is not None:
        standing = standing_of_claim(claim)
        owed = still_returnable(standing.full, recovered=standing.recovered, paid=standing.paid)
        open_returns(claim, recovery, owed, actor=actor, at=at)
        if claim.state in WAITING_FOR_MONEY and not standing.payable.compensation:
            claim.pay_off(on=localdate(at), left=ZERO)
            save_and_log_claim(claim, CLAIM_STEP["pay_off"].verb, before=before, actor=actor, at=at)
    if claim.state == ClaimState.PAID:
        before = claim.state
        claim.recover()
        save_and_log_claim(claim, CLAIM_STEP["recover"].verb, before=before, actor=actor, at=at)
