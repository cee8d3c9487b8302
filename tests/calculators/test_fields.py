"""Reading an input strictly."""

from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calculators.fields import Kind, asked, name_of, parse
from calculators.registry import CALCULATORS
from common.errors import InvalidInput


@dataclass(frozen=True, slots=True, kw_only=True)
class RowAsked:
    """A row of the test's table."""

    day: date = asked("日期", Kind.DATE, name="on")


@dataclass(frozen=True, slots=True, kw_only=True)
class EverythingAsked:
    """One field of each kind."""

    money: Decimal = asked("金额", Kind.MONEY, default=Decimal("0.00"))
    change: Decimal | None = asked("增减", Kind.SIGNED_MONEY, default=None)
    rate: Decimal | None = asked("利率", Kind.RATE, default=None)
    day: date | None = asked("日期", Kind.DATE, default=None)
    count: int | None = asked("个数", Kind.COUNT, default=None)
    flag: bool | None = asked("是否", Kind.FLAG, default=None)
    text: str | None = asked("文本", Kind.TEXT, default=None)
    choice: str | None = asked("选择", Kind.CHOICE, choices=(("a", "甲"), ("b", "乙")), default=None)
    counts: tuple[int | None, ...] = asked("个数列表", Kind.COUNTS, default=())
    row: RowAsked | None = asked("行", Kind.GROUP, of=RowAsked, default=None)
    rows: tuple[RowAsked, ...] = asked("各行", Kind.TABLE, of=RowAsked, default=())


@pytest.mark.parametrize(
    ("sent", "field", "value"),
    [
        ({"money": "1"}, "money", Decimal("1.00")),
        ({"money": "0.1"}, "money", Decimal("0.10")),
        ({"money": "9999999999999999.99"}, "money", Decimal("9999999999999999.99")),
        ({"money": "-0.00"}, "money", Decimal("0.00")),
        ({"money": None}, "money", Decimal("0.00")),
        ({"change": "-0.01"}, "change", Decimal("-0.01")),
        ({"rate": "0"}, "rate", Decimal(0)),
        ({"rate": "1.000000"}, "rate", Decimal("1.000000")),
        ({"day": "2024-02-29"}, "day", date(2024, 2, 29)),
        ({"count": 0}, "count", 0),
        ({"flag": False}, "flag", False),
        ({"text": ""}, "text", ""),
        ({"choice": "b"}, "choice", "b"),
        ({"counts": [0, None, 31]}, "counts", (0, None, 31)),
        ({"row": {"on": "2024-01-01"}}, "row", RowAsked(day=date(2024, 1, 1))),
        ({"rows": [{"on": "2024-01-01"}]}, "rows", (RowAsked(day=date(2024, 1, 1)),)),
    ],
)
def test_what_is_clear_is_read(sent: dict[str, Any], field: str, value: Any) -> None:
    found = getattr(parse(EverythingAsked, sent), field)
    assert (found, str(found)) == (value, str(value))


MONEY, RATE, DATE, INTEGER = "invalid_money", "invalid_rate", "invalid_date", "invalid_integer"


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        *[
            ({"money": bad}, "money", MONEY)
            for bad in (1, 1.5, True, "", "1,000.00", "1e5", "NaN", "Infinity", " 1.00", "1.00\n", "１.00", "1.")
        ],
        ({"money": "1.005"}, "money", "too_many_places"),
        ({"money": "10000000000000000.00"}, "money", "too_large"),
        ({"money": "9" * 5000}, "money", "too_large"),
        ({"money": "-0.01"}, "money", "negative"),
        ({"change": "0.00"}, "change", "zero"),
        ({"rate": "3.15"}, "rate", "too_large"),
        *[({"rate": bad}, "rate", RATE) for bad in ("31.5", "-0.01", 0.0315, "2%", "")],
        ({"rate": "0.0000001"}, "rate", "too_many_places"),
        *[({"day": bad}, "day", DATE) for bad in ("2024-02-30", "2024-2-3", "20240203", "2024-02-03T00:00:00", 20240203, "0000-01-01")],
        ({"day": "0001-01-01"}, "day", "date_out_of_range"),
        ({"day": "9999-12-31"}, "day", "date_out_of_range"),
        *[({"count": bad}, "count", INTEGER) for bad in (True, "1", 1.0)],
        ({"count": -1}, "count", "negative"),
        ({"count": 10**9 + 1}, "count", "too_large"),
        ({"flag": 1}, "flag", "invalid_boolean"),
        ({"flag": "true"}, "flag", "invalid_boolean"),
        ({"text": 5}, "text", "invalid_text"),
        ({"text": "x" * 201}, "text", "too_long"),
        ({"choice": "c"}, "choice", "invalid_choice"),
        ({"choice": ["a"]}, "choice", "invalid_choice"),
        ({"counts": [True]}, "counts", INTEGER),
        ({"counts": "1"}, "counts", "not_a_list"),
        ({"counts": [0] * 20_001}, "counts", "too_many"),
        ({"row": []}, "row", "not_an_object"),
        ({"row": {}}, "row.on", "required"),
        ({"rows": []}, "rows", "empty"),
        ({"rows": {}}, "rows", "not_a_list"),
        ({"rows": [{"on": "2024-01-01"}] * 1_001}, "rows", "too_many"),
        ({"rows": [{"on": "2024-01-01"}, {"on": None}]}, "rows.1.on", "null"),
        ({"rows": [{"on": "2024-01-01", "off": 1}]}, "rows.0.off", "unknown_field"),
        ({"more": 1}, "more", "unknown_field"),
        ([], "non_field_errors", "not_an_object"),
        ("text", "non_field_errors", "not_an_object"),
        (None, "non_field_errors", "not_an_object"),
    ],
)
def test_what_is_not_clear_is_refused_with_the_field(sent: Any, field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(EverythingAsked, sent)
    assert [(problem.field, problem.code) for problem in refused.value.errors] == [(field, code)]
    assert refused.value.errors[0].detail.endswith("。")


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(EverythingAsked, {"money": 1, "day": "x", "rows": [{"on": 1}, {}], "more": 0})
    assert {problem.field for problem in refused.value.errors} == {"more", "money", "day", "rows.0.on", "rows.1.on"}


NASTY: list[Any] = [
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        10**30,
        "",
        "1.00",
        "-1.00",
        "0.03",
        "2024-01-01",
        "2024-02-30",
        "C1951",
        "special",
        "鞋",
        "\x00",
        "9" * 300,
    ),
    *([], [[]], [None], [0, None], [{}], {}, {"": 0}, {"on": []}, {"from": "2024-01-01", "until": None}),
    *([{"on": "2024-01-01", "amount": "1.00"}], [{"from": "2024-01-01", "rate": "0.03"}], [{"amount": {}}, 0]),
]


@given(st.sampled_from(sorted(CALCULATORS)), st.data())
def test_any_json_is_read_or_refused_never_a_crash(name: str, data: st.DataObject) -> None:
    asks = CALCULATORS[name].asks
    sent = data.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(map(name_of, fields(asks)), st.sampled_from(NASTY))))
    outcome = _read_or_refused(name, sent)
    assert isinstance(outcome, asks) or outcome


def _read_or_refused(name: str, sent: Any) -> Any:
    """Return the typed input, or the problems it was refused with."""
    try:
        return CALCULATORS[name].parse(sent)
    except InvalidInput as refusal:
        return refusal.errors
