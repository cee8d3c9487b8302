"""A case from the list to its contract, wrong steps on the way."""

from typing import Any

from simulator.bank import Bank, NothingToLendOn
from simulator.connection import Refused
from simulator.report import NotOffered, promised, refused, same, true
from simulator.run import Run

AREA = "loan chain"


def submitted(bank: Bank) -> dict[str, Any]:
    """Return a submitted application of the first entry that takes one; without papers it was refused first."""
    for _, entry in zip(range(15), bank.open_entries(), strict=False):
        again = [bank.intend(entry)["id"] for _ in range(2)]
        same(again[0], again[1], "an intent noted twice")
        application = bank.draft(entry)
        refused(bank.line.post(f"applications/{application['id']}/submit/"), 409)
        bank.attach_papers(application)
        try:
            return bank.step(application, "submit")
        except Refused as problem:
            if problem.status != 409:
                raise
    raise NothingToLendOn


@promised(AREA, "a listed entry shows checks and headroom, and takes an application with the enterprise's consent")
def hand_in(run: Run) -> None:
    try:
        run.application = submitted(run.bank)
    except NothingToLendOn:
        raise NotOffered("no entry of the list has room for a loan of this bank") from None
    same(run.application["state"], "submitted", "state after submission")
    true(run.application["deadline"]["due_on"] > run.application["submitted_on"], "the thirty working days run")


@promised(AREA, "a step out of order is 409 and changes nothing")
def wrong_steps(run: Run) -> None:
    application = started(run)
    for name, asked in (("approve", {"amount": "1.00"}), ("meet-conditions", {}), ("contract", run.bank.contract()), ("submit", {})):
        refused(run.line.post(f"applications/{application['id']}/{name}/", asked), 409)
    same(run.line.read(f"applications/{application['id']}/")["state"], "submitted", "state after refused steps")


@promised(AREA, "accepted, supplemented, reviewed: the clock is shown and runs on")
def review(run: Run) -> None:
    application = started(run)
    run.bank.step(application, "accept")
    run.bank.step(application, "ask-supplement", what="请补充近三个月的银行流水。")
    seen = run.line.read(f"applications/{application['id']}/")
    same(seen["supplements"][0]["what"], "请补充近三个月的银行流水。", "the supplement asked for")
    true(seen["clock"]["left"] <= 30 and "answer_supplement" in seen["open_steps"], "clock and open steps")
    run.bank.step(application, "answer-supplement", answer="已上传。")
    same(run.bank.step(application, "begin-review")["state"], "under_review", "state under review")


@promised(AREA, "no more than was asked for is approved, nor contracted than approved")
def decision(run: Run) -> None:
    application, bank = started(run), run.bank
    over = f"{bank.amount + 1:.2f}"
    refused(run.line.post(f"applications/{application['id']}/approve/", {"amount": over}), 409)
    same(bank.step(application, "approve", amount=str(bank.amount))["amount_approved"], f"{bank.amount:.2f}", "amount approved")
    bank.step(application, "meet-conditions")
    refused(run.line.post(f"applications/{application['id']}/contract/", bank.contract() | {"contract_amount": over}), 409)
    loan = bank.signed(application)
    same((loan["stage"], loan["outstanding"], loan["application_id"]), ("contracted", "0.00", application["id"]), "the loan")
    run.loan = loan


def started(run: Run) -> dict[str, Any]:
    """
    Return the application.

    Raises:
        NotOffered: none was taken.
    """
    if not run.application:
        raise NotOffered("no application")
    return run.application
