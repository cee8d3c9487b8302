"""The statement of an account for any period: what stood there before, every entry with its case and clause, what stands there after."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.apps import apps
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from common.admin.columns import Column
from common.admin.display_values import BLANK, Cited, Money, link_to, list_of, page_of
from common.admin.export import MAX_ROWS, TOO_MANY_ROWS, spreadsheet
from common.admin.forms import DayInput, StepForm
from common.admin.panels import Fact, Facts, Row, Table, table
from common.admin.visible import VisibleAdmin
from common.dates import SUPPOSED, Period
from ledger.models import Account, Entry
from ledger.selectors import Statement, statement

ON_SCREEN = 500
EXPORT = "xlsx"
HEADS = ("记账日", "摘要", "发生额", "余额", "类别", "相关事项", "依据", "起息日")


class PeriodForm(StepForm):
    """A period of days of posting, both ends included."""

    from_on = DayInput(days=SUPPOSED, label="自")
    last_on = DayInput(days=SUPPOSED, label="至(含)")

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        given = super().clean() or {}
        if given.get("from_on") and given.get("last_on") and given["from_on"] > given["last_on"]:
            self.add_error("last_on", "止日不得早于起日。")
        return given


def statement_page(request: HttpRequest, account: Account, *, today: date, shared: dict[str, Any]) -> HttpResponse:
    """Show the account's statement for the period asked for, this year's at first; or give it out as a spreadsheet."""
    asked = request.GET if "from_on" in request.GET else {"from_on": today.replace(month=1, day=1), "last_on": today}
    form = PeriodForm(asked)
    panels: list[Any] = []
    if form.is_valid():
        last_on = form.cleaned_data["last_on"]
        found = statement(account, Period(form.cleaned_data["from_on"], last_on + timedelta(days=1)))
        if request.GET.get("as") == EXPORT and len(found.lines) <= MAX_ROWS:
            return _workbook(request, found)
        if request.GET.get("as") == EXPORT:
            messages.error(request, TOO_MANY_ROWS.format(count=len(found.lines), most=MAX_ROWS))
        panels = [_sums(found), _lines(request, found)]
    context = shared | {
        "title": "对账单",
        "heading": f"{account} 对账单",
        "back": page_of(account),
        "list_url": list_of(Account),
        "account": account,
        "form": form,
        "panels": panels,
        "spans": [(label, f"?from_on={first}&last_on={last}") for label, first, last in _spans(today)],
        "export": f"?{request.GET.urlencode()}&as={EXPORT}"
        if "from_on" in request.GET
        else f"?from_on={asked['from_on']}&last_on={today}&as={EXPORT}",
    }
    return TemplateResponse(request, "case/statement.html", context)


def _spans(today: date) -> list[tuple[str, date, date]]:
    """Return the periods people ask for most."""
    month, year = today.replace(day=1), today.replace(month=1, day=1)
    quarter = today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)
    last_year = year - timedelta(days=1)
    return [
        ("本月", month, today),
        ("本季", quarter, today),
        ("本年", year, today),
        ("上年", last_year.replace(month=1, day=1), last_year),
    ]


def _sums(found: Statement) -> Facts:
    came_in = sum((line.amount for line in found.lines if line.amount > 0), start=found.opening * 0)
    went_out = sum((line.amount for line in found.lines if line.amount < 0), start=found.opening * 0)
    rows = (
        Fact("期间", f"{found.period.from_on} 至 {found.period.last_on}（按记账日，首尾均含）"),
        Fact("期初余额", Money(found.opening)),
        Fact("收入合计", Money(came_in)),
        Fact("支出合计", Money(went_out)),
        Fact("期末余额", Money(found.closing), f"{len(found.lines)}笔"),
    )
    note = "期初余额 + 收入合计 + 支出合计 = 期末余额；记账从不倒签，过去期间的对账单不会变动。"
    return Facts(title="汇总", facts=rows, note=note)


def _lines(request: HttpRequest, found: Statement) -> Table:
    shown = found.lines[:ON_SCREEN]
    cases = cases_of(request, [line.entry for line in shown])
    rows: list[Any] = [Row(cells=(BLANK, "期初余额", Money(None), Money(found.opening), *[BLANK] * 4))]
    rows += [
        (
            line.entry.posted_on,
            link_to(request, line.entry, line.entry.description),
            Money(line.amount),
            Money(line.balance),
            line.entry.get_kind_display(),
            cases.get(line.entry.pk),
            Cited(line.entry.clause),
            line.entry.value_on,
        )
        for line in shown
    ]
    foot = Row(cells=(BLANK, "期末余额", BLANK, Money(found.closing), *[BLANK] * 4))
    cut = f"仅列出前{ON_SCREEN}笔，全部请导出Excel或缩短期间。" if len(found.lines) > ON_SCREEN else ""
    return table("明细", HEADS, rows, foot=foot, note=cut or "金额正为收入，负为支出。")


def cases_of(request: HttpRequest, entries: Iterable[Entry]) -> dict[int, Any]:
    """Return a link to what each entry books, as far as the person may see it: one query per kind of case, however many entries."""
    wanted: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        wanted[entry.object_type].append(entry)
    found: dict[int, Any] = {}
    for kind, booked in wanted.items():
        page = admin.site._registry.get(apps.get_model(kind))
        if not isinstance(page, VisibleAdmin) or not page.has_view_permission(request):
            continue
        rows = page.get_queryset(request).filter(public_id__in=[entry.object_id for entry in booked])
        links = {str(row.public_id): link_to(request, row) for row in rows}
        found |= {entry.pk: links.get(entry.object_id) for entry in booked}
    return found


def _workbook(request: HttpRequest, found: Statement) -> HttpResponse:
    opening: tuple[Any, ...] = (None, "期初余额", None, Money(found.opening), None, None, None)
    closing: tuple[Any, ...] = (None, "期末余额", None, Money(found.closing), None, None, None)
    lines = [
        (
            line.entry.posted_on,
            line.entry.description,
            Money(line.amount),
            Money(line.balance),
            line.entry.get_kind_display(),
            Cited(line.entry.clause),
            line.entry.value_on,
        )
        for line in found.lines
    ]
    heads = [head for head in HEADS if head != "相关事项"]
    columns = [Column(head, lambda row, place=place: row[place]) for place, head in enumerate(heads)]
    name = f"statement-{found.account.pk}-{found.period.from_on:%Y%m%d}-{found.period.last_on:%Y%m%d}.xlsx"
    return spreadsheet(request, f"{found.account} 对账单", columns, [opening, *lines, closing], filename=name, what=Account)


def statement_url(account: Account) -> str:
    """Return the address of an account's statement."""
    return reverse("admin:ledger_account_statement", args=[account.pk])
