"""Who bears a loss, where compensation stops, who gets back what."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.dates import Period
from common.money import ZERO
from policy.terms.model import Terms
from risk.breaker.rules import BankFigures, breaker_state, headroom, radar
from risk.claims.rules.compensation import finally_borne, piece_of, still_payable, still_returnable
from risk.claims.rules.shares import Shares
from risk.claims.rules.sharing import EnterpriseTotalMissing, FeePoolMissing, Loss, OverEnterpriseCap, split_loss
from risk.classification.rules import OverdueChange, is_worse, overdue_days, suggested_grade
from risk.enums import BreakerState, Grade, Payer
from risk.fees.rules import (
    DatedFeeRate,
    DayBalance,
    GuaranteedAmount,
    NoEnhancementFeeRate,
    average_guarantee_fee,
    enhancement_fee,
    total_cost_rate,
)
from risk.recoveries.rules import RecoveryExceedsPaid, net_recovery, share_recovery
from tests.translations import breaker_cases, loss_cases, version_1

TERMS = version_1()
CENTS = st.integers(min_value=0, max_value=10**12).map(lambda n: Decimal(n) / 100)
SOME_CENTS = st.integers(min_value=0, max_value=200).map(lambda n: Decimal(n) / 100)
AMOUNTS = st.one_of(CENTS, SOME_CENTS)


def yuan(text: str | int) -> Decimal:
    return Decimal(text).quantize(ZERO)


def a_loss(**given: Any) -> Loss:
    facts = {"mode": "special", "category": "rd", "amount": yuan(1_000_000), "enterprise_rd_total": yuan(10_000_000), "fee_pool": ZERO}
    return Loss(**facts | given)


LOSSES = st.builds(
    Loss,
    mode=st.sampled_from(["special", "trust"]),
    category=st.sampled_from(["fixed_asset", "working_capital", "rd"]),
    security=st.sampled_from(["credit", "secured"]),
    amount=AMOUNTS,
    enterprise_rd_total=st.integers(min_value=0, max_value=3 * 10**9).map(lambda n: Decimal(n) / 100),
    fee_pool=AMOUNTS,
)


@pytest.mark.clause("FP 1.5.1")
@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("FP 1.5.2(2)")
@pytest.mark.clause("D1")
@pytest.mark.clause("D17")
@pytest.mark.clause("D18")
@pytest.mark.clause("D22")
@pytest.mark.parametrize("case", loss_cases(), ids=lambda case: case["name"])
def test_losses_of_the_vectors(case: dict[str, Any]) -> None:
    asked = case["asked"]
    numbers = {key: Decimal(asked[key]) for key in ("enterprise_rd_total", "fee_pool") if key in asked}
    loss = Loss(mode=asked["mode"], category=asked["category"], amount=Decimal(asked["net_loss"]), **numbers)
    if "error" in case["answer"]:
        with pytest.raises(OverEnterpriseCap) as refusal:
            split_loss(TERMS, loss)
        assert refusal.value.code == case["answer"]["error"]
    else:
        found = split_loss(TERMS, loss)
        assert {payer.value: f"{part:.2f}" for payer, part in found.items()} == case["answer"]


@pytest.mark.clause("D15")
@pytest.mark.parametrize(
    ("total", "guarantor"),
    [
        pytest.param("0.00", "0.80", id="nothing"),
        pytest.param("10000000.00", "0.80", id="10 M is still the lower tier"),
        pytest.param("10000000.01", "0.50", id="one cent more and the whole loss is shared half and half"),
        pytest.param("30000000.00", "0.50", id="30 M is still the upper tier"),
    ],
)
def test_guarantor_share_of_an_rd_loss(total: str, guarantor: str) -> None:
    found = split_loss(TERMS, a_loss(amount=yuan(1), enterprise_rd_total=yuan(total)))
    assert found == Shares(bank=1 - yuan(guarantor), guarantor=yuan(guarantor))


@pytest.mark.clause("D36")
@pytest.mark.parametrize("mode", ["special", "trust"])
def test_a_secured_rd_loan_s_loss_is_the_bank_s(mode: str) -> None:
    loss = a_loss(mode=mode, security="secured", enterprise_rd_total=None, fee_pool=None)
    assert split_loss(TERMS, loss) == Shares(bank=yuan(1_000_000))


@pytest.mark.clause("D36")
def test_another_plan_may_cover_secured_loans() -> None:
    terms = TERMS.as_json()
    terms["risk"]["secured_rd_covered"] = True
    assert split_loss(Terms.from_json(terms), a_loss(security="secured")).guarantor == yuan(800_000)


def test_what_decides_must_be_given() -> None:
    with pytest.raises(EnterpriseTotalMissing):
        split_loss(TERMS, a_loss(enterprise_rd_total=None))
    with pytest.raises(FeePoolMissing):
        split_loss(TERMS, a_loss(mode="trust", fee_pool=None))


@pytest.mark.clause("D22")
@given(loss=LOSSES)
def test_shares_sum_to_the_loss_and_none_is_negative(loss: Loss) -> None:
    found = split_loss(TERMS, loss)
    assert found.total == loss.amount
    assert all(part >= 0 and part == round(part, 2) for _, part in found.items())
    assert found.city - found.county in (ZERO, yuan("0.01"))
    assert found.fee_pool <= (loss.fee_pool or ZERO)


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D19")
@pytest.mark.clause("D20")
@pytest.mark.clause("D34")
@pytest.mark.parametrize("case", breaker_cases(), ids=lambda case: case["name"])
def test_breaker_of_the_vectors(case: dict[str, Any]) -> None:
    found = headroom(TERMS, BankFigures(**{key: Decimal(value) for key, value in case["asked"].items()}))
    assert {key: f"{getattr(found, key):.2f}" for key in ("net_bad_debt", "cap", "cap_left")} | {"state": found.state.value} == case[
        "answer"
    ]


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.parametrize(
    ("bad", "state"),
    [
        pytest.param("49999999.99", BreakerState.NORMAL, id="a cent below 5 %"),
        pytest.param("50000000.00", BreakerState.WARNING, id="5 % reached: warning"),
        pytest.param("100000000.00", BreakerState.WARNING, id="10 % is not above 10 %"),
        pytest.param("100000000.01", BreakerState.SUSPENDED, id="a cent above 10 %: suspended"),
    ],
)
def test_states_on_both_sides_of_each_limit(bad: str, state: BreakerState) -> None:
    assert breaker_state(TERMS, BankFigures(disbursed=yuan(10**9), bad_debt=yuan(bad))) == state


def test_the_rate_is_shown_rounded_down_and_compared_exactly() -> None:
    found = headroom(TERMS, BankFigures(disbursed=yuan(10**9), bad_debt=yuan("100000000.01")))
    assert (found.rate, found.state) == (Decimal("0.100000"), BreakerState.SUSPENDED)


@pytest.mark.clause("FP 1.5.3")
def test_radar_counts_the_way_to_each_limit() -> None:
    found = radar(TERMS, BankFigures(disbursed=yuan(10**9), bad_debt=yuan(40_000_000)), overdue=yuan(20_000_000))
    assert (found.to_warning, found.to_suspension) == (yuan("9999999.99"), yuan(60_000_000))
    assert (found.if_overdue_fails, found.state_if_overdue_fails) == (Decimal("0.06"), BreakerState.WARNING)
    assert (found.recovery_to_reopen, found.disbursement_to_reopen) == (ZERO, ZERO)


@pytest.mark.clause("FP 1.5.3")
@given(disbursed=CENTS, bad=CENTS, recovered=CENTS)
def test_what_the_radar_promises_holds(disbursed: Decimal, bad: Decimal, recovered: Decimal) -> None:
    position = BankFigures(disbursed=disbursed, bad_debt=bad, recovered=recovered)
    state, found = breaker_state(TERMS, position), radar(TERMS, position, overdue=ZERO)
    more = {"disbursed": disbursed, "recovered": recovered}
    if state == BreakerState.NORMAL:
        net = position.net_bad_debt
        assert breaker_state(TERMS, BankFigures(disbursed=disbursed, bad_debt=net + found.to_warning)) == BreakerState.NORMAL
        beyond = BankFigures(disbursed=disbursed, bad_debt=net + found.to_warning + Decimal("0.01"))
        assert breaker_state(TERMS, beyond) != BreakerState.NORMAL
    if state == BreakerState.SUSPENDED:
        reopened = [
            more | {"recovered": recovered + found.recovery_to_reopen},
            more | {"disbursed": disbursed + found.disbursement_to_reopen},
        ]
        assert all(breaker_state(TERMS, BankFigures(bad_debt=bad, **figures)) != BreakerState.SUSPENDED for figures in reopened)
        short = [
            more | {"recovered": recovered + found.recovery_to_reopen - Decimal("0.01")},
            more | {"disbursed": disbursed + found.disbursement_to_reopen - Decimal("0.01")},
        ]
        assert all(breaker_state(TERMS, BankFigures(bad_debt=bad, **figures)) == BreakerState.SUSPENDED for figures in short)


WATERFALL = Shares(bank=yuan(350_000), fee_pool=yuan(300_000), city=yuan(175_000), county=yuan(175_000))


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D21")
@pytest.mark.parametrize(
    ("net", "paid", "back"),
    [
        pytest.param(
            240_000, Shares(bank=yuan(200_000), guarantor=yuan(800_000)), {"bank": 48_000, "guarantor": 192_000}, id="special, 2:8"
        ),
        pytest.param(500_000, WATERFALL, {"bank": 250_000, "city": 125_000, "county": 125_000}, id="trust: the pool is refilled last"),
        pytest.param(
            900_000, WATERFALL, {"bank": 350_000, "city": 175_000, "county": 175_000, "fee_pool": 200_000}, id="trust: the pool in part"
        ),
        pytest.param(0, WATERFALL, {}, id="costs ate it all"),
        pytest.param(
            "0.03", Shares(bank=yuan("0.02"), city=yuan("0.01"), county=yuan("0.01")), {"bank": "0.02", "city": "0.01"}, id="odd cent"
        ),
    ],
)
def test_recoveries_of_the_vectors(net: str | int, paid: Shares, back: dict[str, Any]) -> None:
    assert share_recovery(yuan(net), paid) == Shares.from_parts({payer: yuan(part) for payer, part in back.items()})


def test_costs_above_the_recovery_leave_nothing() -> None:
    assert net_recovery(yuan(100), yuan("100.01")) == ZERO
    assert net_recovery(yuan(250_000), yuan(10_000)) == yuan(240_000)


def test_more_than_was_paid_is_refused() -> None:
    with pytest.raises(RecoveryExceedsPaid):
        share_recovery(yuan("1000000.01"), WATERFALL)
    assert share_recovery(yuan(1_000_000), WATERFALL) == WATERFALL


PAID = st.builds(Shares, bank=AMOUNTS, guarantor=AMOUNTS, fee_pool=AMOUNTS, city=AMOUNTS, county=AMOUNTS)


@pytest.mark.clause("D21")
@given(paid=PAID, part=st.fractions(min_value=0, max_value=1))
def test_nobody_gets_back_more_than_paid(paid: Shares, part: Any) -> None:
    net = Decimal(int(int(paid.total * 100) * part)) / 100
    back = share_recovery(net, paid)
    assert back.total == net
    assert all(0 <= got <= paid.of(payer) for payer, got in back.items())


@pytest.mark.clause("D21")
@given(loss=LOSSES, steps=st.lists(SOME_CENTS, max_size=30))
def test_many_small_returns_give_what_one_large_one_gives(loss: Loss, steps: list[Decimal]) -> None:
    full = split_loss(TERMS, loss)
    paid, recovered = full, ZERO
    for step in steps:
        recovered = min(recovered + step, full.total)
        returned = still_returnable(full, recovered=recovered, paid=paid)
        assert all(part >= 0 for _, part in returned.items())
        paid = Shares.from_parts({payer: paid.of(payer) - returned.of(payer) for payer in Payer})
    expected = share_recovery(recovered, full)
    assert {payer: full.of(payer) - paid.of(payer) for payer in Payer if payer != Payer.BANK} == {
        payer: part for payer, part in expected.items() if payer != Payer.BANK
    }


@pytest.mark.clause("D20")
@given(loss=LOSSES, cuts=st.lists(SOME_CENTS, max_size=20))
def test_pieces_at_the_cap_sum_to_the_whole(loss: Loss, cuts: list[Decimal]) -> None:
    due = split_loss(TERMS, loss)
    paid = Shares()
    for cut in [*cuts, due.compensation]:
        piece = piece_of(due, paid=paid, amount=min(cut, due.compensation - paid.compensation))
        assert all(part >= 0 for _, part in piece.items())
        assert piece.compensation == min(cut, due.compensation - paid.compensation)
        paid += piece
        assert all(part <= due.of(payer) for payer, part in paid.items())
        assert paid.fee_pool == min(due.fee_pool, paid.compensation)
        if due.county:
            exact = (paid.city + paid.county) * due.county / (due.city + due.county)
            assert 0 <= exact - paid.county < Decimal("0.01")
    assert paid == Shares.from_parts({payer: due.of(payer) for payer in Payer if payer != Payer.BANK})


@pytest.mark.clause("D20")
@pytest.mark.clause("D21")
@given(loss=LOSSES, steps=st.lists(st.tuples(st.booleans(), SOME_CENTS), max_size=30))
def test_paying_and_recovering_in_any_order_ends_the_same(loss: Loss, steps: list[tuple[bool, Decimal]]) -> None:
    full = split_loss(TERMS, loss)
    paid, recovered = Shares(), ZERO
    for is_recovery, amount in [*steps, (False, full.total), (True, ZERO)]:
        if is_recovery:
            recovered = min(recovered + amount, full.total)
            paid -= still_returnable(full, recovered=recovered, paid=paid)
        else:
            left = still_payable(full, recovered=recovered, paid=paid)
            paid += piece_of(finally_borne(full, recovered=recovered), paid=paid, amount=min(amount, left.compensation))
        assert all(ZERO <= part <= full.of(payer) for payer, part in paid.items())
    borne = finally_borne(full, recovered=recovered)
    assert all(paid.of(payer) == borne.of(payer) for payer in Payer if payer != Payer.BANK)


@pytest.mark.clause("D20")
def test_a_claim_is_paid_up_to_the_cap_and_keeps_waterfall_and_proportions() -> None:
    first = piece_of(WATERFALL, paid=Shares(), amount=yuan("400000.01"))
    assert first == Shares(fee_pool=yuan(300_000), city=yuan("50000.01"), county=yuan(50_000))
    assert piece_of(WATERFALL, paid=first, amount=yuan("249999.99")) == Shares(city=yuan("124999.99"), county=yuan(125_000))


@pytest.mark.clause("D23")
@pytest.mark.parametrize(
    ("guarantees", "rate", "above"),
    [
        pytest.param([], None, False, id="no guarantee, no average"),
        pytest.param([("1000000", "0.01")], "0.010000", False, id="1 % is within 1 %"),
        pytest.param([("1000000", "0.008"), ("3000000", "0.012")], "0.011000", True, id="weighted by amount"),
        pytest.param([("1000000000", "0.01"), ("0.01", "0.010001")], "0.010000", True, id="above by less than is shown"),
    ],
)
def test_average_guarantee_fee(guarantees: list[tuple[str, str]], rate: str | None, above: bool) -> None:
    found = average_guarantee_fee(TERMS, [GuaranteedAmount(Decimal(amount), Decimal(fee)) for amount, fee in guarantees])
    assert (found.rate, found.is_above_limit) == (None if rate is None else Decimal(rate), above)


@pytest.mark.clause("D23")
def test_enhancement_fee_by_dated_table() -> None:
    balances = [DayBalance(date(2024, 1, 10), yuan(3_600_000)), DayBalance(date(2024, 1, 20), yuan(1_800_000))]
    rates = [DatedFeeRate(date(2024, 1, 15), Decimal("0.005")), DatedFeeRate(date(2024, 1, 1), Decimal("0.01"))]
    quarter = Period(date(2024, 1, 1), date(2024, 1, 30))
    # 3.6 M × 1 % × 5 days + 3.6 M × 0.5 % × 5 days + 1.8 M × 0.5 % × 10 days, over 360
    assert enhancement_fee(balances, rates, quarter, day_count=360) == yuan("1000.00")
    with pytest.raises(NoEnhancementFeeRate):
        enhancement_fee(balances, rates[:1], quarter, day_count=360)
    assert total_cost_rate(enterprise_rate=Decimal("0.02"), cover_rate=Decimal("0.005")) == Decimal("0.025")


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.parametrize(
    ("days", "grade"),
    [
        pytest.param(0, Grade.NORMAL, id="not overdue"),
        pytest.param(1, Grade.SPECIAL_MENTION, id="first day"),
        pytest.param(90, Grade.SPECIAL_MENTION, id="90 days"),
        pytest.param(91, Grade.SUBSTANDARD, id="above 90 days"),
        pytest.param(270, Grade.SUBSTANDARD, id="270 days"),
        pytest.param(271, Grade.DOUBTFUL, id="above 270 days"),
        pytest.param(360, Grade.DOUBTFUL, id="360 days"),
        pytest.param(361, Grade.LOSS, id="above 360 days"),
    ],
)
def test_suggested_class_by_overdue_days(days: int, grade: Grade) -> None:
    assert suggested_grade(TERMS, days) == grade


def test_overdue_days_count_without_a_break() -> None:
    changes = [
        OverdueChange(date(2024, 1, 1), yuan(100)),
        OverdueChange(date(2024, 2, 1), yuan(-100)),
        OverdueChange(date(2024, 3, 1), yuan(50)),
        OverdueChange(date(2024, 3, 10), yuan(50)),
        OverdueChange(date(2024, 3, 15), yuan(-99)),
    ]
    found = {day: overdue_days(changes, on=day) for day in (date(2023, 12, 31), date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 31))}
    assert list(found.values()) == [0, 1, 0, 31]


def test_classes_are_ordered() -> None:
    assert is_worse(Grade.LOSS, Grade.DOUBTFUL)
    assert not is_worse(Grade.NORMAL, Grade.NORMAL)
    assert [grade for grade in Grade if grade.is_non_performing] == [Grade.SUBSTANDARD, Grade.DOUBTFUL, Grade.LOSS]
