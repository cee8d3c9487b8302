"""The papers of an application: the enterprise's consent, statements, what was asked for besides. A file comes as it is, one a request."""

from collections.abc import Mapping
from typing import IO, Any, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.parsers import BodyTooLarge
from api.services.papers import attach_once
from api.v1.base import BankView, reads, writes
from api.v1.fields import Asked, AskedText, Shown
from common.errors import NotVisible
from documents.models import Document
from documents.scanning import InfectedFile, ScannerUnreachable
from documents.selectors import documents_of
from documents.services import EmptyFile, FileTooLarge, NameContradictsContent, TypeNotAccepted
from loans.enums import Paper
from loans.selectors import applications_visible_to
from parties.access import RoleMissing

KIND = OpenApiParameter("kind", str, required=True, enum=Paper.values, description="材料类别；银行代企业提交的，须含 consent，依据 D39")
FILENAME = OpenApiParameter("filename", str, required=True, description="文件名，扩展名须与内容相符")


class FileParser(BaseParser):
    """A file as the whole body, whatever type it says it is of; what it is is told by its content."""

    media_type = "*/*"

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """
        Return the file with what the address says of it.

        Raises:
            BodyTooLarge.
        """
        request = cast("Mapping[str, Any]", parser_context)["request"]
        try:
            content = request._request.body
        except RequestDataTooBig:
            raise BodyTooLarge from None
        return request.query_params.dict() | {"content": content}


class ContentField(serializers.Field[Any, Any, Any, Any]):
    """The bytes of a file."""

    def to_internal_value(self, data: Any) -> bytes:
        """Return the bytes."""
        return bytes(data)

    def to_representation(self, value: Any) -> Any:
        """Return nothing; a file is not shown with its row."""
        return None


class PaperAsked(Asked):
    """A paper."""

    kind = serializers.ChoiceField(Paper.choices, help_text="材料类别")
    filename = AskedText(max_length=200, help_text="文件名")
    content = ContentField(help_text="文件内容")


class PaperShown(Shown):
    """A paper that lies with an application."""

    class Meta:
        model = Document
        fields = ("id", "kind", "filename", "content_type", "size", "sha256", "uploaded_at")


class PaperView(BankView):
    """Papers of one application."""

    tag = "融资申请"
    parser_classes = (FileParser,)
    serializer_class = PaperShown
    filter_backends: Any = ()
    pagination_class: Any = None
    raw_limit = settings.API_MAX_UPLOAD_BYTES

    def rows(self) -> QuerySet[Document]:
        """Return the papers of the application, if the caller sees it."""
        application = applications_visible_to(self.member).filter(public_id=self.kwargs["application_id"]).first()
        if application is None:
            raise NotVisible
        return documents_of(application)

    @reads(PaperShown, summary="申请材料列表", clause="FP 1.6.2(1)", many=True)
    def list(self, request: Request, application_id: UUID) -> Response:
        """Return the papers."""
        return Response(self.shown(PaperShown, self.rows(), many=True))

    @extend_schema(parameters=[KIND, FILENAME], request={"application/octet-stream": OpenApiTypes.BINARY})
    @writes(
        PaperShown,
        scope=Scope.DECIDE,
        asks=PaperAsked,
        summary="上传申请材料",
        says=(
            "请求体为文件本身，PDF、OFD、JPG、PNG、DOCX、XLSX 或 CSV，不超过 8 MB；类别和文件名写在地址里。"
            "同一类别、同一内容再次上传返回已有材料。"
        ),
        clause="FP 1.6.2(1)；D7、D39",
        refuses=(EmptyFile, FileTooLarge, TypeNotAccepted, NameContradictsContent, InfectedFile, ScannerUnreachable, RoleMissing),
        status=201,
        address="",
    )
    def create(self, application_id: UUID, kind: str, filename: str, content: bytes) -> Document:
        """Attach a paper."""
        rows = applications_visible_to(self.member)
        return attach_once(rows=rows, application_id=application_id, kind=kind, filename=filename, content=content, **self.acting)
