"""How the interface describes itself: problem documents on every operation."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiExample
from drf_standardized_errors.openapi import AutoSchema

from api.enums import Scope
from api.permissions import scope_of_call
from api.problems import MEDIA_TYPE, SENTENCES, document
from api.queries import StrictQuery

FIELD_PROBLEM = {"field": "amount", "code": "negative", "detail": "金额不能为负数。"}
EXAMPLE_CODES = {
    400: "invalid_input",
    401: "not_authenticated",
    403: "permission_denied",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    415: "unsupported_media_type",
    429: "throttled",
    500: "error",
}


class FundSchema(AutoSchema):
    """Operations whose refusals are problem documents under their own media type."""

    def _get_response_for_code(self, serializer: Any, status_code: str, media_types: Any = None, direction: Any = "response") -> Any:
        if int(status_code) >= 400 and media_types is None:
            media_types = [MEDIA_TYPE]
        return super()._get_response_for_code(serializer, status_code, media_types=media_types, direction=direction)

    def get_tags(self) -> list[str]:
        """Return the heading the view stands under."""
        tag = getattr(self.view, "tag", None)
        return [tag] if tag else super().get_tags()

    def get_operation_id(self) -> str:
        """Return ``<resource>_<step>`` for what banks call."""
        action = getattr(self.view, "action", None)
        resource = getattr(self.view, "basename", "")
        return f"{resource}_{action}".replace("-", "_") if action and hasattr(self.view, "tag") else super().get_operation_id()

    def _should_add_validation_error_response(self) -> bool:
        if isinstance(self.view, StrictQuery):
            return True  # a query parameter that nobody knows is refused everywhere
        return super()._should_add_validation_error_response()

    def _should_add_parse_error_response(self) -> bool:
        return self.method in ("POST", "PUT", "PATCH") and super()._should_add_parse_error_response()

    def _get_error_response_examples(self) -> list[OpenApiExample]:
        return [_example(status, code) for status, code in EXAMPLE_CODES.items()]


def _example(status: int, code: str) -> OpenApiExample:
    """Return a problem document of one status as readers will meet it."""
    sentence = SENTENCES.get(code, SENTENCES["invalid"]).format(method="PUT", seconds=30)
    value = document(status, code, sentence, errors=[FIELD_PROBLEM] if status == 400 else [])
    return OpenApiExample(value["title"], value=value, response_only=True, status_codes=[str(status)])


class ClientTokens(OpenApiAuthenticationExtension):
    """Bearer tokens by client credentials, with the scope each operation needs."""

    target_class = "api.authentication.ClientAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        """Return the scheme."""
        scopes = {scope.value: str(scope.label) for scope in Scope}
        return {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "/api/v1/oauth/token/", "scopes": scopes}}}

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[Any]]:
        """Return the scope of one operation."""
        return {self.name: [scope_of_call(auto_schema.view, auto_schema.view.request)]}
