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
