"""Every step of money that takes two persons judges them in the one place, with the moment of the check."""

import ast
from pathlib import Path

from quanzhou_fund.environment import BASE_DIR

STEPS = {
    "loans/services/movements/batch.py": {"require_checked"},
    "risk/claims/services/certifying.py": {"certify_loss"},
    "risk/fees/services.py": {"check_enhancement_fee", "check_guarantee_fee", "_given_back"},
    "risk/claims/services/payments.py": {"release_payment"},
    "risk/recoveries/services/records.py": {"check_recovery", "send_back_recovery"},
    "risk/recoveries/services/returns.py": {"check_return"},
    "subsidy/models/payments.py": {"check_off"},
    "subsidy/services/openings.py": {"confirm_opening"},
    "subsidy/services/paper_bids.py": {"check_paper_bid"},
    "subsidy/services/sealed_bids.py": {"check_bid"},
}


def judged(path: Path) -> set[str]:
    """Return the functions of a file that let ``checker_differs`` judge, each with ``at``."""
    found = set()
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "checker_differs":
                    assert {word.arg for word in call.keywords} - {"passed"} == {"maker", "checker", "at"}, (path, function.name)
                    found.add(function.name)
    return found


def test_each_step_of_money_is_judged_in_the_one_place() -> None:
    root = BASE_DIR
    files = [path for app in ("loans", "risk", "subsidy") for path in (root / app).rglob("*.py") if "migrations" not in path.parts]
    assert {str(path.relative_to(root)): names for path in files if (names := judged(path))} == STEPS
