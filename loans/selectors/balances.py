"""Balances on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from common.money import ZERO
from loans.models import Loan, Movement
from loans.rules.balances import EMPTY, Balance


def balances_on(loans: QuerySet[Loan] | Iterable[int], day: date) -> dict[int, Balance]:
    """
    Return the balance of each loan at the end of a day, by the loan's key, in one query.

    ``loans`` is a queryset, which then becomes a subquery and names only loans that had moved, or an iterable of keys, each of which is
    in the answer.
    """
    balances: dict[int, Balance] = {}
    rows = Movement.objects.filter(value_on__lte=day).order_by().values("loan")
    if isinstance(loans, QuerySet):
        rows = rows.filter(loan__in=loans.order_by())
    else:
        balances = dict.fromkeys(loans, EMPTY)
        rows = rows.filter(loan__in=list(balances))
    sums = rows.annotate(performing_sum=Sum("performing"), overdue_sum=Sum("overdue"), drawn_sum=Sum("drawn"))
    for row in sums:
        balances[row["loan"]] = Balance(
            performing=row["performing_sum"] or ZERO, overdue=row["overdue_sum"] or ZERO, drawn=row["drawn_sum"] or ZERO
        )
    return balances


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement of a loan, and the principal outstanding after it, in yuan."""

    movement: Movement
    outstanding: Decimal


def statement_of(movements: Iterable[Movement]) -> list[StatementLine]:
    """Return the movements of one loan, given in order of their days, each with what was outstanding after it. Source: FP 1.6.3."""
    balance, lines = EMPTY, []
    for movement in movements:
        balance += Balance(performing=movement.performing, overdue=movement.overdue, drawn=movement.drawn)
        lines.append(StatementLine(movement=movement, outstanding=balance.outstanding))
    return lines
