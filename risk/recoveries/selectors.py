"""What came back of bad debts and claims."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from common.money import ZERO
from risk.enums import MoneyStep
from risk.models import BadDebt, Recovery
from risk.recoveries.rules import next_net


def _total(rows: QuerySet[Any], field: str) -> Decimal:
    total: Decimal | None = rows.order_by().aggregate(total=Sum(field))["total"]
    return total or ZERO


def recovered_of_debt(bad_debt: BadDebt) -> Decimal:
    """Return the net recovery of a bad debt, whatever claim it came under, in yuan. Source: FP 1.5.1; D19, D21."""
    return _total(Recovery.objects.filter(bad_debt=bad_debt, step=MoneyStep.CHECKED), "net")


def next_net_of(recovery: Recovery) -> Decimal:
    """Return what a recovery adds to the cumulative net recovery of its debt, were it checked now, in yuan. Source: D21."""
    checked = Recovery.objects.filter(bad_debt=recovery.bad_debt_id, step=MoneyStep.CHECKED).exclude(pk=recovery.pk)
    sums = checked.order_by().aggregate(*(Sum(name, default=ZERO) for name in ("amount", "costs", "net")))
    return next_net(recovered=sums["amount__sum"] + recovery.amount, costs=sums["costs__sum"] + recovery.costs, counted=sums["net__sum"])
