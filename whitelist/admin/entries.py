"""Entries: lists, the page with checks, opinions and limits, drafting."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, Link, Money, page_of
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, checks_table, facts, table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.visible import VisibleAdmin
from documents.requirements import words_of
from parties.enums import InstitutionKind
from parties.models import Member
from policy.selectors.versions import version_for
from whitelist.admin.forms import DraftNewForm, DraftProjectForm
from whitelist.admin.steps import BULK_STEPS, CASE_STEPS
from whitelist.enums import EntryKind
from whitelist.limits import RdExpenseMissing
from whitelist.models import Entry
from whitelist.papers import ENTRY_PAPERS
from whitelist.published import COLUMNS, FACTS, FILTERS, OUTCOME, reads_published_only, told_as_published
from whitelist.selectors.caps import limit_of_enterprise, limit_of_project
from whitelist.selectors.entries import consulted_institutions, entries_visible_to
from whitelist.services.drafting import draft_newly_registered_entry, draft_project_entry

SEEN_BY = frozenset(InstitutionKind.values) - {InstitutionKind.GUARANTOR, InstitutionKind.CONTRIBUTOR}


def entries_listed(member: Member) -> QuerySet[Entry]:
    """Return what the member sees, with all that lists show."""
    return entries_visible_to(member).select_related("enterprise", "project", "district", "batch", "policy_version")


def _draft_project(context: StepContext) -> Entry:
    given = dict(context.given)
    return draft_project_entry(project_id=given.pop("project").public_id, actor=context.member, at=context.at, **given)


def _draft_new(context: StepContext) -> Entry:
    return draft_newly_registered_entry(actor=context.member, at=context.at, **context.given)


NEW_STEPS = (
    Step(
        name="project",
        label="代填项目申请",
        who=allowed_for(InstitutionKind.COUNTY_INDUSTRY),
        form=DraftProjectForm,
        run=_draft_project,
        clause="FP 1.6.1(1)",
        sentence="县级工信部门可代企业填报，提交时须附企业委托书。",
    ),
    Step(
        name="newly-registered",
        label="代填新注册企业申请",
        who=allowed_for(InstitutionKind.COUNTY_INDUSTRY),
        form=DraftNewForm,
        run=_draft_new,
        clause="FP 1.6.1(2)",
        sentence="新注册企业参照项目做法申请。",
    ),
)


def eligible(entry: Entry) -> Badge | None:
    """Return the verdict of the checks."""
    if entry.is_eligible is None:
        return None
    return Badge("符合", "good") if entry.is_eligible else Badge("不符合", "bad")


@admin.register(Entry)
class EntryAdmin(VisibleAdmin):
    """Candidates and listed projects and enterprises."""

    visible_to = staticmethod(entries_listed)
    seen_by = SEEN_BY
    is_case = True
    columns = (
        Column("项目或企业", str, order="project__name", name="subject"),
        "kind",
        "enterprise",
        "district",
        "list_year",
        "state",
        Column("条件核对", eligible, order="is_eligible"),
        "submitted_on",
        "published_on",
        Column("批次", lambda one: f"{one.batch.year}年第{one.batch.number}批" if one.batch else None, order="batch", name="batch"),
    )
    shows = (
        "kind", "route", "enterprise", "project", "district", "list_year", "policy_version", "submitted_on", "decided_on",
        "is_newly_registered", "last_year_rd_expense", "holds_technical_upgrade_subsidy", "other_technology_credit", "drafted_by",
    )  # fmt: skip
    papers = tuple(word for _, word in words_of(ENTRY_PAPERS))
    search_fields = ("enterprise__name", "enterprise__credit_code", "project__name", "project__code")
    list_filter = ("kind", "state", "route", "list_year", "district", "is_eligible")
    linked_by = ("batch",)
    date_hierarchy = "published_on"  # the day of the application is not everybody's
    ordering = ("-id",)
    case_related = ("enterprise", "project", "district", "batch", "policy_version", "drafted_by__institution", "drafted_by__enterprise")
    steps = CASE_STEPS
    bulk_steps = BULK_STEPS
    new_steps = NEW_STEPS

    def columns_for(self, request: HttpRequest) -> list[Column]:
        """Return the columns; of what is not published none to lenders."""
        every = super().columns_for(request)
        return [one for one in every if one.__name__ in COLUMNS] if reads_published_only(acting_member(request)) else every

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Return the filters; by what is not published none to lenders."""
        every = zip(self.list_filter, super().get_list_filter(request), strict=True)
        only = reads_published_only(acting_member(request))
        return [made for name, made in every if name in FILTERS or not only]

    def first_panel(self, request: HttpRequest, case: Entry) -> Facts:
        """Return the entry's own fields, to lenders those that are published."""
        return facts(request, case, "基本情况", *(FACTS if reads_published_only(acting_member(request)) else self.shows))

    def parts(self, request: HttpRequest, case: Entry) -> list[Any]:
        """Return the outcome, the checks as stored, the opinions and the limits; to lenders what is published of them."""
        title = "条件核对（按提交时情况留存）"
        if reads_published_only(acting_member(request)):
            checks = checks_table(title, [told_as_published(check) for check in case.checks], empty="提交时核对。")
            return [outcome(request, case, OUTCOME), checks, limits(case, is_published=True)]
        note = "" if case.is_eligible is not False else "存在不符合项，不得发布。"
        checks = checks_table(title, case.checks, empty="提交时核对。", note=note)
        return [outcome(request, case, (*OUTCOME, "return_reason")), checks, opinions(case), limits(case)]


def outcome(request: HttpRequest, entry: Entry, told: Sequence[str]) -> Facts | None:
    """Return what became of the entry, of what the reader is told; ``None`` while nothing has."""
    names = [name for name in told if getattr(entry, name)]
    batch = [Fact("批次", Link(str(entry.batch), page_of(entry.batch)))] if entry.batch else []
    if not names and not batch:
        return None
    return facts(request, entry, "认定与发布", *batch, *names, clause="FP 1.1.3, 1.6.1")


def opinions(entry: Entry) -> Any:
    """Return the consulted bureaus' opinions, those still missing in the present round named."""
    given = list(entry.opinions.select_related("institution", "recorded_by"))
    rows: list[Any] = [
        (
            f"第{one.round}轮",
            one.institution.name,
            Badge(one.get_verdict_display(), "good" if one.verdict == "agree" else "bad"),
            one.document_number,
            one.given_on,
            one.remark,
        )
        for one in given
    ]
    if entry.state == "consultation":
        answered = {one.institution_id for one in given if one.round == entry.consultation_round}
        waiting = [body for body in consulted_institutions(entry.kind) if body.pk not in answered]
        rows += [(f"第{entry.consultation_round}轮", body.name, Badge("待回复", "warn"), None, None, "") for body in waiting]
    return table(
        "征求意见",
        ("轮次", "单位", "意见", "文号", "日期", "说明"),
        rows,
        clause="FP 1.1.3",
        empty="尚未征求意见。",
        note="未回复不视为同意。",
    )


def limits(entry: Entry, *, is_published: bool = False) -> Facts | None:
    """Return how much may be lent by the entry's version; the figure it was made from only where the way to the list is read."""
    if entry.policy_version is None:
        return None
    terms = version_for(entry.policy_version).terms
    if entry.kind == EntryKind.PROJECT and entry.project is not None:
        limit = limit_of_project(entry.project, terms)
        shown = (
            Fact("投资总额", Money(entry.project.total_investment)),
            Fact("单个项目放款上限", Money(limit.max_total)),
            Fact("其中固定资产投资贷款上限", Money(limit.max_fixed_asset)),
            Fact("其中流动资金贷款上限", Money(limit.max_working_capital)),
        )
        return Facts(title="额度上限", facts=shown, clause="FP 1.2.1", note="各银行、各模式合并计算；占用情况见融资申请和贷款。")
    try:
        rd = limit_of_enterprise(entry.enterprise, terms, entry=entry)
    except RdExpenseMissing as missing:
        return Facts(title="额度上限", facts=(), clause="FP 1.2.2", note=missing.message)
    expense = [] if is_published else [Fact("上年度研发费用", Money(entry.last_year_rd_expense))]
    shown = [*expense, Fact("单家企业放款上限", Money(rd.max_total))]
    return Facts(title="额度上限", facts=shown, clause="FP 1.2.2", note="各银行、各模式合并计算。")
