"""What settlement shows on the pages of lower apps: a loan's lines and payments, a rate's decision."""

from typing import Any

from django.http import HttpRequest

from common.admin.display_values import BLANK, Badge, Link, Money, page_of
from common.admin.extension_points import acting_member
from common.admin.panels import Row, facts, table
from common.money import ZERO
from loans.models import Loan
from policy.models import ReturnRate
from subsidy.models import Settlement
from subsidy.selectors.visibility import lines_visible_to


def of_loan(request: HttpRequest, loan: Loan) -> Any:
    """Return the loan's lines in current revisions, newest first, with where their settlement stands."""
    current = Settlement.objects.filter(current__isnull=False).values("current")
    found = lines_visible_to(acting_member(request)).filter(loan=loan, revision__in=current).order_by("-year", "-quarter", "-pk")
    rows = [_row(request, one) for one in found]
    total = sum((one.subsidy for one in found), ZERO)
    foot = Row(cells=("合计", BLANK, BLANK, BLANK, BLANK, Money(total), BLANK)) if rows else None
    heads = ("季度", "结算", "计息天数", "按回报利率计息", "企业应付利息", "贴息", "计算过程")
    return table("贴息明细", heads, rows, foot=foot, clause="FP 1.4.1", empty="尚未结算。")


def _row(request: HttpRequest, line: Any) -> Row:
    settlement = line.revision.settlement
    own = (line.year, line.quarter) == (settlement.year, settlement.quarter)
    quarter = f"{line.year}年第{line.quarter}季度"
    where = Link(f"{settlement}（{settlement.get_state_display()}）", page_of(settlement))
    cells = (
        quarter if own else Badge(f"调整 {quarter}", "warn"),
        where,
        line.days,
        Money(line.bank_interest),
        Money(line.enterprise_interest),
        Money(line.subsidy),
        Link("展开分段", page_of(line)),
    )
    return Row(cells=cells)


def of_return_rate(request: HttpRequest, rate: ReturnRate) -> Any:
    """Return the decision that put the rate into force."""
    decision = getattr(rate, "decision", None)
    if decision is None:
        return None
    return facts(request, decision, "综合利率决定", "fixed_asset", "rd", "decided_on", "weights_given", clause="FP 1.4.2")
