"""The return rate in force."""

from datetime import date

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
