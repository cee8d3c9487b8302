"""Debts recognised as bad: principal and tier from the movements known then, and every yuan that came back since."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from common.enums import Category, Mode
from common.money import ZERO
from loans.models import Loan, Movement
from risk.models import BadDebt, Recovery
from risk.recoveries.rules import next_net

A_MOMENT = timedelta(minutes=1)


def differences() -> Iterator[str]:
    """Yield what is wrong with bad debts and their recoveries. Source: FP 1.5.3; D15, D16, D19, D21."""
    for debt in BadDebt.objects.select_related("loan", "classification").prefetch_related("recoveries").order_by("id"):
        yield from _of_debt(debt)
    for loan in Loan.objects.filter(recognised_bad_on__isnull=False, bad_debt__isnull=True):
        yield f"贷款{loan.contract_number}标为坏账，但没有坏账认定。"


def _of_debt(debt: BadDebt) -> Iterator[str]:
    loan, name = debt.loan, debt.loan.contract_number
    own = list(Movement.objects.filter(loan=loan).order_by("value_on"))
    if debt.bank_id != loan.bank_id or debt.recognised_on != loan.recognised_bad_on or debt.classification.loan_id != loan.pk:
        yield f"坏账{name}与其贷款的银行、认定日期或分类不符。"
    if debt.principal not in {sum((_moved(one) for one in known), ZERO) for known in _known_then(own, debt)}:
        yield f"坏账{name}的本金与认定时贷款变动重算不符。"
    if debt.enterprise_rd_total not in _totals(debt):
        yield f"坏账{name}的单户企业研发贷款最高余额与认定时贷款变动重算不符。"
    checked = sorted((one for one in debt.recoveries.all() if one.is_checked), key=lambda one: one.number or 0)
    recovered = sum((one.net for one in checked), ZERO)
    if debt.principal - sum((_moved(one) for one in own), ZERO) != recovered:
        yield f"坏账{name}认定后的还本与追偿收回净额{recovered}元不符。"
    if not _nets_replay(checked):
        yield f"坏账{name}的追偿收回净额与规则重算不符。"


def _moved(movement: Movement) -> Decimal:
    return movement.performing + movement.overdue


def _known_then(movements: Iterable[Movement], debt: BadDebt) -> Iterator[list[Movement]]:
    """Yield the movements that may have been recorded before the recognition: whoever asked first need not have got the lock first."""
    rows, later = list(movements), _references(debt)
    near = (one.recorded_at for one in rows if abs(one.recorded_at - debt.recognised_at) <= A_MOMENT)
    for moment in {debt.recognised_at, *near}:
        yield [one for one in rows if one.recorded_at < moment]
        yield [one for one in rows if one.recorded_at <= moment and one.bank_reference not in later]


def _references(debt: BadDebt) -> set[str]:
    """Return the references under which recoveries booked what came back after."""
    return {one.bank_reference for one in debt.recoveries.all()}


def _totals(debt: BadDebt) -> set[Decimal | None]:
    """Return what the enterprise's highest total may have been, ``None`` for loans without tiers. Source: D15."""
    loan = debt.loan
    if loan.mode != Mode.SPECIAL or loan.category != Category.RD:
        return {None}
    of_enterprise = {"loan__enterprise": loan.enterprise_id, "loan__mode": Mode.SPECIAL, "loan__category": Category.RD}
    rows = Movement.objects.filter(**of_enterprise, value_on__lte=debt.recognised_on).order_by("value_on")
    return {_highest(known) for known in _known_then(rows, debt)}


def _highest(movements: Iterable[Movement]) -> Decimal:
    by_day: dict[date, Decimal] = {}
    for one in movements:
        by_day[one.value_on] = by_day.get(one.value_on, ZERO) + _moved(one)
    return max(accumulate(by_day.values(), initial=ZERO))


def _nets_replay(checked: list[Recovery]) -> bool:
    """Return whether each checked recovery adds what the rule says, in the order of their numbers. Source: D21."""
    recovered = costs = counted = ZERO
    for place, one in enumerate(checked, start=1):
        recovered, costs = recovered + one.amount, costs + one.costs
        if one.number != place or one.net != next_net(recovered=recovered, costs=costs, counted=counted):
            return False
        counted += one.net
    return True
