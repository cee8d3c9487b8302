"""A loan goes bad: class, recognition, claim with its papers, the guarantee company's review, recovery; what was paid adds up."""

from decimal import Decimal
from typing import Any

from simulator.bank import PDF, NothingToLendOn, reference
from simulator.checks.events import feed
from simulator.connection import succeeded
from simulator.default import AMOUNT, Default
from simulator.report import NotOffered, promised, refused, same, true
from simulator.run import Run

AREA = "risk"
LOST = f"{AMOUNT:.2f}"
MOST_CLAIMS = 20


@promised(AREA, "a class that is not what the overdue days say needs its reason; a debt is bad only when its class says so, and once")
def recognised(run: Run) -> None:
    case = Default(run.line, run.guarantee_company)
    try:
        loan = case.drawn()
    except NothingToLendOn:
        raise NotOffered("no R&D entry has room for a loan of this bank") from None
    case.bank.move(loan, "overdues", LOST)
    address, asked = f"loans/{loan['id']}/bad-debts/", {"reason": "借款人停产", "bank_reference": reference("HZ")}
    refused(run.line.post(address, asked), 409, "not_non_performing")
    problem = refused(case.classify(loan, "loss"), 400, "reason_missing")
    same(problem["errors"][0]["field"], "reason", "field of the missing reason")
    same(succeeded(case.classify(loan, "loss", reason="借款人停产"))["grade"], "loss", "class")
    run.bad_debt = run.line.write(address, asked)
    same((run.bad_debt["principal"], run.bad_debt["bank_reference"]), (LOST, asked["bank_reference"]), "the bad debt")
    same(run.line.write(address, asked)["id"], run.bad_debt["id"], "the same recognised twice")
    refused(run.line.post(address, {"reason": "再次认定"}), 409, "already_recognised")
    seen = run.line.read(f"loans/{loan['id']}/")["risk"]
    same((seen["grade"], seen["bad_debt_id"]), ("loss", run.bad_debt["id"]), "what the loan says of it")


@promised(AREA, "a claim needs its papers, each whole; filed twice under one number it is one claim")
def filed(run: Run) -> None:
    bad_debt, case = run.default, Default(run.line, run.guarantee_company)
    address, asked = f"bad-debts/{bad_debt['id']}/claims/", {"amount": LOST, "bank_reference": reference("BC")}
    refused(run.line.post(address, asked), 409, "paper_missing")
    refused(case.paper(bad_debt, "contract", sha256="0" * 64), 400, "digest_differs")
    case.attach_papers(bad_debt)
    same(run.line.read(f"bad-debts/{bad_debt['id']}/")["papers_missing"], [], "papers still missing")
    paper = run.line.read(f"bad-debts/{bad_debt['id']}/papers/")[0]
    content = run.line.get(f"bad-debts/{bad_debt['id']}/papers/{paper['id']}/content/")
    same((content.status, content.text), (200, PDF.decode()), "the paper handed out")
    refused(run.line.post(address, asked | {"amount": f"{AMOUNT + 1:.2f}"}), 400, "amount_beyond_loss")
    run.claim = run.line.write(address, asked)
    same((run.claim["state"], run.claim["amount"]), ("filed", LOST), "the claim")
    true(run.claim["deadline"]["due_on"] > run.claim["opened_on"], "the term of its review runs")
    same(run.line.write(address, asked)["id"], run.claim["id"], "the same filed twice")


def claimed(run: Run) -> dict[str, Any]:
    """
    Return the claim.

    Raises:
        NotOffered: none was filed.
    """
    if not run.claim:
        raise NotOffered("no claim")
    return run.claim


@promised(AREA, "bank and guarantee company take their own steps and none of the other's")
def reviewed(run: Run) -> None:
    here, guarantor = f"claims/{claimed(run)['id']}/", run.guarantee_company
    for step, asked in (("begin-review", {}), ("accept", {}), ("refuse", {"reason": "不予"}), ("propose-payment", {})):
        refused(run.line.post(here + step + "/", asked), 403)
    refused(guarantor.post(f"{here}withdraw/", {"reason": "撤回"}), 403)
    refused(guarantor.post(f"{here}accept/"), 409)
    same(guarantor.write(f"{here}ask-supplement/", {"what": "请补正最近一次催收记录。"})["state"], "supplement", "state asked for more")
    same(run.line.write(f"{here}supply/")["state"], "filed", "state when supplied")
    same(guarantor.write(f"{here}begin-review/")["state"], "under_review", "state under review")
    same(guarantor.write(f"{here}accept/")["state"], "payable", "state when accepted")
    same(guarantor.write(f"{here}propose-payment/")["state"], "releasing", "state while a person of the guarantee company checks")


@promised(AREA, "a claim shows who bears what by which clause, to the cent")
def shared(run: Run) -> None:
    seen = run.line.read(f"claims/{claimed(run)['id']}/")
    parts = seen["split"]["parts"]
    same(sum(Decimal(part["amount"]) for part in parts), Decimal(seen["amount"]), "parts of the loss")
    true(all(part["clause"] == "FP 1.5.2(1)" for part in parts), f"clauses of the parts: {[part['clause'] for part in parts]}")
    same({part["payer"] for part in parts}, {"bank", "guarantor"}, "who bears it")


@promised(AREA, "money that came back is recorded once, and counts when a person has checked it")
def recovered(run: Run) -> None:
    bad_debt, case = run.default, Default(run.line, run.guarantee_company)
    number = reference("ZC")
    first = succeeded(case.recover(bad_debt, "20000.00", bank_reference=number, costs="500.00"))
    same((first["net"], first["step"]), ("19500.00", "recorded"), "the recovery")
    same(succeeded(case.recover(bad_debt, "20000.00", bank_reference=number, costs="500.00"))["id"], first["id"], "the same twice")
    refused(case.recover(bad_debt, "30000.00", bank_reference=number), 409, "reference_used")
    refused(case.recover(bad_debt, f"{AMOUNT + 1:.2f}", bank_reference=reference("ZC")), 400, "recovery_exceeds_paid")
    same(run.line.read(f"bad-debts/{bad_debt['id']}/")["recovered"], "0.00", "what counts before the check")


@promised(AREA, "another bank's bad debt and claim are 404, for reading and for writing")
def not_there(run: Run) -> None:
    bad_debt, claim = f"bad-debts/{run.default['id']}/", f"claims/{claimed(run)['id']}/"
    for path in (bad_debt, f"{bad_debt}papers/", claim, f"{claim}papers/"):
        refused(run.stranger.get(path), 404)
    for path, asked in ((f"{bad_debt}claims/", {"amount": "1.00"}), (f"{claim}withdraw/", {"reason": "撤回"}), (f"{claim}accept/", {})):
        refused(run.stranger.post(path, asked), 404)
    same(run.stranger.every("claims/", number=run.claim["number"]), [], "another's claims")


@promised(AREA, "every step is told to the bank and to the guarantee company")
def told(run: Run) -> None:
    claim = claimed(run)["id"]
    wanted = {"claim.opened", "claim.supplement_asked", "claim.supplied", "claim.review_begun", "claim.accepted", "claim.payment_proposed"}
    for who, line in (("bank", run.line), ("guarantee company", run.guarantee_company)):
        events, _ = feed(run, line)
        found = {event["type"] for event in events if event["object"]["id"] == claim}
        same(wanted - found, set(), f"events that the {who} was not told")


@promised(AREA, "compensation adds up: payers to each payment, payments to the claim, never above the cap")
def paid(run: Run) -> None:
    payments = run.line.every("compensations/", limit=200)
    if not payments:
        raise NotOffered("nothing was compensated to this bank yet")
    for payment in payments:
        same(sum(Decimal(part["amount"]) for part in payment["parts"]), Decimal(payment["amount"]), f"payers of {payment['claim_number']}")
        true(Decimal(payment["amount"]) <= Decimal(payment["cap_left"]), f"{payment['claim_number']} is within the cap")
    for claim_id in list(dict.fromkeys(payment["claim_id"] for payment in payments))[:MOST_CLAIMS]:
        seen = run.line.read(f"claims/{claim_id}/")
        gross = sum(Decimal(payment["amount"]) for payment in payments if payment["claim_id"] == claim_id)
        back = sum(Decimal(row["amount"]) for row in run.line.every("returns/", claim=claim_id))
        same(Decimal(seen["paid_total"]), gross - back, f"paid on {seen['number']}, less what goes back")
        true(seen["split"]["is_fixed"], f"the split of {seen['number']} is fixed")


@promised(AREA, "what came back is shared to the cent")
def shared_back(run: Run) -> None:
    rows = run.line.every("recoveries/", step="checked", limit=200)
    opened = [run.line.read(f"recoveries/{row['id']}/") for row in rows[:MOST_CLAIMS]]
    with_shares = [row for row in opened if row["shared"]]
    if not with_shares:
        raise NotOffered("nothing came back of a compensated loss yet")
    for row in with_shares:
        same(sum(Decimal(part["amount"]) for part in row["shared"]), Decimal(row["net"]), f"shares of {row['bank_reference']}")


@promised(AREA, "the radar is the own bank's, and follows from its figures")
def radar(run: Run) -> None:
    (own,) = run.line.read("radar/")
    rate = Decimal(own["net_bad_debt"]) / Decimal(own["disbursed"]) if Decimal(own["disbursed"]) else None
    if rate is not None:
        true(abs(rate - Decimal(own["bad_debt_rate"])) < Decimal("0.000001"), "the rate is bad debt over disbursement")
    true(Decimal(own["cap_left"]) <= Decimal(own["cap"]), "what is left of the cap is within it")
    (other,) = run.stranger.read("radar/")
    true(other["bank"]["id"] != own["bank"]["id"], "another bank sees its own radar")
