"""What every step of a claim shares: the locks, the event, and who is told."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from audit.services import record
from common.errors import DomainError
from common.money import MAX_AMOUNT, ZERO, display
from loans.selectors.visible import scope_of
from notices.services import notify
from parties.models import Institution, Member
from policy.services.deadlines import close_deadline
from risk.access import paying_institution, require_may
from risk.locks import lock_bank, lock_claim
from risk.models import BadDebt, Claim
from risk.recoveries.selectors import recovered_of_debt
from risk.visibility import claims_visible_to, visible_or_404

COLUMNS = ("state", "amount", "payable_on", "paid_on", "ended_on")


class AmountBeyondLoss(DomainError):
    """More is claimed than is still owed of the bad debt, or nothing."""

    code = "amount_beyond_loss"
    sentence = "申请补偿的本金须大于 0 且不超过尚未收回的坏账本金 {most} 元（只计本金，不含利息和费用）。"
    clause = "FP 1.5.3"
    status = 400


def locked_claim(claim_id: UUID, actor: Member, *, step: str) -> Claim:
    """
    Return a claim under the locks of its bank and of itself, for a step the actor may take.

    Raises:
        NotVisible, RoleMissing.
    """
    seen = visible_or_404(claims_visible_to(actor), claim_id)
    lock_bank(seen.bank_id)
    claim = lock_claim(seen)
    require_may(actor, claim, step)
    return claim


def save_and_log_claim(
    claim: Claim, verb: str, *, before: str, actor: Member, at: datetime, remark: str = "", facts: Mapping[str, object] | None = None
) -> Claim:
    """Save a step and write its event."""
    claim.save()
    after = {name: getattr(claim, name) for name in COLUMNS} | dict(facts or {})
    record(
        verb=verb,
        obj=claim,
        actor=actor,
        occurred_at=at,
        before={"state": before},
        after=after,
        remark=remark,
        scope=scope_of(claim.loan),
    )
    return claim


def require_within_loss(bad_debt: BadDebt, amount: Decimal) -> None:
    """Let pass principal only, at most what is outstanding and was not recovered. Source: D16."""
    left = bad_debt.principal - recovered_of_debt(bad_debt)
    most = min(left, bad_debt.loan.balance.outstanding)
    if not ZERO < amount <= min(most, MAX_AMOUNT) or amount != round(amount, 2):
        raise AmountBeyondLoss(most=display(max(most, ZERO)), field="amount")


def notify_institution(claim: Claim, event: str, institution: Institution, *, title: str, body: str, at: datetime) -> None:
    key = f"claim:{claim.public_id}:{event}:{institution.pk}"
    notify(key=key, kind="claim", title=title, body=body, at=at, institution=institution, obj=claim)


def notify_payer(claim: Claim, *, at: datetime) -> None:
    body = f"{claim.bank.name}的补偿申请 {claim.number} 可支付，损失本金 {display(claim.amount or ZERO)} 元，请办理支付。"
    notify_institution(claim, "payable", paying_institution(claim), title=f"补偿申请 {claim.number} 待支付", body=body, at=at)


def close_term(claim: Claim, *, on: date) -> None:
    if claim.deadline is not None:
        close_deadline(claim.deadline, on=on)
