"""Examining an R&D claim within its term, and taking a claim back before it is payable."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from documents.services import require_papers
from parties.models import Member
from risk.claims.selectors.papers import papers_of_claim
from risk.claims.services.steps import close_term, locked_claim, notify_institution, notify_payer, save_and_log_claim
from risk.claims.transitions import CLAIM_STEP
from risk.models import Claim


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
    notify_institution(
        claim, f"supplement:{at.isoformat()}", claim.bank, title=f"补偿申请 {claim.number} 需补正", body=f"请补正：{what}", at=at
    )
    return save_and_log_claim(claim, CLAIM_STEP["ask_supplement"].verb, before=before, actor=actor, at=at, remark=what)


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
    require_papers(claim.bad_debt, papers_of_claim(claim))
    return save_and_log_claim(claim, CLAIM_STEP["supply"].verb, before=before, actor=actor, at=at)


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
    return save_and_log_claim(claim, CLAIM_STEP["begin_review"].verb, before=before, actor=actor, at=at)


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
    require_papers(claim.bad_debt, papers_of_claim(claim))
    close_term(claim, on=localdate(at))
    notify_payer(claim, at=at)
    return save_and_log_claim(claim, CLAIM_STEP["accept"].verb, before=before, actor=actor, at=at)


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
    close_term(claim, on=localdate(at))
    notify_institution(claim, "refused", claim.bank, title=f"补偿申请 {claim.number} 不予补偿", body=f"理由：{reason}", at=at)
    return save_and_log_claim(claim, CLAIM_STEP["refuse"].verb, before=before, actor=actor, at=at, remark=reason)


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
    close_term(claim, on=localdate(at))
    return save_and_log_claim(claim, CLAIM_STEP["withdraw"].verb, before=before, actor=actor, at=at, remark=reason)
