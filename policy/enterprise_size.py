"""How large an enterprise counts for the response rate of small ones."""

from decimal import Decimal

from common.enums import Size
from policy.terms.model import Terms

SME_SIZES = frozenset({Size.MEDIUM, Size.SMALL, Size.MICRO})


def enterprise_size(terms: Terms, *, employees: int, revenue: Decimal) -> Size:
    """
    Return the highest class whose two lower bounds both hold, else micro. Revenue in yuan, last year's; employees at its end.

    The table is that of industrial enterprises; others are refused before.

    Source: FP 2.2.2; D29 (工信部联企业〔2011〕300号, 国统字〔2017〕213号).
    """
    table = terms.enterprise_size
    for size, bounds in ((Size.LARGE, table.large), (Size.MEDIUM, table.medium), (Size.SMALL, table.small)):
        if employees >= bounds.employees and revenue >= bounds.revenue:
            return size
    return Size.MICRO


def is_sme(size: Size | str) -> bool:
    """Return whether the size counts in the response rate of micro, small and medium enterprises. Source: FP 2.2.2; D29."""
    return size in SME_SIZES
