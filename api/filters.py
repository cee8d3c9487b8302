"""Filtering and ordering by query parameters; one that means nothing is refused rather than ignored."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters import rest_framework
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from api.changes import MomentFilter, Synchronised
from api.queries import PAGING
from api.selectors import changed_since, has_reference
from common import texts
from common.fields import written_alike

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WHOLE = re.compile(r"[0-9]+")
FARTHEST_ZONE = timedelta(hours=14)


class TextFilter(django_filters.CharFilter):
    """Words that somebody asks, freed of what nobody sees; what a program writes is refused for it, what it looks for is found."""

    @staticmethod
    def plain(value: str) -> str:
        """Return the words as they are compared, empty where nothing can be seen."""
        return texts.line(value)


class CodeFilter(TextFilter):
    """A code, in whatever width, case and groups it is asked; kept in capitals unless told otherwise."""

    def __init__(self, *args: Any, case: Callable[[str], str] = str.upper, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows with the code as it is kept."""
        return super().filter(rows, self.case(texts.code(value)) if value else value)


class NumberFilter(TextFilter):
    """A number that somebody gave, as of a contract: in either width and case one."""

    def filter(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        """Return the rows with the number."""
        return rows.filter(written_alike(self.field_name, self.plain(value))) if value else rows


class Filters(django_filters.FilterSet):
    """The filters of one resource."""

    def filter_own_reference(self, rows: QuerySet[Any], name: str, number: str) -> QuerySet[Any]:
        """Return the rows that the caller keeps under its number, in either width and case."""
        return rows.filter(has_reference(rows.model, TextFilter.plain(number), actor=self.request.auth.member))


class SyncedFilters(Synchronised, Filters):
    """The filters of a resource whose changes are events."""

    updated_since = MomentFilter("有变更的记录", method="filter_updated_since")
    bank_reference = TextFilter(method="filter_own_reference", label="本机构自己的业务编号")

    def filter_updated_since(self, rows: QuerySet[Any], name: str, moment: Any) -> QuerySet[Any]:
        """Return the rows changed at the moment or later."""
        return changed_since(rows, moment, actor=self.request.auth.member)


class StrictFilters(rest_framework.DjangoFilterBackend):
    """Filters by the view's ``filterset_class``."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """
        Return the rows that pass.

        Raises:
            ValidationError: a parameter cannot be read; that each is known and given once, the view saw to (``api.queries``).
        """
        filters = self.get_filterset_class(view, queryset)
        for name in request.query_params:
            value = request.query_params[name]
            one = filters.base_filters[name] if filters is not None and name not in PAGING else None
            if "\x00" in value or (not isinstance(one, TextFilter) and not texts.is_readable(value)):
                raise ValidationError({name: [_problem(texts.SAYS_UNREADABLE, "invalid")]})
            if one is not None and not _is_written_as_described(one, value):
                raise ValidationError({name: [_problem("取值的格式不符，请查阅接口文档。", "invalid")]})
        if filters is None or not set(filters.base_filters).intersection(request.query_params):
            return queryset
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found


def _is_written_as_described(one: django_filters.Filter, value: str) -> bool:
    """Return whether a value has the form the description gives; forms are read leniently, and what they cannot read would be ignored."""
    if isinstance(one, django_filters.BooleanFilter):
        return value in ("true", "false")
    if isinstance(one, django_filters.IsoDateTimeFilter):
        return _is_moment(value)
    if isinstance(one, django_filters.DateFilter):
        return DAY.fullmatch(value) is not None
    if isinstance(one, django_filters.NumberFilter):
        return WHOLE.fullmatch(value) is not None
    if isinstance(one, TextFilter):  # which knows in how many ways people write
        return one.plain(value) != ""
    return value != "" and value == value.strip()


def _is_moment(value: str) -> bool:
    """Return whether it is a moment with its zone, of a year and an offset that exist."""
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    zone = moment.utcoffset()
    return moment.year > 1 and zone is not None and abs(zone) <= FARTHEST_ZONE


def _problem(detail: str, code: str) -> Any:
    return ValidationError(detail, code=code).detail[0]  # type: ignore[index]
