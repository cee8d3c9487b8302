"""Yuan and rates."""

import json
from decimal import Decimal
from pathlib import Path

import cn2an
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import AmountTooLarge, display, floor_rate, in_words, round_down, round_half_up

RMB = json.loads((Path(__file__).parents[1] / "vectors" / "rmb.json").read_text())
amounts = st.decimals(min_value=0, max_value=Decimal("9999999999999999.99"), places=2, allow_nan=False)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["amount"]) for case in RMB["vectors"]])
def test_capital_numerals_of_the_vectors(case: dict[str, str]) -> None:
    assert in_words(Decimal(case["amount"])) == case["upper"]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        pytest.param("325.04", "人民币叁佰贰拾伍元零肆分", id="zero between yuan and fen"),
        pytest.param("0.05", "人民币伍分", id="fen alone"),
        pytest.param("1000100000000", "人民币壹万零壹亿元整", id="zero inside the hundred millions"),
        pytest.param("1000000010000", "人民币壹万亿零壹万元整", id="zero between hundred millions and ten thousands"),
        pytest.param("-12.30", "人民币负壹拾贰元叁角整", id="a carried negative sum"),
        pytest.param("-0.00", "人民币零元整", id="no negative zero"),
    ],
)
def test_capital_numerals(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == words


@given(amounts)
def test_capital_numerals_read_back_to_the_same_amount(amount: Decimal) -> None:
    assert _read_back(in_words(amount)) == amount


def _read_back(words: str) -> Decimal:
    """Return the amount a person would read, digit words one by one."""
    digits, places = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}
    total = section = digit = 0
    rest = words.removeprefix("人民币").removesuffix("整")
    yuan, _, small = rest.rpartition("元") if "元" in rest else ("", "", rest)
    high = 0
    for char in yuan:
        if char in digits:
            digit = digits.index(char)
        elif char in places:
            section, digit = section + digit * places[char], 0
        elif char == "万":
            total, section, digit = total + (section + digit) * 10_000, 0, 0
        elif char == "亿":
            high, total, section, digit = (total + section + digit) * 10**8, 0, 0, 0
    cents = (high + total + section + digit) * 100
    for unit, worth in (("角", 10), ("分", 1)):
        if unit in small:
            cents += digits.index(small[small.index(unit) - 1]) * worth
    return Decimal(cents).scaleb(-2)


@given(st.integers(min_value=1, max_value=99_999_999))
def test_whole_amounts_agree_with_an_independent_converter(yuan: int) -> None:
    assert in_words(Decimal(yuan)) == f"人民币{cn2an.an2cn(yuan, 'up')}元整"


def test_an_amount_beyond_the_columns_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        in_words(Decimal("10000000000000000.00"))


@pytest.mark.clause("D11")
@pytest.mark.parametrize(
    ("amount", "half_up", "down"),
    [
        ("0.005", "0.01", "0.00"),
        ("-0.005", "-0.01", "0.00"),
        ("1.0049999", "1.00", "1.00"),
        ("-1.019", "-1.02", "-1.01"),
        ("2", "2.00", "2.00"),
    ],
)
def test_rounding_to_the_cent(amount: str, half_up: str, down: str) -> None:
    assert str(round_half_up(Decimal(amount))) == half_up
    assert str(round_down(Decimal(amount))) == down


def test_rounding_keeps_every_digit_of_the_largest_products() -> None:
    exact = Decimal("9999999999999999.99") * 1
    assert round_half_up(exact) == exact


@pytest.mark.clause("D8")
@pytest.mark.parametrize(
    ("numerator", "denominator", "rate"), [(14999, 25000, "0.599960"), (3, 5, "0.600000"), (2, 3, "0.666666"), (0, 7, "0.000000")]
)
def test_a_rate_is_rounded_down(numerator: int, denominator: int, rate: str) -> None:
    assert str(floor_rate(numerator, denominator)) == rate


def test_a_rate_of_nothing_is_undefined() -> None:
    assert floor_rate(Decimal("0.00"), Decimal("0.00")) is None


def test_display_has_separators_and_two_places() -> None:
    assert display(Decimal("1234.5")) == "1,234.50"
