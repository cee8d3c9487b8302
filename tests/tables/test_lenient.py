"""Cells of people's files: understood where there is one meaning, refused by name where there are two."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tables import lenient
from tables.cells import Cell, Stored
from tables.faults import CellFault


def written(text: str) -> Cell:
    return Cell(Stored.TEXT, text)


def number(text: str, shown_as: str = "") -> Cell:
    return Cell(Stored.NUMBER, text, shown_as)


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (written("1234.5"), "1234.50"),
        (written("1,234,567.89"), "1234567.89"),
        (written("１，２３４．５０"), "1234.50"),
        (written("3 000 000"), "3000000.00"),
        (written("¥1,000.00"), "1000.00"),
        (written("￥ 1000元"), "1000.00"),
        (written("人民币1000元整"), "1000.00"),
        (written("−12.00"), "-12.00"),
        (written("－12"), "-12.00"),
        (written("（12.00）"), "-12.00"),
        (written("(1,200)"), "-1200.00"),
        (written("\ufeff12\u200b.5\u00a0"), "12.50"),
        (number("0.1"), "0.10"),
        (number("29388.890000000003"), "29388.89"),
        (number("-5.5"), "-5.50"),
        (number("1234.5", "#,##0"), "1234.50"),
    ],
)
def test_an_amount_with_one_meaning_is_read(cell: Cell, amount: str) -> None:
    assert lenient.amount(cell) == Decimal(amount)
    assert lenient.amount(cell).as_tuple().exponent == -2


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (written("1234,56"), "money_grouping"),
        (written("1,23,456"), "money_grouping"),
        (written("12，34"), "money_grouping"),
        (written("30 00"), "money_grouping"),
        (written("1,234 567"), "money_grouping"),
        (written("300万"), "money_unit"),
        (written("300万元"), "money_unit"),
        (written("1.2亿元"), "money_unit"),
        (written("三百万"), "money"),
        (written("1e7"), "money"),
        (written("nan"), "money"),
        (written("--5"), "money"),
        (written("(-5)"), "money"),
        (written("1.005"), "money_places"),
        (number("1234.567", "0.00"), "money_places"),
        (number("0.02", "0.00%"), "money_percent"),
        (Cell(Stored.DATE, "2024-03-05"), "money"),
        (Cell(Stored.BOOL, "TRUE"), "money"),
        (Cell(Stored.ERROR, "#DIV/0!"), "cell_error"),
        (Cell(Stored.FORMULA), "formula_without_value"),
    ],
)
def test_an_amount_with_none_or_several_is_refused_by_name(cell: Cell, code: str) -> None:
    with pytest.raises(CellFault) as fault:
        lenient.amount(cell)
    assert fault.value.code == code
    assert fault.value.detail.endswith("。")


@given(cents=st.integers(min_value=-(10**15), max_value=10**15), form=st.sampled_from(["{}", "{:,}", "{}元", "¥{:,}"]))
def test_an_amount_written_by_any_rule_comes_back(cents: int, form: str) -> None:
    amount = Decimal(cents).scaleb(-2)
    assert lenient.amount(written(form.format(amount))) == amount


@given(text=st.text(alphabet="0123456789,. ", max_size=12))
def test_separators_never_move_a_digit(text: str) -> None:
    try:
        amount = lenient.amount(written(text))
    except CellFault:
        return
    assert amount == Decimal(text.replace(",", "").replace(" ", ""))
    for separator in ",  "[:2]:
        groups = text.strip().partition(".")[0].split(separator)
        assert len(groups) == 1 or all(len(group) == 3 for group in groups[1:])


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (Cell(Stored.DATE, "2024-03-05"), date(2024, 3, 5)),
        (written("2024-3-5"), date(2024, 3, 5)),
        (written("2024/03/05"), date(2024, 3, 5)),
        (written("2024.3.5"), date(2024, 3, 5)),
        (written("2024年3月5日"), date(2024, 3, 5)),
        (written("２０２４－０３－０５"), date(2024, 3, 5)),
        (written("20240305"), date(2024, 3, 5)),
        (number("20240305"), date(2024, 3, 5)),
        (written("2024-03-05 00:00:00"), date(2024, 3, 5)),
    ],
)
def test_a_day_with_one_meaning_is_read(cell: Cell, day: date) -> None:
    assert lenient.day(cell) == day


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (written("45356"), "date_serial"),
        (number("45356"), "date_serial"),
        (written("24.3.5"), "date_short_year"),
        (written("24/3/5"), "date_short_year"),
        (written("5/3/2024"), "date_short_year"),
        (written("2024年3月"), "date_without_day"),
        (written("2024-03"), "date_without_day"),
        (written("202403"), "date_without_day"),
        (written("2024年"), "date_without_day"),
        (written("2024-02-30"), "date"),
        (written("二零二四"), "date"),
        (Cell(Stored.ERROR, "#N/A"), "cell_error"),
    ],
)
def test_a_day_with_none_or_several_is_refused_by_name(cell: Cell, code: str) -> None:
    with pytest.raises(CellFault) as fault:
        lenient.day(cell)
    assert fault.value.code == code


@pytest.mark.parametrize(
    ("cell", "identifier"),
    [
        (written(" HT-001\u200b "), "HT-001"),
        (written("20261128000101001"), "20261128000101001"),
        (written("007"), "007"),
        (number("202611280001010"), "202611280001010"),
    ],
)
def test_an_identifier_is_read_as_it_stands(cell: Cell, identifier: str) -> None:
    assert lenient.identifier(cell) == identifier


@pytest.mark.parametrize("cell", [number("2026112800010100"), number("1.5"), number("-3")])
def test_an_identifier_that_may_have_lost_digits_is_refused(cell: Cell) -> None:
    with pytest.raises(CellFault) as fault:
        lenient.identifier(cell)
    assert fault.value.code == "stored_as_number"


@pytest.mark.parametrize("hyphen", "-\u2010\u2011\u2012\u2013\u2212\uff0d")
def test_every_hyphen_compares_alike(hyphen: str) -> None:
    assert lenient.with_plain_hyphens(f"ＨＴ{hyphen}1") == "HT-1"
