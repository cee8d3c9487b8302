"""Risk at a glance: what went bad, what was compensated, recovered, waits, and lies in the fee pool."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum

from common.money import ZERO, floor_rate
from parties.access import sees_all
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from quanzhou_fund.backoffice.cards import Card, in_wan
from risk.claims.selectors.queue import queues_of
from risk.enums import MoneyStep, ReturnState
from risk.fees.pool import fee_pool_balance
from risk.visibility import bad_debts_visible_to, claims_visible_to, compensations_visible_to, recoveries_visible_to, returns_visible_to


def risk_cards(member: Member, *, drawn: Decimal, on: date) -> list[Card]:
    """Return the figures of risk of what the member sees; ``drawn`` is its cumulative disbursement. Source: FP 1.5.3; D19, D20."""
    debts = bad_debts_visible_to(member).order_by().aggregate(total=Sum("principal"), count=Count("pk"))
    if not debts["count"]:
        return _pool(member)
    back = _sum(recoveries_visible_to(member).filter(step=MoneyStep.CHECKED), "net")
    net = max(debts["total"] - back, ZERO)
    rate = floor_rate(net, drawn) if sees_all(member) or _is_bank(member) else None
    paid = _sum(compensations_visible_to(member), "amount")
    returned = _sum(returns_visible_to(member).filter(state=ReturnState.PAID), "amount")
    queues = queues_of(Institution.objects.filter(kind=InstitutionKind.BANK), claims_visible_to(member), on=on)
    waiting = sum(len(queue.claims) for queue in queues)
    return [
        Card(label="坏账净额", value=in_wan(net), note=f"{debts['count']}笔{'' if rate is None else f'；坏账率 {rate * 100:.2f}%'}"),
        Card(label="已支付补偿", value=in_wan(paid), note=f"其中追偿后已退回 {in_wan(returned).amount:,.2f} 万元"),
        Card(label="追偿收回", value=in_wan(back), note="扣除费用"),
        Card(label="排队待支付补偿", value=in_wan(sum((queue.payable for queue in queues), ZERO)), note=f"{waiting}笔"),
        *_pool(member),
    ]


def _is_bank(member: Member) -> bool:
    """Return whether the figures are those of one whole bank, as the plan's rate is."""
    return member.institution is not None and member.institution.kind == InstitutionKind.BANK


def _sum(rows: Any, field: str) -> Decimal:
    return rows.order_by().aggregate(total=Sum(field))["total"] or ZERO


def _pool(member: Member) -> list[Card]:
    """Return what lies in the fee pool, for who sees the whole fund. Source: FP 1.5.2(2); D23."""
    if not sees_all(member):
        return []
    return [Card(label="增信费用池余额", value=in_wan(fee_pool_balance()))]
