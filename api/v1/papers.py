"""The papers of applications, bad debts and claims. A file comes as it is, one a request, and is handed out as it came."""

from collections.abc import Callable, Mapping
from typing import IO, Any, ClassVar, cast
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.parsers import BodyTooLarge
from api.queries import query_of
from api.services.papers import DigestDiffers, accept_for, attach_once, paper_with_content
from api.v1.base import BankView, reads, writes
from api.v1.fields import Asked, AskedDigest, AskedReference, Shown
from common.errors import NotVisible
from documents.models import Document
from documents.scanning import InfectedFile, ScannerUnreachable
from documents.selectors import documents_of
from documents.services import AcceptedFile, EmptyFile, FileTooLarge, NameContradictsContent, TypeNotAccepted
from loans.enums import Paper
from loans.selectors.visible import applications_visible_to
from parties.access import RoleMissing
from parties.models import Member
from risk.enums import ClaimPaper
from risk.visibility import bad_debts_visible_to, claims_visible_to

FILENAME = OpenApiParameter("filename", str, required=True, description="文件名，扩展名须与内容相符")
DIGEST = OpenApiParameter(
    "sha256", str, pattern="^[0-9a-f]{64}$", description="文件的 SHA-256（小写十六进制）；填写的，与收到的内容不一致即拒绝"
)
REFUSES = (
    DigestDiffers, EmptyFile, FileTooLarge, TypeNotAccepted, NameContradictsContent, InfectedFile, ScannerUnreachable, RoleMissing,
)  # fmt: skip
TYPES = "PDF、OFD、JPG、PNG、DOCX、XLSX 或 CSV，不超过 8 MB；同一类别、同一内容再次上传返回已有材料"


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

    filename = AskedReference(max_length=200, help_text="文件名")
    sha256 = AskedDigest(required=False, help_text="文件的 SHA-256")
    content = ContentField(help_text="文件内容")


class ApplicationPaperAsked(PaperAsked):
    """A paper of an application."""

    kind = serializers.ChoiceField(Paper.choices, help_text="材料类别")


class ClaimPaperAsked(PaperAsked):
    """A paper of a bad debt or claim."""

    kind = serializers.ChoiceField(ClaimPaper.choices, help_text="材料类别")


class PaperShown(Shown):
    """A paper that lies with a case."""

    class Meta:
        model = Document
        fields = ("id", "kind", "filename", "content_type", "size", "sha256", "uploaded_at")


class AnyTypeRenderer(JSONRenderer):
    """Lets a caller ask for a file as whatever it is; a refusal is JSON all the same."""

    media_type = "*/*"
    format = "file"


def takes(asks: type[PaperAsked], kinds: OpenApiParameter, *, summary: str, says: str, clause: str) -> Callable[[Any], Any]:
    """Return a decorator that makes a method the POST of a paper: the file as the body, what it is in the address."""

    def decorate(method: Callable[..., Any]) -> Any:
        written = writes(
            PaperShown, scope=Scope.DECIDE, asks=asks, summary=summary, says=says, clause=clause, refuses=REFUSES, status=201, address="",
            before="accepted",
        )(method)  # fmt: skip
        written.query = query_of([kinds, FILENAME, DIGEST])
        return extend_schema(parameters=[kinds, FILENAME, DIGEST], request={"application/octet-stream": OpenApiTypes.BINARY})(written)

    return decorate


class PaperView(BankView):
    """Papers of one case, which the address names."""

    parser_classes = (FileParser,)
    serializer_class = PaperShown
    filter_backends: Any = ()
    pagination_class: Any = None
    body_limit = "API_MAX_UPLOAD_BYTES"
    owner_type: ClassVar[str]

    def owners(self, actor: Member) -> QuerySet[Any]:
        """Return the cases the caller sees; each kind of case says which."""
        raise NotVisible

    @property
    def owner_id(self) -> UUID:
        """Return the case that the address names."""
        (found,) = (value for name, value in self.kwargs.items() if name != "public_id")
        return cast(UUID, found)

    def rows(self) -> QuerySet[Document]:
        """Return the papers of the case, if the caller sees it."""
        owner: Model | None = self.owners(self.member).filter(public_id=self.owner_id).first()
        if owner is None:
            raise NotVisible
        return documents_of(owner)

    @reads(PaperShown, summary="材料列表", says="不含已撤下的。", clause="D7", many=True)
    def list(self, request: Request, **address: UUID) -> Response:
        """Return the papers."""
        return Response(self.shown(PaperShown, self.rows(), many=True))

    @extend_schema(summary="下载材料", description="文件原样返回。每次下载都记入审计日志。", responses={(200, "*/*"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], renderer_classes=[AnyTypeRenderer])
    def content(self, request: Request, public_id: UUID, **address: UUID) -> HttpResponse:
        """Return the file."""
        paper, content = paper_with_content(owner_type=self.owner_type, owner_id=self.owner_id, paper_id=public_id, **self.acting)
        response = HttpResponse(content, content_type=paper.content_type)
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=paper.filename) or "attachment"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def accepted(self, filename: str, content: bytes, sha256: str = "", **asked: Any) -> dict[str, AcceptedFile]:
        """Return the file once it was judged, by the scanner too."""
        owner: dict[str, Any] = {"owner_type": self.owner_type, "owner_id": self.owner_id, "actor": self.member}
        return {"file": accept_for(filename=filename, content=content, sha256=sha256, **owner)}

    def attached(self, kind: str, file: AcceptedFile, **asked: Any) -> Document:
        """Return the paper taken in."""
        return attach_once(rows=self.owners(self.member), owner_id=self.owner_id, kind=kind, file=file, **self.acting)


class ApplicationPaperView(PaperView):
    """Papers of one application: the enterprise's consent, statements, what was asked for besides."""

    tag = "融资申请"
    owner_type = "loans.application"

    def owners(self, actor: Member) -> QuerySet[Any]:
        """Return the applications the caller sees."""
        return applications_visible_to(actor)

    @takes(
        ApplicationPaperAsked,
        OpenApiParameter("kind", str, required=True, enum=Paper.values, description="材料类别；银行代企业提交的，须含 consent，依据 D39"),
        summary="上传申请材料",
        says=f"请求体为文件本身，{TYPES}；类别和文件名写在地址里。",
        clause="FP 1.6.2(1)；D7、D39",
    )
    def create(self, **asked: Any) -> Document:
        """Attach a paper."""
        return self.attached(**asked)


CLAIM_KIND = OpenApiParameter("kind", str, required=True, enum=ClaimPaper.values, description="材料类别，依据 FP 1.5")


class BadDebtPaperView(PaperView):
    """Papers of one bad debt, from which claims are filed and losses certified."""

    tag = "风险"
    owner_type = "risk.baddebt"

    def owners(self, actor: Member) -> QuerySet[Any]:
        """Return the bad debts the caller sees."""
        return bad_debts_visible_to(actor)

    @takes(
        ClaimPaperAsked,
        CLAIM_KIND,
        summary="上传坏账材料",
        says=f"提交补偿申请和提请认定损失所需的材料，先于申请上传。请求体为文件本身，{TYPES}。",
        clause="FP 1.5.1、FP 1.5.2",
    )
    def create(self, **asked: Any) -> Document:
        """Attach a paper."""
        return self.attached(**asked)


class ClaimPaperView(PaperView):
    """Papers of one claim: what the reviewer asked for, and what the reviewer adds."""

    tag = "风险"
    owner_type = "risk.claim"

    def owners(self, actor: Member) -> QuerySet[Any]:
        """Return the claims the caller sees."""
        return claims_visible_to(actor)

    @takes(
        ClaimPaperAsked,
        CLAIM_KIND,
        summary="上传补偿申请材料",
        says=f"补正材料等。请求体为文件本身，{TYPES}。",
        clause="FP 1.5.2(1)、FP 1.5.2(2)；D37",
    )
    def create(self, **asked: Any) -> Document:
        """Attach a paper."""
        return self.attached(**asked)
