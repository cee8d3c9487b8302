"""The papers that a claim needs: one answer for services, screens and the interface."""

from collections.abc import Callable, Mapping
from datetime import date

from documents.requirements import facts_named, papers_asked
from documents.selectors import documents_of
from risk.claims.transitions import GIVEN_UP
from risk.enums import ClaimPaper
from risk.models import BadDebt, Claim
from risk.papers import CLAIM_PAPERS

# What a line of ``risk.papers`` may ask: of the bad debt, and of its claim once there is one. Computed only where a line asks.
FACTS: Mapping[str, Callable[[BadDebt, Claim | None], str]] = {
    "mode": lambda debt, claim: debt.loan.mode,  # common.enums.Mode
    "category": lambda debt, claim: debt.loan.category,  # common.enums.Category
    "security": lambda debt, claim: debt.loan.security,  # common.enums.Security
    "grade": lambda debt, claim: debt.classification.grade,  # risk.enums.Grade, on which the debt was recognised
    "guarantee": lambda debt, claim: _guarantee(debt),  # none, single, batch
    "use": lambda debt, claim: "misused" if debt.loan.subsidy_stopped_on else "proper",  # of the loan's money
    "evidence_kind": lambda debt, claim: claim.evidence_kind if claim else "",  # risk.enums.EvidenceKind: whether in court; "" before
}


def _guarantee(debt: BadDebt) -> str:
    found = getattr(debt.loan, "guarantee", None)
    return "none" if found is None else "batch" if found.is_batch_scheme else "single"


def required_papers(bad_debt: BadDebt, *, on: date) -> list[ClaimPaper]:
    """
    Return the papers a claim on the bad debt needs: those of its claim's submission day, and before there is one those of ``on``.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D7.
    """
    claim = bad_debt.claims.exclude(state__in=GIVEN_UP).order_by("-id").first()
    return papers_of_claim(claim) if claim is not None else _asked(bad_debt, None, on=on)


def papers_of_claim(claim: Claim) -> list[ClaimPaper]:
    """Return the papers the claim needs as it stands in memory: those of its submission day. Source: FP 1.5.1, FP 1.5.2; D7."""
    return _asked(claim.bad_debt, claim, on=claim.opened_on)


def _asked(bad_debt: BadDebt, claim: Claim | None, *, on: date) -> list[ClaimPaper]:
    facts = {name: FACTS[name](bad_debt, claim) for name in facts_named(CLAIM_PAPERS)}
    return [ClaimPaper(line.code) for line in papers_asked(CLAIM_PAPERS, on=on, **facts)]


def missing_papers(bad_debt: BadDebt, *, on: date) -> list[ClaimPaper]:
    """Return those of the required papers that nobody has put in. Source: D7."""
    present = set(documents_of(bad_debt).values_list("kind", flat=True))
    return [paper for paper in required_papers(bad_debt, on=on) if paper not in present]
