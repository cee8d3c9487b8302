"""Opening a claim: an R&D loss is filed and examined within a term, a project's is pursued first."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from audit.services import record
from common.enums import Category
from common.errors import DomainError
from common.money import ZERO, display
from documents.services import require_papers
from loans.selectors.visible import scope_of
from parties.models import Institution, Member
from policy.selectors.versions import version_for
from policy.services.deadlines import open_deadline
from risk.access import require_bank, reviewer_of
from risk.claims.rules.sharing import clause_of, is_covered
from risk.claims.selectors.papers import required_papers
from risk.claims.services.steps import notify_institution, require_within_loss
from risk.claims.transitions import GIVEN_UP, ClaimState
from risk.enums import ClaimKind
from risk.locks import lock_bank
from risk.models import BadDebt, Claim
from risk.visibility import bad_debts_visible_to, visible_or_404


class NothingCovered(DomainError):
    """The plan leaves the loss of this loan to its bank."""

    code = "nothing_covered"
    sentence = "该笔研发贷款为担保或抵质押贷款，不在方案的风险补偿范围内，损失由银行承担。"
    clause = "FP 1.5.2(1)"


class WrongWay(DomainError):
    """An R&D loan and a project loan have different ways to a compensation."""

    code = "wrong_way"
    sentence = "该笔贷款为{category}，应按“{kind}”办理。"
    clause = "FP 1.5.1"


class ClaimOpen(DomainError):
    """One claim of a loan at a time; a loss that was shared is shared once."""

    code = "claim_open"
    sentence = "该贷款已有补偿申请 {number}（{state}），不能再次申请。"
    clause = "FP 1.5.3"


@transaction.atomic
def file_claim(*, bad_debt_id: UUID, amount: Decimal, actor: Member, at: datetime) -> Claim:
    """
    File an R&D claim: compensated first, recovered in parallel. Its examination has a term from today on.

    The papers lie with the bad debt (``risk.baddebt``) before the claim is filed.

    Raises:
        NotVisible, RoleMissing: not the bank's debt.
        WrongWay: a project loan. NothingCovered: a secured R&D loan.
        ClaimOpen, AmountBeyondLoss, PaperMissing.

    Source: FP 1.5.2(1), FP 1.5.2(2); D16, D36, D37.
    """
    bad_debt = _claimable(bad_debt_id, actor)
    loan = bad_debt.loan
    if loan.category != Category.RD:
        raise WrongWay(category=loan.get_category_display(), kind=ClaimKind.PROJECT.label)
    terms = version_for(loan.policy_version).terms
    if not is_covered(terms, category=loan.category, security=loan.security):
        raise NothingCovered
    require_within_loss(bad_debt, amount)
    today = localdate(at)
    require_papers(bad_debt, required_papers(bad_debt, on=today))
    deadline = open_deadline(
        started_on=today,
        working_days=terms.clock.claim_review_working_days,
        clause=clause_of(mode=loan.mode, category=loan.category),
        purpose="补偿申请审核",
    )
    claim = _new(bad_debt, kind=ClaimKind.RD, state=ClaimState.FILED, amount=amount, actor=actor, today=today)
    claim.deadline, claim.reviewer = deadline, reviewer_of(bad_debt)
    return _opened(claim, actor=actor, at=at, whom=claim.reviewer)


@transaction.atomic
def open_pursuit(*, bad_debt_id: UUID, actor: Member, at: datetime) -> Claim:
    """
    Begin a project claim: the bank recovers first; what cannot be recovered is certified later and then shared.

    Raises:
        NotVisible, RoleMissing: not the bank's debt.
        WrongWay: an R&D loan. ClaimOpen.

    Source: FP 1.5.1.
    """
    bad_debt = _claimable(bad_debt_id, actor)
    if bad_debt.loan.category == Category.RD:
        raise WrongWay(category=bad_debt.loan.get_category_display(), kind=ClaimKind.RD.label)
    claim = _new(bad_debt, kind=ClaimKind.PROJECT, state=ClaimState.PURSUING, amount=None, actor=actor, today=localdate(at))
    return _opened(claim, actor=actor, at=at)


def _claimable(bad_debt_id: UUID, actor: Member) -> BadDebt:
    """Return the bad debt under the bank's lock, if no claim of it is open or has shared its loss."""
    seen = visible_or_404(bad_debts_visible_to(actor), bad_debt_id)
    require_bank(actor, seen.bank)
    lock_bank(seen.bank)
    earlier = Claim.objects.filter(bad_debt=seen).exclude(state__in=GIVEN_UP).first()
    if earlier is not None:
        raise ClaimOpen(number=earlier.number, state=earlier.get_state_display())
    return BadDebt.objects.select_related("loan__policy_version", "loan__application__entry", "loan__bank", "bank").get(pk=seen.pk)


def _new(bad_debt: BadDebt, *, kind: ClaimKind, state: ClaimState, amount: Decimal | None, actor: Member, today: date) -> Claim:
    """Return the claim, not yet stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('risk_claim_number')")
        number: int = cursor.fetchone()[0]
    return Claim(
        number=f"BC{today.year}{number:06d}",
        bad_debt=bad_debt,
        loan=bad_debt.loan,
        bank=bad_debt.bank,
        kind=kind,
        state=state,
        amount=amount,
        opened_on=max(today, bad_debt.recognised_on),
        opened_by=actor,
    )


def _opened(claim: Claim, *, actor: Member, at: datetime, whom: Institution | None = None) -> Claim:
    claim.save(force_insert=True)
    after = {"state": claim.state, "amount": claim.amount, "kind": claim.kind}
    record(verb="claim.opened", obj=claim, actor=actor, occurred_at=at, after=after, scope=scope_of(claim.loan))
    if whom is not None:
        asked = display(claim.amount or ZERO)
        body = f"{claim.bank.name}就贷款 {claim.loan.contract_number} 申请补偿 {asked} 元，请在 {claim.deadline} 前审核。"
        notify_institution(claim, "filed", whom, title=f"补偿申请 {claim.number} 待审核", body=body, at=at)
    return claim
