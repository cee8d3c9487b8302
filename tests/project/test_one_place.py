"""What is computed from stored facts is computed in one place each, and used from there."""

import re

import pytest

from quanzhou_fund.settings import BASE_DIR

OUTSTANDING = {
    "loans/rules/balances.py",
    "loans/models/loans.py",
    "loans/selectors/caps.py",
}  # the rule, its expression, one statement of SQL
STAGE = {"loans/rules/balances.py", "loans/models/loans.py"}  # the rule, and its expression for filters
RECOUNTS = "recounts"  # count anew on purpose, to be held against the one place
PLACES = [
    pytest.param(r"performing\b[^\n+]{0,12}\+\s*[^\n+]{0,12}\boverdue\b", OUTSTANDING, id="outstanding"),
    pytest.param(r"order_by\(\s*\"payable_on\"", {"risk/claims/selectors/queue.py"}, id="order of a queue"),
    pytest.param(r"\bLoanStage\.\w+\s*(?:if\b|\n|\))", STAGE, id="stage of a loan"),
]


@pytest.mark.parametrize(("pattern", "places"), PLACES)
def test_a_figure_is_computed_where_it_belongs(pattern: str, places: set[str]) -> None:
    apps = {path.parent.parent for path in BASE_DIR.glob("*/migrations/__init__.py")} | {BASE_DIR / "quanzhou_fund", BASE_DIR / "portal"}
    found = set()
    for path in (path for app in apps for path in app.rglob("*.py")):
        name = path.relative_to(BASE_DIR).as_posix()
        if "/migrations/" not in name and RECOUNTS not in name and re.search(pattern, path.read_text(encoding="utf-8")):
            found.add(name)
    assert found == places
