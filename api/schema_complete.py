"""What the description says of all operations alike: headers, codes of every status, ids in addresses, events that are sent."""

import re
from collections.abc import Iterator
from typing import Any

from api.authentication import AddressNotAllowed, TokenInvalid
from api.changes import PlaceLost
from api.feed_positions import FeedRestoring
from api.parsers import BodyTooLarge, ContentPacked, LengthRequired
from api.permissions import ScopeMissing
from api.problems import MEDIA_TYPE, SENTENCES
from api.schema_examples import examples_of, show_answers
from api.schema_webhook import EVENT_SENT

Described = dict[str, Any]

TEXT = {"type": "string"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}
HEADERS: dict[str, Described] = {
    "RateLimit-Policy": {"description": '本程序的请求上限：q 为次数，w 为窗口秒数，如 "client";q=600;w=60', "schema": TEXT},
    "RateLimit": {"description": '本窗口的余量：r 为剩余次数，t 为距窗口结束的秒数，如 "client";r=599;t=42', "schema": TEXT},
    "Retry-After": {"description": "多少秒后可以重试；原样再发即可成功的拒绝才有", "schema": {"type": "integer", "minimum": 1}},
    "ETag": {"description": "内容的标识；下次读取放在 If-None-Match，内容未变返回 304", "schema": TEXT},
    "Idempotent-Replayed": {
        "description": "仅在返回此前同一幂等键的原答复时出现，值为 true",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "WWW-Authenticate": {"description": "认证方式（RFC 6750）", "schema": TEXT},
}
IF_NONE_MATCH: Described = {
    "in": "header",
    "name": "If-None-Match",
    "schema": TEXT,
    "description": "上次读取所得的 ETag，原样传回；内容未变返回 304，没有正文",
}
BASIC: Described = {"type": "http", "scheme": "basic", "description": "用户名为客户端编号，密码为客户端密钥"}
IDS = {
    "public_id": "标识（UUID），取自列表或事件的 id",
    "application_id": "融资申请标识（UUID）",
    "bad_debt_id": "坏账标识（UUID）",
    "claim_id": "补偿申请标识（UUID）",
    "loan_id": "贷款标识（UUID）",
    "number": "政策版本号",
}
MALFORMED = "请求内容不是有效的 JSON（UTF-8 编码，名称不得重复），请检查后重新提交。"
# What any operation may answer besides the refusals of its own, by status.
ALWAYS: dict[str, dict[str, str]] = {
    "400": {"invalid_input": SENTENCES["invalid"]},
    "401": {"not_authenticated": SENTENCES["not_authenticated"], TokenInvalid.default_code: TokenInvalid.default_detail},
    "403": {
        ScopeMissing.default_code: ScopeMissing.default_detail,
        AddressNotAllowed.default_code: AddressNotAllowed.default_detail,
    },
    "404": {"not_found": SENTENCES["not_found"]},
    "405": {"method_not_allowed": SENTENCES["method_not_allowed"]},
    "406": {"not_acceptable": SENTENCES["not_acceptable"]},
    "415": {"unsupported_media_type": SENTENCES["unsupported_media_type"]},
    "429": {"throttled": SENTENCES["throttled"]},
    "500": {"error": SENTENCES["error"]},
}
ALWAYS_ON_WRITES: dict[str, dict[str, str]] = {
    "400": {"parse_error": MALFORMED},
    "409": {"transition_not_allowed": SENTENCES["transition_not_allowed"], "conflict": SENTENCES["conflict"]},
    "411": {LengthRequired.default_code: LengthRequired.default_detail},
    "413": {BodyTooLarge.default_code: BodyTooLarge.default_detail},
    "415": {ContentPacked.default_code: ContentPacked.default_detail},
    "503": {"try_again": SENTENCES["try_again"]},
}
# What a list that is kept in step may answer besides.
OF_PLACES: dict[str, dict[str, str]] = {
    "409": {PlaceLost.code: PlaceLost.sentence},
    "503": {FeedRestoring.code: FeedRestoring.sentence},
}
HAS_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def complete(result: Described, generator: Any, request: Any, public: bool) -> Described:
    """Return the description with what all operations share; called last of all by the generator."""
    components = result["components"]
    components["headers"] = HEADERS
    examples = examples_of(components["schemas"])
    components["examples"] = {name: {"value": value} for name, value in examples.items()}
    components.setdefault("parameters", {})["IfNoneMatch"] = IF_NONE_MATCH
    components["securitySchemes"]["basicAuth"] = BASIC
    for method, operation in _operations(result):
        _name_ids(operation)
        _drop_what_programmers_read(operation)
        _say_codes(method, operation)
        _say_places(operation)
        _say_headers(method, operation)
        show_answers(operation, examples)
    _require_what_is_always_answered(result)
    result["webhooks"] = {"event": {"post": EVENT_SENT}}
    return result


def _operations(result: Described) -> Iterator[tuple[str, Described]]:
    for item in result["paths"].values():
        yield from item.items()


def _is_ours(operation: Described) -> bool:
    """Return whether the operation asks for a bearer token."""
    return any("oauth2" in one for one in operation.get("security", ()))


def _name_ids(operation: Described) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter.get("in") == "path":
            parameter.setdefault("description", IDS[parameter["name"]])


def _drop_what_programmers_read(operation: Described) -> None:
    """Take away descriptions that are docstrings of the code: they are in English, and the summary says the same."""
    if not HAS_CHINESE.search(operation.get("description", "")):
        operation.pop("description", None)


def _say_codes(method: str, operation: Described) -> None:
    """Name under every status the codes any operation may answer, after those of its own."""
    responses = operation["responses"]
    for status in ("415", "422") if method == "get" else ("422",):  # of bodies, which a read has none of; of keys used for another body
        if not responses.get(status, {}).get("description"):
            responses.pop(status, None)
    if method == "post":
        for status in ALWAYS_ON_WRITES if _is_ours(operation) else ("411", "413"):
            responses.setdefault(status, {"content": {MEDIA_TYPE: {"schema": PROBLEM}}, "description": ""})
    for status, response in responses.items():
        if MEDIA_TYPE not in response.get("content", {}):
            continue
        shared = ALWAYS.get(status, {}) | (ALWAYS_ON_WRITES.get(status, {}) if method == "post" else {})
        lines = [f"- `{code}`：{sentence}" for code, sentence in shared.items() if f"`{code}`" not in response["description"]]
        response["description"] = "\n".join(part for part in (response["description"], *lines) if part)


def _say_places(operation: Described) -> None:
    """Name what a list may answer to a place of before a restore, and what of its parameters has had its time."""
    parameters = {one.get("name"): one for one in operation.get("parameters", ())}
    if "updated_since" in parameters:
        parameters["updated_since"]["deprecated"] = True
    for status, codes in (OF_PLACES if "changes_after" in parameters else {}).items():
        lines = "\n".join(f"- `{code}`：{sentence}" for code, sentence in codes.items())
        operation["responses"][status] = {"content": {MEDIA_TYPE: {"schema": PROBLEM}}, "description": lines}


def _say_headers(method: str, operation: Described) -> None:
    responses = operation["responses"]
    answered = next(status for status in responses if status.startswith("2"))
    if _is_ours(operation):
        named = ["RateLimit-Policy", "RateLimit", "ETag" if method == "get" else "Idempotent-Replayed"]
        _carry(responses[answered], *named)
        _carry(responses["401"], "WWW-Authenticate")
        if method == "get":
            operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IfNoneMatch"})
            responses["304"] = {"description": "内容与 If-None-Match 所指的相同，没有正文"}
            _carry(responses["304"], *named)
    for status in {"409", "503"} & set(responses):
        _carry(responses[status], "Retry-After")
    if "429" in responses:
        _carry(responses["429"], "Retry-After", *(["RateLimit-Policy", "RateLimit"] if _is_ours(operation) else []))


def _carry(response: Described, *names: str) -> None:
    response["headers"] = response.get("headers", {}) | {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _require_what_is_always_answered(result: Described) -> None:
    """Say of rows of ours, which are answered whole, that no field is ever left out."""
    asked = _reached([operation.get("requestBody") for _, operation in _operations(result)], result)
    for name, shape in result["components"]["schemas"].items():
        if name.endswith(("Shown", "Opened")) and name not in asked and "properties" in shape:
            shape["required"] = list(shape["properties"])


def _reached(start: Any, result: Described) -> set[str]:
    """Return the names of the shapes that a part of the description leads to."""
    found: set[str] = set()
    waiting = [start]
    while waiting:
        part = waiting.pop()
        if isinstance(part, list):
            waiting.extend(part)
        elif isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/schemas/")[2]
            if name and name not in found:
                found.add(name)
                waiting.append(result["components"]["schemas"][name])
            waiting.extend(part.values())
    return found
