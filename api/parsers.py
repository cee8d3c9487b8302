"""Reading JSON strictly: what two readers could understand differently is refused."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser

from common.strict_json import NotStrictJson, read_json


class BodyTooLarge(APIException):
    """The request's body is longer than any honest one."""

    status_code = 413
    default_detail = "提交的内容过大，请分批提交。"
    default_code = "body_too_large"


class LengthRequired(APIException):
    """Nobody can tell where the body ends."""

    status_code = 411
    default_detail = "请求没有说明内容的长度（Content-Length），请补充后重新提交。"
    default_code = "length_required"


class ContentPacked(APIException):
    """The body is compressed, which saves nothing here and hides what is in it."""

    status_code = 415
    default_detail = "不接受压缩的请求内容（Content-Encoding），请不经压缩提交。"
    default_code = "content_encoding_unsupported"


class StrictJSONParser(JSONParser):
    """JSON of bounded length, depth and number, without anything that is unclear."""

    def parse(self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        """
        Return what the body says.

        Raises:
            BodyTooLarge: more bytes than ``API_MAX_BODY_BYTES``.
            ParseError: not JSON, or not clear JSON.
        """
        body = stream.read(settings.API_MAX_BODY_BYTES + 1)
        if len(body) > settings.API_MAX_BODY_BYTES:
            raise BodyTooLarge
        try:
            return read_json(body)
        except NotStrictJson:
            raise ParseError("请求内容不是有效的 JSON（UTF-8 编码，名称不得重复），请检查后重新提交。") from None
