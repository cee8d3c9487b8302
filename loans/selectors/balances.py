"""Balances on a day."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet, Sum

from common.money import ZERO
from loans.models import Loan, Movement
from loans.rules import EMPTY, Balance


def balances_on(loans: QuerySet[Loan] | Iterable[int], day: date) -> dict[int, Balance]:
    """
    Return the balance of each loan at the end of a day, by the loan's key, in one query.

    ``loans`` is a queryset, which then becomes a subquery and names only loans that had moved, or an iterable of keys, each of which is
    in the answer.
    """
    is_query = isinstance(loans, QuerySet)
    keys = loans.order_by().values("pk") if isinstance(loans, QuerySet) else list(loans)
    rows = Movement.objects.filter(loan__in=keys, value_on__lte=day).order_by().values("loan")
    sums = rows.annotate(performing_sum=Sum("performing"), overdue_sum=Sum("overdue"), drawn_sum=Sum("drawn"))
    balances: dict[int, Balance] = {} if is_query else {int(key): EMPTY for key in keys}  # type: ignore[call-overload]
    for row in sums:
        balances[row["loan"]] = Balance(
            performing=row["performing_sum"] or ZERO, overdue=row["overdue_sum"] or ZERO, drawn=row["drawn_sum"] or ZERO
        )
    return balances
