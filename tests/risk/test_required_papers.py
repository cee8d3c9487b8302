"""A claim asks for the papers of its own submission day, in services, on screen and over the interface alike."""

from datetime import timedelta

import pytest
from django.utils.timezone import localdate

from common.enums import Category, Mode
from documents.requirements import RequiredPaper
from documents.selectors import PaperMissing
from risk.claims.selectors import papers
from risk.claims.selectors.papers import missing_papers, required_papers
from risk.claims.services.certifying import propose_loss
from risk.claims.services.examining import accept_claim, begin_review
from risk.claims.services.opening import file_claim, open_pursuit
from risk.papers import CLAIM_PAPERS
from tests.risk.papers import PROJECT_PAPERS, RD_PAPERS
from tests.risk.scene import NOW, Scene

TODAY = localdate(NOW)
TOMORROW = TODAY + timedelta(days=1)


@pytest.mark.clause("FP 1.5.1", "FP 1.5.2(1)")
def test_what_the_plan_asks_for(scene: Scene) -> None:
    rd, project = scene.bad(scene.loan(1_000_000)), scene.bad(scene.loan(1_000_000, mode=Mode.TRUST, category=Category.FIXED_ASSET))
    assert required_papers(rd, on=TODAY) == missing_papers(rd, on=TODAY) == list(RD_PAPERS)
    assert required_papers(project, on=TODAY) == list(PROJECT_PAPERS)


def test_a_line_more_is_asked_of_later_claims_only(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    new = RequiredPaper(code="supplement", name="补正材料", clause="FP 1.5", from_on=TOMORROW)
    filed, later = scene.bad(scene.loan(1_000_000)), scene.bad(scene.loan(1_000_000))
    claim = scene.filed(filed)
    monkeypatch.setattr(papers, "CLAIM_PAPERS", (*CLAIM_PAPERS, new))
    assert required_papers(filed, on=TOMORROW) == list(RD_PAPERS)
    assert required_papers(later, on=TOMORROW) == [*RD_PAPERS, "supplement"]
    begin_review(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW + timedelta(days=1))
    accept_claim(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW + timedelta(days=1))
    scene.papers(later)
    with pytest.raises(PaperMissing, match="补正材料"):
        file_claim(bad_debt_id=later.public_id, amount=later.principal, actor=scene.handler, at=NOW + timedelta(days=1))


def test_a_line_may_ask_whatever_the_claim_can_say(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line of data is enough: what proves the loss is judged as it is proposed, before anything is stored."""
    in_court = RequiredPaper(code="supplement", name="补正材料", clause="FP 1.5.1", when={"evidence_kind": ("court",)})
    monkeypatch.setattr(papers, "CLAIM_PAPERS", (*CLAIM_PAPERS, in_court))
    debt = scene.bad(scene.loan(1_000_000, mode=Mode.TRUST, category=Category.FIXED_ASSET))
    claim = open_pursuit(bad_debt_id=debt.public_id, actor=scene.handler, at=NOW)
    scene.papers(debt)
    lost = {"claim_id": claim.public_id, "amount": debt.principal, "evidence_number": "(2026)闽05破1号", "actor": scene.handler, "at": NOW}
    with pytest.raises(PaperMissing, match="补正材料"):
        propose_loss(evidence_kind="court", **lost)
    propose_loss(evidence_kind="bankruptcy", **lost)
    assert required_papers(debt, on=TODAY) == list(PROJECT_PAPERS)


def test_each_fact_of_a_claim_is_a_word(scene: Scene) -> None:
    debt = scene.bad(scene.loan(1_000_000))
    claim = scene.filed(debt)
    assert {name: fact(debt, claim) for name, fact in papers.FACTS.items()} == {
        "mode": "special", "category": "rd", "security": "credit", "grade": debt.classification.grade, "guarantee": "batch",
        "use": "proper", "evidence_kind": "",
    }  # fmt: skip
    assert papers.FACTS["evidence_kind"](debt, None) == ""
