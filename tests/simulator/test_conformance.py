"""The conformance run against a served fund: it passes, it asks everything, and it fails where a promise is broken."""

from decimal import Decimal
from typing import Any
from unittest import mock

import pytest

from loans.models import Loan
from simulator import checks  # noqa: F401  (its modules add the checks)
from simulator.__main__ import main
from simulator.bank import Bank
from simulator.default import Default
from simulator.report import CHECKS, run_checks
from simulator.run import Run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.usefixtures("lent", "compensated", "worker")
def test_the_served_fund_keeps_every_promise(run: Run) -> None:
    report = run_checks(run)
    assert not report.failures, "\n".join(report.lines())
    assert not [outcome for outcome in report.outcomes if outcome.skipped], "\n".join(report.lines())
    assert len(report.outcomes) == len(CHECKS) >= 40
    loan = Loan.objects.get(public_id=run.case["id"])
    assert loan.drawn == sum(movement.drawn for movement in loan.movements.all())


def test_a_broken_promise_fails_the_run_with_its_sentence(run: Run) -> None:
    with mock.patch("api.v1.base.KEY_PATTERN") as any_key:
        any_key.fullmatch.return_value = True
        report = run_checks(run, {"idempotency"})
    failed = [outcome for outcome in report.failures if outcome.promise.startswith("a write without a key")]
    assert failed
    assert any(line.startswith("FAIL  idempotency") for line in report.lines())


def test_a_bank_lends_and_is_repaid(run: Run) -> None:
    said: list[str] = []
    loan = Bank(run.line, say=said.append).lend()
    assert (loan["stage"], loan["drawn"], loan["repaid"], loan["outstanding"]) == ("settled", "3000000.00", "3000000.00", "0.00")
    assert Decimal(Loan.objects.get(public_id=loan["id"]).overdue) == 0
    assert any("冲正" in line for line in said)


def test_a_loan_goes_bad_and_its_claim_is_led_to_the_proposal_of_payment(run: Run) -> None:
    said: list[str] = []
    claim = Default(run.line, run.guarantee_company, say=said.append).go_bad()
    assert (claim["state"], claim["amount"], claim["payable_total"]) == ("releasing", "100000.00", "80000.00")
    assert any("损失分担（FP 1.5.2(1)）" in line for line in said)


def test_the_command_ends_with_1_where_nobody_answers(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", ["simulator", "lend", "http://127.0.0.1:9"])
    assert main() == 1
    assert "127.0.0.1" in capsys.readouterr().err


def test_the_command_runs_one_area(run: Run, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("BANK_CLIENT_ID", run.line.client_id)
    monkeypatch.setenv("BANK_CLIENT_SECRET", run.line.secret)
    monkeypatch.setattr("sys.argv", ["simulator", "conformance", run.line.base, "rate limits"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("pass  rate limits")
