"""What may be wrong with one cell, whoever reads it: a stable code and a sentence with the true reason."""

from tables.cells import Cell, Stored

ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"})
EXACT_DIGITS = 15  # what a number in a workbook keeps


class CellFault(Exception):
    """What is wrong with one cell."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def require_value(cell: Cell) -> None:
    """
    Refuse a cell in which no value stands: an error, or a formula nobody calculated.

    Raises:
        CellFault.
    """
    if cell.stored is Stored.ERROR or (cell.stored is Stored.TEXT and cell.text.strip() in ERRORS):  # text where a file holds nothing else
        raise CellFault("cell_error", f"单元格是公式错误值 {cell.text.strip()}，请改正公式，或直接填写内容。")
    if cell.stored is Stored.FORMULA:
        raise CellFault("formula_without_value", "公式没有保存计算结果，请在电子表格软件中打开、重新计算并保存，或直接填写内容。")


def stored_as_number(cell: Cell) -> CellFault:
    """Return the fault of an identifier that a workbook holds as a number."""
    return CellFault(
        "stored_as_number", f"单元格以数字格式存储，超过{EXACT_DIGITS}位的数字和开头的0已经丢失，请将该列设为文本格式后重新填写。"
    )


def identifier_digits(cell: Cell) -> str:
    """
    Return the digits of an identifier held as a number, if all of them are sure to be there.

    Raises:
        CellFault: not whole, not positive, or longer than a number keeps.
    """
    if not cell.text.isdigit() or len(cell.text) > EXACT_DIGITS:
        raise stored_as_number(cell)
    return cell.text
