"""A line opened: days × balance × rate, rounding, clause."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import BLANK, Badge, Exact, Money, Rate, Small, link_to
from common.admin.panels import Fact, Facts, Row, table
from common.admin.visible import VisibleAdmin
from common.dates import Period
from parties.models import Member
from subsidy.admin.settlements import SEEN_BY
from subsidy.models import Line
from subsidy.rules import accrual
from subsidy.selectors.segments import OpenedLine, open_line
from subsidy.selectors.visibility import lines_visible_to


def lines_listed(member: Member) -> QuerySet[Line]:
    """Return the lines the member may open, with all that lists and the page show."""
    return lines_visible_to(member).select_related("loan__policy_version", "loan__bank", "loan__enterprise")


@admin.register(Line)
class LineAdmin(VisibleAdmin):
    """One loan and quarter in a revision."""

    visible_to = staticmethod(lines_listed)
    seen_by = SEEN_BY
    columns = (
        "loan", Column("企业", lambda one: one.loan.enterprise, order="loan__enterprise__name", name="enterprise"),
        Column("银行", lambda one: one.loan.bank, order="loan__bank", name="bank"), "district",
        Column("季度", lambda one: f"{one.year}年第{one.quarter}季度", order="year", name="quarter"),
        "days", "bank_interest", "enterprise_interest", "settled", "subsidy",
    )  # fmt: skip
    search_fields = ("loan__contract_number", "loan__enterprise__name")
    linked_by = ("revision",)
    list_filter = ("district", "year", "quarter", "revision__settlement__mode", "revision__settlement__bank")
    ordering = ("-pk",)
    list_intro = "每条明细可展开到天数×余额×利率。已被新版次取代的明细仍保留可查。"

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Return no permissions for menus: lines are reached through their settlement."""
        return {}

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow the way from a settlement to its lines."""
        return lookup == "revision__id__exact" or super().lookup_allowed(lookup, value, request)  # type: ignore[arg-type]

    def heading(self, case: Line) -> str:
        """Return contract and quarter."""
        return f"{case.loan.contract_number} · {case.year}年第{case.quarter}季度贴息"

    def badges(self, case: Line) -> list[Badge]:
        """Return whether the line corrects an earlier quarter or has a flag."""
        settlement = case.revision.settlement
        own = (case.year, case.quarter) == (settlement.year, settlement.quarter)
        return [
            *([] if own else [Badge("以前季度调整", "warn")]),
            *([Badge("回报利率低于企业利率，贴息按零计", "warn")] if case.flags else []),
        ]

    def parts(self, request: HttpRequest, case: Line) -> list[Any]:
        """Return what the line says and how it comes about."""
        opened = open_line(case)
        return [head(request, opened), segments(opened), result(opened)]


def head(request: HttpRequest, opened: OpenedLine) -> Facts:
    """Return what the line is about and on what it rests."""
    line, settlement = opened.line, opened.line.revision.settlement
    ends = f"贴息止日 {line.earns_until}（不含）" if line.earns_until else ""
    if line.stopped_on:
        ends = f"{ends}；{line.stopped_on}起停止贴息"
    rows = (
        Fact("结算", link_to(request, settlement)),
        Fact("版次", f"第{line.revision.number}版"),
        Fact("贷款", link_to(request, line.loan)),
        Fact("企业", line.loan.enterprise.name),
        Fact("承担县(市、区)", line.district.name),
        Fact("结息期", f"{opened.period.from_on} 至 {opened.period.last_on}（首尾均含）"),
        Fact("贴息期限", ends),
        Fact("企业支付利率", Rate(opened.enterprise_rate)),
        Fact("贴息基数占余额比例", f"{opened.base_share * 100:.0f}%"),
        Fact("计息年天数", f"{opened.day_count}天"),
    )
    return Facts(title="基本情况", facts=rows, clause=", ".join(opened.clauses))


def segments(opened: OpenedLine) -> Any:
    """Return the days of the quarter cut where balance or rate changes, each with both exact interests."""
    rows: list[Any] = []
    for part in opened.segments:
        exact = accrual([part], enterprise_rate=opened.enterprise_rate, base_share=opened.base_share, day_count=opened.day_count)
        last_on = Period(part.from_on, part.until_on).last_on
        share = "" if opened.base_share == 1 else f" × {opened.base_share * 100:.0f}%"
        formula = Small(f"{part.days}天 × {part.balance:,.2f}元{share} × {_percent(part.bank_rate)} ÷ {opened.day_count}")
        cells = (
            part.from_on, last_on, part.days, Money(part.balance), Rate(part.bank_rate), formula, _exact(exact.bank),
            _exact(exact.enterprise),
        )  # fmt: skip
        rows.append(Row(cells=cells))
    heads = ("自", "至(含)", "天数", "正常本金余额", "银行回报利率", "算式（按回报利率）", "按回报利率计息", "按企业利率计息")
    total = accrual(opened.segments, enterprise_rate=opened.enterprise_rate, base_share=opened.base_share, day_count=opened.day_count)
    days = sum(part.days for part in opened.segments)
    foot = Row(cells=("合计", BLANK, days, BLANK, BLANK, Small("未四舍五入"), _exact(total.bank), _exact(total.enterprise)))
    note = "放款日计息，还款日不计息；逾期本金、到期后、首次放款满五年后及停止贴息后不计。"
    return table("分段计息：天数 × 余额 × 利率", heads, rows, foot=foot, note=note, clause="FP 1.4.1, D10, D11")


def _percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"


def _exact(amount: Fraction) -> Exact:
    """Return an exact sum with 6 places for reading; rounding happens once, below."""
    return Exact(Decimal(amount.numerator) / Decimal(amount.denominator))


def result(opened: OpenedLine) -> Facts:
    """Return both interests rounded once each, and the subsidy."""
    line = opened.line
    rows = [
        Fact("按回报利率计息", Money(line.bank_interest), "合计后四舍五入到分"),
        Fact("减：企业应付利息", Money(line.enterprise_interest), "合计后四舍五入到分"),
        Fact("应得贴息", Money(line.due), "两项之差，为负按零计"),
        Fact("减：此前已结算", Money(line.settled)),
        Fact("本条贴息", Money(line.subsidy)),
        Fact("核对", Badge("分段合计与明细一致", "good") if opened.ties else Badge("分段合计与明细不一致", "bad")),
    ]
    return Facts(title="结果", facts=rows, clause="FP 1.4.1, D11, D13")
