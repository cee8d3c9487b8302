from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import ZERO
from loans.enums import LoanStage, MovementKind
from loans.rules.balances import (
    Balance,
    BalanceBelowZero,
    Change,
    DrawnOverContract,
    NotYetDrawn,
    RunningBalance,
    change_of,
    reversed_change,
    stage_of,
)
from loans.rules.caps import Cap, Headroom, OverCap, committed_by_loan, require_headroom
from loans.rules.dates import MaturityTooLate, RateDecision, contribution_of, deadline_stage, earning_end, rates_of_loan, require_maturity

DAY = date(2024, 4, 1)
TEN = Decimal("10000000.00")


def on(days: int) -> date:
    return DAY + timedelta(days=days)


def account(*steps: tuple[MovementKind, str, int], contract: Decimal = TEN) -> RunningBalance:
    """Return the account after movements, each by kind, amount and days after the first day."""
    running = RunningBalance(contract_amount=contract)
    for kind, amount, days in steps:
        add(running, kind, amount, days)
    return running


def add(running: RunningBalance, kind: MovementKind, amount: str, days: int) -> Change:
    change = change_of(kind, amount=Decimal(amount), value_on=on(days), balance=running.on(on(days)))
    running.insert(change)
    return change


DRAW, REPAY, OVERDUE, CURE = MovementKind.DRAWDOWN, MovementKind.REPAYMENT, MovementKind.OVERDUE, MovementKind.CURE


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize(
    ("steps", "performing", "overdue"),
    [
        pytest.param([(DRAW, "6000000", 0)], "6000000", "0", id="放款增加正常本金"),
        pytest.param([(DRAW, "6000000", 0), (REPAY, "1000000", 30)], "5000000", "0", id="还本减少正常本金"),
        pytest.param([(DRAW, "6000000", 0), (OVERDUE, "2000000", 30)], "4000000", "2000000", id="转逾期不改变余额合计"),
        pytest.param([(DRAW, "6000000", 0), (OVERDUE, "2000000", 30), (REPAY, "1500000", 40)], "4000000", "500000", id="还本先清逾期"),
        pytest.param([(DRAW, "6000000", 0), (OVERDUE, "2000000", 30), (REPAY, "3000000", 40)], "3000000", "0", id="清完逾期再减正常"),
        pytest.param([(DRAW, "6000000", 0), (OVERDUE, "2000000", 30), (CURE, "2000000", 60)], "6000000", "0", id="逾期转正常"),
    ],
)
def test_what_each_movement_does(steps, performing, overdue):
    balance = account(*steps).now
    assert (balance.performing, balance.overdue) == (Decimal(performing), Decimal(overdue))


@pytest.mark.parametrize("kind", [REPAY, OVERDUE, CURE])
def test_nothing_to_repay_or_turn_before_the_first_drawdown(kind):
    running = account((DRAW, "1000000", 10))
    with pytest.raises(NotYetDrawn):
        add(running, kind, "1", 9)


@pytest.mark.parametrize(
    ("kind", "amount", "fits"),
    [
        pytest.param(REPAY, "6000000.00", True, id="还清"),
        pytest.param(REPAY, "6000000.01", False, id="多还一分"),
        pytest.param(OVERDUE, "4000000.00", True, id="全部正常本金转逾期"),
        pytest.param(OVERDUE, "4000000.01", False, id="转逾期超过正常本金"),
        pytest.param(CURE, "2000000.00", True, id="全部逾期转正常"),
        pytest.param(CURE, "2000000.01", False, id="转正常超过逾期本金"),
    ],
)
def test_both_sides_of_what_is_there(kind, amount, fits):
    running = account((DRAW, "6000000", 0), (OVERDUE, "2000000", 30))
    if fits:
        add(running, kind, amount, 31)
    else:
        with pytest.raises(BalanceBelowZero):
            add(running, kind, amount, 31)


def test_a_contract_is_drawn_to_the_last_cent_and_no_further():
    running = account((DRAW, "9999999.99", 0), (REPAY, "5000000", 5))
    add(running, DRAW, "0.01", 10)
    with pytest.raises(DrawnOverContract) as refused:
        add(running, DRAW, "0.01", 11)
    assert refused.value.facts["left"] == "0.00"


def test_a_back_dated_repayment_may_not_leave_a_later_day_below_zero():
    running = account((DRAW, "6000000", 0), (REPAY, "5000000", 60))
    before = list(running.changes)
    with pytest.raises(BalanceBelowZero) as refused:
        add(running, REPAY, "1000000.01", 10)
    assert refused.value.facts["day"] == on(60)
    assert running.changes == before
    add(running, REPAY, "1000000.00", 10)
    assert running.on(on(10)).outstanding == 5_000_000
    assert running.now.outstanding == 0


def test_a_reversal_stands_on_the_day_of_what_it_takes_back():
    running = account((DRAW, "6000000", 0), (REPAY, "1000000", 30))
    running.insert(reversed_change(running.changes[1]))
    assert running.on(on(30)).outstanding == 6_000_000


def test_a_drawdown_is_not_taken_back_from_under_a_repayment():
    running = account((DRAW, "6000000", 0), (REPAY, "1000000", 30))
    with pytest.raises(BalanceBelowZero):
        running.insert(reversed_change(running.changes[0]))


def test_the_first_drawdown_is_the_earliest_that_stands():
    running = account((DRAW, "1000000", 5), (DRAW, "1000000", 20))
    assert running.first_drawdown_on == on(5)
    running.insert(reversed_change(running.changes[0]))
    assert running.first_drawdown_on == on(20)
    add(running, DRAW, "1000000", 10)
    assert running.first_drawdown_on == on(10)
    assert RunningBalance(contract_amount=TEN).first_drawdown_on is None


MOVES = st.lists(
    st.tuples(st.sampled_from([DRAW, REPAY, OVERDUE, CURE]), st.integers(1, 10**9), st.integers(0, 60)), min_size=1, max_size=25
)


@given(MOVES)
def test_whatever_is_let_in_no_day_is_below_zero_or_over_the_contract(moves):
    running = RunningBalance(contract_amount=TEN)
    for kind, cents, days in moves:
        try:
            add(running, kind, str(Decimal(cents) / 100), days)
        except (BalanceBelowZero, DrawnOverContract, NotYetDrawn):
            continue
    for days in range(61):
        balance = running.on(on(days))
        assert balance.performing >= 0
        assert balance.overdue >= 0
        assert balance.outstanding <= balance.drawn <= TEN


@given(MOVES)
def test_the_balance_at_the_end_is_the_sum_in_any_order(moves):
    running = RunningBalance(contract_amount=TEN)
    for kind, cents, days in moves:
        try:
            add(running, kind, str(Decimal(cents) / 100), days)
        except (BalanceBelowZero, DrawnOverContract, NotYetDrawn):
            continue
    again = RunningBalance.over(reversed(running.changes), contract_amount=TEN)
    assert again.now == running.now
    assert again.on(on(30)) == running.on(on(30))


@pytest.mark.parametrize(
    ("balance", "is_available", "stage"),
    [
        pytest.param(Balance(), True, LoanStage.CONTRACTED, id="未放款"),
        pytest.param(Balance(performing=TEN, drawn=TEN), False, LoanStage.DRAWN, id="已放款"),
        pytest.param(Balance(performing=TEN - 1, overdue=Decimal(1), drawn=TEN), False, LoanStage.OVERDUE, id="有逾期"),
        pytest.param(Balance(drawn=TEN), True, LoanStage.SETTLED, id="放足后还清"),
        pytest.param(Balance(drawn=TEN - 1), True, LoanStage.DRAWN, id="还清但仍可提款"),
        pytest.param(Balance(drawn=TEN - 1), False, LoanStage.SETTLED, id="还清且可提款期已过"),
    ],
)
def test_stage(balance, is_available, stage):
    assert stage_of(balance, contract_amount=TEN, is_available=is_available) == stage


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.parametrize(
    ("first_on", "matures_on", "allowed"),
    [
        pytest.param(date(2024, 4, 10), date(2029, 4, 10), True, id="正好五年"),
        pytest.param(date(2024, 4, 10), date(2029, 4, 11), False, id="多一天"),
        pytest.param(date(2024, 2, 29), date(2029, 2, 28), True, id="闰日首放至2月28日"),
        pytest.param(date(2024, 2, 29), date(2029, 3, 1), False, id="闰日首放不得到3月1日"),
    ],
)
def test_longest_term(first_on, matures_on, allowed):
    if allowed:
        require_maturity(matures_on=matures_on, first_drawdown_on=first_on, max_term_years=5)
    else:
        with pytest.raises(MaturityTooLate):
            require_maturity(matures_on=matures_on, first_drawdown_on=first_on, max_term_years=5)


@pytest.mark.clause("D11")
def test_subsidy_ends_with_maturity_or_five_years_whichever_comes_first():
    assert earning_end(matures_on=date(2026, 1, 1), first_drawdown_on=date(2024, 4, 10), max_term_years=5) == date(2026, 1, 1)
    assert earning_end(matures_on=date(2030, 1, 1), first_drawdown_on=date(2024, 2, 29), max_term_years=5) == date(2029, 2, 28)


def decision(number: int, rate: str, effective_on: date, running: date | None = None) -> RateDecision:
    return RateDecision(id=number, rate=Decimal(rate), effective_on=effective_on, running_loans_from=running)


@pytest.mark.clause("FP 1.4.2")
def test_a_loan_keeps_the_rate_of_its_first_drawdown():
    decisions = [decision(1, "0.035", date(2023, 1, 1)), decision(2, "0.033", date(2024, 4, 10)), decision(3, "0.031", date(2025, 1, 1))]
    assert [(r.from_on, r.decision_id) for r in rates_of_loan(decisions, first_drawdown_on=date(2024, 4, 9))] == [(date(2024, 4, 9), 1)]
    assert [(r.from_on, r.decision_id) for r in rates_of_loan(decisions, first_drawdown_on=date(2024, 4, 10))] == [(date(2024, 4, 10), 2)]
    assert rates_of_loan(decisions, first_drawdown_on=date(2022, 12, 31)) == []


@pytest.mark.clause("FP 1.4.2")
def test_only_a_decision_that_says_so_reaches_running_loans():
    decisions = [
        decision(1, "0.035", date(2023, 1, 1)),
        decision(2, "0.033", date(2024, 6, 1)),
        decision(3, "0.031", date(2025, 1, 1), running=date(2025, 3, 21)),
    ]
    rates = rates_of_loan(decisions, first_drawdown_on=date(2024, 4, 9))
    assert [(r.from_on, r.decision_id) for r in rates] == [(date(2024, 4, 9), 1), (date(2025, 3, 21), 3)]


def test_a_later_decision_takes_the_place_of_one_it_overtakes():
    decisions = [
        decision(1, "0.035", date(2023, 1, 1)),
        decision(2, "0.033", date(2024, 6, 1), running=date(2025, 6, 1)),
        decision(3, "0.031", date(2025, 1, 1), running=date(2025, 3, 21)),
    ]
    rates = rates_of_loan(decisions, first_drawdown_on=date(2024, 4, 9))
    assert [(r.from_on, r.decision_id) for r in rates] == [(date(2024, 4, 9), 1), (date(2025, 3, 21), 3)]


@pytest.mark.clause("FP 1.6.3")
@pytest.mark.parametrize(
    ("left", "is_past", "stage"),
    [(11, False, None), (10, False, 10), (6, False, 10), (5, False, 5), (2, False, 5), (1, False, 1), (0, False, 1), (-1, True, 0)],
)
def test_the_latest_reminder_that_applies(left, is_past, stage):
    assert deadline_stage(working_days_left=left, is_past=is_past, reminders=(10, 5, 1)) == stage


@pytest.mark.clause("FP 1.3")
@pytest.mark.parametrize(
    ("amount", "government", "bank"),
    [("10000000.00", "500000.00", "9500000.00"), ("0.19", "0.00", "0.19"), ("100.30", "5.01", "95.29")],
)
def test_contributions_of_five_to_ninety_five(amount, government, bank):
    assert contribution_of(Decimal(amount), government_share=Decimal("0.05")) == (Decimal(government), Decimal(bank))


@given(st.integers(1, 10**14))
def test_contributions_sum_to_the_drawdown(cents):
    amount = Decimal(cents) / 100
    assert sum(contribution_of(amount, government_share=Decimal("0.05"))) == amount


@pytest.mark.clause("FP 1.2.1")
def test_what_counts_against_a_project_and_what_revolves():
    running = committed_by_loan(
        contract_amount=TEN, drawn=Decimal("6000000"), outstanding=Decimal("1000000"), available_until=on(9), on=on(8)
    )
    assert (running.of_project, running.revolving) == (TEN, Decimal("5000000"))
    over = committed_by_loan(contract_amount=TEN, drawn=Decimal("6000000"), outstanding=Decimal("1000000"), available_until=on(9), on=on(9))
    assert (over.of_project, over.revolving) == (Decimal("6000000"), Decimal("1000000"))


def caps(*headrooms: str) -> Headroom:
    return Headroom(
        caps=tuple(
            Cap(name=f"cap{i}", label=f"额度{i}", clause="FP 1.2.1", maximum=TEN, headroom=Decimal(h)) for i, h in enumerate(headrooms)
        )
    )


def test_a_refusal_names_every_cap_that_is_crossed():
    room = caps("5.00", "3.00", "9.00")
    require_headroom(room, amount=Decimal("3.00"))
    with pytest.raises(OverCap) as refused:
        require_headroom(room, amount=Decimal("5.01"))
    assert [problem.code for problem in refused.value.errors] == ["cap0", "cap1"]
    assert "FP 1.2.1" in refused.value.message
    assert room.left == Decimal("3.00")
    assert caps().left == ZERO


def test_a_refusal_tells_a_shared_cap_in_whole_millions_and_a_bank_s_own_to_the_cent():
    left = {"headroom": Decimal("8571428.80"), "label": "额度", "clause": "FP 1.3", "maximum": TEN}
    shared, own = Cap(name="project_total", **left), Cap(name="bank_quota", **left)
    with pytest.raises(OverCap) as refused:
        require_headroom(Headroom(caps=(shared, own)), amount=Decimal("8571428.81"))
    assert [problem.detail for problem in refused.value.errors] == [
        "额度剩余 8,000,000.00 元，向下取整到百万元（FP 1.3）", "额度剩余 8,571,428.80 元（FP 1.3）",
    ]  # fmt: skip
    require_headroom(Headroom(caps=(shared, own)), amount=Decimal("8571428.80"))
