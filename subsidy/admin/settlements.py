"""Settlements: sums, county shares, lines, payments, objections, revisions."""

from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet, Value
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import BLANK, Badge, Hash, Link, Money, link_to, list_of, page_of, value_of
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, Row, table
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from common.money import ZERO
from parties.access import SEES_ALL
from parties.disclosure import Party
from parties.enums import COUNTY_KINDS, InstitutionKind
from parties.models import Member
from parties.reading import party_of
from subsidy.admin.steps import NEW_SETTLEMENT, RECONCILE, SETTLEMENT_STEPS_OFFERED
from subsidy.enums import SettlementState
from subsidy.models import Line, Settlement, Share
from subsidy.selectors.freshness import is_outdated
from subsidy.selectors.visibility import (
    lines_visible_to,
    objections_visible_to,
    payments_visible_to,
    reconciliations_visible_to,
    revisions_visible_to,
    settlements_visible_to,
    shares_visible_to,
)

SEEN_BY = frozenset({*SEES_ALL, *COUNTY_KINDS, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})
SHOWN = 100
STATE_TONES = {"draft": "warn", "confirmed": "busy", "reviewed": "busy", "filed": "busy", "paid": "good"}


def settlements_listed(member: Member) -> QuerySet[Settlement]:
    """Return what the member sees; each with the sums that are the member's to see (a county's are its own share)."""
    settlements = settlements_visible_to(member)
    own = Prefetch("current__shares", queryset=shares_visible_to(member), to_attr="seen_shares")
    return settlements.prefetch_related(own).annotate(tells_paid_on=Value(party_of(member) != Party.COUNTY))


def state_of(settlement: Settlement) -> Badge:
    """Return where a settlement stands."""
    return Badge(settlement.get_state_display(), STATE_TONES[settlement.state])


def _sum(name: str) -> Any:
    """Return a column's value: the sum of the shares that the member sees."""
    return lambda one: Money(sum((getattr(share, name) for share in one.current.seen_shares), ZERO)) if one.current else None


@admin.register(Settlement)
class SettlementAdmin(VisibleAdmin):
    """What the treasuries owe one bank for one quarter in one mode."""

    visible_to = staticmethod(settlements_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        Column("结算", lambda one: f"{one.year}年第{one.quarter}季度", order="year", name="title"),
        "bank", "mode", Column("状态", state_of, order="state"),
        Column("贴息合计", _sum("subsidy"), name="money_subsidy"),
        Column("市级承担", _sum("city"), name="money_city"),
        Column("县级承担", _sum("county"), name="money_county"),
        "record_number", Column("拨付完成日期", lambda one: one.paid_on if one.tells_paid_on else None, name="paid_on"),
    )  # fmt: skip
    list_filter = ("state", "mode", "bank", "year", "quarter")
    search_fields = ("record_number", "bank__name")
    ordering = ("-year", "-quarter", "bank", "mode")
    steps = (*SETTLEMENT_STEPS_OFFERED, RECONCILE)
    new_steps = (NEW_SETTLEMENT,)
    papers = (("结算单", "结算单"), ("备案文件", "备案文件"), ("拨付文件", "拨付文件"))
    case_related = ("confirmed_by__institution", "reviewed_by__institution", "filed_by__institution")
    list_intro = "每家银行每季度每种模式一份结算，每季末月21日自动生成。县级部门看到本县(市、区)承担的部分。"

    def badges(self, case: Settlement) -> list[Badge]:
        """Return where the settlement stands, and whether it is out of date."""
        stale = case.state == SettlementState.DRAFT and case.current is not None and is_outdated(case)
        return [state_of(case), *([Badge("有新登记的变动，待重新计算", "warn")] if stale else [])]

    def preview(self, request: HttpRequest, case: Settlement, step: Step) -> list[Any]:
        """Return the sums, the shares and the hash that is confirmed."""
        member = acting_member(request)
        shown = revisions_visible_to(member).filter(pk=case.current_id or 0).first()
        digest = Facts(title="版次摘要", facts=[Fact("SHA-256", Hash(shown.sha256))]) if shown is not None else None
        return [sums(case, member), shares(case, member), digest]

    def parts(self, request: HttpRequest, case: Settlement) -> list[Any]:
        """Return sums, shares, lines, payments, objections, revisions and reconciliations, cut to what the member sees."""
        member = acting_member(request)
        return [
            head(case, member),
            sums(case, member),
            shares(case, member),
            lines(request, case, member),
            payments(request, case, member),
            objections(request, case, member),
            revisions(case, member),
            reconciliations(request, case, member),
        ]


def head(settlement: Settlement, member: Member) -> Facts:
    """Return period and steps taken; a county is not told the day, which may be that of another county's payment."""
    last_on = settlement.period.last_on
    rows = (
        Fact("银行", settlement.bank.name),
        Fact("出资模式", settlement.get_mode_display()),
        Fact("结息期", f"{settlement.from_on} 至 {last_on}（{settlement.period.days}天，首尾均含）"),
        Fact("确认", _who(settlement.confirmed_by, settlement.confirmed_on)),
        Fact("审核", _who(settlement.reviewed_by, settlement.reviewed_on)),
        Fact("备案", _who(settlement.filed_by, settlement.filed_on)),
        Fact("备案号", settlement.record_number),
        Fact("拨付完成日期", None if party_of(member) == Party.COUNTY else settlement.paid_on),
    )
    return Facts(title="结算", facts=rows, clause="FP 1.6.4")


def _who(member: Member | None, day: Any) -> str:
    return f"{day} {member.party}" if member is not None else ""


def sums(settlement: Settlement, member: Member) -> Facts | None:
    """Return the sums of the current revision; a county has only its own share, below."""
    revision = revisions_visible_to(member).filter(pk=settlement.current_id or 0).first()
    if revision is None:
        return None
    rows = (
        Fact("按回报利率计息", Money(revision.bank_interest), f"{revision.line_count}笔贷款"),
        Fact("减：企业应付利息", Money(revision.enterprise_interest), "按企业支付利率"),
        Fact("本期贴息", Money(revision.subsidy), "逐笔计算后合计，单笔为负按零计"),
        Fact("加：以前季度调整", Money(revision.adjustments), f"{revision.adjustment_count}条调整明细"),
        Fact("加：上期结转", Money(revision.carried_in)),
        Fact("减：结转下期", Money(revision.carried_out)),
        Fact("应拨付合计", Money(revision.total)),
        Fact("其中市级承担", Money(revision.city)),
        Fact("其中县级承担", Money(revision.county)),
    )
    return Facts(title=f"结算金额（第{revision.number}版）", facts=rows, clause="FP 1.4.1")


def shares(settlement: Settlement, member: Member) -> Any:
    """Return what city and each county bear, with what is carried."""
    found = list(shares_visible_to(member).filter(revision=settlement.current_id or 0).order_by("district__code"))
    rows = [_share(one) for one in found]
    names = ("subsidy", "carried_in", "city", "county", "carried_out")
    total = [Money(sum((getattr(one, name) for one in found), ZERO)) for name in names]
    count = sum(one.line_count for one in found)
    foot = Row(cells=("合计", BLANK, count, *total)) if len(found) > 1 else None
    heads = ("县(市、区)", "县级比例", "明细数", "贴息合计(含调整)", "上期结转", "市级承担", "县级承担", "结转下期")
    note = "按县(市、区)合计后分担，县级向零舍去，尾差由市级承担；合计为负的结转下一次结算。"
    return table("市县分担", heads, rows, foot=foot, clause="FP 1.4.1", note=note)


def _share(share: Share) -> Row:
    amounts = [Money(getattr(share, name)) for name in ("subsidy", "carried_in", "city", "county", "carried_out")]
    return Row(cells=(share.district.name, f"{share.county_share * 100:.0f}%", share.line_count, *amounts))


def lines(request: HttpRequest, settlement: Settlement, member: Member) -> Any:
    """Return the first lines with the way to all; each opens to its segments."""
    found = lines_visible_to(member).filter(revision=settlement.current_id or 0).order_by("pk")
    rows = [_line(request, one, settlement) for one in found[:SHOWN]]
    heads = ("贷款合同", "企业", "县(市、区)", "季度", "计息天数", "按回报利率计息", "企业应付利息", "此前已结算", "贴息", "计算过程")
    more = ("全部明细", list_of(Line, revision__id__exact=settlement.current_id)) if settlement.current_id else None
    note = f"仅列出前{SHOWN}条。" if len(rows) == SHOWN else ""
    return table("结算明细", heads, rows, more=more, note=note, clause="FP 1.4.1", empty="本期没有明细。")


def _line(request: HttpRequest, line: Line, settlement: Settlement) -> Row:
    own = (line.year, line.quarter) == (settlement.year, settlement.quarter)
    quarter = f"{line.year}年第{line.quarter}季度" if own else Badge(f"调整 {line.year}年第{line.quarter}季度", "warn")
    amounts = [Money(getattr(line, name)) for name in ("bank_interest", "enterprise_interest", "settled", "subsidy")]
    loan = link_to(request, line.loan)
    return Row(cells=(loan, line.loan.enterprise.name, line.district.name, quarter, line.days, *amounts, Link("展开分段", page_of(line))))


def payments(request: HttpRequest, settlement: Settlement, member: Member) -> Any:
    """Return one payment per payer, with what may be done."""
    rows = [
        (
            link_to(request, one, one.payer.name),
            one.get_kind_display(),
            one.payee.name,
            Money(one.amount),
            value_of(one, "state"),
            one.paid_on,
            one.voucher,
        )
        for one in payments_visible_to(member).filter(settlement=settlement).order_by("kind", "pk")
    ]
    heads = ("付款方", "类别", "收款方", "金额", "状态", "付款日期", "凭证号")
    return table("拨付", heads, rows, clause="FP 1.6.4", empty="备案后生成各付款方的应付金额。")


def objections(request: HttpRequest, settlement: Settlement, member: Member) -> Any:
    """Return the counties' objections."""
    found = objections_visible_to(member).filter(settlement=settlement)
    rows = [
        (link_to(request, one, one.district.name), value_of(one, "state"), one.reason, one.raised_at, one.answer, one.resolved_at)
        for one in found
    ]
    return table("县级异议", ("县(市、区)", "状态", "理由", "提出时间", "答复", "处理时间"), rows, empty="无异议。")


def revisions(settlement: Settlement, member: Member) -> Any:
    """Return every revision with its hash."""
    found = revisions_visible_to(member).filter(settlement=settlement).order_by("-number")
    rows = [
        (
            Badge(f"第{one.number}版", "good" if one.pk == settlement.current_id else "plain"),
            one.computed_at,
            one.reason or "初次计算",
            Money(one.total),
            Hash(one.sha256),
        )
        for one in found
    ]
    heads = ("版次", "计算时间", "原因", "应拨付合计", "版次摘要（SHA-256）")
    return table("版次", heads, rows, note="确认以版次摘要为准；重新计算生成新版次，原版次不改。") if rows else None


def reconciliations(request: HttpRequest, settlement: Settlement, member: Member) -> Any:
    """Return the bank's files against this settlement."""
    found = reconciliations_visible_to(member).filter(settlement=settlement)
    rows = [(link_to(request, one), one.get_state_display(), one.row_count, one.checked_at, one.committed_at) for one in found]
    return table("银行对账", ("文件", "状态", "数据行数", "校验时间", "入库时间"), rows, empty="银行尚未提交对账数据。")
