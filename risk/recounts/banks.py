"""Banks: the figures each payment, change of state and renewed application rested on, and the state each bank is in."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Min, QuerySet, Sum

from common.money import ZERO
from loans.models import Movement
from parties.models import Institution
from policy.models import PolicyVersion
from policy.selectors.versions import version_for, version_on
from policy.terms.model import Terms
from policy.terms.version import NoPolicyVersion
from risk.breaker.rules import BankFigures, headroom
from risk.enums import BreakerState, MoneyStep, ReturnState
from risk.models import BadDebt, BankRisk, BreakerChange, Payment, PaymentPart, Reapplication, Recovery, Return
from risk.recounts.debts import A_MOMENT

Evidence = Payment | BreakerChange | Reapplication


def differences() -> Iterator[str]:
    """Yield what is wrong with the figures of banks. Source: FP 1.5.3; D19, D20, D34, D38."""
    for bank in Institution.objects.filter(risk__isnull=False).select_related("risk").order_by("id"):
        yield from _payments(bank)
        yield from _changes(bank)
        for row in Reapplication.objects.filter(bank=bank).order_by("id"):
            found = headroom(_terms_on(row.applied_on), _figures(row))
            if (row.rate, row.cap_left) != (found.rate, found.cap_left) or not _was_so(bank, row, row.applied_at):
                yield f"{bank.name}{row.applied_on}重新申请补偿的依据数字与重算不符。"


def _payments(bank: Institution) -> Iterator[str]:
    payments = Payment.objects.filter(claim__bank=bank).select_related("claim", "policy_version")
    for payment in payments.annotate(first_entry=Min("parts__entry"), given=Sum("parts__amount")).order_by("id"):
        name = f"补偿{payment.claim.number}第{payment.number}次支付"
        found = headroom(version_for(payment.policy_version).terms, _figures(payment))
        if payment.given != payment.amount:
            yield f"{name}的金额与各支付方之和不符。"
        if (payment.rate, payment.cap_left) != (found.rate, found.cap_left) or payment.amount > found.cap_left:
            yield f"{name}的坏账率或剩余可补偿金额与重算不符，或超过可补偿金额{found.cap_left}元。"
        if payment.compensated != _compensated_before(bank, vars(payment)["first_entry"]):
            yield f"{name}所依据的已补偿金额与重算不符。"
        if not _was_so(bank, payment, payment.paid_at):
            yield f"{name}所依据的放款、坏账或追偿金额与重算不符。"


def _changes(bank: Institution) -> Iterator[str]:
    state: str = BreakerState.NO_DATA
    for change in BreakerChange.objects.filter(bank=bank).order_by("id"):
        found = headroom(_terms_on(change.changed_on), _figures(change))
        if (change.before, change.after, change.rate) != (state, found.state, found.rate) or not _was_so(bank, change, change.changed_at):
            yield f"{bank.name}{change.changed_on}风险状态变化的依据数字与重算不符。"
        state = change.after
    if BankRisk.objects.get(bank=bank).state != state:
        yield f"{bank.name}的风险状态与最近一次变化不符。"


def _terms_on(day: date) -> Terms:
    """Return the terms of a day, the first version's before it began: its publication date may be entered after the fact. Source: D38."""
    try:
        return version_on(day).terms
    except NoPolicyVersion:
        return version_for(PolicyVersion.objects.earliest("valid_from")).terms


def _figures(row: Evidence) -> BankFigures:
    return BankFigures(disbursed=row.disbursed, bad_debt=row.bad_debt, recovered=row.recovered, compensated=row.compensated)


def _compensated_before(bank: Institution, entry: int) -> Decimal:
    """Return what was paid to a bank net of what it had returned, in the order of the books. Source: D20."""
    paid = _sum(PaymentPart.objects.filter(payment__claim__bank=bank, entry__lt=entry), "amount")
    return paid - _sum(Return.objects.filter(recovery__bank=bank, state=ReturnState.PAID, entry__lt=entry), "amount")


def _was_so(bank: Institution, row: Evidence, at: datetime) -> bool:
    """
    Return whether disbursement, bad debt and recoveries may have been what a record says.

    Disbursement may later shrink by reversals, so it is held against all that had been drawn by then; the others lie between what was
    there a moment before and a moment after.
    """
    drawn = Movement.objects.filter(loan__bank=bank, recorded_at__lte=at + A_MOMENT, drawn__gt=0)
    debts = _between(BadDebt.objects.filter(bank=bank), "principal", "recognised_at", at)
    back = _between(Recovery.objects.filter(bank=bank, step=MoneyStep.CHECKED), "net", "checked_at", at)
    return row.disbursed <= _sum(drawn, "drawn") and debts[0] <= row.bad_debt <= debts[1] and back[0] <= row.recovered <= back[1]


def _between(rows: QuerySet[Any], field: str, moment: str, at: datetime) -> tuple[Decimal, Decimal]:
    before, until = {f"{moment}__lt": at - A_MOMENT}, {f"{moment}__lte": at + A_MOMENT}
    return _sum(rows.filter(**before), field), _sum(rows.filter(**until), field)


def _sum(rows: QuerySet[Any], field: str) -> Decimal:
    total: Decimal | None = rows.order_by().aggregate(total=Sum(field))["total"]
    return total or ZERO
