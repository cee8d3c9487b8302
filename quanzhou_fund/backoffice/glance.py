"""The fund at a glance: quotas, what is committed, lent and paid, as far as the person may see it."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from common.admin.panels import Row, Table, table
from common.enums import Mode
from common.money import ZERO
from loans.enums import APPROVED_NOT_CONTRACTED
from loans.models.loans import OUTSTANDING
from loans.selectors.visible import applications_visible_to, loans_visible_to, quotas_visible_to
from parties.access import sees_all
from parties.models import Member
from parties.selectors import in_force_on
from policy.terms.version import VersionInForce
from quanzhou_fund.backoffice.cards import WAN, Card, in_wan
from quanzhou_fund.backoffice.glance_risk import risk_cards
from subsidy.enums import PaymentKind, PaymentState
from subsidy.selectors.visibility import payments_visible_to
from whitelist.enums import EntryKind, EntryState
from whitelist.selectors.entries import entries_visible_to


def cards(member: Member, *, on: date, version: VersionInForce | None) -> list[Card]:
    """Return the figures of what the member sees. Source: FP 1.3; D40."""
    loans = loans_visible_to(member).aggregate(
        drawn_sum=Sum("drawn"), left=Sum(OUTSTANDING), late=Sum("overdue"), contracts=Count("pk", filter=Q(drawn__gt=0)),
        enterprises=Count("enterprise", distinct=True, filter=Q(drawn__gt=0)),
    )  # fmt: skip
    approved = applications_visible_to(member).filter(state__in=APPROVED_NOT_CONTRACTED, lapses_on__gt=on)
    kept = approved.aggregate(total=Sum("amount_approved"))["total"] or ZERO
    listed = dict(entries_visible_to(member).filter(state=EntryState.PUBLISHED).order_by().values_list("kind").annotate(count=Count("pk")))
    paid = payments_visible_to(member).filter(kind=PaymentKind.SHARE, state=PaymentState.PAID).aggregate(total=Sum("amount"))["total"]
    found = [
        Card(
            label="白名单在册",
            value=f"{sum(listed.values())}",
            note=f"项目{listed.get(EntryKind.PROJECT, 0)}个，研发企业{listed.get(EntryKind.RD, 0)}家",
        ),
        Card(label="累计放款", value=in_wan(loans["drawn_sum"]), note=f"{loans['contracts']}笔，{loans['enterprises']}家企业"),
        Card(label="贷款余额", value=in_wan(loans["left"]), note=f"其中逾期 {in_wan(loans['late']).amount:,.2f} 万元"),
        Card(label="已批未签约", value=in_wan(kept)),
        Card(label="已拨付贴息", value=in_wan(paid), note="市级和县级合计" if sees_all(member) else ""),
    ]
    return [*_size(member, on=on, version=version), *found, *risk_cards(member, drawn=loans["drawn_sum"] or ZERO, on=on)]


def _size(member: Member, *, on: date, version: VersionInForce | None) -> list[Card]:
    """Return the quotas beside the plan's minimum: reported, never a reason to refuse. Source: FP 1.3; D40."""
    quotas = quotas_visible_to(member).filter(in_force_on(on)).aggregate(total=Sum("amount"), banks=Count("bank", distinct=True))
    total = quotas["total"]
    if total is None:
        return []
    if not sees_all(member) or version is None:
        return [Card(label="生效额度", value=in_wan(total))]
    minimum = version.terms.fund.minimum_size
    note = f"{quotas['banks']}家银行；首期规模不低于{minimum / WAN / WAN:,.0f}亿元"
    return [Card(label="银行额度合计", value=in_wan(total), note=note, share=min(int(total * 100 / minimum), 100))]


def tables(member: Member) -> list[Table]:
    """Return loans by county and by bank; for who sees the whole fund."""
    if not sees_all(member):
        return []
    loans = loans_visible_to(member).filter(drawn__gt=0).order_by()
    by_district = loans.values("district__name").annotate(**_sums())
    by_bank = loans.values("bank__short_name").annotate(
        **_sums(), special=Sum("drawn", filter=Q(mode=Mode.SPECIAL)), trust=Sum("drawn", filter=Q(mode=Mode.TRUST))
    )
    heads = ("笔数", "累计放款", "余额", "其中逾期")
    districts = [Row(cells=(row["district__name"], *_figures(row))) for row in _largest_first(by_district)]
    banks = [
        Row(cells=(row["bank__short_name"], *_figures(row), in_wan(row["special"], unit=""), in_wan(row["trust"], unit="")))
        for row in _largest_first(by_bank)
    ]
    return [
        table("分县(市、区)（万元）", ("县(市、区)", *heads), districts, empty="暂无放款。"),
        table("分银行（万元）", ("银行", *heads, "其中专项贷款", "其中信托服务"), banks, empty="暂无放款。"),
    ]


def _largest_first(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(rows, key=lambda row: row["drawn_sum"], reverse=True)


def _sums() -> dict[str, Any]:
    return {"loans": Count("pk"), "drawn_sum": Sum("drawn"), "left": Sum(OUTSTANDING), "late": Sum("overdue")}


def _figures(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (row["loans"], *(in_wan(row[name], unit="") for name in ("drawn_sum", "left", "late")))
