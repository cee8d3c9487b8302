"""Days off: the official notices, the provisional years, and entering a notice."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.display_values import Badge
from common.admin.forms import AskingForm, CountInput, DayInput, LongText
from common.admin.panels import table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.transition_forms import offered
from common.admin.visible import VisibleAdmin
from common.dates import PAPERS
from parties.access import is_same_person
from parties.admin.second_person import by_another
from parties.enums import Role
from parties.models import Member
from policy.access import KEEPERS
from policy.enums import NoticeKind, NoticeState
from policy.models import CalendarNotice, DeadlineChange, NoticeProposal
from policy.notice_transitions import NOTICE_STEP
from policy.notices import MakeupDay, OffRange, YearNotice
from policy.services.notice_proposals import confirm_notice, effect_of, propose_notice, propose_notice_file, refuse_notice


def notices_visible_to(member: Member) -> QuerySet[CalendarNotice]:
    """Return all notices of days off; they are public."""
    return CalendarNotice.objects.select_related("recorded_by__institution")


def proposals_visible_to(member: Member) -> QuerySet[NoticeProposal]:
    """Return the notices that wait or were checked, for who keeps the rulebook."""
    rows = NoticeProposal.objects.select_related("base", "notice", "made_by__institution", "checked_by__institution")
    return rows if member.institution is not None and member.institution.kind in KEEPERS else rows.none()


def _kind() -> forms.ChoiceField:
    return forms.ChoiceField(
        label="性质",
        choices=[("", "请选择"), *NoticeKind.choices],
        help_text="全年安排须列出全部法定节日；只调整个别节日的通知选“调整原安排”，未提及的日期保持不变。",
    )


class NoticeFileForm(AskingForm):
    """A notice as a file."""

    kind = _kind()
    file = forms.FileField(
        label="放假安排文件",
        help_text="xlsx、csv 或 json。表格列：年度、文号、发布日期、类型（放假/调休上班/恢复常规）、开始日期、结束日期、名称。"
        "“恢复常规”仅用于调整原安排。",
    )


class NoticeForm(AskingForm):
    """A notice typed in."""

    kind = _kind()
    year = CountInput(label="年度", min_value=2004, max_value=2100)
    document_number = forms.CharField(label="文号", max_length=60, help_text="例如 国办发明电〔2026〕5号")
    published_on = DayInput(days=PAPERS, label="发布日期")
    off = LongText(
        label="放假日期",
        rows=8,
        required=False,
        help_text="每行一个节日：名称 开始日期 结束日期，例如“春节 2027-02-05 2027-02-11”；只放一天的可不写结束日期。",
    )
    makeup = LongText(label="调休上班日期", rows=3, required=False, help_text="每行一个日期。")
    restored = LongText(
        label="恢复常规的日期",
        rows=2,
        required=False,
        help_text="每行一个日期；仅用于调整原安排，即原列为放假或调休上班、现恢复常规的日期。",
    )
    source_url = forms.URLField(label="来源网址", required=False, assume_scheme="https")

    def clean_off(self) -> tuple[OffRange, ...]:
        """Return the days off as typed."""
        return tuple(_off(line, number) for number, line in _lines(self.cleaned_data["off"]))

    def clean_makeup(self) -> tuple[MakeupDay, ...]:
        """Return the weekend days worked as typed."""
        return _single_days(self.cleaned_data["makeup"])

    def clean_restored(self) -> tuple[MakeupDay, ...]:
        """Return the days given back to the plain week as typed."""
        return _single_days(self.cleaned_data["restored"])


def _single_days(text: str) -> tuple[MakeupDay, ...]:
    return tuple(MakeupDay(_day(line, number), f"第{number}行") for number, line in _lines(text))


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


def _propose_file(context: StepContext) -> NoticeProposal:
    file, given = context.given["file"], context.given
    amends, confirmed = given["kind"] == NoticeKind.AMENDS, bool(given["confirmed"])
    return propose_notice_file(
        filename=file.name, content=file.read(), amends=amends, confirmed=confirmed, actor=context.member, at=context.at
    )


def _propose(context: StepContext) -> NoticeProposal:
    given = dict(context.given)
    amends, confirmed = given.pop("kind") == NoticeKind.AMENDS, bool(given.pop("confirmed"))
    return propose_notice(YearNotice(**given, amends=amends), confirmed=confirmed, actor=context.member, at=context.at)


def _may_check(member: Member, proposal: NoticeProposal) -> bool:
    return Role.CHECKER in member.roles and not is_same_person(member, proposal.made_by)


EFFECT = "录入后由另一人复核，复核通过才生效；届时受影响的未办结期限按新安排重算，并记录原到期日和新到期日。"
DONE = "放假安排已录入，待另一人复核后生效。"
CONFIRM = offered(
    NOTICE_STEP["confirm"],
    who=allowed_for(*KEEPERS),
    may=_may_check,
    fits=by_another(),
    run=lambda context: confirm_notice(proposal_id=context.obj.public_id, actor=context.member, at=context.at).notice,
)
REFUSE = offered(
    NOTICE_STEP["refuse"],
    who=allowed_for(*KEEPERS),
    may=_may_check,
    fits=by_another(),
    run=lambda context: refuse_notice(
        proposal_id=context.obj.public_id, reason=context.given["reason"], actor=context.member, at=context.at
    ),
)


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
        Step(
            name="file", label="导入放假安排", who=allowed_for(*KEEPERS), form=NoticeFileForm, run=_propose_file, sentence=EFFECT, done=DONE
        ),
        Step(name="typed", label="手工录入放假安排", who=allowed_for(*KEEPERS), form=NoticeForm, run=_propose, sentence=EFFECT, done=DONE),
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


TONES = {NoticeState.WAITING: "warn", NoticeState.CONFIRMED: "good", NoticeState.REFUSED: "bad"}
DEADLINES_SHOWN = 200


@admin.register(NoticeProposal)
class NoticeProposalAdmin(VisibleAdmin):
    """Notices entered by one person and checked by another, day by day."""

    visible_to = staticmethod(proposals_visible_to)
    seen_by = frozenset(KEEPERS)
    columns = (
        "year", "kind", "document_number", "published_on", Column("状态", lambda one: _standing(one), order="state"), "made_by", "made_at",
    )  # fmt: skip
    shows = (
        "year", "kind", "document_number", "published_on", "source_url", "base", "made_by", "made_at", "checked_by", "checked_at",
        "refusal", "notice",
    )  # fmt: skip
    list_filter = ("state", "kind")
    ordering = ("-id",)
    steps = (CONFIRM, REFUSE)

    def badges(self, case: NoticeProposal) -> list[Badge]:
        """Return where the proposal stands."""
        return [_standing(case)]

    def parts(self, request: HttpRequest, case: NoticeProposal) -> list[Any]:
        """Return what would change, day by day, with the deadlines that move; once checked, the notice itself shows it."""
        if case.state != NoticeState.WAITING:
            return []
        effect = effect_of(case)
        days = [(change.on, WEEKDAYS[change.on.weekday()], change.before, change.after) for change in effect.days]
        moved = [(one.purpose, one.old_due_on, one.new_due_on) for one in effect.deadlines]
        note = f"共 {len(moved)} 项期限变更，以下列出前 {DEADLINES_SHOWN} 项。" if len(moved) > DEADLINES_SHOWN else ""
        count = f"共 {len(days)} 天有变化。"
        return [
            table("逐日变化", ("日期", "星期", "原安排", "新安排"), days, empty="与现行安排相同。", note=count),
            table("将变更的期限", ("事项", "原到期日", "新到期日"), moved[:DEADLINES_SHOWN], empty="没有期限因此变更。", note=note),
        ]

    def preview(self, request: HttpRequest, case: NoticeProposal, step: Step) -> list[Any]:
        """Return the notice and its effect above the checker's form."""
        return [self.first_panel(request, case), *self.parts(request, case)]


WEEKDAYS = "一二三四五六日"


def _standing(proposal: NoticeProposal) -> Badge:
    return Badge(proposal.get_state_display(), TONES[NoticeState(proposal.state)])
