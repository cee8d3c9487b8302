"""What is drawn, owed and repaid adds up, and nothing goes beyond its limit."""

from datetime import timedelta
from decimal import Decimal

from simulator.bank import movement, today
from simulator.report import promised, refused, same
from simulator.run import Run

AREA = "money"
ZERO = Decimal(0)
SUMS = ("drawn", "performing", "overdue")


@promised(AREA, "no drawdown goes beyond the contract")
def over_contract(run: Run) -> None:
    before = run.here()
    over = Decimal(before["contract_amount"]) - Decimal(before["drawn"]) + Decimal("0.01")
    refused(run.line.post(f"loans/{run.case['id']}/drawdowns/", movement(f"{over:.2f}")), 409)
    same(run.here()["drawn"], before["drawn"], "drawn after a refusal")


@promised(AREA, "drawdown, overdue, cure, repayment and reversal move the balance by exactly their sums")
def balance(run: Run) -> None:
    bank, loan = run.bank, run.case
    before = {name: Decimal(run.here()[name]) for name in SUMS}
    moved = [bank.move(loan, "drawdowns", "1000000.00"), bank.move(loan, "overdues", "300000.00"), bank.move(loan, "cures", "100000.00")]
    repaid = bank.move(loan, "repayments", "250000.00")
    same((repaid["overdue"], repaid["performing"]), ("-200000.00", "-50000.00"), "a repayment goes to overdue principal first")
    back = bank.reverse(repaid, "金额录入错误")
    same(back["reverses_id"], repaid["id"], "what a reversal reverses")
    after = run.here()
    for name in SUMS:
        told = sum((Decimal(one[name]) for one in (*moved, repaid, back)), ZERO)
        same(Decimal(after[name]), before[name] + told, f"{name} after five movements")
    same(Decimal(after["outstanding"]), Decimal(after["performing"]) + Decimal(after["overdue"]), "outstanding")
    refused(run.line.post(f"movements/{repaid['id']}/reverse/", {"bank_reference": f"{back['bank_reference']}B", "reason": "再次"}), 409)


@promised(AREA, "no more is repaid than is owed")
def over_repaid(run: Run) -> None:
    over = Decimal(run.here()["outstanding"]) + Decimal("0.01")
    refused(run.line.post(f"loans/{run.case['id']}/repayments/", movement(f"{over:.2f}")), 409)


@promised(AREA, "no value date lies in the future, and an earlier one needs its reason")
def dates(run: Run) -> None:
    for days, codes in ((1, ("movement_in_future", "date_in_future", "invalid_input")), (-1, ("reason_missing",))):
        asked = movement("1.00", value_on=(today() + timedelta(days=days)).isoformat())
        answer = run.line.post(f"loans/{run.case['id']}/repayments/", asked)
        refused(answer, answer.status if answer.status in (400, 409) else 409, *codes)


@promised(AREA, "the movements add up to the balance")
def movements(run: Run) -> None:
    rows = run.line.every("movements/", loan=run.case["id"])
    now = run.here()
    for name in SUMS:
        same(sum((Decimal(row[name]) for row in rows), ZERO), Decimal(now[name]), f"{name} over {len(rows)} movements")


@promised(AREA, "the quota counts what is lent")
def quota(run: Run) -> None:
    for row in run.line.every("quotas/"):
        left = max(Decimal(row["amount"]) - Decimal(row["used"]), ZERO)
        same(Decimal(row["left"]), left, f"left of the quota {row['mode']}")
