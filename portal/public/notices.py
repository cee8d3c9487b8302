"""What was decided and announced, out of the books: plans, rates, lists, days off; the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from django.urls import reverse

from common.money import percent
from policy.models import CalendarNotice, PolicyVersion, ReturnRate
from risk.models import EnhancementFeeRate
from whitelist.selectors.public import published_batches

NEWEST = 50  # of each kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """One decision: when, what, by which document, and where more of it stands."""

    on: date
    title: str
    document_number: str
    clause: str
    address: str = ""


def announced_by(day: date) -> list[Announced]:
    """
    Return what was decided and announced up to a day, the newest first; five queries.

    Source: FP 1.1.3, FP 1.4.2, FP 1.5.2(2), FP 3.4; D6, D14, D23.
    """
    found = [*_plans(), *_rates(), *_lists(), *_days_off()]
    return sorted((one for one in found if one.on <= day), key=attrgetter("on"), reverse=True)


def _plans() -> Iterator[Announced]:
    for row in PolicyVersion.objects.order_by("-valid_from")[:NEWEST]:
        until = f"至{row.last_on}止" if row.last_on is not None else ""
        title = f"《{row.name}》自{row.valid_from}起施行{until}"
        yield Announced(
            on=row.valid_from, title=title, document_number=row.document_number, clause="FP 3.4", address=reverse("public:basis")
        )


def _rates() -> Iterator[Announced]:
    for rate in ReturnRate.objects.order_by("-decided_on")[:NEWEST]:
        title = f"银行回报利率核定为{percent(rate.rate)}，自{rate.effective_on}起执行"
        yield Announced(on=rate.decided_on, title=title, document_number=rate.document_number, clause="FP 1.4.2")
    for fee in EnhancementFeeRate.objects.order_by("-from_on")[:NEWEST]:
        title = f"增信服务费标准每年{percent(fee.rate)}，自{fee.from_on}起执行"
        yield Announced(on=fee.from_on, title=title, document_number=fee.document_number, clause="FP 1.5.2(2)")


def _lists() -> Iterator[Announced]:
    for batch in published_batches()[:NEWEST]:
        where = f"{reverse('public:whitelist')}?batch={batch.public_id}"
        title = f"发布白名单：{batch}"
        yield Announced(on=batch.published_on, title=title, document_number=batch.document_number, clause="FP 1.6.1(3)", address=where)


def _days_off() -> Iterator[Announced]:
    official = CalendarNotice.objects.filter(is_provisional=False, published_on__isnull=False)
    for notice in official.order_by("-published_on")[:NEWEST]:
        if notice.published_on is not None:
            where = reverse("public:working-days")
            title = f"{notice.year}年放假和调休安排"
            yield Announced(on=notice.published_on, title=title, document_number=notice.document_number, clause="D6", address=where)
