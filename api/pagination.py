"""Pages by cursor: stable while rows are added, as fast on the last page as on the first."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError as Unreadable
from django.db.models import Q, QuerySet
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from api.cursors import Bound, NotOurs, bound_to_list, opened, sealed

USUAL_PAGE = 50
LONGEST_PAGE = 200
NEWEST_FIRST = "-created"


class CursorPages(BasePagination):
    """
    Newest first unless the caller orders otherwise; the address of the next page comes with the page.

    A cursor names the last row seen by the ordering's value and the row's key, so rows of equal value are neither missed nor repeated.
    The view's ``ordering_fields`` maps names to columns that are never null; ``created`` is always one of them.
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """
        Return the rows of the page the request asks for; one query.

        Raises:
            ValidationError: the cursor, the ordering or the limit cannot be read.
        """
        self.request = request
        limit = _limit_of(request)
        ordering = request.query_params.get("ordering", NEWEST_FIRST)
        column = orderings_of(view).get(ordering.removeprefix("-"))
        if column is None:
            raise _refused("ordering", "没有这种排序，可用：" + "、".join(_both_ways(orderings_of(view))) + "。")
        sign, than = ("-", "lt") if ordering.startswith("-") else ("", "gt")
        self.bound = bound_to_list(request)
        seen = _read(request.query_params.get("cursor"), self.bound)
        self.place = getattr(request, "place", None) if seen is None else seen.place
        rows = _after(queryset, seen, column, than)
        order = [f"{sign}{column}"] if column == "pk" else [f"{sign}{column}", f"{sign}pk"]
        try:
            found = list(rows.order_by(*order)[: limit + 1])
        except (Unreadable, ValueError, TypeError):
            raise _bad_cursor() from None
        return self._cut(found, limit, ordering, column)

    def _cut(self, found: list[Any], limit: int, ordering: str, column: str) -> list[Any]:
        self.next_cursor = _written(found[limit - 1], column, self.place, self.bound) if len(found) > limit else None
        return found[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """Return the page with the address of the next one, null after the last."""
        here = self.request.build_absolute_uri()
        following = replace_query_param(here, "cursor", self.next_cursor) if self.next_cursor else None
        return Response({"next": following, "results": data, "place": self.place})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the page's own description."""
        following = {"type": ["string", "null"], "format": "uri", "description": "下一页地址，没有则为空"}
        place = {"type": ["string", "null"], "description": "带 changes_after 时，下一次增量读取从这里开始；各页相同；不带的为空"}
        return {
            "type": "object",
            "required": ["next", "results", "place"],
            "properties": {"next": following, "results": schema | {"description": "本页记录"}, "place": place},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Return the query parameters of a page."""
        text = {"in": "query", "required": False}
        return [
            text | {"name": "cursor", "schema": {"type": "string"}, "description": "翻页游标，取自答复中 next 的地址，原样传回"},
            text
            | {
                "name": "limit",
                "schema": {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": USUAL_PAGE},
                "description": "每页条数",
            },
            text
            | {
                "name": "ordering",
                "schema": {"type": "string", "enum": _both_ways(orderings_of(view)), "default": NEWEST_FIRST},
                "description": "排序，负号为由大到小",
            },
        ]


def orderings_of(view: Any) -> Mapping[str, str]:
    """Return the names a view's rows can be ordered by, with their columns."""
    return {"created": "pk", **getattr(view, "ordering_fields", {})}


def _both_ways(names: Mapping[str, str]) -> list[str]:
    return [sign + name for name in names for sign in ("", "-")]


def _limit_of(request: Request) -> int:
    given = request.query_params.get("limit", str(USUAL_PAGE))
    if not (given.isascii() and given.isdigit() and len(given) < 9 and 1 <= int(given) <= LONGEST_PAGE):
        raise _refused("limit", f"每页条数须为 1 至 {LONGEST_PAGE} 的整数。")
    return int(given)


@dataclass(frozen=True, slots=True)
class Seen:
    """The last row seen: the ordering's value and the row's key; and the place that the first page gave."""

    value: str | None
    key: int
    place: str | None


def _after(rows: QuerySet[Any], seen: Seen | None, column: str, than: str) -> QuerySet[Any]:
    """Return the rows that come after the last one seen."""
    if seen is None:
        return rows
    value, key = seen.value, seen.key
    if column == "pk":
        return rows.filter(**{f"pk__{than}": key})
    try:
        return rows.filter(Q(**{f"{column}__{than}": value}) | Q(**{column: value, f"pk__{than}": key}))
    except (Unreadable, ValueError, TypeError):
        raise _bad_cursor() from None


def _written(row: Any, column: str, place: str | None, bound: Bound) -> str:
    value = None if column == "pk" else _value(row, column)
    return sealed([value, row.pk, place], bound=bound)


def _value(row: Any, column: str) -> Any:
    """Return the value in full: a moment to the microsecond."""
    value = getattr(row, column)
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _read(cursor: str | None, bound: Bound) -> Seen | None:
    """
    Return the last row seen, ``None`` for the first page.

    Raises:
        ValidationError: no cursor of ours, or one of another institution, list, ordering or filter.
    """
    if cursor is None:
        return None
    try:
        return Seen(*opened(cursor, bound=bound))
    except NotOurs:
        raise _bad_cursor() from None


def _bad_cursor() -> ValidationError:
    return _refused("cursor", "翻页游标无效，请原样使用答复中 next 的地址，不另改条件；从头读取的，不带该参数。")


def _refused(name: str, detail: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(detail, code="invalid")]})
