"""Days off: the official notices, the provisional years, and entering a notice."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin import Badge, Column, CountInput, DayInput, Do, LongText, Step, StepForm, VisibleAdmin, by, table
from common.dates import PAPERS
from parties.models import Member
from policy.access import KEEPERS
from policy.models import CalendarNotice, DeadlineChange
from policy.notices import MakeupDay, OffRange, YearNotice
from policy.services import import_calendar_notice, import_calendar_notice_file


def notices_visible_to(member: Member) -> QuerySet[CalendarNotice]:
    """Return all notices of days off; they are public."""
    return CalendarNotice.objects.select_related("recorded_by__institution")


class NoticeFileForm(StepForm):
    """A notice as a file."""

    file = forms.FileField(
        label="放假安排文件",
        help_text="xlsx、csv 或 json。表格列：年度、文号、发布日期、类型（放假/调休上班）、开始日期、结束日期、名称。",
    )


class NoticeForm(StepForm):
    """A notice typed in."""

    year = CountInput(label="年度", min_value=2004, max_value=2100)
    document_number = forms.CharField(label="文号", max_length=60, help_text="例如 国办发明电〔2026〕5号")
    published_on = DayInput(days=PAPERS, label="发布日期")
    off = LongText(
        label="放假日期",
        rows=8,
        help_text="每行一个节日：名称 开始日期 结束日期，例如“春节 2027-02-05 2027-02-11”；只放一天的可不写结束日期。",
    )
    makeup = LongText(label="调休上班日期", rows=3, required=False, help_text="每行一个日期。")
    source_url = forms.URLField(label="来源网址", required=False, assume_scheme="https")

    def clean_off(self) -> tuple[OffRange, ...]:
        """Return the days off as typed."""
        return tuple(_off(line, number) for number, line in _lines(self.cleaned_data["off"]))

    def clean_makeup(self) -> tuple[MakeupDay, ...]:
        """Return the weekend days worked as typed."""
        return tuple(MakeupDay(_day(line, number), f"第{number}行") for number, line in _lines(self.cleaned_data["makeup"]))


def _lines(text: str) -> list[tuple[int, str]]:
    return [(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


def _off(line: str, number: int) -> OffRange:
    parts = line.split()
    if len(parts) not in (2, 3):
        raise ValidationError(f"第{number}行应为“名称 开始日期 结束日期”。")
    first = _day(parts[1], number)
    return OffRange(first, _day(parts[2], number) if len(parts) == 3 else first, parts[0], f"第{number}行")


def _day(text: str, number: int) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(f"第{number}行的日期“{text}”无法识别，请写作2027-01-01。") from None


def _import_file(do: Do) -> CalendarNotice:
    file = do.given["file"]
    return import_calendar_notice_file(filename=file.name, content=file.read(), actor=do.member, at=do.at).notice


def _import(do: Do) -> CalendarNotice:
    return import_calendar_notice(YearNotice(**do.given), actor=do.member, at=do.at).notice


EFFECT = "录入后，受影响的未办结期限立即按新安排重算，并记录原到期日和新到期日。"


@admin.register(CalendarNotice)
class CalendarNoticeAdmin(VisibleAdmin):
    """Notices of days off, the newest first; of each year the last one counts."""

    visible_to = staticmethod(notices_visible_to)
    columns = (
        "year",
        Column("性质", lambda one: Badge("暂定", "warn") if one.is_provisional else Badge("已公布", "good"), order="is_provisional"),
        "document_number",
        "published_on",
        "recorded_at",
    )
    shows = ("year", "document_number", "published_on", "source_url", "is_provisional", "recorded_by", "recorded_at")
    list_filter = ("is_provisional",)
    ordering = ("-year", "-id")
    new_steps = (
        Step(name="file", label="导入放假安排", who=by(*KEEPERS), form=NoticeFileForm, run=_import_file, sentence=EFFECT),
        Step(name="typed", label="手工录入放假安排", who=by(*KEEPERS), form=NoticeForm, run=_import, sentence=EFFECT),
    )
    list_intro = "尚未公布的年度按法定节假日推算，标注“暂定”；每年公布后请及时录入。"

    def parts(self, request: HttpRequest, case: Any) -> list[Any]:
        """Return the days off and worked, and the deadlines the notice moved."""
        days = [(day.on, Badge("放假", "good") if day.is_off else Badge("上班", "warn"), day.name) for day in case.days.all()]
        moved = DeadlineChange.objects.filter(notice=case).select_related("deadline").order_by("new_due_on")[:200]
        changes = [(one.deadline.purpose, one.old_due_on, one.new_due_on, one.recorded_at) for one in moved]
        return [
            table("放假与调休", ("日期", "安排", "节日"), days),
            table("由此变更的期限", ("事项", "原到期日", "新到期日", "记录时间"), changes),
        ]
