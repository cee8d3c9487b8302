"""Fees: each computed anew from table and movements known then; the pool after each entry and with what it has promised."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from common.dates import Period
from common.money import ZERO
from ledger.models import Leg
from loans.models import Movement
from policy.selectors.versions import version_for
from risk.enums import MoneyStep
from risk.fees.pool import fee_pool_accounts, fee_pool_available
from risk.fees.rules import DatedFeeRate, DayBalance, NoEnhancementFeeRate, enhancement_fee
from risk.models import EnhancementFee, EnhancementFeeRate


def differences() -> Iterator[str]:
    """Yield what is wrong with the credit-enhancement fees and their pool. Source: FP 1.5.2(2); D10, D23."""
    for fee in EnhancementFee.objects.exclude(step=MoneyStep.RETURNED).select_related("loan__policy_version").order_by("id"):
        if fee.amount != _computed(fee):
            yield f"贷款{fee.loan.contract_number}自{fee.from_on}的增信服务费{fee.amount}元与收费标准重算不符。"
    balance = ZERO
    legs = Leg.objects.filter(account__in=fee_pool_accounts()).order_by("entry_id", "position")
    for entry, amount in legs.values_list("entry_id", "amount"):
        balance += amount
        if balance < 0:
            yield f"增信服务费池在凭证{entry}后为{balance}元。"
    if fee_pool_available() < 0:
        yield "增信服务费池余额不足以支付已确定由其承担的损失。"


def _computed(fee: EnhancementFee) -> Decimal | None:
    """Return the fee by what was recorded when it was, ``None`` where the table then had no rate."""
    moved = Movement.objects.filter(loan=fee.loan, value_on__lt=fee.until_on, recorded_at__lte=fee.made_at).order_by("value_on", "id")
    by_day: dict[date, Decimal] = {}
    for value_on, performing, overdue in moved.values_list("value_on", "performing", "overdue"):
        by_day[value_on] = by_day.get(value_on, ZERO) + performing + overdue
    balance, days = ZERO, []
    for on, change in by_day.items():
        balance += change
        days.append(DayBalance(on, balance))
    table = EnhancementFeeRate.objects.filter(recorded_at__lte=fee.made_at).order_by("from_on")
    rates = [DatedFeeRate(row.from_on, row.rate) for row in table]
    terms = version_for(fee.loan.policy_version).terms
    try:
        return enhancement_fee(days, rates, Period(fee.from_on, fee.until_on), day_count=terms.subsidy.day_count)
    except NoEnhancementFeeRate:
        return None
