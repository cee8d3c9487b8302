"""Claims: examined or recovered first, shared, paid under breaker and cap, recovered and returned."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Lines, Money, Small, joined, link_to, list_of
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, facts
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from common.fields import MoneyField
from loans.selectors.visible import scope_of
from parties.models import Member
from policy.admin.deadlines import deadline_facts, left
from risk.admin import money_panels as money
from risk.admin import sharing_panels as sharing
from risk.admin.claim_steps import CLAIM_STEPS_OFFERED
from risk.admin.papers import checklist
from risk.admin.queue import queue_panels
from risk.admin.shared import SEEN_BY, claim_state
from risk.claims.rules.sharing import clause_of
from risk.enums import ClaimKind, ClaimPaper
from risk.models import Claim, Payment
from risk.visibility import claims_visible_to

SHOWS = ("number", "loan", "loan__enterprise", "bank", "bad_debt", "kind", "amount", "opened_on", "opened_by")
ELSEWHERE = ("id", "public_id", "state", "deadline", "needs_reapplication")  # as badges, in the panel of the term
PROGRESS = tuple(field.name for field in Claim._meta.concrete_fields if field.name not in (*SHOWS, *ELSEWHERE))  # what steps have filled in
PEOPLE = tuple(field.name for field in Claim._meta.concrete_fields if field.related_model is Member)
WITH_SHARES = ("accept", "propose-payment", "release", "return-payment")


def claims_listed(member: Member) -> QuerySet[Claim]:
    """Return what the member sees, each with what was paid of it."""
    paid = Payment.objects.filter(claim=OuterRef("pk")).order_by().values("claim").annotate(total=Sum("amount")).values("total")
    return claims_visible_to(member).select_related("loan__district").annotate(paid_sum=Subquery(paid, output_field=MoneyField()))


def term(claim: Claim) -> Badge | None:
    """Return what is left of the examination's term."""
    return left(claim.deadline) if claim.deadline else None


def whose(claim: Claim) -> Lines:
    """Return the enterprise whose loan it is, and the bank that claims."""
    return joined((claim.loan.enterprise, Small(claim.bank.short_name)))


def way(claim: Claim) -> Any:
    """Return mode and workflow in short."""
    kind = "先补偿" if claim.kind == ClaimKind.RD else "先追偿"
    return joined((kind, Small(claim.loan.get_mode_display())))


def dates(claim: Claim) -> Any:
    """Return when the claim was handed in and, once it is, from when it is payable."""
    return joined((claim.opened_on, Small(f"{claim.payable_on} 可付"))) if claim.payable_on else claim.opened_on


def standing(claim: Claim) -> Any:
    """Return the state, with the mark of a claim that waits for the bank to apply anew."""
    marked = reapply(claim)
    return joined((claim_state(claim), marked)) if marked else claim_state(claim)


def reapply(claim: Claim) -> Badge | None:
    """Return the mark of a claim that breaker or cap holds back."""
    return Badge("待重新申请", "warn") if claim.needs_reapplication else None


@admin.register(Claim)
class ClaimAdmin(VisibleAdmin):
    """Claims in both workflows."""

    visible_to = staticmethod(claims_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        "number", Column("企业和银行", whose, order="loan__enterprise__name", name="enterprise"),
        Column("办理方式", way, order="kind"),
        Column("申请金额", lambda one: Money(one.amount), order="amount", name="money_amount"),
        Column("已支付", lambda one: Money(one.paid_sum), order="paid_sum", name="money_paid"),
        Column("状态", standing, order="state"), Column("提交日期", dates, order="opened_on", name="opened_on"),
        Column("审核期限", term, order="deadline__due_on", name="deadline"),
    )  # fmt: skip
    exported = (
        "number", Column("企业", lambda one: one.loan.enterprise), "loan__enterprise__credit_code", "bank", "loan", "loan__district",
        "loan__mode", "loan__category", "loan__security", "kind", "amount", Column("已支付", lambda one: Money(one.paid_sum)), "state",
        "needs_reapplication", "opened_on", Column("审核到期日", lambda one: one.deadline.due_on if one.deadline else None), "reviewed_on",
        "certified_on", "payable_on", "split_on", "paid_on", "ended_on",
    )  # fmt: skip
    shows = SHOWS
    papers = ((ClaimPaper.SUPPLEMENT.value, ClaimPaper.SUPPLEMENT.label),)
    search_fields = ("number", "loan__contract_number", "loan__enterprise__name", "loan__enterprise__credit_code", "evidence_number")
    list_filter = ("state", "kind", "bank", "loan__mode", "loan__category", "loan__district", "needs_reapplication")
    date_hierarchy = "opened_on"
    ordering = ("-id",)
    case_related = (
        "loan__application__entry", "loan__district", "loan__policy_version", "loan__guarantee__guarantor", "bad_debt__classification",
        "bad_debt__loan", "reviewer", *(f"{name}__institution" for name in PEOPLE),
    )  # fmt: skip
    steps = CLAIM_STEPS_OFFERED
    list_intro = "银行在坏账页面提交补偿申请或启动追偿；研发贷款先补偿后追偿，项目贷款先追偿、认定损失后分担。"

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return the way to the queues."""
        return [("支付队列", reverse("admin:risk_claim_queue"))]

    def first_panel(self, request: HttpRequest, case: Claim) -> Facts:
        """Return the claim with the county whose treasury takes part."""
        return facts(request, case, "基本情况", *self.shows, Fact("县(市、区)", link_to(request, case.loan.district)))

    def opening_scope(self, case: Claim) -> dict[str, Any]:
        """Return bank, county and enterprise of the case."""
        return {"scope": scope_of(case.loan)}

    def heading(self, case: Claim) -> str:
        """Return number and enterprise."""
        return f"{case.number} · {case.loan.enterprise.name}"

    def badges(self, case: Claim) -> list[Badge]:
        """Return the state, and whether the bank has to apply anew."""
        return [badge for badge in (claim_state(case), reapply(case)) if badge is not None]

    def preview(self, request: HttpRequest, case: Claim, step: Step) -> list[Any]:
        """Return what is confirmed: the claim, and above the review and the money its papers, its sharing and its limit."""
        head = facts(request, case, "申请", "number", "loan", "loan__enterprise", "bank", "amount", "evidence_number")
        if step.name == "certify" or step.name == "propose-loss":
            return [head, checklist(request, case.bad_debt)]
        if step.name not in WITH_SHARES:
            return [head]
        fixed = case.shares
        shown = [head, sharing.sharing(request, case, fixed)]
        if step.name == "accept":
            return [*shown, checklist(request, case.bad_debt)]
        return [*shown, money.limits(request, case, money.standing_shown(case))]

    def parts(self, request: HttpRequest, case: Claim) -> list[Any]:
        """Return the way so far, the sharing, the money and the papers."""
        fixed = case.shares
        standing = money.standing_shown(case)
        done = [name for name in PROGRESS if getattr(case, name)]
        clause = clause_of(mode=case.loan.mode, category=case.loan.category)
        return [
            deadline_facts("审核期限", case.deadline),
            facts(request, case, "办理经过", *done, clause=clause) if done else None,
            sharing.basis(request, case),
            sharing.sharing(request, case, fixed),
            money.limits(request, case, standing),
            money.paid(request, case),
            money.counted_recoveries(request, case),
            money.shared_back(case, standing),
            money.returns(request, case),
            money.entries(request, case),
            sharing.wording(case),
            checklist(request, case.bad_debt),
        ]

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the queues."""
        return [path("queue/", self.admin_site.admin_view(self.queue_view), name="risk_claim_queue"), *super().get_urls()]

    def queue_view(self, request: HttpRequest) -> HttpResponse:
        """Show each bank's queue in the order of payment, and what holds each claim."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        panels = queue_panels(request, self.get_queryset(request), member=acting_member(request), on=timezone.localdate())
        context = self.admin_site.each_context(request) | {
            "title": "补偿支付队列",
            "opts": self.model._meta,
            "kind": self.model._meta.verbose_name,
            "heading": "补偿支付队列",
            "badges": [],
            "steps": [],
            "panels": panels,
            "list_url": list_of(Claim),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "case/page.html", context)
