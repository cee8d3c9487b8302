"""A bank's quota with what of it is used, in one query."""

from datetime import date
from typing import Any

from django.db.models import Case, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from common.fields import MoneyField
from common.money import ZERO
from loans.enums import APPROVED_NOT_CONTRACTED
from loans.models import Application, BankQuota, Loan
from loans.models.loans import OUTSTANDING
from loans.selectors.visible import quotas_visible_to
from parties.models import Member

NOTHING = Value(ZERO, output_field=MoneyField())


def quotas_with_use(actor: Member, *, on: date) -> QuerySet[BankQuota]:
    """
    Return the quotas in force on a day, each with ``used_then`` and ``left_then`` in yuan.

    Used is what is outstanding, plus contracted and not drawn while it may be, plus approved and not contracted.

    Source: FP 1.3; D40.
    """
    same_purse = Q(bank=OuterRef("bank"), mode=OuterRef("mode"))
    undrawn = Case(When(available_until__gt=on, then=F("contract_amount") - F("drawn")), default=NOTHING, output_field=MoneyField())
    of_loans = _sum(Loan.objects.filter(same_purse), OUTSTANDING + undrawn)
    approved = Application.objects.filter(same_purse, state__in=APPROVED_NOT_CONTRACTED, lapses_on__gt=on)
    used = of_loans + _sum(approved, F("amount_approved"))
    in_force = quotas_visible_to(actor).filter(Q(until_on__isnull=True) | Q(until_on__gt=on), from_on__lte=on)
    return (
        in_force.select_related("bank")
        .annotate(used_then=ExpressionWrapper(used, output_field=MoneyField()))
        .annotate(left_then=Greatest(F("amount") - F("used_then"), NOTHING, output_field=MoneyField()))
    )


def _sum(rows: QuerySet[Any], what: Any) -> Any:
    total = rows.order_by().values("bank").annotate(total=Sum(what, output_field=MoneyField())).values("total")
    return Coalesce(Subquery(total), NOTHING, output_field=MoneyField())
