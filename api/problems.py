"""Every refusal as a problem document (RFC 9457) in Chinese, wherever it arises."""

from typing import Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpRequest
from django_fsm import TransitionNotAllowed
from drf_standardized_errors.formatter import ExceptionFormatter, flatten_errors
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.parsers import BodyTooLarge
from common.database import is_busy, is_refusal, sentence_of
from common.errors import DomainError
from common.outages import outage_of

MOST_LISTED, LONGEST_NAME, LONGEST_DETAIL = 100, 200, 1_000
MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:quanzhou-fund:problem:"
TITLES = {
    400: "提交的内容有误",
    401: "未登录或登录已失效",
    403: "无权进行此项操作",
    404: "未找到",
    405: "不支持的请求方法",
    406: "无法提供所要求的格式",
    409: "与当前状态或业务规则冲突",
    411: "未说明内容的长度",
    413: "提交的内容过大",
    415: "不支持的内容格式",
    422: "请求与此前的不一致",
    429: "请求过于频繁",
    500: "系统错误",
    503: "暂时无法办理",
}
SENTENCES = {
    "not_found": "未找到该地址或记录，请核对地址。",
    "method_not_allowed": "该地址不支持 {method} 请求，请查阅接口文档。",
    "not_acceptable": "本接口只提供 JSON，请将 Accept 设为 application/json。",
    "unsupported_media_type": "不接受这种内容格式，请按接口文档设置 Content-Type（除上传文件外为 application/json）。",
    "not_authenticated": "请先登录或提供有效的访问令牌。",
    "authentication_failed": "登录信息无效，请重新登录或更换访问令牌。",
    "permission_denied": "您所在单位或您的岗位无权进行此项操作，如需办理请联系本单位管理员。",
    "throttled": "请求过于频繁，请在 {seconds} 秒后重试。",
    "transition_not_allowed": "该记录当前所处的状态不允许此项操作，请刷新后核对状态。",
    "invalid": "提交的内容有误，请按各字段的提示改正后重新提交。",
    "conflict": "与已有记录冲突，未作任何更改，请核对后重试。",
    "try_again": "与同时进行的另一操作冲突，未作任何更改，请用同一幂等键重试。",
    "error": "系统出现错误，操作未完成，请稍后重试；如仍有问题，请联系系统管理员。",
}


class FieldProblemSerializer(serializers.Serializer[Any]):
    """One field that cannot stand."""

    field = serializers.CharField(help_text="字段（嵌套字段以点号连接，如 movements.0.amount）")
    code = serializers.CharField(help_text="稳定的原因代码")
    detail = serializers.CharField(help_text="中文说明")


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal (RFC 9457)."""

    type = serializers.CharField(help_text="问题类型")
    title = serializers.CharField(help_text="问题类别的中文名称")
    status = serializers.IntegerField(help_text="HTTP 状态码")
    code = serializers.CharField(help_text="稳定的原因代码")
    detail = serializers.CharField(help_text="中文说明，写明如何改正")
    clause = serializers.CharField(help_text="所依据的条款编号，没有则为空", allow_blank=True)
    errors = FieldProblemSerializer(many=True, help_text="逐字段的问题，没有则为空；最多列出前 100 个")  # type: ignore[assignment]
    error_count = serializers.IntegerField(required=False, help_text="逐字段的问题共有多少个；只在没有全部列出时给出")


class Refusal(exceptions.APIException):
    """A refusal of the domain on its way out."""

    def __init__(self, error: DomainError) -> None:
        super().__init__(detail=error.message, code=error.code)
        self.status_code = error.status
        self.wait = getattr(error, "retry_after", None)  # seconds


class NotNow(exceptions.APIException):
    """A transition that the object's state does not allow."""

    status_code = 409
    default_code = "transition_not_allowed"
    default_detail = SENTENCES["transition_not_allowed"]


class Conflict(exceptions.APIException):
    """A rule of the database that nobody checked before; the sentence is the rule's own where it has one."""

    status_code = 409
    default_code = "conflict"
    default_detail = SENTENCES["conflict"]


class TryAgain(exceptions.APIException):
    """Two writes stood in each other's way and this one gave in; nothing was done."""

    status_code = 503
    default_code = "try_again"
    default_detail = SENTENCES["try_again"]
    wait = 1  # seconds


class ProblemHandler(ExceptionHandler):
    """Turns whatever a view raises into a problem document; what nobody foresaw becomes a 500 that tells nothing."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        """Return the HTTP shape of an error of the domain."""
        if isinstance(exc, DomainError):
            return Refusal(exc)
        if isinstance(exc, RequestDataTooBig):
            return BodyTooLarge()
        if isinstance(exc, SuspiciousOperation):  # more fields than any honest form has
            return exceptions.ParseError(SENTENCES["invalid"])
        if isinstance(exc, TransitionNotAllowed):
            return NotNow()
        if isinstance(exc, DatabaseError) and is_refusal(exc):
            return Conflict(sentence_of(exc))
        if is_busy(exc):
            return TryAgain()
        outage = outage_of(exc)
        if outage is not None:
            return Refusal(outage)
        return super().convert_known_exceptions(exc)

    def get_response(self, exc: exceptions.APIException, data: dict[str, Any]) -> Response:
        """Return the document under its own media type."""
        return Response(data, status=exc.status_code, headers=self.get_headers(exc), content_type=MEDIA_TYPE)


class ProblemFormatter(ExceptionFormatter):
    """Writes the document."""

    def run(self) -> dict[str, Any]:
        """Return the document as JSON."""
        if isinstance(self.original_exc, DomainError):
            error = self.original_exc
            fields = [problem.as_json() for problem in error.errors]
            return document(self.exc.status_code, error.code, error.message, clause=error.clause, errors=fields)
        if isinstance(self.exc, exceptions.ValidationError):
            fields = [{"field": e.attr or "", "code": e.code, "detail": e.detail} for e in flatten_errors(self.exc.detail)]
            return document(400, "invalid_input", SENTENCES["invalid"], errors=fields)
        code = str(self.exc.get_codes()) if isinstance(self.exc.detail, str) else self.exc.default_code
        return document(self.exc.status_code, code, self._sentence(code))

    def _sentence(self, code: str) -> str:
        """Return the sentence of an error of the web layer."""
        request = self.context["request"]
        seconds = max(1, round(getattr(self.exc, "wait", None) or 1))
        sentence = SENTENCES.get(code)
        return sentence.format(method=request.method if request else "", seconds=seconds) if sentence else str(self.exc.detail)


def document(status: int, code: str, detail: str, *, clause: str = "", errors: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """Return a problem document; of more than ``MOST_LISTED`` faults it lists the first, shortened, and says how many there are."""
    found = errors or []
    listed = [one | {"field": one["field"][:LONGEST_NAME], "detail": shortened(one["detail"])} for one in found[:MOST_LISTED]]
    cut = {"error_count": len(found)} if len(found) > len(listed) else {}
    return {
        "type": f"{TYPE_PREFIX}{code}",
        "title": TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400]),
        "status": status,
        "code": code,
        "detail": detail,
        "clause": clause,
        "errors": listed,
        **cut,
    }


def shortened(said: str) -> str:
    """Return a sentence without the middle of what was sent, where it repeats that."""
    return said if len(said) <= LONGEST_DETAIL else f"{said[: LONGEST_DETAIL // 2]}……{said[-LONGEST_DETAIL // 2 :]}"


class NothingHere(APIView):
    """Whatever stands under the interface's address and is no address of it."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    schema = None

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Refuse before anything else is looked at."""
        raise exceptions.NotFound

    def http_method_not_allowed(self, request: HttpRequest, *args: object, **kwargs: object) -> Response:
        """Refuse every method alike."""
        raise exceptions.NotFound
