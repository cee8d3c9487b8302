"""What screening reads: enterprises with their tax figures, and the day from which a year's list may be screened."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from common.dates import add_months
from parties.enums import FactSource
from parties.models import Enterprise, EnterpriseYear, TaxHome
from parties.selectors import in_force_on
from policy.selectors.calendar import working_calendar
from policy.terms.model import Terms
from whitelist.rules import Eligibility, RdFacts, is_newly_registered, rd_eligibility

BY_APPLICATION = "by_application"  # newly registered and nothing else: has to apply, FP 1.6.1(2)
NO_TAX_HOME = "no_tax_home"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """One enterprise of the tax list with its verdict; ``failed`` is empty where it becomes a candidate."""

    enterprise_id: int
    district_id: int | None
    rd_expense: Decimal | None
    is_little_giant: bool
    result: Eligibility
    failed: tuple[str, ...]


def settled_after(terms: Terms, *, list_year: int) -> date:
    """
    Return the last day of the income-tax settlement of the year before; the list of the year is screened from the next day on.

    The settlement ends so many months after the year (31 May), moved to the next working day.

    Source: FP 1.6.1(2); D5.
    """
    nominal = add_months(date(list_year, 1, 1), terms.whitelist_life.tax_settlement_months) - timedelta(days=1)
    return working_calendar().next_working_day(nominal)


def enterprises_of_tax_list(*, list_year: int, on: date) -> QuerySet[Enterprise]:
    """
    Return the enterprises to screen: those with tax figures of the year before, and key enterprises and little giants without.

    Each carries ``tax_rd_expense`` (yuan or ``None``) and ``home`` (district id or ``None``).

    Source: FP 1.6.1(2); D5.
    """
    figures = EnterpriseYear.objects.filter(enterprise=OuterRef("pk"), year=list_year - 1, source=FactSource.TAX)
    homes = TaxHome.objects.filter(in_force_on(on), enterprise=OuterRef("pk"))
    named = Q(is_little_giant=True) | Q(is_municipal_key=True)
    return (
        Enterprise.objects.filter(Exists(figures) | named)
        .annotate(tax_rd_expense=Subquery(figures.values("rd_expense")[:1]), home=Subquery(homes.values("district")[:1]))
        .order_by("pk")
    )


def screened(enterprise: Enterprise, *, terms: Terms, on: date, stacked: bool) -> Screened:
    """
    Return the verdict on one enterprise of ``enterprises_of_tax_list``.

    A newly registered enterprise that no figure or title carries has to apply, and is no candidate here.

    Source: FP 1.1.2, 1.6.1(2); D4, D5.
    """
    facts = facts_of(enterprise, rd_expense=enterprise.tax_rd_expense, stacked=stacked)  # type: ignore[attr-defined]
    result = rd_eligibility(terms, facts, on=on)
    failed = [check.name for check in result.checks if not check.passed]
    if not failed and _has_to_apply(terms, facts, on=on):
        failed = [BY_APPLICATION]
    home: int | None = enterprise.home  # type: ignore[attr-defined]
    if not failed and home is None:
        failed = [NO_TAX_HOME]
    return Screened(
        enterprise_id=enterprise.pk,
        district_id=home,
        rd_expense=facts.last_year_rd_expense,
        is_little_giant=enterprise.is_little_giant,
        result=result,
        failed=tuple(failed),
    )


def facts_of(enterprise: Enterprise, *, rd_expense: Decimal | None, stacked: bool) -> RdFacts:
    """Return what is known of an enterprise that applies for nothing. Source: FP 1.1.2; D24."""
    return RdFacts(
        industry_code=enterprise.industry_code,
        industry_override_reason=enterprise.industry_override_reason,
        is_little_giant=enterprise.is_little_giant,
        is_municipal_key=enterprise.is_municipal_key,
        last_year_rd_expense=rd_expense,
        registered_capital=enterprise.registered_capital,
        registered_on=enterprise.registered_on,
        registered_in_city=enterprise.registered_in_city,
        other_technology_credit=stacked,
    )


def _has_to_apply(terms: Terms, facts: RdFacts, *, on: date) -> bool:
    named = facts.is_little_giant or facts.is_municipal_key
    spends = facts.last_year_rd_expense is not None and facts.last_year_rd_expense >= terms.eligibility.min_rd_expense
    return not named and not spends and is_newly_registered(terms, registered_on=facts.registered_on, on=on)
