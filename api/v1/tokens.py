"""Getting and giving back an access token (OAuth 2.0 client credentials)."""

import json
from typing import Any, cast

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from oauth2_provider.oauth2_backends import get_oauthlib_core
from rest_framework import serializers
from rest_framework.parsers import FormParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from api.models import ApiClient
from api.oauth import client_id_of
from api.throttles import TokenThrottle
from logins.services.refusals import hidden

TAG = "授权"


class TokenAsked(serializers.Serializer[Any]):
    """What a token is asked with, besides id and secret by HTTP Basic."""

    grant_type = serializers.ChoiceField(["client_credentials"], help_text="固定为 client_credentials")
    scope = serializers.CharField(required=False, help_text="权限范围，空格分隔：read、decide、money、report；不填为该客户端的全部范围")
    client_id = serializers.CharField(required=False, help_text="客户端编号；建议改用 HTTP Basic")
    client_secret = serializers.CharField(required=False, help_text="客户端密钥；建议改用 HTTP Basic")


class TokenShown(serializers.Serializer[Any]):
    """A token. It is shown once: only its checksum is stored."""

    access_token = serializers.CharField(help_text="访问令牌，放在 Authorization: Bearer 请求头")
    token_type = serializers.CharField(help_text="固定为 Bearer")
    expires_in = serializers.IntegerField(help_text="有效期，秒")
    scope = serializers.CharField(help_text="权限范围，空格分隔")


class OAuthRefusal(serializers.Serializer[Any]):
    """A refusal in the words of RFC 6749."""

    error = serializers.CharField(help_text="RFC 6749 错误代码：invalid_client、invalid_scope、unsupported_grant_type、invalid_request")
    error_description = serializers.CharField(required=False, help_text="说明")


class RevokeAsked(serializers.Serializer[Any]):
    """The token given back."""

    token = serializers.CharField(help_text="要作废的访问令牌")


REFUSALS: dict[Any, OpenApiResponse] = {
    (status, "application/json"): OpenApiResponse(OAuthRefusal, description="RFC 6749 错误") for status in (400, 401)
}


class OAuthView(APIView):
    """Open to everybody at the rate of tokens; the OAuth server asks for id and secret."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (TokenThrottle,)
    parser_classes = (FormParser,)
    body_limit = "API_MAX_TOKEN_BYTES"


class TokenView(OAuthView):
    """Where tokens come from."""

    @extend_schema(
        operation_id="create_token",
        summary="获取访问令牌",
        description="以客户端编号和密钥（HTTP Basic）获取令牌，有效期 1 小时，到期前重新获取。轮换密钥时新旧两个密钥同时有效。",
        tags=[TAG],
        auth=cast("Any", [{"basicAuth": []}]),
        request={"application/x-www-form-urlencoded": TokenAsked},
        responses={200: TokenShown, **REFUSALS},
        examples=[OpenApiExample("示例", value={"grant_type": "client_credentials", "scope": "read decide money"}, request_only=True)],
    )
    def post(self, request: Request) -> HttpResponse:
        """Return a token."""
        if (repeated := _repeated(request)) is not None:
            return repeated
        _, headers, body, status = get_oauthlib_core().create_token_response(request._request)
        request._request.refused_account = refused_client(request)  # type: ignore[attr-defined]  # should this be one
        return _answer(body, status, headers)


class RevokeView(OAuthView):
    """Where tokens end."""

    @extend_schema(
        operation_id="revoke_token",
        summary="作废访问令牌",
        description="RFC 7009。令牌不存在时同样返回 200。",
        tags=[TAG],
        auth=cast("Any", [{"basicAuth": []}, {}]),
        request={"application/x-www-form-urlencoded": RevokeAsked},
        responses={200: OpenApiResponse(description="已作废"), **REFUSALS},
    )
    def post(self, request: Request) -> HttpResponse:
        """End a token."""
        if (repeated := _repeated(request)) is not None:
            return repeated
        _, headers, body, status = get_oauthlib_core().create_revocation_response(request._request)
        return _answer(body or "", status, headers)


def refused_client(request: Request) -> str:
    """Return under what a refused call for a token is counted: a known client's id, of an unknown one a keyed hash."""
    name = client_id_of(request.headers.get("Authorization", ""), sent=request._request.POST.get("client_id", ""))
    known = "\x00" not in name and ApiClient.objects.filter(application__client_id=name).exists()
    return name if known else hidden(name)


def _repeated(request: Request) -> HttpResponse | None:
    """Return the refusal of a parameter given twice, known or not; unknown ones are passed over. Source: RFC 6749, 3.2."""
    given = [*request._request.POST.lists(), *request._request.GET.lists()]
    if all(len(values) == 1 for _, values in given):
        return None
    refused = {"error": "invalid_request", "error_description": "A parameter is given more than once."}
    return _answer(json.dumps(refused), 400, {})


def _answer(body: str, status: int, headers: dict[str, str]) -> HttpResponse:
    response = HttpResponse(body, status=status, content_type="application/json")
    for name, value in headers.items():
        response[name] = value
    response["Cache-Control"] = "no-store"
    return response
