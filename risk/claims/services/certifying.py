"""What of a project loan cannot be recovered: proposed with its proof, certified by a second person; and the end of a claim."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from common.errors import DomainError
from common.money import ZERO
from documents.services import require_papers
from parties.access import checker_differs
from parties.models import Member
from policy.selectors.versions import version_for
from risk.claims.rules.sharing import project_government_share
from risk.claims.selectors.papers import papers_of_claim
from risk.claims.services.splits import fix_split
from risk.claims.services.steps import locked_claim, notify_payer, require_within_loss, save_and_log_claim
from risk.claims.transitions import CLAIM_STEP
from risk.enums import EvidenceKind, ReturnState
from risk.models import Claim, Return


class ReturnsOpen(DomainError):
    """A claim is closed only when everything is returned."""

    code = "returns_open"
    sentence = "尚有 {count} 笔追偿款未退回财政或担保机构，请先办理退回。"
    clause = "FP 1.5.2(2)"


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
    require_within_loss(claim.bad_debt, amount)
    claim.propose_loss(by=actor, amount=amount, evidence_kind=evidence_kind, evidence_number=evidence_number)
    require_papers(claim.bad_debt, papers_of_claim(claim))  # after it: which evidence there is may decide what is asked for
    return save_and_log_claim(claim, CLAIM_STEP["propose_loss"].verb, before=before, actor=actor, at=at, remark=evidence_number)


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
    return save_and_log_claim(claim, CLAIM_STEP["send_back"].verb, before=before, actor=actor, at=at, remark=reason)


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
        checker_differs(maker=claim.proposed_by, checker=actor, at=at)
    require_within_loss(claim.bad_debt, claim.amount or ZERO)
    require_papers(claim.bad_debt, papers_of_claim(claim))
    save_and_log_claim(claim, CLAIM_STEP["certify"].verb, before=before, actor=actor, at=at)
    if shared:
        notify_payer(claim, at=at)
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
    return save_and_log_claim(claim, CLAIM_STEP["close"].verb, before=before, actor=actor, at=at, remark=reason)
