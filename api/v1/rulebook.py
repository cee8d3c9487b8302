"""The plan's words and numbers, the working-day calendar, notices, and every code a refusal may carry."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ParseError, ValidationError
from rest_framework.fields import empty
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.authentication import AddressNotAllowed, TokenInvalid
from api.enums import Scope
from api.filters import CodeFilter, Filters
from api.parsers import BodyTooLarge, ContentPacked, LengthRequired
from api.permissions import ScopeMissing
from api.problems import SENTENCES, TITLES, Conflict, NotNow, TryAgain
from api.schema import EXAMPLE_CODES
from api.v1.base import BankView, reads, writes
from api.v1.fields import Asked, AskedCount, AskedDay, AskedList, shown_count, shown_day, shown_flag, shown_moment, shown_text
from common.dates import SUPPOSED
from common.errors import DomainError
from notices.models import Notice
from notices.selectors import notices_visible_to
from notices.services import mark_read
from policy.models import Clause, Decision, PolicyVersion
from policy.selectors.calendar import working_calendar
from policy.selectors.versions import parameters_of

LONGEST_CALENDAR = 370  # days
OF_THE_WEB = (
    AddressNotAllowed,
    BodyTooLarge,
    Conflict,
    ContentPacked,
    LengthRequired,
    NotNow,
    ParseError,
    ScopeMissing,
    TokenInvalid,
    TryAgain,
)
TAG = "政策与日历"


class ClauseShown(serializers.ModelSerializer[Clause]):
    """A clause of the plans."""

    id = shown_text("编号，如 FP 1.5.2(1)")
    place = shown_text("在文件中的位置")
    wording = shown_text("内容摘要")

    class Meta:
        model = Clause
        fields = ("id", "place", "wording")


class ClauseView(ListModelMixin, BankView):
    """The register of clauses."""

    tag = TAG
    serializer_class = ClauseShown
    pagination_class = None
    filter_backends = ()

    def rows(self) -> QuerySet[Clause]:
        """Return every clause in the order of the plans."""
        return Clause.objects.order_by("position")

    @reads(ClauseShown, summary="条款目录", says="全部条款，按文件顺序。", many=True)
    def list(self, request: Request) -> Response:
        """Return the clauses."""
        return Response(self.shown(ClauseShown, self.rows(), many=True))


class DecisionShown(serializers.ModelSerializer[Decision]):
    """How an open point of the plan is decided."""

    id = shown_text("编号，如 D12")
    point = shown_text("事项")
    wording = shown_text("解释口径")

    class Meta:
        model = Decision
        fields = ("id", "point", "wording")


class DecisionView(ListModelMixin, BankView):
    """The register of interpretations."""

    tag = TAG
    serializer_class = DecisionShown
    pagination_class = None
    filter_backends = ()

    def rows(self) -> QuerySet[Decision]:
        """Return every decision in order."""
        return Decision.objects.order_by("position")

    @reads(DecisionShown, summary="解释口径目录", says="方案未明确之处的解释口径。", clause="FP 3.3", many=True)
    def list(self, request: Request) -> Response:
        """Return the decisions."""
        return Response(self.shown(DecisionShown, self.rows(), many=True))


class ParameterShown(serializers.Serializer[Any]):
    """One number of a version."""

    path = shown_text("参数代码", source="parameter.path")
    label = serializers.CharField(source="parameter.label", read_only=True, help_text="参数名称")  # type: ignore[assignment]
    value = serializers.SerializerMethodField(help_text="参数值：金额、利率为文本")
    shown = shown_text("带单位的中文写法", source="parameter.shown")
    unit = shown_text("单位", source="parameter.unit")
    clause = shown_text("条款编号", source="parameter.clause")
    decision = shown_text("解释口径编号，方案已明确的为空", source="parameter.decision")

    def get_value(self, line: Any) -> str:
        """Return the value as a text."""
        return str(line.parameter.value)


class VersionShown(serializers.ModelSerializer[PolicyVersion]):
    """A version of the rules."""

    number = shown_count("版本号")
    name = shown_text("名称")
    document_number = shown_text("文号")
    valid_from = shown_day("自（含）")
    valid_until = shown_day("至（不含），未定为空，依据 FP 3.4", allow_null=True)

    class Meta:
        model = PolicyVersion
        fields = ("number", "name", "document_number", "valid_from", "valid_until")


class VersionOpened(VersionShown):
    """A version with every parameter."""

    parameters = serializers.SerializerMethodField(help_text="全部参数，每项注明单位、条款和解释口径")

    def get_parameters(self, version: PolicyVersion) -> Any:
        """Return the parameters."""
        return ParameterShown(parameters_of(version), many=True).data

    get_parameters.__annotations__ = {"return": ParameterShown(many=True)}

    class Meta(VersionShown.Meta):
        fields = (*VersionShown.Meta.fields, "parameters")  # type: ignore[assignment]


class VersionView(ListModelMixin, BankView):
    """The versions of the rules."""

    tag = TAG
    serializer_class = VersionShown
    pagination_class = None
    filter_backends = ()
    lookup_field = "number"
    lookup_value_converter = "int"

    def rows(self) -> QuerySet[PolicyVersion]:
        """Return every version."""
        return PolicyVersion.objects.order_by("number")

    @reads(VersionShown, summary="政策版本列表", clause="FP 3.4；D38", many=True)
    def list(self, request: Request) -> Response:
        """Return the versions."""
        return Response(self.shown(VersionShown, self.rows(), many=True))

    @reads(VersionOpened, summary="查看政策版本", says="含全部参数。", clause="FP 3.3、FP 3.4；D38")
    def retrieve(self, request: Request, number: int) -> Response:
        """Return one version."""
        return Response(self.shown(VersionOpened, self.get_object()))


class CalendarDayShown(serializers.Serializer[Any]):
    """One day."""

    on = shown_day("日期")
    is_working_day = shown_flag("是否工作日，依据 D6")
    is_provisional = shown_flag("是否暂定：该年度放假安排尚未公布，依据 D6")


class CalendarShown(serializers.Serializer[Any]):
    """Days of the calendar."""

    version = shown_count("日历版本，录入新的放假安排后增加")
    days = CalendarDayShown(many=True, help_text="逐日")


class CalendarView(BankView):
    """The working-day calendar."""

    tag = TAG
    filter_backends = ()
    pagination_class = None

    @reads(
        forced_singular_serializer(CalendarShown),
        summary="工作日历",
        says=f"一段日期内的工作日，最长 {LONGEST_CALENDAR} 天。计算到期日请用规则测算 working-days。",
        clause="FP 1.6.3；D6",
        parameters=[
            OpenApiParameter("from", date, required=True, description="起始日（含）"),
            OpenApiParameter("until", date, required=True, description="截止日（不含）"),
        ],
    )
    def list(self, request: Request) -> Response:
        """Return the days of a period."""
        from_on, until_on = _period(request)
        calendar = working_calendar()
        days = [from_on + timedelta(days=n) for n in range((until_on - from_on).days)]
        rows = [{"on": day, "is_working_day": calendar.is_working_day(day), "is_provisional": calendar.is_provisional(day)} for day in days]
        return Response(self.shown(CalendarShown, {"version": calendar.version, "days": rows}))


class NoticeShown(serializers.ModelSerializer[Notice]):
    """A message to the institution."""

    id = shown_count("通知编号", source="pk")
    kind = shown_text("类别")
    title = shown_text("标题")
    body = shown_text("内容")
    is_urgent = shown_flag("是否紧急")
    object_type = shown_text("所涉对象的类别，没有则为空")
    object_id = shown_text("所涉对象的标识，没有则为空")
    created_at = shown_moment("发出时间")
    is_read = shown_flag("本程序是否已读")

    class Meta:
        model = Notice
        fields = ("id", "kind", "title", "body", "is_urgent", "object_type", "object_id", "created_at", "is_read")


class NoticeFilters(Filters):
    """How notices are found."""

    kind = CodeFilter(case=str.lower, label="类别")
    is_urgent = django_filters.BooleanFilter(label="是否紧急")
    is_read = django_filters.BooleanFilter(label="本程序是否已读")
    created_from = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte", label="发出时间自（含）")


class ReadAsked(Asked):
    """Which notices were read."""

    example = {"ids": [101, 102]}
    ids = AskedList(
        child=AskedCount(min_value=1, max_value=2**63 - 1), min_length=1, max_length=500, help_text="通知编号，他人的和已读的不变"
    )


class ReadShown(serializers.Serializer[Any]):
    """That they are marked."""

    ids = serializers.ListField(child=serializers.IntegerField(), help_text="已标记的通知编号")


class NoticeView(ListModelMixin, BankView):
    """Messages to the calling institution: reminders, decisions, alarms."""

    tag = "通知"
    serializer_class = NoticeShown
    filterset_class = NoticeFilters

    def rows(self) -> QuerySet[Notice]:
        """Return the institution's notices."""
        return notices_visible_to(self.member)

    @reads(NoticeShown, summary="通知列表", says="发给本机构的提醒和通知。", clause="FP 1.6.3；D7", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of notices."""
        return self.page(self.rows())

    @writes(ReadShown, scope=Scope.READ, asks=ReadAsked, summary="标记通知已读", detail=False, address="read")
    def mark_read(self, ids: Sequence[int]) -> dict[str, Sequence[int]]:
        """Mark notices as read."""
        mark_read(notice_ids=ids, **self.acting)
        return {"ids": ids}


class CodeShown(serializers.Serializer[Any]):
    """One code of a refusal."""

    code = shown_text("稳定的原因代码")
    status = shown_count("HTTP 状态码")
    clause = shown_text("所依据的条款，没有则为空")
    sentence = shown_text("中文说明的模板，花括号处为具体内容")


class CodeView(BankView):
    """Every code that a refusal may carry."""

    tag = "错误代码"
    filter_backends = ()
    pagination_class = None

    @reads(CodeShown, summary="错误代码目录", says="程序应依据 code 判断，不应依据 detail 的文字。", many=True)
    def list(self, request: Request) -> Response:
        """Return every code."""
        return Response(self.shown(CodeShown, every_code(), many=True))


def every_code() -> list[dict[str, Any]]:
    """Return every code with status, clause and sentence, by code."""
    found = {
        (kind.code, kind.status): {"code": kind.code, "status": kind.status, "clause": kind.clause, "sentence": kind.sentence}
        for kind in _kinds(DomainError)
    }
    web = {
        (code, status): {"code": code, "status": status, "clause": "", "sentence": SENTENCES.get(code, TITLES[status])}
        for status, code in EXAMPLE_CODES.items()
    } | {
        (kind.default_code, kind.status_code): {
            "code": kind.default_code,
            "status": kind.status_code,
            "clause": "",
            "sentence": str(kind.default_detail),
        }
        for kind in OF_THE_WEB
    }
    every = found | web
    return [every[key] for key in sorted(every)]


def _kinds(base: type[DomainError]) -> list[type[DomainError]]:
    """Return every kind of refusal below one."""
    return [kind for direct in base.__subclasses__() for kind in (direct, *_kinds(direct))]


def _period(request: Request) -> tuple[date, date]:
    """
    Return the period asked for.

    Raises:
        ValidationError: it is none, or too long.
    """
    days = {}
    for name in ("from", "until"):
        try:
            days[name] = AskedDay(days=SUPPOSED).run_validation(request.query_params.get(name, empty))
        except ValidationError as problem:
            raise ValidationError({name: problem.detail}) from None
    if not 0 < (days["until"] - days["from"]).days <= LONGEST_CALENDAR:
        raise ValidationError({"until": [ErrorDetail(f"截止日须晚于起始日，且不超过 {LONGEST_CALENDAR} 天。", code="invalid")]})
    return days["from"], days["until"]
