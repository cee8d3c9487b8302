"""Many movements in one file: taken in, worked in the background, with progress and an outcome per row."""

from collections.abc import Mapping
from functools import partial
from typing import Any, ClassVar, cast
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.mixins import ListModelMixin
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import RowOutcome, Scope, UploadFormat, UploadKind, UploadState
from api.filters import Filters, NumberFilter
from api.models import Upload, UploadRow
from api.queries import FlagInAddress
from api.services.repeats import KeyInUse, KeyReused
from api.services.upload_outcomes import UploadUnderWay, outcome_of
from api.services.uploads import rows_of, take_upload, uploads_of
from api.tasks import work_upload_of
from api.upload_formats import MOST_ROWS, UploadTooLong, UploadUnreadable
from api.upload_rows import ReadFile, names_of, read_file
from api.v1.base import KEY_PARAMETER, BankView, KeyMissing, described_refusals, keeps_answer, reads
from api.v1.fields import Asked, Shown, shown_count, shown_text
from api.v1.papers import AnyTypeRenderer
from common.queueing import queue
from loans.movement_steps import ANSWERS
from tables.errors import REFUSALS, FileDamaged, NotText

MEDIA_TYPES = {
    "application/x-ndjson": UploadFormat.NDJSON,
    "text/csv": UploadFormat.CSV,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": UploadFormat.XLSX,
}
GUARDED = tuple(refusal for refusal in REFUSALS if refusal not in (FileDamaged, NotText))  # those two are ``UploadUnreadable`` here
LINE = {"contract_number": "HT2024-00031", "amount": "500000.00", "value_on": "2024-06-20", "bank_reference": "LS20240620000101"}


def _field(name: str) -> str:
    """Return a field's name, and of which kinds alone it is asked."""
    kinds = [kind for kind in UploadKind if name in names_of(kind)]
    return name if len(kinds) == len(UploadKind) else f"{name}（仅{'、'.join(kind.label for kind in kinds)}）"


FIELDS = "、".join(_field(name) for name in ANSWERS if any(name in names_of(kind) for kind in UploadKind))


class RawParser(BaseParser):
    """A file as it is, under ``content``."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> dict[str, Any]:
        """Return the bytes."""
        return {"content": stream.read()}


class NdjsonParser(RawParser):
    """Lines of JSON."""

    media_type = "application/x-ndjson"


class CsvParser(RawParser):
    """A table as text."""

    media_type = "text/csv"


class XlsxParser(RawParser):
    """A workbook."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def bytes_of(request: Request) -> bytes:
    """
    Return the body of a request whose body is a file.

    Raises:
        UnsupportedMediaType: it says to be of a kind that is not taken.
    """
    kind = _kind_of(request)
    if kind not in MEDIA_TYPES:
        raise UnsupportedMediaType(kind)
    return bytes(cast("dict[str, Any]", request.data).get("content", b""))


def _kind_of(request: Request) -> str:
    return (request.content_type or "").partition(";")[0].strip().lower()


class UploadShown(Shown):
    """An upload and how far it is."""

    class Meta:
        model = Upload
        fields = (
            "id", "kind", "file_format", "check_only", "state", "sha256", "row_count", "done_count", "rejected_count", "taken_at",
            "finished_at",
        )  # fmt: skip


class UploadRowShown(serializers.ModelSerializer[UploadRow]):
    """What became of one row."""

    number = shown_count("行号，数据行从 1 起，不计标题行")
    bank_reference = shown_text("银行流水号")
    movement_id = serializers.UUIDField(read_only=True, allow_null=True, help_text="贷款变动标识，未登记为空")
    field = shown_text("有误的字段，没有则为空")
    code = shown_text("原因代码，与单笔提交相同；没有则为空")
    detail = shown_text("说明")

    class Meta:
        model = UploadRow
        fields = ("number", "bank_reference", "outcome", "movement_id", "field", "code", "detail")
        extra_kwargs = {"outcome": {"help_text": "结果：recorded 已登记，repeated 此前已登记，acceptable 校验通过，rejected 未登记"}}


class UploadFilters(Filters):
    """How uploads are found."""

    kind = django_filters.ChoiceFilter(choices=UploadKind.choices, label="类别")
    state = django_filters.ChoiceFilter(choices=UploadState.choices, label="状态")
    check_only = django_filters.BooleanFilter(label="是否只校验")


class RowFilters(Filters):
    """How rows are found."""

    outcome = django_filters.ChoiceFilter(choices=RowOutcome.choices, label="结果")
    bank_reference = NumberFilter(label="银行流水号")


ROW_ORDERINGS = {"number": "number"}


class Named(Asked):
    """What a file is, said in the address."""

    kind = serializers.ChoiceField(UploadKind.choices, help_text="类别")
    check_only = FlagInAddress(default=False, help_text="只校验不登记")


NAMED = (
    OpenApiParameter("kind", {"type": "string", "enum": UploadKind.values}, required=True, description="类别"),
    OpenApiParameter("check_only", bool, description="只校验不登记，true 或 false，默认 false"),
)


class UploadView(ListModelMixin, BankView):
    """Files of drawdowns, repayments or overdues."""

    tag = "批量提交"
    serializer_class = UploadShown
    filterset_class = UploadFilters
    parser_classes = (NdjsonParser, CsvParser, XlsxParser)
    ordering_fields: ClassVar[Mapping[str, str]] = {}
    body_limit = "API_MAX_UPLOAD_BYTES"

    def rows(self) -> QuerySet[Upload]:
        """Return the calling program's uploads."""
        return uploads_of(self.caller.client)

    @reads(UploadShown, summary="批量提交列表", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of uploads."""
        return self.page(self.rows())

    @reads(UploadShown, summary="批量提交的进度")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one upload."""
        return Response(self.shown(UploadShown, self.get_object()))

    @reads(UploadRowShown, summary="批量提交的逐行结果", says="处理过程中即可读取已处理的行。", many=True)
    @action(
        detail=True,
        methods=["get"],
        url_path="rows",
        filterset_class=RowFilters,
        serializer_class=UploadRowShown,
        ordering_fields=ROW_ORDERINGS,
    )
    def outcomes(self, request: Request, public_id: UUID) -> Response:
        """Return a page of rows."""
        return self.exported_page(rows_of(self.caller.client, public_id), what=UploadRow, title="批量提交的逐行结果")

    @extend_schema(
        summary="批量提交的结果文件",
        description="逐行结果合为一个 CSV（UTF-8），列与逐行结果的字段相同；处理完成后可以下载。每次下载都记入审计日志。",
        responses={(200, "text/csv"): OpenApiTypes.STR, **described_refusals([UploadUnderWay])},
    )
    @action(detail=True, methods=["get"], renderer_classes=[AnyTypeRenderer], filter_backends=[], pagination_class=None)
    def outcome(self, request: Request, public_id: UUID) -> HttpResponse:
        """Return what became of every row as one table."""
        content = outcome_of(self.caller.client, public_id, at=self.now)
        response = HttpResponse(content, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="outcome-{public_id}.csv"'
        return response

    @extend_schema(
        summary="批量提交放款、还本或转逾期",
        description=(
            f"一次最多 {MOST_ROWS} 行。NDJSON 每行一个对象；CSV、xlsx 首行为字段名。字段：loan_id 或 contract_number（二选一）、{FIELDS}。"
            "逐行办理，可办理的登记，不可办理的列明原因，规则和代码与单笔提交相同；NDJSON 的一行写错、表格的一行多出内容，只是该行不登记。"
            "xlsx 只含一张工作表，编号列须为文本格式。"
            "同一文件重复提交不会重复登记。check_only=true 只校验。\n\n依据：FP 1.6.3"
        ),
        parameters=[KEY_PARAMETER, *NAMED],
        request={name: OpenApiTypes.STR if "openxml" not in name else OpenApiTypes.BINARY for name in MEDIA_TYPES},
        responses={
            202: OpenApiResponse(UploadShown, description="已接收，在后台处理"),
            **described_refusals([KeyMissing, KeyInUse, KeyReused, UploadUnreadable, UploadTooLong]),
        },
        examples=[OpenApiExample("NDJSON 的一行", value=LINE, request_only=True, media_type="application/x-ndjson")],
    )
    @keeps_answer(UploadShown, scope=Scope.MONEY, status=202, before="read", parameters=NAMED)
    def create(self, file: ReadFile, **named: Any) -> Upload:
        """Take a file in."""
        return take_upload(client=self.caller.client, file=file, at=self.now, work=partial(queue, work_upload_of), **named)

    def read(self, request: Request) -> dict[str, Any]:
        """Return the file, read once, and what the address says of it."""
        named = Named(data=request.query_params.dict())
        named.is_valid(raise_exception=True)
        content = bytes_of(request)
        said = dict(named.validated_data)
        return said | {"file": read_file(content, MEDIA_TYPES[_kind_of(request)], kind=said["kind"])}
