"""The papers that a claim needs: one answer for services, screens and the interface."""

from datetime import date

from documents.requirements import papers_asked
from documents.selectors import documents_of
from risk.claims.transitions import GIVEN_UP
from risk.enums import ClaimPaper
from risk.models import BadDebt
from risk.papers import CLAIM_PAPERS


def required_papers(bad_debt: BadDebt, *, on: date) -> list[ClaimPaper]:
    """
    Return the papers a claim on the bad debt needs: those of its claim's submission day, and before there is one those of ``on``.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D7.
    """
    submitted = bad_debt.claims.exclude(state__in=GIVEN_UP).order_by("-id").values_list("opened_on", flat=True).first()
    loan = bad_debt.loan
    return [ClaimPaper(line.code) for line in papers_asked(CLAIM_PAPERS, on=submitted or on, category=loan.category, mode=loan.mode)]


def missing_papers(bad_debt: BadDebt, *, on: date) -> list[ClaimPaper]:
    """Return those of the required papers that nobody has put in. Source: D7."""
    present = set(documents_of(bad_debt).values_list("kind", flat=True))
    return [paper for paper in required_papers(bad_debt, on=on) if paper not in present]
