"""What the address of a list asks, judged once for page, file and bulk steps: what means nothing is a sentence, never ignored."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import NotRelationField, get_fields_from_path
from django.contrib.admin.views.main import ERROR_FLAG, IGNORED_PARAMS, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import FieldDoesNotExist, SuspiciousOperation, ValidationError
from django.db import DataError
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict

from common.admin.filters import LOOKUPS
from common.errors import DomainError
from common.texts import is_readable, line

UNREAD = (IncorrectLookupParameters, SuspiciousOperation, ValidationError, ValueError, OverflowError, DataError)
_FREE = {SEARCH_VAR, ERROR_FLAG, *IGNORED_PARAMS} - {ORDER_VAR}  # any text to look for, and switches
_PAGE = re.compile(r"[1-9][0-9]{0,8}")
_ORDER = re.compile(r"-?[0-9]{1,3}")
_YES_NO = frozenset({"0", "1", "true", "false", "True", "False"})


class AddressUnread(DomainError):
    """A list's address asks what the list does not answer, or with a value that is none."""

    code = "list_address"
    sentence = "列表地址中的条件“{asked}”无法识别，已恢复为全部记录。请在列表页重新选择筛选条件或翻页。"
    status = 400


def read_list(page: Any, request: HttpRequest, build: Callable[[HttpRequest], Any]) -> Any:
    """
    Return the list that an address asks for, as ``build`` makes it.

    Raises:
        AddressUnread.
    """
    request.GET = _searched(request.GET)  # the same kind, its words readable
    _judge(page, request)
    try:
        found = build(request)
    except UNREAD as wrong:
        asked = [name for name in request.GET if name not in _FREE] or list(request.GET)
        if not asked:
            raise  # nothing was asked: the fault is ours
        raise AddressUnread(asked="、".join(sorted(map(_told, asked)))) from wrong
    if found.page_num > found.paginator.num_pages:
        raise AddressUnread(asked=PAGE_VAR)
    for spec in found.filter_specs:
        if isinstance(spec, SimpleListFilter) and spec.value() not in (None, *(str(value) for value, _ in spec.lookup_choices)):
            raise AddressUnread(asked=_told(str(spec.parameter_name)))
    return found


def _searched(asked: Any) -> Any:
    """Return the address with the words to look for as people mean them."""
    if SEARCH_VAR not in asked or is_readable(asked[SEARCH_VAR]):
        return asked
    readable = asked.copy()
    readable[SEARCH_VAR] = line(asked[SEARCH_VAR])
    return readable


def _judge(page: Any, request: HttpRequest) -> None:
    given: MultiValueDict[str, str] = request.GET
    columns = len(page.get_list_display(request)) + 1  # with the box to tick
    for name, values in given.lists():
        if name in _FREE:
            continue
        if name == PAGE_VAR:
            fits = all(_PAGE.fullmatch(value) for value in values)
        elif name == ORDER_VAR:
            parts = [part for value in values for part in value.split(".") if value]
            fits = all(_ORDER.fullmatch(part) and int(part.lstrip("-")) < columns for part in parts)
        else:
            fits = all(page.lookup_allowed(name, value, request) and _is_known(page.model, name, value) for value in values)
        if not fits:
            raise AddressUnread(asked=_told(name))


def _is_known(model: Any, lookup: str, value: str) -> bool:
    """Return whether a value can be one of the field's: of its choices, of yes and no."""
    path, _, last = lookup.rpartition("__")
    if last not in LOOKUPS:
        path, last = lookup, "exact"
    if last in ("isnull", "isempty"):
        return value in _YES_NO
    try:
        field = get_fields_from_path(model, path)[-1]
    except NotRelationField:
        return False
    except FieldDoesNotExist:
        return True  # of a filter of its own kind
    known = {str(choice) for choice, _ in getattr(field, "flatchoices", ())}
    return not known or last not in ("exact", "in") or set(value.split(",") if last == "in" else [value]) <= known


def _told(name: str) -> str:
    """Return a parameter's name as a message tells it: short, and readable whatever was sent."""
    return line(name)[:60] or "（空）"
