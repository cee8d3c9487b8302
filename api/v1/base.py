"""What every view for banks shares: who acts, when, one domain call, answers kept against repeats, headers."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, wraps
from typing import Any, ClassVar, cast
from urllib.parse import unquote_plus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import conditional_page
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from api.authentication import Caller
from api.enums import Scope
from api.filters import StrictFilters
from api.pagination import CursorPages
from api.parsers import BodyTooLarge
from api.problems import ProblemSerializer
from api.queries import NO_QUERY, PAGING, Query, StrictQuery, query_of
from api.services.repeats import Answer, AnswerUnreadable, KeyInUse, KeyReused, answer_once
from api.throttles import ClientThrottle
from audit.services import record_export
from common.errors import DomainError, FieldProblem, InvalidInput, NotAllowed, NotVisible
from parties.models import Member

KEY_PATTERN = re.compile(r"[\x21-\x7e]{1,128}")
KEY_PARAMETER = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    pattern=r"^[\x21-\x7e]{1,128}$",
    description="幂等键，建议用 UUID。相同的键和内容只办理一次，重复提交返回原答复（Idempotent-Replayed: true），保留 100 天；"
    "相同的键、不同的内容返回 422，前一请求尚在处理返回 409",
)
Refusals = Sequence[type[DomainError]]
ALWAYS_REFUSES: tuple[type[DomainError], ...] = (NotVisible, NotAllowed)


class KeyMissing(InvalidInput):
    """A write without a key could be done twice."""

    code = "idempotency_key_missing"
    sentence = "写操作须带 Idempotency-Key 请求头（1 至 128 个可见的 ASCII 字符）。"


class BankView(StrictQuery, GenericViewSet[Any]):
    """Resources of the calling institution. A change of state is a named POST, never PUT or PATCH."""

    throttle_classes = (ClientThrottle,)
    pagination_class: Any = CursorPages
    filter_backends: Any = (StrictFilters,)
    filter_fields: ClassVar[Mapping[str, Any]] = {}
    lookup_field = "public_id"
    lookup_value_converter = "uuid"
    tag: ClassVar[str]
    body_limit: ClassVar[str] = "API_MAX_BODY_BYTES"  # the setting that says how many bytes a body may have

    @classmethod
    def as_view(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the view; reads carry an ETag and answer 304 to one that matches."""
        return conditional_page(super().as_view(*args, **kwargs))

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        """Fix the moment of the call."""
        self.now: datetime = timezone.now()
        return super().initialize_request(request, *args, **kwargs)

    def known_query(self) -> Query:
        """Return what the description of the call names; of a list that is paged also how it is cut, ordered and filtered."""
        asked = getattr(self, str(self.action), None)
        known: Query = getattr(asked, "query", NO_QUERY)
        if not getattr(asked, "is_list", False) or self.pagination_class is None:
            return known
        filters = getattr(self, "filterset_class", None) if self.filter_backends else None
        return Query(known.names | PAGING | frozenset(filters.base_filters if filters is not None else ()), known.repeatable)

    @property
    def caller(self) -> Caller:
        """Return who calls."""
        return cast(Caller, self.request.auth)

    @property
    def member(self) -> Member:
        """Return the member as which the program acts."""
        return self.caller.member

    @property
    def acting(self) -> dict[str, Any]:
        """Return who acts and when, as every service takes them."""
        return {"actor": self.member, "at": self.now}

    def rows(self) -> QuerySet[Any]:
        """Return the rows the caller sees; each resource says which."""
        raise Http404

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows the caller sees; none where the interface is only described and nobody calls."""
        if getattr(self, "swagger_fake_view", False):
            return cast("QuerySet[Any]", self.serializer_class.Meta.model.objects.none())  # type: ignore[union-attr]
        return self.rows()

    def get_serializer_context(self) -> dict[str, Any]:
        """Return what shapes need to know of the call."""
        return {"request": self.request, "now": self.now, "actor": self.member, "today": timezone.localdate(self.now)}

    def shown(self, shape: type[BaseSerializer[Any]], found: Any, *, many: bool = False) -> Any:
        """Return a domain object as JSON."""
        return shape(found, many=many, context=self.get_serializer_context()).data

    def page(self, rows: QuerySet[Any]) -> Response:
        """Return one page of the rows, filtered and ordered as the caller asks."""
        found = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self.shown(self.get_serializer_class(), found, many=True))

    def exported_page(self, rows: QuerySet[Any], *, what: type[Model], title: str) -> Response:
        """Return one page of rows that are taken out of the system as a statement, which is an event of the log."""
        answer = self.page(rows)
        asked = unquote_plus(self.request.META.get("QUERY_STRING", ""))
        record_export(what=what, title=title, actor=self.member, at=self.now, rows=len(answer.data["results"]), asked=asked, form="json")
        return answer

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what every answer carries: what the client may still ask, and that nobody else keeps it."""
        final = super().finalize_response(request, response, *args, **kwargs)
        rate = getattr(request, "rate", None)
        for name, value in (rate.headers() if rate is not None else {}).items():
            final[name] = value
        final["Cache-Control"] = "private, no-cache" if request.method in ("GET", "HEAD") else "no-store"
        return final


def reads(
    shape: Any,
    *,
    summary: str,
    says: str = "",
    clause: str = "",
    many: bool = False,
    parameters: Sequence[Any] = (),
    refuses: Refusals = (),
) -> Callable[[Any], Any]:
    """Return a decorator that describes a read."""
    answer = shape(many=True) if many else shape
    described = extend_schema(
        summary=summary,
        description=_described(says, clause),
        parameters=list(parameters),
        responses={200: answer, **described_refusals(refuses)} if refuses else answer,
    )

    def decorate(method: Callable[..., Any]) -> Any:
        read: Any = described(method)
        read.query, read.is_list = query_of(parameters), many
        return read

    return decorate


def writes(
    shape: type[BaseSerializer[Any]],
    *,
    scope: Scope,
    summary: str,
    asks: type[BaseSerializer[Any]] | None = None,
    says: str = "",
    clause: str = "",
    refuses: Refusals = (),
    status: int = 200,
    address: str | None = None,
    detail: bool = True,
    before: str = "",
) -> Callable[[Any], Any]:
    """
    Return a decorator that makes a method a POST: scope, input parsed, done once per key, answer kept, all of it described.

    The method gets the parsed input as keywords and returns the domain object. ``address`` is the last part of the address (the method's
    name by default, with hyphens); an empty one makes it the POST of the list itself. ``before`` names the view's method that is asked
    before the transaction, with the same keywords; what it returns is added to the keywords.
    """

    def decorate(method: Callable[..., Any]) -> Any:
        @wraps(method)
        def answered(view: BankView, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            found: dict[str, Any] = {}

            @cache
            def asked() -> dict[str, Any]:
                return _parsed(asks, view, request)

            def ask() -> None:
                found.update(getattr(view, before)(*args, **kwargs, **asked()))

            def make() -> Any:
                return view.shown(shape, method(view, *args, **kwargs, **asked(), **found))

            return _answered_once(view, request, make, status, before=ask if before else None)

        answered.scope = scope.value  # type: ignore[attr-defined]
        routed: Any = answered
        if address != "":
            at = address or method.__name__.replace("_", "-")
            routed = action(detail=detail, methods=["post"], url_path=at, url_name=method.__name__)(answered)
        return _described_write(shape, asks, summary, says, clause, refuses, status)(routed)

    return decorate


def keeps_answer(
    shape: type[BaseSerializer[Any]], *, scope: Scope, status: int, before: str, parameters: Sequence[Any]
) -> Callable[[Any], Any]:
    """
    Return a decorator for a POST whose body is a file: scope, done once per key, answer kept.

    ``parameters`` say in the address what the file is. The view's method named by ``before`` reads the request itself, before the
    transaction; what it returns are the method's keywords.
    """

    def decorate(method: Callable[..., Any]) -> Any:
        @wraps(method)
        def answered(view: BankView, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            found: dict[str, Any] = {}

            def ask() -> None:
                found.update(getattr(view, before)(request))

            return _answered_once(view, request, lambda: view.shown(shape, method(view, *args, **kwargs, **found)), status, before=ask)

        answered.scope, answered.query = scope.value, query_of(parameters)  # type: ignore[attr-defined]
        return answered

    return decorate


def _parsed(asks: type[BaseSerializer[Any]] | None, view: BankView, request: Request) -> dict[str, Any]:
    """Return the input as keywords."""
    if asks is None:
        return {}
    given = asks(data=request.data, context=view.get_serializer_context())
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _answered_once(
    view: BankView, request: Request, make: Callable[[], Any], status: int, *, before: Callable[[], None] | None = None
) -> HttpResponse:
    """Return the answer of the write, or the one kept of its first time."""
    key = request.headers.get("Idempotency-Key", "")
    if KEY_PATTERN.fullmatch(key) is None:
        problem = FieldProblem("Idempotency-Key", "required", KeyMissing.sentence)
        raise KeyMissing(errors=[problem])

    def answer() -> Answer:
        return Answer(status=status, body=JSONRenderer().render(make()).decode())

    digest = _digest(view, request)
    kept = answer_once(client=view.caller.client, key=key, request_sha256=digest, at=view.now, answer=answer, before=before)
    response = HttpResponse(kept.body, content_type="application/json", status=kept.status)
    if kept.is_repeat:
        response["Idempotent-Replayed"] = "true"
    return response


def _digest(view: BankView, request: Request) -> str:
    """Return the SHA-256 of method, address and content: what makes a request the same request."""
    try:
        body = request._request.body
    except RequestDataTooBig:
        raise BodyTooLarge from None
    if len(body) > getattr(settings, view.body_limit):
        raise BodyTooLarge
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + body).hexdigest()


def _described_write(shape: Any, asks: Any, summary: str, says: str, clause: str, refuses: Refusals, status: int) -> Callable[[Any], Any]:
    """Return the description of a POST, with every refusal of the domain under its status."""
    every: list[type[DomainError]] = [*ALWAYS_REFUSES, KeyMissing, KeyReused, KeyInUse, AnswerUnreadable, *refuses]
    responses: dict[Any, Any] = {status: OpenApiResponse(shape, description="办理结果"), **described_refusals(every)}
    example = getattr(asks, "example", None)
    return extend_schema(
        summary=summary,
        description=_described(says, clause),
        parameters=[KEY_PARAMETER],
        request=asks,
        responses=responses,
        examples=[OpenApiExample("示例", value=dict(example), request_only=True)] if example else [],
    )


def described_refusals(refuses: Refusals) -> dict[Any, Any]:
    """Return the description of refusals of the domain, each under its status."""
    by_status: dict[int, list[type[DomainError]]] = {}
    for refusal in dict.fromkeys(refuses):
        by_status.setdefault(refusal.status, []).append(refusal)
    described: dict[Any, Any] = {}
    for code, found in sorted(by_status.items()):
        lines = "\n".join(f"- `{one.code}`：{one.sentence}" for one in found)
        described[code, "application/problem+json"] = OpenApiResponse(ProblemSerializer, description=lines)
    return described


def _described(says: str, clause: str) -> str:
    return "\n\n".join(part for part in (says, f"依据：{clause}" if clause else "") if part)
