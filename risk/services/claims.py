"""Claims up to the day on which they are payable: filed and examined (R&D), or recovered first and certified (project)."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import connection, transaction
from django.utils.timezone import localdate

from audit.services import record
from common.enums import Category
from common.errors import DomainError
from common.money import MAX_AMOUNT, ZERO, display
from documents.services import require_papers
from loans.selectors import scope_of
from notices.services import notify
from parties.access import checker_differs
from parties.models import Institution, Member
from policy.selectors import version_for
from policy.services import close_deadline, open_deadline
from risk.access import paying_institution, require_bank, require_may, reviewer_of
from risk.enums import PROJECT_PAPERS, RD_PAPERS, ClaimKind, ClaimState, EvidenceKind, ReturnState
from risk.models import BadDebt, Claim, Return
from risk.rules import clause_of, is_covered, project_government_share
from risk.selectors import bad_debts_visible_to, claims_visible_to, recovered_of_debt, visible_or_404
from risk.services.locks import lock_bank, lock_claim
from risk.services.splits import fix_split

COLUMNS = ("state", "amount", "payable_on", "paid_on", "ended_on")


class AmountBeyondLoss(DomainError):
    """More is claimed than is still owed of the bad debt, or nothing."""

    code = "amount_beyond_loss"
    sentence = "申请补偿的本金须大于 0 且不超过尚未收回的坏账本金 {most} 元（只计本金，不含利息和费用）。"
    clause = "FP 1.5.3"
    status = 400


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


class ReturnsOpen(DomainError):
    """A claim is closed only when everything is returned."""

    code = "returns_open"
    sentence = "尚有 {count} 笔追偿款未退回财政或担保机构，请先办理退回。"
    clause = "FP 1.5.2(2)"


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
    _require_within_loss(bad_debt, amount)
    require_papers(bad_debt, RD_PAPERS)
    today = localdate(at)
    deadline = open_deadline(
        started_on=today,
        working_days=terms.clock.claim_review_working_days,
        clause=clause_of(mode=loan.mode, category=loan.category),
        purpose="补偿申请审核",
    )
    claim = _new(bad_debt, kind=ClaimKind.RD, state=ClaimState.FILED, amount=amount, actor=actor, today=today)
    claim.deadline, claim.reviewer = deadline, reviewer_of(bad_debt)
    return _opened(claim, actor=actor, at=at, tell=claim.reviewer)


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
    earlier = Claim.objects.filter(bad_debt=seen).exclude(state__in=[ClaimState.REFUSED, ClaimState.WITHDRAWN]).first()
    if earlier is not None:
        raise ClaimOpen(number=earlier.number, state=earlier.get_state_display())
    return BadDebt.objects.select_related("loan__policy_version", "loan__application__entry", "loan__bank", "bank").get(pk=seen.pk)


def _require_within_loss(bad_debt: BadDebt, amount: Decimal) -> None:
    """Let pass principal only, at most what is outstanding and was not recovered. Source: D16."""
    left = bad_debt.principal - recovered_of_debt(bad_debt)
    most = min(left, bad_debt.loan.balance.outstanding)
    if not ZERO < amount <= min(most, MAX_AMOUNT) or amount != round(amount, 2):
        raise AmountBeyondLoss(most=display(max(most, ZERO)), field="amount")


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


def _opened(claim: Claim, *, actor: Member, at: datetime, tell: Institution | None = None) -> Claim:
    claim.save(force_insert=True)
    after = {"state": claim.state, "amount": claim.amount, "kind": claim.kind}
    record(verb="claim.opened", obj=claim, actor=actor, occurred_at=at, after=after, scope=scope_of(claim.loan))
    if tell is not None:
        asked = display(claim.amount or ZERO)
        body = f"{claim.bank.name}就贷款 {claim.loan.contract_number} 申请补偿 {asked} 元，请在 {claim.deadline} 前审核。"
        _tell(claim, "filed", tell, title=f"补偿申请 {claim.number} 待审核", body=body, at=at)
    return claim


def _tell(claim: Claim, event: str, institution: Institution, *, title: str, body: str, at: datetime) -> None:
    key = f"claim:{claim.public_id}:{event}:{institution.pk}"
    notify(key=key, kind="claim", title=title, body=body, at=at, institution=institution, obj=claim)


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


def saved(
    claim: Claim, verb: str, *, before: str, actor: Member, at: datetime, remark: str = "", facts: Mapping[str, object] | None = None
) -> Claim:
    """Save a step and write its event."""
    claim.save()
    after = {name: getattr(claim, name) for name in COLUMNS} | dict(facts or {})
    record(
        verb=f"claim.{verb}",
        obj=claim,
        actor=actor,
        occurred_at=at,
        before={"state": before},
        after=after,
        remark=remark,
        scope=scope_of(claim.loan),
    )
    return claim


@transaction.atomic
def ask_supplement(*, claim_id: UUID, what: str, actor: Member, at: datetime) -> Claim:
    """
    Ask the bank for more papers; the term of the examination runs on.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, ReasonMissing.

    Source: FP 1.5.2(1), FP 1.5.2(2); D7, D37.
    """
    claim = locked_claim(claim_id, actor, step="ask_supplement")
    before = claim.state
    claim.ask_supplement(what=what)
    _tell(claim, f"supplement:{at.isoformat()}", claim.bank, title=f"补偿申请 {claim.number} 需补正", body=f"请补正：{what}", at=at)
    return saved(claim, "supplement_asked", before=before, actor=actor, at=at, remark=what)


@transaction.atomic
def supply(*, claim_id: UUID, actor: Member, at: datetime) -> Claim:
    """
    Hand in what was asked for.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed.
        PaperMissing: a paper was withdrawn and not put in again.

    Source: FP 1.5.2(1), FP 1.5.2(2); D7, D37.
    """
    claim = locked_claim(claim_id, actor, step="supply")
    before = claim.state
    claim.supply()
    require_papers(claim.bad_debt, RD_PAPERS)
    return saved(claim, "supplied", before=before, actor=actor, at=at)


@transaction.atomic
def begin_review(*, claim_id: UUID, actor: Member, at: datetime) -> Claim:
    """
    Take a filed claim up for examination.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed.

    Source: FP 1.5.2(1), FP 1.5.2(2); D37.
    """
    claim = locked_claim(claim_id, actor, step="begin_review")
    before = claim.state
    claim.begin_review()
    return saved(claim, "review_begun", before=before, actor=actor, at=at)


@transaction.atomic
def accept_claim(*, claim_id: UUID, actor: Member, at: datetime) -> Claim:
    """
    Find an R&D claim right: it is payable from today, and its payer is told.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed.
        PaperMissing: a paper was withdrawn since it was filed.

    Source: FP 1.5.2(1), FP 1.5.2(2); D37.
    """
    claim = locked_claim(claim_id, actor, step="accept")
    before = claim.state
    claim.accept(by=actor, on=localdate(at))
    require_papers(claim.bad_debt, RD_PAPERS)
    _close_term(claim, on=localdate(at))
    _tell_payer(claim, at=at)
    return saved(claim, "accepted", before=before, actor=actor, at=at)


@transaction.atomic
def refuse_claim(*, claim_id: UUID, reason: str, actor: Member, at: datetime) -> Claim:
    """
    Find that nothing is owed, with the reason; the bank may claim anew.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, ReasonMissing.

    Source: FP 1.5.2(1), FP 1.5.2(2); D37.
    """
    claim = locked_claim(claim_id, actor, step="refuse")
    before = claim.state
    claim.refuse(by=actor, on=localdate(at), reason=reason)
    _close_term(claim, on=localdate(at))
    _tell(claim, "refused", claim.bank, title=f"补偿申请 {claim.number} 不予补偿", body=f"理由：{reason}", at=at)
    return saved(claim, "refused", before=before, actor=actor, at=at, remark=reason)


@transaction.atomic
def withdraw_claim(*, claim_id: UUID, reason: str, actor: Member, at: datetime) -> Claim:
    """
    Take a claim back before it is payable.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, ReasonMissing.

    Source: FP 1.5.3.
    """
    claim = locked_claim(claim_id, actor, step="withdraw")
    before = claim.state
    claim.withdraw(on=localdate(at), reason=reason)
    _close_term(claim, on=localdate(at))
    return saved(claim, "withdrawn", before=before, actor=actor, at=at, remark=reason)


@transaction.atomic
def propose_loss(
    *, claim_id: UUID, amount: Decimal, evidence_kind: EvidenceKind | str, evidence_number: str, actor: Member, at: datetime
) -> Claim:
    """
    Name what of a project loan cannot be recovered and what proves it, as maker; a second person certifies it.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed.
        AmountBeyondLoss, PaperMissing, ReasonMissing: the loss is not proved.

    Source: FP 1.5.1; D16.
    """
    claim = locked_claim(claim_id, actor, step="propose_loss")
    before = claim.state
    _require_within_loss(claim.bad_debt, amount)
    require_papers(claim.bad_debt, PROJECT_PAPERS)
    claim.propose_loss(by=actor, amount=amount, evidence_kind=evidence_kind, evidence_number=evidence_number)
    return saved(claim, "loss_proposed", before=before, actor=actor, at=at, remark=evidence_number)


@transaction.atomic
def send_back_loss(*, claim_id: UUID, reason: str, actor: Member, at: datetime) -> Claim:
    """
    Find a proposed loss not proved, as checker; the pursuit goes on.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed.

    Source: FP 1.5.1.
    """
    claim = locked_claim(claim_id, actor, step="send_back")
    before = claim.state
    claim.send_back()
    return saved(claim, "loss_sent_back", before=before, actor=actor, at=at, remark=reason)


@transaction.atomic
def certify_loss(*, claim_id: UUID, actor: Member, at: datetime) -> Claim:
    """
    Certify the unrecoverable rest as a second person: payable where the government bears a part, else the bank's own.

    What was recovered between proposal and certification is refused, so that the rest is certified as it stands.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, SamePerson, JobIsNoChecker.
        AmountBeyondLoss: money came back since the proposal.
        PaperMissing: a paper was withdrawn since the proposal.

    Source: FP 1.5.1; D1, D17.
    """
    claim = locked_claim(claim_id, actor, step="certify")
    before, today, loan = claim.state, localdate(at), claim.loan
    terms = version_for(loan.policy_version).terms
    shared = project_government_share(terms, mode=loan.mode, category=loan.category) > 0
    if shared:
        claim.certify(by=actor, on=today)
    else:
        claim.certify_own_loss(by=actor, on=today)
    if claim.proposed_by is not None:
        checker_differs(maker=claim.proposed_by, checker=actor)
    _require_within_loss(claim.bad_debt, claim.amount or ZERO)
    require_papers(claim.bad_debt, PROJECT_PAPERS)
    saved(claim, "loss_certified", before=before, actor=actor, at=at)
    if shared:
        _tell_payer(claim, at=at)
    else:
        fix_split(claim, on=today)
    return claim


@transaction.atomic
def close_claim(*, claim_id: UUID, reason: str, actor: Member, at: datetime) -> Claim:
    """
    End a claim whose pursuit is over and whose returns are all made.

    Raises:
        NotVisible, RoleMissing, TransitionNotAllowed, ReasonMissing.
        ReturnsOpen: public money is still due back.

    Source: FP 1.5.1, FP 1.5.2(2).
    """
    claim = locked_claim(claim_id, actor, step="close")
    before = claim.state
    claim.close(on=localdate(at), reason=reason)
    waiting = Return.objects.filter(answers__payment__claim=claim).exclude(state=ReturnState.PAID).count()
    if waiting:
        raise ReturnsOpen(count=waiting)
    return saved(claim, "closed", before=before, actor=actor, at=at, remark=reason)


def _close_term(claim: Claim, *, on: date) -> None:
    if claim.deadline is not None:
        close_deadline(claim.deadline, on=on)


def _tell_payer(claim: Claim, *, at: datetime) -> None:
    body = f"{claim.bank.name}的补偿申请 {claim.number} 可支付，损失本金 {display(claim.amount or ZERO)} 元，请办理支付。"
    _tell(claim, "payable", paying_institution(claim), title=f"补偿申请 {claim.number} 待支付", body=body, at=at)
