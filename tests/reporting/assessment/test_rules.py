"""Both tests by whole numbers, and which bank would leave."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.assessment.rules import BankYear, Criterion, Test, proposal
from tests.translations import version_1

TERMS = version_1().response


def bank(bank_id: int, in_time: int, matured: int, **given: Any) -> BankYear:
    plain = {"sme_in_time": in_time, "sme_matured": matured, "decision_days": 10 * matured, "decisions": matured, "applications": matured}
    return BankYear(bank_id=bank_id, in_time=in_time, matured=matured, **(plain | given))


def told(*banks: BankYear, fund: tuple[int, int] = (1, 10), test: Test = Test.ALL) -> tuple[tuple[int, ...], Criterion | None]:
    found = proposal(test, fund=fund, banks=banks, terms=TERMS)
    return found.named, found.decided_by


@pytest.mark.clause("FP 2.2.1")
@pytest.mark.clause("D9")
@pytest.mark.parametrize(
    ("banks", "named", "by"),
    [
        pytest.param([bank(1, 2, 4), bank(2, 1, 4)], (2,), Criterion.RATE, id="the lowest rate"),
        pytest.param([bank(1, 0, 2), bank(2, 2, 4)], (2,), Criterion.RATE, id="two enterprises are too few to compare"),
        pytest.param([bank(1, 1, 3), bank(2, 2, 4)], (1,), Criterion.RATE, id="three are enough"),
        pytest.param([bank(1, 333_333, 1_000_000), bank(2, 1, 3)], (1,), Criterion.RATE, id="rounding makes no tie"),
        pytest.param(
            [bank(1, 2, 4, sme_in_time=1, sme_matured=2), bank(2, 2, 4, sme_in_time=1, sme_matured=3)],
            (2,), Criterion.SME_RATE, id="equal: the lower rate of small enterprises",
        ),
        pytest.param(
            [bank(1, 2, 4, sme_in_time=0, sme_matured=0), bank(2, 2, 4, sme_in_time=2, sme_matured=2)],
            (2,), Criterion.SME_RATE, id="a bank without small enterprises has not the lower rate of them",
        ),
        pytest.param(
            [bank(1, 2, 4, decision_days=81), bank(2, 2, 4, decision_days=80)], (1,), Criterion.MEAN_DAYS, id="equal: the longer mean"
        ),
        pytest.param(
            [bank(1, 2, 4, decisions=4, decision_days=80), bank(2, 2, 4, decisions=2, decision_days=50)],
            (2,), Criterion.MEAN_DAYS, id="a mean, not a sum",
        ),
        pytest.param(
            [bank(1, 2, 4, applications=5), bank(2, 2, 4, applications=6)], (2,), Criterion.APPLICATIONS, id="equal: more applications"
        ),
        pytest.param([bank(1, 2, 4), bank(2, 2, 4), bank(3, 3, 4)], (1, 2), Criterion.MEETING, id="level to the end: the meeting"),
        pytest.param([bank(1, 0, 2), bank(2, 0, 1)], (), None, id="nobody has enough"),
    ],
)  # fmt: skip
def test_which_bank_leaves(banks: list[BankYear], named: tuple[int, ...], by: Criterion | None) -> None:
    assert told(*banks) == (named, by)
    assert told(*reversed(banks))[1] == by  # the order they come in is of no matter


@pytest.mark.clause("FP 2.2.1")
@pytest.mark.parametrize(
    ("fund", "passes"),
    [
        pytest.param((6, 10), True, id="just six of ten"),
        pytest.param((599_999, 1_000_000), False, id="one in a million below"),
        pytest.param((0, 0), None, id="nobody matured: not applicable, never a failure"),
    ],
)
def test_nobody_leaves_but_where_the_fund_is_below(fund: tuple[int, int], passes: bool | None) -> None:
    found = proposal(Test.ALL, fund=fund, banks=[bank(1, 1, 4), bank(2, 2, 4)], terms=TERMS)
    assert found.passes is passes
    assert found.named == ((1,) if passes is False else ())


@pytest.mark.clause("FP 2.2.2")
def test_the_test_of_small_enterprises_goes_by_their_rate_and_number() -> None:
    one = bank(1, 9, 10, sme_in_time=1, sme_matured=3)
    two = bank(2, 1, 10, sme_in_time=2, sme_matured=3)
    few = bank(3, 1, 10, sme_in_time=0, sme_matured=2)
    assert told(one, two, few, test=Test.SME) == ((1,), Criterion.RATE)
    assert told(one, two, few)[0] == (2,) or told(one, two, few)[0] == (3,)


@pytest.mark.clause("D9")
@given(
    st.lists(
        st.tuples(st.integers(0, 6), st.integers(3, 6), st.integers(0, 30), st.integers(3, 9)).filter(lambda one: one[0] <= one[1]),
        min_size=1, max_size=5,
    )
)  # fmt: skip
def test_no_bank_named_has_a_higher_rate_than_another(shapes: list[tuple[int, int, int, int]]) -> None:
    banks = [
        replace(bank(n, in_time, matured), decision_days=days, applications=count)
        for n, (in_time, matured, days, count) in enumerate(shapes)
    ]
    named, _ = told(*banks)
    assert named
    lowest = min(one.in_time / one.matured for one in banks)
    assert all(banks[key].in_time / banks[key].matured == lowest for key in named)
