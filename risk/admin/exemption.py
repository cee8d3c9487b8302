"""尽职免责: the checklist of a bad debt, the institution's conclusion, the regulator's finding apart, and each party's own rules."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Cited, Hash, Lines, Money, Small, joined, link_to
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, Table, facts, table
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from loans.selectors.visible import scope_of
from parties.access import SEES_ALL
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_on
from risk.admin.exemption_steps import EXEMPTION_STEPS_OFFERED, OPEN, RECORD_RULES
from risk.admin.gauges import state_badge
from risk.breaker.rules import headroom
from risk.breaker.selectors import bank_figures_of
from risk.enums import ExemptionState
from risk.models import DiligenceRules, Exemption, ExemptionItem
from risk.visibility import diligence_rules_visible_to, evidence_packs_visible_to, exemptions_visible_to

K = InstitutionKind
SEEN_BY = frozenset({*SEES_ALL, K.BANK})
RULES_SEEN_BY = frozenset({*SEEN_BY, K.GUARANTOR, K.FUND_MANAGER})
TONES = {ExemptionState.CHECKING: "busy", ExemptionState.CONCLUDED: "busy", ExemptionState.FOUND: "good"}


def exemptions_listed(member: Member) -> QuerySet[Exemption]:
    """Return the questions of exemption the member sees, with how many lines are answered."""
    answered = Count("items", filter=Q(items__is_fulfilled__isnull=False))
    return exemptions_visible_to(member).annotate(lines=Count("items"), answered=answered)


def verdict(exemption: Exemption) -> Badge | None:
    """Return whether it exempts, once both have spoken."""
    if exemption.state != ExemptionState.FOUND:
        return None
    return Badge("免责", "good") if exemption.is_exempt else Badge("不免责", "bad")


@admin.register(Exemption)
class ExemptionAdmin(VisibleAdmin):
    """One bad debt's question of diligence."""

    visible_to = staticmethod(exemptions_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        Column("贷款", lambda one: one.bad_debt.loan, order="bad_debt__loan__contract_number", name="loan"),
        Column("企业", lambda one: one.bad_debt.loan.enterprise, order="bad_debt__loan__enterprise__name", name="enterprise"),
        "institution", "state", Column("核查项目", lambda one: f"{one.answered}/{one.lines}", name="answered"), "opened_on",
        "concluded_on", "is_diligent", "found_on", Column("结果", verdict, order="is_exempt", name="verdict"),
    )  # fmt: skip
    search_fields = ("bad_debt__loan__contract_number", "bad_debt__loan__enterprise__name")
    list_filter = ("state", "institution", "is_exempt")
    ordering = ("-opened_on", "-id")
    case_related = ("bad_debt__loan__application__entry", "concluded_by__institution", "found_by__institution", "opened_by__institution")
    steps = EXEMPTION_STEPS_OFFERED
    new_steps = (OPEN,)
    list_intro = "机构结论和监管核查分别记录；免责的不纳入监管考核，仍计入基金坏账。依据《实施方案》一(七)。"

    def opening_scope(self, case: Exemption) -> dict[str, Any]:
        """Return bank, county and enterprise of the loan."""
        return {"scope": scope_of(case.bad_debt.loan)}

    def badges(self, case: Exemption) -> list[Badge]:
        """Return where it stands, and what came of it."""
        found = verdict(case)
        return [Badge(case.get_state_display(), TONES[ExemptionState(case.state)]), *([found] if found else [])]

    def parts(self, request: HttpRequest, case: Exemption) -> list[Any]:
        """Return what it is about, the checklist, both judgements, and the packs."""
        return [
            about(request, case),
            checklist(request, case),
            conclusion(request, case),
            finding(request, case),
            effect(case),
            packs(request, case),
        ]

    def preview(self, request: HttpRequest, case: Exemption, step: Step) -> list[Any]:
        """Return what the conclusion and the finding are about."""
        shown = {
            "answer": [about(request, case)],
            "conclude": [about(request, case), checklist(request, case)],
            "find": [checklist(request, case), conclusion(request, case)],
        }
        return shown.get(step.name, [])


def about(request: HttpRequest, exemption: Exemption) -> Facts:
    """Return the bad debt and the rules that apply."""
    debt = exemption.bad_debt
    rows = (
        Fact("坏账", link_to(request, debt)),
        Fact("贷款", link_to(request, debt.loan)),
        Fact("企业", link_to(request, debt.loan.enterprise)),
        Fact("机构", exemption.institution.name),
        Fact("坏账本金", Money(debt.principal)),
        Fact("认定日期", debt.recognised_on),
        Fact("适用制度", f"{exemption.rules.name} {exemption.rules.document_number}"),
        Fact("发起", joined((exemption.opened_on, link_to(request, exemption.opened_by)))),
    )
    return Facts(title="基本情况", facts=rows, clause="FP 1.7")


def checklist(request: HttpRequest, exemption: Exemption) -> Table:
    """Return the checklist: what is asked by which clause, what the system recorded, what was found."""
    items = exemption.items.select_related("answered_by__institution")
    rows = [
        (_answer(one), one.wording, Cited(one.clause), Small(one.facts), one.remark, link_to(request, one.answered_by)) for one in items
    ]
    heads = ("结论", "核查内容", "条款", f"系统记录（截至 {exemption.opened_on} 发起时）", "核查情况", "核查人")
    return table("尽职核查表", heads, rows, clause="FP 1.7")


def _answer(item: ExemptionItem) -> Badge:
    if item.is_fulfilled is None:
        return Badge("待核查", "busy")
    return Badge("符合", "good") if item.is_fulfilled else Badge("不符合", "bad")


def conclusion(request: HttpRequest, exemption: Exemption) -> Facts | None:
    """Return what the institution concluded; ``None`` before."""
    if exemption.concluded_on is None:
        return None
    names = ("is_diligent", "is_gross_negligence", "is_intent", "opinion", "concluded_on", "concluded_by")
    return facts(request, exemption, "机构结论", *names, clause="FP 1.7", note="由未经办该笔贷款的委员会成员作出。")


def finding(request: HttpRequest, exemption: Exemption) -> Facts | None:
    """Return what the regulator found, apart; ``None`` before."""
    if exemption.found_on is None:
        return None
    names = ("is_evidence_sufficient", "finding", "found_document_number", "found_on", "found_by")
    return facts(request, exemption, "监管核查", *names, clause="FP 1.7")


def effect(exemption: Exemption) -> Facts | None:
    """Return the bank's figure of the fund and that of the regulator side by side; ``None`` unless exempt. Source: FP 1.7; D19."""
    if not exemption.is_exempt:
        return None
    terms, bank = version_on(timezone.localdate()).terms, exemption.institution
    rows = []
    for label, apart in (("基金口径坏账率", False), ("监管口径坏账率", True)):
        figures = bank_figures_of(bank, without_exempt=apart)
        head = headroom(terms, figures)
        rate = "不适用" if head.rate is None else f"{head.rate * 100:.4f}%"
        rows.append(Fact(label, Lines((rate, state_badge(head.state))), f"{head.net_bad_debt:,.2f} ÷ {figures.disbursed:,.2f}"))
    return Facts(title="考核口径", facts=rows, clause="FP 1.7, D19", note="免责的坏账不纳入监管考核，仍计入基金坏账率、警示和熔断。")


def packs(request: HttpRequest, exemption: Exemption) -> Table:
    """Return the packs handed out, each with its digest."""
    found = evidence_packs_visible_to(acting_member(request)).filter(exemption=exemption).select_related("built_by__institution")
    rows = [
        (link_to(request, one, "打开"), one.built_at, link_to(request, one.built_by), f"{one.size:,} 字节", Hash(one.sha256))
        for one in found
    ]
    return table("证据包", ("证据包", "生成时间", "生成人", "大小", "SHA-256"), rows, clause="FP 1.7", empty="尚未生成证据包。")


def rules_listed(member: Member) -> QuerySet[DiligenceRules]:
    """Return the rules the member sees."""
    return diligence_rules_visible_to(member)


@admin.register(DiligenceRules)
class DiligenceRulesAdmin(VisibleAdmin):
    """Each party's own exemption rules."""

    visible_to = staticmethod(rules_listed)
    seen_by = RULES_SEEN_BY
    columns = ("institution", "name", "document_number", "effective_on")
    shows = ("institution", "name", "document_number", "effective_on", "recorded_by")
    list_filter = ("institution",)
    ordering = ("institution", "-effective_on")
    new_steps = (RECORD_RULES,)
    list_intro = "各方应建立本单位的尽职免责制度。依据《实施方案》一(七)。"
