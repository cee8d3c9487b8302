"""The class of a loan, its overdue days, and what they suggest."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import accumulate

from django.db.models import Q, QuerySet, Sum

from common.enums import Category, Mode
from common.fields import MoneyField
from common.money import ZERO
from loans.models import Loan, Movement
from loans.models.loans import OUTSTANDING
from risk.classification.rules import OverdueChange, overdue_days
from risk.enums import Grade
from risk.models import Classification


def overdue_days_of(loans: Iterable[int], *, on: date) -> dict[int, int]:
    """Return for how many days each loan has been overdue without a break, in one query. Source: FP 1.5.3; D19."""
    keys = list(loans)
    changes: dict[int, list[OverdueChange]] = defaultdict(list)
    rows = Movement.objects.filter(loan__in=keys, value_on__lte=on).exclude(overdue=ZERO).order_by()
    for loan, value_on, overdue in rows.values_list("loan_id", "value_on", "overdue"):
        changes[loan].append(OverdueChange(value_on, overdue))
    return {key: overdue_days(changes[key], on=on) for key in keys}


def grades_of(loans: Iterable[int], *, on: date) -> dict[int, Grade]:
    """Return the class of each loan on a day; one never decided on is normal. Source: FP 1.5.3; D19."""
    keys = list(loans)
    rows = Classification.objects.filter(loan__in=keys, from_on__lte=on).order_by("loan_id", "-from_on").distinct("loan_id")
    decided = {row.loan_id: Grade(row.grade) for row in rows}
    return {key: decided.get(key, Grade.NORMAL) for key in keys}


def classification_on(loan: Loan, *, on: date) -> Classification | None:
    """Return the decision on a loan's class that holds on a day. Source: FP 1.5.3."""
    return Classification.objects.filter(loan=loan, from_on__lte=on).order_by("-from_on").first()


def loans_to_classify() -> QuerySet[Loan]:
    """Return the loans whose overdue days may suggest a class: some principal is overdue. Source: FP 1.5.3; D19."""
    return Loan.objects.filter(overdue__gt=0).select_related("bank", "policy_version")


def highest_rd_total(enterprise_id: int, *, on: date) -> Decimal:
    """
    Return an enterprise's highest outstanding R&D principal in special mode, all banks together, up to and including a day. Yuan.

    Source: FP 1.5.2(1); D15.
    """
    of_enterprise = Q(loan__enterprise=enterprise_id, loan__mode=Mode.SPECIAL, loan__category=Category.RD)
    days = Movement.objects.filter(of_enterprise, value_on__lte=on).order_by("value_on").values("value_on")
    changes = days.annotate(moved=Sum(OUTSTANDING, output_field=MoneyField()))
    return max(accumulate((row["moved"] for row in changes), initial=ZERO))
