"""Imported lists in two steps: checked first, entered after; every faulty row with column and what to do."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge, Money
from common.admin.forms import ReasonForm
from common.admin.panels import Fact, facts, table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.transition_forms import offered
from common.admin.visible import VisibleAdmin
from common.queueing import queue
from parties.enums import InstitutionKind
from parties.models import Member
from whitelist.admin.forms import ListForm, NotesForm, ReadingForm
from whitelist.admin.import_panels import differences_panel, files_panel, notes_panel, problems_panel, reading_panels
from whitelist.enums import ImportState, RowOutcome
from whitelist.import_transitions import IMPORT_STEP
from whitelist.models import ImportFile
from whitelist.selectors.imports import changed_after_listing, imports_visible_to
from whitelist.services.differences import settle_differences
from whitelist.services.intake import commit_list, discard_list
from whitelist.services.large_lists import take_list
from whitelist.services.readings import confirm_reading
from whitelist.tasks import check_import, mark_faults

IMPORTERS = allowed_for(InstitutionKind.CITY_SCIENCE, InstitutionKind.CITY_INDUSTRY)
SHOWN = 300
TONES = {
    ImportState.RECEIVED: "busy",
    ImportState.ASKED: "warn",
    ImportState.UNREADABLE: "bad",
    ImportState.CHECKED: "warn",
    ImportState.COMMITTED: "good",
    ImportState.DISCARDED: "plain",
}


def imports_listed(member: Member) -> QuerySet[ImportFile]:
    """Return what the member sees, with who brought it."""
    return imports_visible_to(member).select_related("checked_by__institution", "committed_by__institution")


def state_of(file: ImportFile) -> Badge:
    """Return where the file stands."""
    return Badge(file.get_state_display(), TONES[ImportState(file.state)])


def _check(context: StepContext) -> ImportFile:
    file = context.given["file"]
    given = {"kind": context.given["kind"], "filename": file.name, "content": file.read(), "as_of": context.given["as_of"]}
    return take_list(**given, actor=context.member, at=context.at, work=partial(queue, check_import), mark=partial(queue, mark_faults))


def _confirm_reading(context: StepContext) -> ImportFile:
    return confirm_reading(import_id=context.obj.public_id, work=partial(queue, check_import), **context.answers)


@admin.register(ImportFile)
class ImportFileAdmin(VisibleAdmin):
    """Lists of the tax bureau and of other support."""

    visible_to = staticmethod(imports_listed)
    seen_by = frozenset(
        {InstitutionKind.CITY_SCIENCE, InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, InstitutionKind.FUND_OFFICE}
    )
    is_case = True
    columns = ("filename", "kind", Column("状态", state_of, order="state"), "rows", "accepted", "refused", "checked_by", "checked_at")
    list_filter = ("kind", "state")
    search_fields = ("filename",)
    ordering = ("-checked_at",)
    new_steps = (
        Step(
            name="check",
            label="导入名单",
            who=IMPORTERS,
            form=ListForm,
            run=_check,
            clause="FP 1.6.1(2)",
            sentence="名单较大的，接收后在后台核对，进度在文件页面显示。",
            done="名单已接收，请查看核对结果后入库。",
        ),
    )
    steps = (
        offered(IMPORT_STEP["confirm_reading"], who=IMPORTERS, run=_confirm_reading, base=ReadingForm),
        offered(
            IMPORT_STEP["commit"],
            who=IMPORTERS,
            run=lambda context: commit_list(import_id=context.obj.public_id, **context.answers),
            base=NotesForm,
        ),
        Step(
            name="settle-differences",
            label="差异已处理",
            who=IMPORTERS,
            form=ReasonForm,
            when=lambda file: file.state == ImportState.COMMITTED and file.differences.filter(settled_at__isnull=True).exists(),
            run=lambda context: settle_differences(
                import_id=context.obj.public_id, remark=context.given["reason"], actor=context.member, at=context.at
            ),
            clause="D12",
            sentence="现有信息保持不变；确需更正的，请先在企业页面办理。",
        ),
        offered(
            IMPORT_STEP["discard"], who=IMPORTERS, run=lambda context: discard_list(import_id=context.obj.public_id, **context.answers)
        ),
    )
    list_intro = "名单分两步导入：先核对，列出每一行的问题；确认后无误的行入库。"

    def badges(self, case: ImportFile) -> list[Badge]:
        """Return where the file stands."""
        return [state_of(case)]

    def preview(self, request: HttpRequest, case: ImportFile, step: Step) -> list[Any]:
        """Return how the list is read, or the credit codes to compare, above the form that confirms them."""
        if step.name == "confirm-reading":
            return reading_panels(case)
        if step.name == "settle-differences":
            return [differences_panel(request, case)]
        return [notes_panel(case)] if step.name == "commit" else []

    def parts(self, request: HttpRequest, case: ImportFile) -> list[Any]:
        """Return the counts, the faulty rows, and figures that changed after listing."""
        if case.state == ImportState.ASKED:
            said = Fact("状态", "文件有多个工作表，或金额不以元为单位：请核对下列读法并确认，确认前不保存任何数据行。")
            return [
                facts(request, case, "核对结果", "kind", said, "checked_by", "checked_at", "sha256"),
                *reading_panels(case),
                files_panel(case, has_faults=False),
            ]
        if case.state in (ImportState.RECEIVED, ImportState.UNREADABLE):
            is_read = case.state == ImportState.RECEIVED
            said = Fact("进度", f"正在核对，已读取 {case.read_count:,} 行，请稍后刷新本页。") if is_read else Fact("原因", case.failure)
            return [facts(request, case, "核对结果", "kind", said, "checked_by", "checked_at", "sha256")]
        labels = dict(RowOutcome.choices)
        outcome = [
            Fact(labels.get(name, {"new": "新增", "unchanged": "无变化"}.get(name, name)), count) for name, count in case.outcomes.items()
        ]
        head = facts(
            request, case, "核对结果", "kind", "as_of", "rows", "accepted", "refused", *outcome, "checked_by", "checked_at", "committed_by",
            "committed_at",
            *(("reading_confirmed_by", "reading_confirmed_at") if case.reading else ()),
            "sha256",
        )  # fmt: skip
        faults = list(case.problems.all()[:SHOWN])
        problems = problems_panel(faults, most=SHOWN)
        changed = [
            (one.name, one.credit_code, one.year, Money(one.previous_rd_expense), Money(one.rd_expense))
            for one in changed_after_listing(case)[:SHOWN]
        ]
        heads = ("企业", "统一社会信用代码", "年度", "变更前研发费用", "变更后研发费用")
        shown = [
            head,
            differences_panel(request, case),
            files_panel(case, has_faults=bool(faults)),
            *(reading_panels(case) if case.reading else ()),
            problems,
        ]
        return [*shown, table("列入后数据变更（需人工研究）", heads, changed)] if changed else shown
