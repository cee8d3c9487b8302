"""The figures of banks, always computed from the records themselves."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from common.fields import MoneyField
from common.money import ZERO
from loans.models import Loan
from parties.models import Institution
from policy.selectors.versions import version_on
from policy.terms.model import Terms
from risk.breaker.rules import BankFigures, Headroom, Radar, headroom, radar
from risk.enums import MoneyStep, ReturnState
from risk.models import BadDebt, PaymentPart, Recovery, Return


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStanding:
    """One bank's figures, state, cap and the way to each limit. ``overdue`` is principal not yet recognised as bad. Yuan."""

    bank: Institution
    figures: BankFigures
    headroom: Headroom
    overdue: Decimal
    radar: Radar


def bank_figures_of(bank: Institution, *, without_exempt: bool = False) -> BankFigures:
    """
    Return a bank's figures as they stand now, both modes together.

    ``without_exempt`` leaves out debts exempt by the regulator's finding: the regulator's figure, never the fund's.

    Source: FP 1.5.3, FP 1.7; D19, D20.
    """
    return _figures(_with_sums(Institution.objects.filter(pk=bank.pk), without_exempt=without_exempt).get())


def standing_of_bank(bank: Institution, *, on: date) -> BankStanding:
    """
    Return where a bank stands by the version in force on a day, or the last one.

    Source: FP 1.5.3; D19, D20, D38.
    """
    (found,) = standings(Institution.objects.filter(pk=bank.pk), on=on)
    return replace(found, bank=bank)


def standings(banks: "QuerySet[Institution]", *, on: date) -> list[BankStanding]:
    """
    Return where each of the banks stands, in the order given, in one query whatever their number.

    Source: FP 1.5.3; D19, D20, D34, D38.
    """
    terms = version_on(on).terms
    return [_standing(bank, terms) for bank in _with_sums(banks)]


def _with_sums(banks: "QuerySet[Institution]", *, without_exempt: bool = False) -> "QuerySet[Institution]":
    """Return the banks, each with one correlated sum per figure."""
    loans, debts = Loan.objects.filter(bank=OuterRef("pk")), BadDebt.objects.filter(bank=OuterRef("pk"))
    checked = Recovery.objects.filter(bank=OuterRef("pk"), step=MoneyStep.CHECKED)
    if without_exempt:
        debts, checked = debts.exclude(exemption__is_exempt=True), checked.exclude(bad_debt__exemption__is_exempt=True)
    return banks.annotate(
        disbursed_sum=_sum_of(loans, "drawn", "bank"),
        overdue_sum=_sum_of(loans.filter(bad_debt__isnull=True), "overdue", "bank"),
        bad_debt_sum=_sum_of(debts, "principal", "bank"),
        recovered_sum=_sum_of(checked, "net", "bank"),
        paid_sum=_sum_of(PaymentPart.objects.filter(payment__claim__bank=OuterRef("pk")), "amount", "payment__claim__bank"),
        back_sum=_sum_of(Return.objects.filter(recovery__bank=OuterRef("pk"), state=ReturnState.PAID), "amount", "recovery__bank"),
    )


def _sum_of(rows: QuerySet[Any], field: str, by: str) -> Coalesce:
    sums = rows.order_by().values(by).annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(sums, output_field=MoneyField()), ZERO, output_field=MoneyField())


def _figures(bank: Institution) -> BankFigures:
    row = vars(bank)
    return BankFigures(
        disbursed=row["disbursed_sum"],
        bad_debt=row["bad_debt_sum"],
        recovered=row["recovered_sum"],
        compensated=row["paid_sum"] - row["back_sum"],
    )


def _standing(bank: Institution, terms: Terms) -> BankStanding:
    figures, overdue = _figures(bank), vars(bank)["overdue_sum"]
    return BankStanding(
        bank=bank,
        figures=figures,
        headroom=headroom(terms, figures),
        overdue=overdue,
        radar=radar(terms, figures, overdue=overdue),
    )
