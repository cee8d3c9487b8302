"""熔断与风险雷达: where each bank stands before warning and suspension, how that comes about, and the renewed application."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import BLANK, Badge, Money, Rate, link_to, page_of, value_of
from common.admin.export import spreadsheet
from common.admin.extension_points import acting_member
from common.admin.forms import ReasonForm
from common.admin.panels import Fragment, Row, Table, table
from common.admin.steps import Step, allowed_for
from common.admin.visible import VisibleAdmin
from common.money import ZERO
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_on
from policy.terms.model import Terms
from risk.admin import sums
from risk.admin.gauges import Gauge, cap_gauge, rate_gauge, scale_of, state_badge
from risk.breaker.selectors import BankStanding, bank_figures_of, standing_of_bank, standings
from risk.claims.selectors.queue import queued
from risk.claims.services.payments import reapply_for_compensation
from risk.claims.transitions import WAITING_FOR_MONEY
from risk.enums import BreakerState, MoneyStep
from risk.models import BankRisk, BreakerChange, Claim, Reapplication
from risk.visibility import (
    bad_debts_visible_to,
    bank_risks_visible_to,
    banks_visible_to,
    breaker_changes_visible_to,
    claims_visible_to,
    reapplications_visible_to,
)

SEEN_BY = frozenset({*SEES_ALL, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER})
SEVERITY = (BreakerState.SUSPENDED, BreakerState.WARNING, BreakerState.NORMAL, BreakerState.NO_DATA)
SHOWN = 50
EVIDENCE = ("rate", "disbursed", "bad_debt", "recovered", "compensated")
EXPORTED = (
    Column("银行", lambda one: one.bank.name),
    Column("状态", lambda one: state_badge(one.headroom.state)),
    Column("坏账率", lambda one: Rate(one.headroom.rate)),
    Column("累计放款", lambda one: Money(one.figures.disbursed)),
    Column("认定坏账", lambda one: Money(one.figures.bad_debt)),
    Column("追偿收回", lambda one: Money(one.figures.recovered)),
    Column("坏账净额", lambda one: Money(one.headroom.net_bad_debt)),
    Column("距警示线", lambda one: Money(one.radar.to_warning)),
    Column("距熔断线", lambda one: Money(one.radar.to_suspension)),
    Column("逾期本金", lambda one: Money(one.overdue)),
    Column("逾期全部转坏账后坏账率", lambda one: Rate(one.radar.if_overdue_fails)),
    Column("补偿上限", lambda one: Money(one.headroom.cap)),
    Column("已补偿", lambda one: Money(one.figures.compensated)),
    Column("剩余可补偿金额", lambda one: Money(one.headroom.cap_left)),
    Column("恢复补偿还需追回", lambda one: Money(one.radar.recovery_to_reopen)),
    Column("恢复补偿还需新增放款", lambda one: Money(one.radar.disbursement_to_reopen)),
)


class ReapplyForm(ReasonForm):
    """Why compensation may go on."""

    def prepare(self) -> None:
        """Say what the reason should tell."""
        self.fields["reason"].label = "申请理由"
        self.fields["reason"].help_text = "请写明放款增加或款项追回的情况；申请连同当时的数据一并留存。"


REAPPLY = Step(
    name="reapply",
    label="重新申请补偿",
    who=allowed_for(InstitutionKind.BANK),
    may=lambda member, risk: member.institution_id == risk.bank_id,
    when=lambda risk: risk.has_held_back,
    form=ReapplyForm,
    run=lambda context: reapply_for_compensation(bank_id=context.obj.bank.public_id, actor=context.member, at=context.at, **context.given),
    clause="FP 1.5.3, D20",
    sentence="对因熔断或补偿上限未付清的补偿重新提出申请；有可补偿余额时按排队顺序支付。",
    tone="main",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RadarRow:
    """One bank of the radar."""

    standing: BankStanding
    state: Badge
    rate: Gauge
    cap: Gauge
    url: str


def bank_risks_listed(member: Member) -> QuerySet[BankRisk]:
    """Return what the member sees, each with whether something is held back until the bank applies anew."""
    held_back = Claim.objects.filter(bank=OuterRef("bank"), state__in=WAITING_FOR_MONEY, needs_reapplication=True)
    return bank_risks_visible_to(member).annotate(has_held_back=Exists(held_back))


def radar_of(member: Member, *, on: date, terms: Terms) -> list[RadarRow]:
    """Return the banks the member sees, the worst first. Source: FP 1.5.3; D19, D20."""
    found = standings(banks_visible_to(member).order_by("code"), on=on)
    pages = {risk.bank_id: page_of(risk) for risk in bank_risks_visible_to(member)}
    scale = scale_of(found, terms)
    rows = [
        RadarRow(
            standing=one,
            state=state_badge(one.headroom.state),
            rate=rate_gauge(one, terms, scale=scale),
            cap=cap_gauge(one),
            url=pages.get(one.bank.pk, ""),
        )
        for one in found
    ]
    return sorted(rows, key=lambda row: (SEVERITY.index(row.standing.headroom.state), -(row.standing.headroom.rate or ZERO)))


@admin.register(BankRisk)
class BankRiskAdmin(VisibleAdmin):
    """The radar over all banks, and one bank opened to its sums."""

    visible_to = staticmethod(bank_risks_listed)
    seen_by = SEEN_BY
    columns = ("bank", "state", "since_on")
    change_list_template = "risk/radar.html"
    steps = (REAPPLY,)
    list_intro = (
        "按危险程度排列。色条为坏账率，浅色为逾期本金全部转为坏账后增加的部分，竖线为警示线和熔断线；"
        "右侧为补偿上限的使用情况。点开银行可查看算式和依据。"
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the banks side by side."""
        member, today = acting_member(request), timezone.localdate()
        radar = radar_of(member, on=today, terms=version_on(today).terms) if self.has_view_permission(request) else []
        context = {"title": "风险雷达", "radar": radar}
        return super().changelist_view(request, context | (extra_context or {}))

    def file_of(self, request: HttpRequest, rows: QuerySet[Any], *, part: int = 0) -> HttpResponse:
        """Return the radar, which has a row for each bank, as a spreadsheet."""
        today = timezone.localdate()
        found = standings(banks_visible_to(acting_member(request)).order_by("code"), on=today)
        return spreadsheet(request, "风险雷达", EXPORTED, found, filename=f"bankrisk-{today:%Y%m%d}.xlsx", what=BankRisk)

    def heading(self, case: BankRisk) -> str:
        """Return the bank's name."""
        return f"{case.bank.name} 熔断与风险雷达"

    def badges(self, case: BankRisk) -> list[Badge]:
        """Return the state as last evaluated."""
        return [state_badge(case.state)]

    def parts(self, request: HttpRequest, case: BankRisk) -> list[Any]:
        """Return where the bank stands, the sums, what they are made of, and how the state changed."""
        member, today = acting_member(request), timezone.localdate()
        terms, standing = version_on(today).terms, standing_of_bank(case.bank, on=today)
        return [
            sums.figures(standing, since=case.since_on if case.state == standing.headroom.state else None),
            gauges(standing, terms),
            sums.sums(standing, terms, apart=bank_figures_of(case.bank, without_exempt=True)),
            queue(request, case, member),
            bad_debts(request, case, member),
            changes(request, case, member),
            reapplications(request, case, member),
        ]

    def preview(self, request: HttpRequest, case: BankRisk, step: Step) -> list[Any]:
        """Return the figures that the application will carry, and what waits for it."""
        standing = standing_of_bank(case.bank, on=timezone.localdate())
        return [sums.figures(standing), queue(request, case, acting_member(request))]


def gauges(standing: BankStanding, terms: Terms) -> Fragment:
    """Return both bars of one bank. Source: FP 1.5.3; D19, D20."""
    rate = "不适用" if standing.headroom.rate is None else Rate(standing.headroom.rate)
    drawn = [
        ("坏账率", rate, rate_gauge(standing, terms, scale=scale_of([standing], terms))),
        ("补偿上限已用", Money(standing.figures.compensated), cap_gauge(standing)),
    ]
    note = "浅色为逾期本金全部转为坏账后增加的部分。"
    return Fragment(title="雷达", template="risk/gauges.html", context={"gauges": drawn}, clause="FP 1.5.3", note=note)


def queue(request: HttpRequest, risk: BankRisk, member: Member) -> Table:
    """Return the claims that wait for money, in the order in which they are paid. Source: D20."""
    waiting = queued(claims_visible_to(member).filter(bank=risk.bank))
    rows = [
        (
            link_to(request, one),
            link_to(request, one.loan),
            one.loan.enterprise.name,
            Money(one.amount),
            value_of(one, "state"),
            one.payable_on,
            Badge("待重新申请", "warn") if one.needs_reapplication else "按顺序支付",
        )
        for one in waiting[:SHOWN]
    ]
    heads = ("补偿申请", "贷款", "企业", "本金损失", "状态", "可支付日期", "支付安排")
    return table("排队待支付", heads, rows, clause="FP 1.5.3, D20", empty="没有排队待支付的补偿。")


def bad_debts(request: HttpRequest, risk: BankRisk, member: Member) -> Table:
    """Return the bad debts that the rate is made of, with what came back of each. Source: FP 1.5.3; D19."""
    back = Sum("recoveries__net", filter=Q(recoveries__step=MoneyStep.CHECKED))
    found = list(bad_debts_visible_to(member).filter(bank=risk.bank).annotate(back=back).order_by("recognised_on", "id"))
    rows = [
        (
            link_to(request, one, str(one.loan)),
            one.loan.enterprise.name,
            one.recognised_on,
            Money(one.principal),
            Money(one.back or ZERO),
            Money(one.principal - (one.back or ZERO)),
        )
        for one in found
    ]
    total, returned = sum((one.principal for one in found), ZERO), sum((one.back or ZERO for one in found), ZERO)
    foot = Row(cells=("合计", BLANK, BLANK, Money(total), Money(returned), Money(total - returned))) if rows else None
    heads = ("贷款", "企业", "认定日期", "坏账本金", "追偿收回净额", "净额")
    return table("坏账构成", heads, rows, foot=foot, clause="FP 1.5.3, D19", empty="没有认定坏账。", folded=len(rows) > SHOWN)


def changes(request: HttpRequest, risk: BankRisk, member: Member) -> Table:
    """Return every change of state with the figures it rests on. Source: FP 1.5.3; D19."""
    found = breaker_changes_visible_to(member).filter(bank=risk.bank)
    rows = [
        (
            link_to(request, one, str(one.changed_on)),
            state_badge(one.before),
            state_badge(one.after),
            one.get_cause_display(),
            *(value_of(one, name) for name in EVIDENCE),
        )
        for one in found[:SHOWN]
    ]
    heads = ("日期", "原状态", "新状态", "起因", "坏账率", "累计放款", "坏账本金", "追偿收回", "已补偿")
    return table("状态变化", heads, rows, clause="FP 1.5.3, D19", empty="状态没有变化过。")


def reapplications(request: HttpRequest, risk: BankRisk, member: Member) -> Table:
    """Return the bank's renewed applications. Source: FP 1.5.3; D20."""
    found = reapplications_visible_to(member).filter(bank=risk.bank)
    rows = [(link_to(request, one, str(one.applied_on)), one.reason, Rate(one.rate), Money(one.cap_left)) for one in found[:SHOWN]]
    return table("重新申请补偿", ("日期", "理由", "当时坏账率", "当时剩余可补偿"), rows, clause="FP 1.5.3, D20", empty="没有重新申请过。")


def changes_listed(member: Member) -> QuerySet[BreakerChange]:
    """Return the changes of state the member sees."""
    return breaker_changes_visible_to(member)


@admin.register(BreakerChange)
class BreakerChangeAdmin(VisibleAdmin):
    """Changes of state with their evidence."""

    visible_to = staticmethod(changes_listed)
    seen_by = SEEN_BY
    columns = (
        "changed_on", "bank", Column("原状态", lambda one: state_badge(one.before), order="before"),
        Column("新状态", lambda one: state_badge(one.after), order="after"), "cause", *EVIDENCE[:-1],
    )  # fmt: skip
    shows = ("bank", "changed_on", "changed_at", "cause", *EVIDENCE)
    list_filter = ("bank", "after", "cause")
    ordering = ("-changed_at", "-id")
    list_intro = "每次状态变化连同当时的数据一并记录，不得更改。依据《实施方案》一(五)3。"

    def badges(self, case: BreakerChange) -> list[Badge]:
        """Return from which state to which."""
        return [state_badge(case.before), state_badge(case.after)]

    def parts(self, request: HttpRequest, case: BreakerChange) -> list[Any]:
        """Return the way to the bank's page."""
        risk = bank_risks_visible_to(acting_member(request)).filter(bank=case.bank).first()
        return [table("当前状况", ("银行", "状态"), [(link_to(request, risk, case.bank.name), state_badge(risk.state))])] if risk else []


def reapplications_listed(member: Member) -> QuerySet[Reapplication]:
    """Return the renewed applications the member sees."""
    return reapplications_visible_to(member)


@admin.register(Reapplication)
class ReapplicationAdmin(VisibleAdmin):
    """Renewed applications for compensation."""

    visible_to = staticmethod(reapplications_listed)
    seen_by = SEEN_BY
    columns = ("applied_on", "bank", "rate", "cap_left", "disbursed", "bad_debt", "recovered", "compensated")
    shows = ("bank", "applied_on", "applied_by", "reason", "cap_left", *EVIDENCE)
    list_filter = ("bank",)
    ordering = ("-applied_at", "-id")
    list_intro = "熔断或补偿上限使补偿未能付清的，银行在放款增加或款项追回后重新申请，按排队顺序支付。依据《实施方案》一(五)3。"

    def parts(self, request: HttpRequest, case: Reapplication) -> list[Any]:
        """Return the way to the bank's page."""
        risk = bank_risks_visible_to(acting_member(request)).filter(bank=case.bank).first()
        return [table("当前状况", ("银行", "状态"), [(link_to(request, risk, case.bank.name), state_badge(risk.state))])] if risk else []
