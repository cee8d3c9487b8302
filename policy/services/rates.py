"""Putting a return rate into force."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common.dates import BEGINS, HAPPENED, require_day
from common.errors import DomainError
from parties.models import Member
from policy.access import require_keeper
from policy.locks import Lock, hold
from policy.models import ReturnRate

PLACES = Decimal("0.000001")


class InvalidReturnRate(DomainError):
    """A return rate that is not an annual fraction with at most six places."""

    code = "invalid_return_rate"
    sentence = "银行回报利率应大于 0%、小于 100%，按百分数最多四位小数（例如 3.2%），现为 {rate}%。"
    clause = "FP 1.4.2"
    status = 400


class RateNotLater(DomainError):
    """A later rate is in force already; what was decided before is never rewritten."""

    code = "rate_not_later"
    sentence = (
        "已有自{effective_on}起生效的回报利率，新的生效日期须晚于该日。原记录录入有误的，请在该记录页面撤销（尚未生效）或更正（已生效）。"
    )
    clause = "FP 1.4.2"


class RunningLoansBeforeEffect(DomainError):
    """A rate cannot reach running loans before it is in force."""

    code = "running_loans_before_effect"
    sentence = "存量贷款的适用日期（{running_loans_from}）不得早于回报利率的生效日期（{effective_on}）。"
    clause = "FP 1.4.2"
    status = 400


@transaction.atomic
def enact_return_rate(
    *,
    rate: Decimal,
    effective_on: date,
    decided_on: date,
    document_number: str,
    weights: Mapping[str, Decimal],
    actor: Member,
    at: datetime,
    running_loans_from: date | None = None,
) -> ReturnRate:
    """
    Return the unified return rate of all banks, in force from ``effective_on``; the same decision again changes nothing.

    ``weights`` are those the two loan kinds entered the blend with. ``running_loans_from``: the decision also applies to
    running loans from that day (D14), otherwise they keep their rate.

    Raises:
        NotAllowed: the actor does not keep the rulebook.
        InvalidReturnRate, RunningLoansBeforeEffect.
        RateNotLater: a rate of the same or a later day exists.

    Source: FP 1.4.2; D14.
    """
    require_keeper(actor)
    require_day(effective_on, BEGINS, field="effective_on", today=localdate(at))
    require_day(decided_on, HAPPENED, field="decided_on", today=localdate(at))
    require_day(running_loans_from, BEGINS, field="running_loans_from", today=localdate(at))
    if not 0 < rate < 1 or rate != rate.quantize(PLACES):
        raise InvalidReturnRate(rate=format((rate * 100).normalize(), "f"))
    if running_loans_from is not None and running_loans_from < effective_on:
        raise RunningLoansBeforeEffect(running_loans_from=running_loans_from, effective_on=effective_on)
    wanted = {
        "rate": rate.quantize(PLACES),
        "effective_on": effective_on,
        "decided_on": decided_on,
        "document_number": document_number,
        "weights": {category: str(weight) for category, weight in weights.items()},
        "running_loans_from": running_loans_from,
    }
    hold(Lock.RATES)
    newest = ReturnRate.objects.order_by("-effective_on").first()
    if newest is not None and all(getattr(newest, name) == value for name, value in wanted.items()):
        return newest
    if newest is not None and newest.effective_on >= effective_on:
        raise RateNotLater(effective_on=newest.effective_on)
    row = ReturnRate.objects.create(**wanted)
    record(verb="return_rate.enacted", obj=row, actor=actor, occurred_at=at, after=wanted)
    return row
