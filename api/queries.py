"""What stands behind the question mark: a name that the address does not know, or one given twice, is refused on every method."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

PAGING = frozenset({"cursor", "limit", "ordering"})
UNKNOWN = ErrorDetail("没有这个查询参数，请核对名称。", code="unknown")
REPEATED = ErrorDetail("查询参数不能重复。", code="repeated")


@dataclass(frozen=True, slots=True)
class Query:
    """The names that an address knows, and those of them that may be given several times."""

    names: frozenset[str] = frozenset()
    repeatable: frozenset[str] = frozenset()


NO_QUERY = Query()


def query_of(parameters: Collection[Any]) -> Query:
    """Return the names that described parameters give to the address."""
    asked = [one for one in parameters if getattr(one, "location", "") == "query"]
    return Query(frozenset(one.name for one in asked), frozenset(one.name for one in asked if _is_array(one)))


def require_known(given: QueryDict, query: Query) -> None:
    """
    Let pass only names that are known, each once; all others are told at once.

    A name that is passed over commits what was only to be checked, or lists what was to be left out.

    Raises:
        ValidationError.
    """
    problems = {name: [UNKNOWN] for name in given if name not in query.names}
    problems |= {name: [REPEATED] for name, values in given.lists() if len(values) > 1 and name in query.names - query.repeatable}
    if problems:
        raise ValidationError(problems)


class StrictQuery:
    """A view that knows what may be asked of it behind the question mark; nothing, unless ``known_query`` says otherwise."""

    def known_query(self) -> Query:
        """Return what the call may ask."""
        return NO_QUERY

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """
        Let in who may call, then refuse what nobody asks for; before anything is looked up, read or kept.

        Raises:
            ValidationError.
        """
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        is_answered = getattr(self, "action", True) is not None and hasattr(self, (request.method or "").lower())
        if is_answered:  # a method that is none here is 405
            require_known(request.query_params, self.known_query())


class FlagInAddress(serializers.BooleanField):
    """true or false, and no other word for it."""

    default_error_messages = {"invalid": "须为 true 或 false。"}

    def to_internal_value(self, data: Any) -> bool:
        """Return the truth value."""
        if data not in ("true", "false"):
            self.fail("invalid", input=data)
        return bool(data == "true")


def _is_array(parameter: Any) -> bool:
    return isinstance(parameter.type, dict) and parameter.type.get("type") == "array"
