"""Papers as dated data: a line for a kind of case and a span of submission days."""

from datetime import date
from typing import Any

import pytest

from documents.requirements import RequiredPaper, facts_named, papers_asked, words_of
from loans.papers import APPLICATION_PAPERS
from loans.services import submission
from risk.claims.selectors import papers as claim_papers
from risk.papers import CLAIM_PAPERS
from whitelist import papers as entry_papers
from whitelist.papers import ENTRY_PAPERS

TURN = date(2026, 7, 1)
TABLE = (
    RequiredPaper(code="contract", name="借款合同", clause="FP 1.5"),
    RequiredPaper(code="old", name="旧材料", clause="FP 1.5", until_on=TURN),
    RequiredPaper(code="new", name="新材料", clause="FP 1.5", from_on=TURN),
    RequiredPaper(code="special", name="专项材料", clause="FP 1.5", when={"mode": ("special",), "category": ("rd", "fixed_asset")}),
)


@pytest.mark.parametrize(
    ("on", "facts", "codes"),
    [
        (date(2026, 6, 30), {"mode": "trust", "category": "rd"}, ["contract", "old"]),
        (TURN, {"mode": "trust", "category": "rd"}, ["contract", "new"]),
        (TURN, {"mode": "special", "category": "rd"}, ["contract", "new", "special"]),
        (TURN, {"mode": "special", "category": "working_capital"}, ["contract", "new"]),
    ],
)
def test_a_line_holds_for_its_cases_and_its_days(on: date, facts: dict[str, str], codes: list[str]) -> None:
    assert [line.code for line in papers_asked(TABLE, on=on, **facts)] == codes


def test_the_list_of_words_holds_what_was_ever_asked_for_once() -> None:
    turned = (*TABLE, RequiredPaper(code="old", name="旧材料", clause="FP 1.5", from_on=date(2027, 1, 1)))
    assert [code for _, (code, _) in words_of(turned)] == ["contract", "old", "new", "special"]


@pytest.mark.parametrize("table", [CLAIM_PAPERS, APPLICATION_PAPERS, ENTRY_PAPERS])
def test_every_line_of_the_product_names_its_clause_and_ends_after_it_begins(table: Any) -> None:
    for line in table:
        assert (bool(line.name), line.clause[:3]) == (True, "FP "), line
        assert line.until_on is None or line.from_on is None or line.from_on < line.until_on, line


@pytest.mark.parametrize(
    ("table", "facts"),
    [(CLAIM_PAPERS, claim_papers.FACTS), (APPLICATION_PAPERS, submission.FACTS), (ENTRY_PAPERS, entry_papers.FACTS)],
    ids=["claims", "applications", "entries"],
)
def test_every_line_asks_facts_that_the_case_can_say(table: Any, facts: Any) -> None:
    assert set(facts_named(table)) <= set(facts)


def test_facts_are_named_once() -> None:
    assert facts_named(TABLE) == ["mode", "category"]
