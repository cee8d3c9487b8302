"""Each bank's queue in the order of payment, with what holds each claim."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.display_values import Money, Small, joined, link_to, page_of
from common.admin.panels import Fact, Facts, Row, table
from common.money import ZERO, display
from parties.models import Institution, Member
from risk.admin.money_panels import hold_badge
from risk.admin.shared import claim_state
from risk.claims.selectors.queue import BankQueue, queues_of
from risk.enums import BreakerState
from risk.models import Claim
from risk.visibility import bank_risks_visible_to, banks_visible_to

HEADS = ("次序", "补偿编号和企业", "尚应支付", "暂缓原因", "可支付日期", "状态", "累计尚应支付")
INTRO = (
    "复核支付后的申请按可支付日期、再按编号先后排队，任何一笔不得越过前面的；支付时核对熔断和补偿上限。"
    "因熔断或上限暂缓的，放款增加或款项追回后由银行重新申请，再按原次序支付。"
)


def queue_panels(request: HttpRequest, claims: "QuerySet[Claim]", *, member: Member, on: date) -> list[Any]:
    """Return one table per bank with claims in its queue; the bank's totals only for those who read them."""
    banks = Institution.objects.filter(pk__in=claims.order_by().values("bank")).order_by("code")
    found = queues_of(banks, claims, on=on)
    readable = set(banks_visible_to(member).values_list("pk", flat=True))
    pages = {risk.bank_id: page_of(risk) for risk in bank_risks_visible_to(member)}
    head = Facts(
        title="排队规则",
        facts=[Fact("排队银行", f"{len(found)}家"), Fact("尚应支付合计", Money(_total(found)))],
        clause="FP 1.5.3, D20",
        note=INTRO,
    )
    if not found:
        return [head, table("支付队列", HEADS, [], empty="目前没有排队的补偿申请。")]
    return [head, *(_bank(request, queue, reads=queue.bank.bank.pk in readable, url=pages.get(queue.bank.bank.pk)) for queue in found)]


def _total(queues: list[BankQueue]) -> Any:
    return sum((queue.payable for queue in queues), ZERO)


def _bank(request: HttpRequest, queue: BankQueue, *, reads: bool, url: str | None) -> Any:
    rows, total = [], ZERO
    for one in queue.claims:
        left = one.standing.payable.compensation
        total += left
        cells = (
            one.place, joined((link_to(request, one.claim), Small(one.claim.loan.enterprise.name))), Money(left), hold_badge(one.hold),
            one.claim.payable_on, claim_state(one.claim), Money(total),
        )  # fmt: skip
        rows.append(Row(cells=cells))
    return table(
        queue.bank.bank.name,
        HEADS,
        rows,
        note=_room(queue) if reads else "",
        clause="FP 1.5.3",
        more=("风险状态和重新申请", url) if url else None,
    )


def _room(queue: BankQueue) -> str:
    """Return what the bank may still be paid, and what would make room."""
    bank, room, way = queue.bank, queue.bank.headroom, queue.bank.radar
    said = f"风险状态：{room.state.label}；补偿上限 {display(room.cap)} 元，已补偿 {display(bank.figures.compensated)} 元，"
    if room.state == BreakerState.SUSPENDED:
        said += "熔断期间暂停补偿，剩余可补偿按零计。"
        said += f"再追回 {display(way.recovery_to_reopen)} 元或增加放款 {display(way.disbursement_to_reopen)} 元后可重新申请。"
    else:
        said += f"剩余可补偿 {display(room.cap_left)} 元。"
    if way.return_for_room:
        said += (
            f"已付补偿达到上限，退回至少 {display(way.return_for_room)} 元或增加放款至少 {display(way.disbursement_for_room)} 元后有余额。"
        )
    return said
