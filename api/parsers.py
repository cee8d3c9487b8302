"""Reading JSON strictly: what two readers could understand differently is refused."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class BodyTooLarge(APIException):
    """The request's body is longer than any honest one."""

    status_code = 413
    default_detail = "提交的内容过大，请分批提交。"
    default_code = "body_too_large"


class StrictJSONParser(JSONParser):
    """JSON in UTF-8 of bounded length, without NaN, Infinity, repeated names or half characters."""

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
            found = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_without_repeats)
            json.dumps(found, ensure_ascii=False).encode("utf-8")  # half characters (lone surrogates) cannot be answered or stored
        except (ValueError, RecursionError):
            raise ParseError("请求内容不是有效的 JSON（UTF-8 编码，名称不得重复），请检查后重新提交。") from None
        return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found
