"""How the interface for programs behaves: JSON only, problem documents, login unless a view says otherwise."""

from typing import Any

from quanzhou_fund.admin_look import SITE_NAME

PROBLEM_STATUSES = ("400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "429", "500")
API_MAX_BODY_BYTES = 1_048_576
API_MAX_CALCULATOR_BYTES = 262_144  # a thousand rows, or twenty thousand numbers
API_MAX_TOKEN_BYTES = 16_384
API_MAX_UPLOAD_BYTES = 8 * 1_048_576  # ten thousand rows in any of the formats
TOKEN_SECONDS = 3600
DESCRIPTION_RATE = "60/min"  # of each address; the page for people asks three times

OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
# Only client credentials are offered; a token's checksum is stored, never the token.
OAUTH2_PROVIDER: dict[str, Any] = {
    "SCOPES_BACKEND_CLASS": "api.oauth.ClientScopes",
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "api.oauth.FundValidator",
    "ACCESS_TOKEN_EXPIRE_SECONDS": TOKEN_SECONDS,
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,
    "COMPLIANT_BCP_RFC9700_REFRESH_TOKEN": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_SCHEME": True,
    "COMPLIANT_BCP_RFC9700_REDIRECT_URI_MATCHING": True,
    "COMPLIANT_BCP_RFC9700_PKCE_REQUIRED": True,
}


def rest_framework(*, calculator_rate: str, token_rate: str, proxies: int) -> dict[str, Any]:
    """Return ``REST_FRAMEWORK``; the rates are per address, read behind so many trusted proxies."""
    return {
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["api.parsers.StrictJSONParser"],
        "DEFAULT_AUTHENTICATION_CLASSES": ["api.authentication.ClientAuthentication"],
        "DEFAULT_PERMISSION_CLASSES": ["api.permissions.HasScope"],
        "DEFAULT_METADATA_CLASS": None,
        "DEFAULT_SCHEMA_CLASS": "api.schema.FundSchema",
        "DEFAULT_THROTTLE_RATES": {"calculators": calculator_rate, "tokens": token_rate, "description": DESCRIPTION_RATE},
        "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
        "NUM_PROXIES": proxies,
        "URL_FORMAT_OVERRIDE": None,
        "TEST_REQUEST_DEFAULT_FORMAT": "json",
    }


DRF_STANDARDIZED_ERRORS: dict[str, Any] = {
    "EXCEPTION_HANDLER_CLASS": "api.problems.ProblemHandler",
    "EXCEPTION_FORMATTER_CLASS": "api.problems.ProblemFormatter",
    "ALLOWED_ERROR_STATUS_CODES": [status for status in PROBLEM_STATUSES if status not in ("409", "413")],
    "ERROR_SCHEMAS": dict.fromkeys(PROBLEM_STATUSES, "api.problems.ProblemSerializer"),
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "TITLE": f"{SITE_NAME}接口",
    "DESCRIPTION": (
        "- 金额为文本，单位元，两位小数；利率为年利率小数；日期为 YYYY-MM-DD，期间含起始日、不含截止日；时间为 ISO 8601，北京时间。\n"
        "- 每次调用带 Authorization: Bearer 令牌；令牌以客户端编号和密钥获取，按权限范围 read、decide、money、report 办理。\n"
        "- 每个 POST 带 Idempotency-Key；没有收到答复的，用同一个键、同一内容再发，不会重复办理。\n"
        "- 列表按 next 翻页，按 changes_after 增量同步；读取的 ETag 放入 If-None-Match，未变返回 304。\n"
        "- 地址中的查询参数只认接口文档列出的名称，不认识的和重复的一律拒绝，不作任何办理；是否类参数只写 true 或 false。\n"
        "- 出错时返回 RFC 9457 问题说明（application/problem+json）：程序依据 code，人看 detail，有误的字段见 errors；"
        "全部代码见 GET /api/v1/codes/。带 Retry-After 的，到时原样再发。\n"
        "- 请求上限和余量见 RateLimit-Policy、RateLimit 答复头。\n"
        "- 只增加字段、取值、代码和地址；请略过不认识的字段、取值和事件类型。"
    ),
    "VERSION": "1.4.0",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SORT_OPERATIONS": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "api.schema_complete.complete"],
    "ENUM_NAME_OVERRIDES": {
        "ModeEnum": "common.enums.Mode",
        "ResponseModeEnum": "reporting.enums.ModeScope",
        "EntryStateEnum": "whitelist.enums.EntryState",
        "EntryKindEnum": "whitelist.enums.EntryKind",
        "DeliveryStateEnum": "whitelist.enums.DeliveryState",
        "ApplicationStateEnum": "loans.enums.ApplicationState",
        "MovementKindEnum": "loans.enums.MovementKind",
        "RefusalReasonEnum": "loans.enums.RefusalReason",
        "SettlementStateEnum": "subsidy.enums.SettlementState",
        "GradeEnum": "risk.enums.Grade",
        "ClaimStateEnum": "risk.claims.transitions.ClaimState",
        "ClaimKindEnum": "risk.enums.ClaimKind",
        "ClaimPaperEnum": "risk.enums.ClaimPaper",
        "SuggestionStateEnum": "risk.enums.SuggestionState",
        "ReturnStateEnum": "risk.enums.ReturnState",
        "ExemptionStateEnum": "risk.enums.ExemptionState",
        "BreakerStateEnum": "risk.enums.BreakerState",
        "MoneyStepEnum": "risk.enums.MoneyStep",
        "UploadStateEnum": "api.enums.UploadState",
        "UploadKindEnum": "api.enums.UploadKind",
    },
}
