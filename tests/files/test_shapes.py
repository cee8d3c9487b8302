"""Each shape of file means what is written beside it: nothing else is read, nothing is lost without a word."""

from decimal import Decimal

import pytest

from common.errors import DomainError
from tables.columns import ParsedRow
from tables.table import Reading, Table, open_table, read_table
from tests.files.made import CODE, COLUMNS, RD
from tests.files.shapes import ROWS, SHAPES, Shape

MEANT = [(row[CODE], Decimal(str(row[RD]))) for row in ROWS]


def opened(shape: Shape) -> Table:
    return open_table(filename=shape.filename, content=shape.make(), columns=COLUMNS)


def told(rows: list[ParsedRow]) -> list[tuple[int, str]]:
    return [(problem.row, problem.code) for row in rows for problem in row.problems]


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_means_what_it_says(name: str) -> None:
    shape = SHAPES[name]
    if shape.refused:
        with pytest.raises(DomainError) as refused:
            list(opened(shape))
        assert refused.value.code == shape.refused
        assert shape.says in refused.value.message
        return
    table = opened(shape)
    rows = list(table)
    assert [(row.values["credit_code"], row.values["rd_expense"]) for row in rows if not row.is_refused] == MEANT[: shape.rows]
    assert told(rows) == list(shape.faults)
    assert len(table.parts) == shape.sheets
    assert table.is_plain == (shape.units is None and shape.sheets == 1)


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.units or shape.sheets > 1])
def test_what_must_be_confirmed_is_told_whole_and_refused_where_nobody_is_asked(name: str) -> None:
    shape = SHAPES[name]
    table = opened(shape)
    reading = Reading(table)
    list(reading.watch(table))
    told_whole = reading.as_json()["sheets"]
    amounts = [one for sheet in told_whole for one in sheet["amounts"]]
    if shape.units:
        assert {one["label"]: one["unit"] for one in amounts} == shape.units
    assert sum(sheet["rows"] - sheet["refused"] for sheet in told_whole) == shape.rows
    yuan = [Decimal(one["yuan"]) for one in amounts if one["label"] == "研发费用"]
    assert sum(yuan) == sum(amount for _, amount in MEANT[: shape.rows])
    assert all(Decimal(one["written"]) * Decimal(one["factor"]) == Decimal(one["yuan"]) for one in amounts)
    with pytest.raises(DomainError) as refused:
        list(read_table(filename=shape.filename, content=shape.make(), columns=COLUMNS))
    assert refused.value.code == ("several_sheets" if shape.sheets > 1 else "heading_unit")


def test_there_are_enough_shapes() -> None:
    assert len(SHAPES) >= 60
