"""A bank's figures with the sums written out: what is added, divided and rounded, by which clause."""

from decimal import Decimal
from typing import Any

from common.admin.display_values import Cited, Money, Rate, Small, joined, percent
from common.admin.panels import Fact, Facts, Row, Table, table
from common.money import display
from policy.terms.model import Terms
from risk.admin.gauges import state_badge
from risk.breaker.rules import BankFigures, headroom
from risk.breaker.selectors import BankStanding
from risk.enums import BreakerState

HEADS = ("项目", "结果", "算式", "依据")
NONE_YET = "不适用（尚无放款）"


def figures(standing: BankStanding, *, since: Any = None) -> Facts:
    """Return where the bank stands, in short. Source: FP 1.5.3; D19, D20."""
    head, figures = standing.headroom, standing.figures
    rows = (
        Fact("状态", state_badge(head.state), f"自{since}起" if since else ""),
        Fact("坏账率", Rate(head.rate) if head.rate is not None else NONE_YET),
        Fact("累计放款", Money(figures.disbursed), "两种模式合计"),
        Fact("坏账净额", Money(head.net_bad_debt)),
        Fact("剩余可补偿金额", Money(head.cap_left), f"上限 {display(head.cap)} 元，已用 {display(figures.compensated)} 元"),
        Fact("逾期未认定坏账的本金", Money(standing.overdue)),
    )
    return Facts(title="当前状况", facts=rows, clause="FP 1.5.3, D19, D20")


def sums(standing: BankStanding, terms: Terms, *, apart: BankFigures) -> Table:
    """
    Return each figure with its sum; ``apart`` is the bank's position without debts exempt by the regulator's finding.

    Source: FP 1.5.3, FP 1.7; D19, D20, D33, D34.
    """
    lines = [
        *_rate(standing),
        *_limits(standing, terms),
        *_cap(standing, terms),
        *_room(standing, terms),
        *_reopening(standing, terms),
        *_regulators(terms, apart),
    ]
    note = "熔断期间照常受理新业务，暂停补偿；放款增加或款项追回后，由银行重新申请补偿。"
    return table("算式", HEADS, lines, clause="FP 1.5.3", note=note)


def _line(name: str, result: Any, formula: str, clause: str, *, state: BreakerState | None = None) -> Row:
    said: Any = Small(formula) if state is None else joined((Small(formula), state_badge(state)))
    return Row(cells=(name, result, said, Cited(clause)))


def _rate(standing: BankStanding) -> list[Row]:
    figures, head = standing.figures, standing.headroom
    net = f"认定坏账 {display(figures.bad_debt)} − 追偿收回 {display(figures.recovered)}（扣除费用），不低于零"
    rate = f"{display(head.net_bad_debt)} ÷ 累计放款 {display(figures.disbursed)}，按百分数向下取四位小数"
    return [
        _line("坏账净额", Money(head.net_bad_debt), net, "FP 1.5.3, D19"),
        _line(
            "坏账率", Rate(head.rate) if head.rate is not None else NONE_YET, rate if head.rate is not None else "", "FP 1.5.3, D19, D34"
        ),
    ]


def _limits(standing: BankStanding, terms: Terms) -> list[Row]:
    figures, radar = standing.figures, standing.radar
    net, drawn = display(standing.headroom.net_bad_debt), display(figures.disbursed)
    warning = f"{drawn} × {_percent(terms.risk.warning_rate)} − {net}；达到即警示，故须再少 0.01 元"
    breaker = f"{drawn} × {_percent(terms.risk.breaker_rate)} − {net}；超过才熔断"
    failed = f"（{net} + 逾期 {display(standing.overdue)}）÷ {drawn}"
    result = NONE_YET if radar.if_overdue_fails is None else Rate(radar.if_overdue_fails)
    return [
        _line("距警示线还可新增坏账", Money(radar.to_warning), warning, "FP 1.5.3, D19"),
        _line("距熔断线还可新增坏账", Money(radar.to_suspension), breaker, "FP 1.5.3, D19"),
        _line("逾期本金全部转为坏账后", result, failed, "FP 1.5.3, D19", state=radar.state_if_overdue_fails),
    ]


def _cap(standing: BankStanding, terms: Terms) -> list[Row]:
    figures, head = standing.figures, standing.headroom
    cap = f"{display(figures.disbursed)} × {_percent(terms.risk.compensation_cap_rate)}，向下舍到分"
    left = f"{display(head.cap)} − 已补偿 {display(figures.compensated)}（扣除已退回）"
    if head.state == BreakerState.SUSPENDED:
        left = "熔断期间暂停补偿，剩余可补偿金额按零计"
    return [
        _line("补偿上限", Money(head.cap), cap, "FP 1.5.3, D20, D33"),
        _line("剩余可补偿金额", Money(head.cap_left), left, "FP 1.5.3, D20"),
    ]


def _room(standing: BankStanding, terms: Terms) -> list[Row]:
    """Return what would make room where the cap is used up. Source: FP 1.5.3; D20."""
    figures, radar = standing.figures, standing.radar
    if figures.disbursed <= 0 or not radar.return_for_room:
        return []
    paid, drawn, rate = display(figures.compensated), display(figures.disbursed), _percent(terms.risk.compensation_cap_rate)
    back = f"已补偿 {paid} + 0.01 − 上限 {display(standing.headroom.cap)}"
    more = f"（{paid} + 0.01）÷ {rate} − {drawn}，向上进到分"
    return [
        _line("腾出额度：单靠退回", Money(radar.return_for_room), back, "FP 1.5.3, D20"),
        _line("腾出额度：单靠新增放款", Money(radar.disbursement_for_room), more, "FP 1.5.3, D20"),
    ]


def _reopening(standing: BankStanding, terms: Terms) -> list[Row]:
    if standing.headroom.state != BreakerState.SUSPENDED:
        return []
    figures, radar = standing.figures, standing.radar
    net, drawn, breaker = display(standing.headroom.net_bad_debt), display(figures.disbursed), _percent(terms.risk.breaker_rate)
    recovery, disbursement = f"{net} − {drawn} × {breaker}", f"{net} ÷ {breaker} − {drawn}，向上进到分"
    return [
        _line("恢复补偿：单靠追回", Money(radar.recovery_to_reopen), recovery, "FP 1.5.3, D19"),
        _line("恢复补偿：单靠新增放款", Money(radar.disbursement_to_reopen), disbursement, "FP 1.5.3, D19"),
    ]


def _regulators(terms: Terms, apart: BankFigures) -> list[Row]:
    """Return the regulator's figure: exempt debts left out, which still count in the fund's. Source: FP 1.7."""
    head = headroom(terms, apart)
    if head.rate is None:
        return []
    formula = f"{display(head.net_bad_debt)} ÷ {display(apart.disbursed)}；不计尽职免责的坏账，基金坏账率仍计入"
    return [_line("监管口径坏账率", Rate(head.rate), formula, "FP 1.7", state=head.state)]


def _percent(rate: Decimal) -> str:
    return percent(rate).replace(".00%", "%")
