"""What people type has one meaning or is refused: amounts, whole numbers, rates."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import typed
from common.money import display, in_ten_thousands

NOT_DIGITS = ("1e5", "1E5", "1_000", "٣٠٠", "१००", "10²", "①", "½", "0x10", "nan", "Infinity", "--5", "1.2.3", "", " ", "元", ".")


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("1000", "1000"), ("1,000", "1000"), ("1，000", "1000"), ("１，０００．５０", "1000.50"), ("1,234,567.89", "1234567.89"),
        ("¥ 1,000.00 元", "1000.00"), ("\u200b12.5\ufeff", "12.5"), ("（12）", "-12"), ("0", "0"), ("007", "7"), ("1 000 000", "1000000"),
    ],
)  # fmt: skip
def test_an_amount_with_one_meaning_is_read(written: str, amount: str) -> None:
    assert typed.amount(written) == Decimal(amount)


def test_there_is_no_minus_nothing() -> None:
    assert str(typed.amount("-0.00")) == "0.00"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("1000，50", "1,000.50"),
        ("500000，00", "500,000.00"),
        ("3500000，5", "3,500,000.50"),
        ("1,000，50", "1,000.50"),
        ("-12,50", "-12.50"),
    ],
)
def test_a_comma_for_a_point_is_asked_about(written: str, meant: str) -> None:
    with pytest.raises(typed.Mistyped) as fault:
        typed.amount(written)
    assert fault.value.code == "money_grouping"
    assert f"是否为 {meant} 元？" in fault.value.detail


@pytest.mark.parametrize(
    "written", [*NOT_DIGITS, "1,00", "10,00,000", "0,001", "1,000 000", "1,,000", ",100", "100,", "300万", "1,0000", "9" * 61]
)
def test_an_amount_with_none_or_several_is_refused(written: str) -> None:
    with pytest.raises(typed.Mistyped):
        typed.amount(written)


@pytest.mark.parametrize("written", [*NOT_DIGITS, "1,00", "1.0", "12个", "9" * 61])
def test_a_whole_number_is_digits(written: str) -> None:
    with pytest.raises(typed.Mistyped):
        typed.whole(written)
    assert typed.whole("１，２００") == 1200


@pytest.mark.parametrize("written", [*NOT_DIGITS, "3,85", "1,000", "3.85%%", "百分之三"])
def test_a_rate_is_digits_and_a_point(written: str) -> None:
    with pytest.raises(typed.Mistyped):
        typed.number(written)
    assert typed.number("３．８５％") == Decimal("3.85")


@given(st.decimals(min_value=0, max_value=Decimal("9999999999999999.99"), places=2))
def test_what_is_shown_is_read_as_the_same_amount(amount: Decimal) -> None:
    assert typed.amount(display(amount)) == amount
    assert typed.amount(in_ten_thousands(amount)) * 10_000 == amount


@given(st.text(alphabet="0123456789,， .", max_size=12))
def test_no_reading_changes_the_digits(written: str) -> None:
    """Whatever is accepted has the digits that were typed, in their order, and the point where it was typed."""
    try:
        read = typed.amount(written)
    except typed.Mistyped:
        return
    assert f"{read:f}".replace(".", "").lstrip("0") == "".join(char for char in written if char.isdigit()).lstrip("0")
    places = written.strip().partition(".")[2]
    assert -int(read.as_tuple().exponent) == len(places)
