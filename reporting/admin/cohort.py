"""A figure of response rates opened to its applications, on screen and as a file."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.widgets import SELECT_CLASSES

from common.admin.columns import Column
from common.admin.display_values import Badge, Small, joined, link_to
from common.admin.export import MAX_ROWS, spreadsheet
from common.admin.extension_points import acting_member
from common.admin.panels import Fragment, table
from common.enums import Mode, Size
from loans.enums import RefusalReason
from loans.models import Application
from loans.selectors.visible import applications_visible_to
from parties.models import Institution
from reporting.enums import COUNTED, ModeScope, Outcome, SizeScope
from reporting.models import ResponseYear
from reporting.response_rates.selectors.cohort import LISTING_LABELS, CohortRow, Listing, Page, cohort
from reporting.response_rates.selectors.statistics import Cell
from reporting.visibility import RateReach

PER_PAGE = 100
HEADS = ("融资申请", "银行", "模式", "规模", "提交", "期满", "批复", "达到放款条件", "统计结果", "说明")
TONES = {Outcome.IN_TIME: "good", Outcome.LATE: "bad", Outcome.REFUSED: "bad", Outcome.UNMET: "bad", Outcome.NOT_MATURED: "busy"}


class CohortAsked(forms.Form):
    """Which figure is opened; a reader is offered what is within reach alone."""

    year = forms.ModelChoiceField(label="年度", queryset=ResponseYear.objects.none(), to_field_name="year", empty_label=None)
    bank = forms.ModelChoiceField(label="银行", queryset=Institution.objects.none(), required=False, empty_label="全基金")
    mode = forms.ChoiceField(label="模式", choices=ModeScope.choices)
    size = forms.ChoiceField(label="企业范围", choices=SizeScope.choices)
    listing = forms.ChoiceField(label="内容", choices=list(LISTING_LABELS.items()))
    page = forms.IntegerField(min_value=1, max_value=100_000, required=False, widget=forms.HiddenInput)
    export = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, years: QuerySet[ResponseYear], reach: RateReach) -> None:
        newest = years.order_by("-year").first()
        first = {
            "year": newest.year if newest else "",
            "bank": reach.bank_id or "",
            "mode": reach.modes[0].value,
            "size": SizeScope.ALL.value,
        }
        super().__init__(first | {"listing": Listing.EVERY.value} | (data.dict() if data else {}))
        fields: Any = self.fields
        fields["year"].queryset = years
        banks = Institution.objects.filter(applications__submitted_on__isnull=False).distinct().order_by("code")
        fields["bank"].queryset = banks if reach.bank_id is None else Institution.objects.filter(pk=reach.bank_id)
        if reach.bank_id is not None:
            fields["bank"].empty_label, fields["bank"].required = None, True
        fields["mode"].choices = [(mode.value, mode.label) for mode in reach.modes]
        for name in ("year", "bank", "mode", "size", "listing"):
            fields[name].widget.attrs["class"] = " ".join(SELECT_CLASSES)

    @property
    def cell(self) -> Cell:
        """Return the cell asked for."""
        bank, given = self.cleaned_data["bank"], self.cleaned_data
        return Cell(bank.pk if bank else None, ModeScope(given["mode"]), SizeScope(given["size"]))

    def found(self, *, limit: int | None, offset: int = 0) -> Page:
        """Return the applications asked for."""
        given = self.cleaned_data
        return cohort(given["year"], self.cell, given["listing"], as_of=timezone.localdate(), limit=limit, offset=offset)


def cohort_panels(request: HttpRequest, asked: CohortAsked) -> list[Any]:
    """Return the form and the applications it asks for."""
    if not asked.is_valid():
        return [Fragment(title="查询条件", template="reporting/cohort_asked.html", context={"asked": asked})]
    number = asked.cleaned_data["page"] or 1
    found = asked.found(limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    context = {"asked": asked, "pages": _pages(request, number, found.count), "export": _address(request, export="1", page=None)}
    member = acting_member(request)
    cases = applications_visible_to(member).in_bulk([row.application_id for row in found.rows])
    rows = [_row(request, row, cases.get(row.application_id)) for row in found.rows]
    label = LISTING_LABELS[asked.cleaned_data["listing"]]
    listed = table(f"{label}：{found.count}", HEADS, rows, clause="FP 1.6.5, D8", empty="没有符合条件的申请。")
    return [Fragment(title="查询条件", template="reporting/cohort_asked.html", context=context), listed]


def _row(request: HttpRequest, row: CohortRow, case: Application | None) -> tuple[Any, ...]:
    return (
        joined((link_to(request, case) if case is not None else row.number, Small(row.enterprise))),
        row.bank,
        Mode(row.mode).label,
        Size(row.enterprise_size).label,
        row.submitted_on,
        row.due_on,
        _dated(row.decided_on, row.to_decision),
        _dated(row.conditions_met_on, row.to_conditions),
        Badge(row.outcome.label, TONES.get(row.outcome, "plain")),
        reason_of(row),
    )


def _dated(on: Any, days: int | None) -> Any:
    return "" if on is None else joined((on, Small(f"第{days}个工作日")))


def reason_of(row: CohortRow) -> str:
    """Return why an application counts as it does, beyond its dates."""
    if row.outcome == Outcome.REFUSED and row.refusal_reason:
        return str(RefusalReason(row.refusal_reason).label)
    if row.outcome == Outcome.WITHDRAWN:
        return f"{row.withdrawn_on}撤回：{row.withdrawal_reason}" if row.withdrawal_reason else f"{row.withdrawn_on}撤回"
    if row.is_dated_back:
        return f"{row.conditions_recorded_on}补录：{row.conditions_late_reason}"
    return ""


FILE_COLUMNS = (
    Column("申请编号", lambda row: row.number), Column("企业", lambda row: row.enterprise), Column("银行", lambda row: row.bank),
    Column("模式", lambda row: Mode(row.mode).label), Column("规模", lambda row: Size(row.enterprise_size).label),
    Column("提交日期", lambda row: row.submitted_on), Column("期满日", lambda row: row.due_on),
    Column("批复日期", lambda row: row.decided_on), Column("批复用时(工作日)", lambda row: row.to_decision),
    Column("达到放款条件日期", lambda row: row.conditions_met_on),
    Column("达到放款条件用时(工作日)", lambda row: row.to_conditions), Column("撤回日期", lambda row: row.withdrawn_on),
    Column("统计结果", lambda row: row.outcome.label), Column("是否计入", lambda row: "是" if row.outcome in COUNTED else "否"),
    Column("说明", reason_of),
)  # fmt: skip


def cohort_file(request: HttpRequest, asked: CohortAsked) -> HttpResponse:
    """Return the applications asked for as a spreadsheet, at most as many as any export holds."""
    found = asked.found(limit=MAX_ROWS)
    year = asked.cleaned_data["year"].year
    name = f"responserates-{year}-{timezone.localdate():%Y%m%d}.xlsx"
    return spreadsheet(request, f"{year}年度响应率申请明细", FILE_COLUMNS, found.rows, filename=name, what=ResponseYear)


def _pages(request: HttpRequest, number: int, count: int) -> list[tuple[str, str]]:
    last = max(1, -(-count // PER_PAGE))
    found = []
    if number > 1:
        found.append(("上一页", _address(request, page=str(number - 1))))
    if number < last:
        found.append(("下一页", _address(request, page=str(number + 1))))
    return found


def _address(request: HttpRequest, **changed: str | None) -> str:
    query = request.GET.copy()
    for name, value in changed.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"
