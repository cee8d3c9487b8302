"""Whether a rate and a volume can be a bid, and whether they look like one."""

from datetime import date
from decimal import Decimal

from common.errors import DomainError
from common.money import CENT, MAX_AMOUNT, RATE_PLACES, percent
from policy.selectors.versions import version_on

_RATE_UNIT = Decimal(1).scaleb(-RATE_PLACES)


class InvalidRate(DomainError):
    """A rate that is none, or has too many places."""

    code = "invalid_rate"
    sentence = "利率按年利率填写百分数，应大于 0%、小于 100%，最多四位小数（例如 3.05，即 3.05%）。"
    clause = "FP 1.4.2"
    status = 400


class InvalidVolume(DomainError):
    """A volume that is none."""

    code = "invalid_volume"
    sentence = "投标规模应大于零，单位为元，最多两位小数。"
    clause = "FP 1.4.2"
    status = 400


class ImplausibleRate(DomainError):
    """A rate outside what is usual: a slip of the point more often than a bid."""

    code = "implausible_rate"
    sentence = (
        "所填利率为 {rate}，不在常见的 {floor} 至 {ceiling} 之间，请核对是否按百分数填写；确属无误的，请勾选“已核对，填写无误”后再次提交。"
    )
    clause = "FP 1.4.2"
    is_question = True


def check_offer(*, rate: Decimal, volume: Decimal, on: date, confirmed: bool) -> None:
    """
    Let pass only a rate and a volume that can be a bid.

    Raises:
        InvalidRate, InvalidVolume.
        ImplausibleRate: an unusual rate that is not ``confirmed``.

    Source: FP 1.4.2.
    """
    if not 0 < volume <= MAX_AMOUNT or volume != volume.quantize(CENT):  # what no column holds would stop everybody's opening
        raise InvalidVolume(field="volume")
    check_rate(rate, field="rate", on=on, confirmed=confirmed)


def check_rate(rate: Decimal, *, field: str, on: date, confirmed: bool) -> None:
    """
    Let pass only an annual fraction; one that is unusual by the terms of the day only when it is confirmed.

    Raises:
        InvalidRate, ImplausibleRate.

    Source: FP 1.4.2; D14.
    """
    if not 0 < rate < 1 or rate != rate.quantize(_RATE_UNIT):
        raise InvalidRate(field=field)
    usual = version_on(on).terms.subsidy
    if not confirmed and not usual.bid_rate_floor <= rate <= usual.bid_rate_ceiling:
        raise ImplausibleRate(field=field, rate=percent(rate), floor=percent(usual.bid_rate_floor), ceiling=percent(usual.bid_rate_ceiling))
