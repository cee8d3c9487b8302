"""How much may be lent on a project or to an enterprise, by the terms of a version."""

from decimal import Decimal

from common.money import ZERO
from parties.models import Enterprise
from policy.terms.model import Terms
from whitelist.limits import ProjectLimit, RdLimit, project_limit, rd_limit
from whitelist.models import Entry, Project
from whitelist.selectors.entries import current_rd_entry


def limit_of_project(
    project: Project, terms: Terms, *, committed_fixed_asset: Decimal = ZERO, committed_working_capital: Decimal = ZERO
) -> ProjectLimit:
    """Return limits and headroom of a project over all banks, modes and listings, in yuan. Source: FP 1.2.1; D2, D38, D39."""
    return project_limit(
        terms,
        total_investment=project.total_investment,
        committed_fixed_asset=committed_fixed_asset,
        committed_working_capital=committed_working_capital,
    )


def limit_of_enterprise(enterprise: Enterprise, terms: Terms, *, entry: Entry | None = None, committed: Decimal = ZERO) -> RdLimit:
    """
    Return limit and headroom of an enterprise's R&D loans, in yuan, by the figures frozen on its current entry.

    The current whitelist year counts, whichever entry an application came from. Never listed: nothing may be lent.

    Raises:
        RdExpenseMissing: listed without a tax figure of the year before.

    Source: FP 1.2.2; D3, D4, D39.
    """
    current = entry or current_rd_entry(enterprise)
    if current is None:
        return RdLimit(max_total=ZERO, headroom_total=ZERO)
    return rd_limit(
        terms, newly_registered=current.is_newly_registered, last_year_rd_expense=current.last_year_rd_expense, committed=committed
    )
