"""The return rate in force."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.errors import DomainError
from policy.models import ReturnRate


class NoReturnRate(DomainError):
    """No return rate had come into force on the day."""

    code = "no_return_rate"
    sentence = "{day}尚无生效的银行回报利率，请先完成竞价并录入综合利率的核定文件。"
    clause = "FP 1.4.2"


def return_rate_on(day: date) -> ReturnRate:
    """
    Return the unified return rate in force on a day.

    Raises:
        NoReturnRate: none had come into force.

    Source: FP 1.4.2; D14.
    """
    row = ReturnRate.objects.filter(effective_on__lte=day).order_by("-effective_on").first()
    if row is None:
        raise NoReturnRate(day=day)
    return row


@dataclass(frozen=True, slots=True)
class DatedRate:
    """The return rate of a loan from a day on, as an annual fraction."""

    from_on: date
    rate: Decimal


def rates_of_loan(first_drawdown_on: date) -> list[DatedRate]:
    """
    Return the return rates of a loan first drawn on a day, by date, to be read up to the last decision there is.

    It keeps the rate of its first drawdown; only a later decision that says so for running loans adds another.

    Raises:
        NoReturnRate: none had come into force on that day.

    Source: FP 1.4.2; D14.
    """
    first = return_rate_on(first_drawdown_on)
    dated = [DatedRate(first_drawdown_on, first.rate)]
    for row in ReturnRate.objects.filter(effective_on__gt=first.effective_on).order_by("effective_on"):
        if row.running_loans_from is None:
            continue
        dated = [earlier for earlier in dated if earlier.from_on < row.running_loans_from]  # the later decision has the last word
        dated.append(DatedRate(row.running_loans_from, row.rate))
    return dated
