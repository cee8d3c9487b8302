"""How much may still be lent to a project or to an enterprise."""

from dataclasses import dataclass
from decimal import Decimal

from common.errors import DomainError
from common.money import ZERO, round_down
from policy.terms.model import Terms


class RdExpenseMissing(DomainError):
    """The limit of an existing enterprise hangs on a figure that is not there."""

    code = "rd_expense_missing"
    sentence = "存量企业的额度按上年度研发费用核定，请先填报或导入该企业上年度研发费用（税务口径）。"
    clause = "FP 1.2.2"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectLimit:
    """Yuan, 2 places. ``max_*`` bounds all loans of the project, ``headroom_*`` what is left of it, never below zero."""

    max_total: Decimal
    max_fixed_asset: Decimal
    max_working_capital: Decimal
    headroom_total: Decimal
    headroom_fixed_asset: Decimal
    headroom_working_capital: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class RdLimit:
    """Yuan, 2 places. ``without_rd_expense``: the limit is zero because last year's R&D expense was."""

    max_total: Decimal
    headroom_total: Decimal
    without_rd_expense: bool = False


def project_limit(
    terms: Terms, *, total_investment: Decimal, committed_fixed_asset: Decimal = ZERO, committed_working_capital: Decimal = ZERO
) -> ProjectLimit:
    """
    Return limits and headroom of a project over all banks and both modes.

    Committed: cumulative disbursement plus what is approved and not drawn, of all versions. Percentages round down to the cent; each
    part is also bounded by the total.

    Source: FP 1.2.1; D2, D33, D38.
    """
    cap = terms.project_cap
    fixed_asset = round_down(total_investment * cap.fixed_asset_share)
    working_capital = round_down(total_investment * cap.working_capital_share)
    max_total = min(cap.total_amount, fixed_asset + working_capital)
    if cap.combined_share is not None:
        max_total = min(max_total, round_down(total_investment * cap.combined_share))
    max_fixed_asset, max_working_capital = min(fixed_asset, max_total), min(working_capital, max_total)
    left = _left(max_total, committed_fixed_asset + committed_working_capital)
    return ProjectLimit(
        max_total=max_total,
        max_fixed_asset=max_fixed_asset,
        max_working_capital=max_working_capital,
        headroom_total=left,
        headroom_fixed_asset=min(_left(max_fixed_asset, committed_fixed_asset), left),
        headroom_working_capital=min(_left(max_working_capital, committed_working_capital), left),
    )


def rd_limit(terms: Terms, *, newly_registered: bool, last_year_rd_expense: Decimal | None, committed: Decimal = ZERO) -> RdLimit:
    """
    Return limit and headroom of an enterprise's R&D loans.

    Committed: outstanding plus what is approved and not drawn, over all banks and both modes.

    Raises:
        RdExpenseMissing: an existing enterprise without last year's figure.

    Source: FP 1.2.2; D3, D4, D33.
    """
    if newly_registered:
        max_total = terms.rd_cap.newly_registered_amount
    elif last_year_rd_expense is None:
        raise RdExpenseMissing
    else:
        max_total = min(terms.rd_cap.existing_amount, round_down(last_year_rd_expense * terms.rd_cap.rd_expense_share))
    without_rd_expense = not newly_registered and not last_year_rd_expense
    return RdLimit(max_total=max_total, headroom_total=_left(max_total, committed), without_rd_expense=without_rd_expense)


def _left(limit: Decimal, committed: Decimal) -> Decimal:
    return max(limit - committed, ZERO)
