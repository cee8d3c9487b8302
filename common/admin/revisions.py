"""
What a form was opened on: a form writes only what its person changed, and asks where somebody else was quicker.

A form that begins with what is recorded carries a mark of each such value; any other form on a case carries one mark of the whole row.
Marks are keyed, so that a page tells nobody what it does not show.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from common import texts
from common.money import display, percent

SEEN = "form_seen"  # the hidden input that carries the marks
ROW = "*"  # the mark of whole rows
SALT = "common.admin.revisions"
NOTHING = "（空）"
CLASH = "该项在您打开本页后已由他人改为“{now}”，您填写的是“{mine}”。请核对：需以您填写的为准的，再次提交；否则请改回。"
MOVED = "该项在您打开本页后已由他人改为“{now}”。您未修改任何内容，请核对后再次提交。"
ROW_MOVED = "该事项在您打开本页后已有变化，本次未办理。请按页面上的最新内容核对，无误的再次提交；您填写的内容已保留。"


class Moved(Exception):
    """What the form was opened on has changed meanwhile; the form says where."""


def plain(value: Any) -> str:
    """Return a value as text, the same for what is stored, shown first and typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(value.normalize() + 0, "f")
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset):
        return "\n".join(sorted(plain(one) for one in value))
    if isinstance(value, Mapping):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return texts.paragraph(str(value))


def edited_of(form: Any) -> list[str]:
    """Return the visible fields that begin with what the case's column of the same name holds."""
    if not isinstance(form.obj, Model) or form.refuses_old:
        return []
    columns = {field.name for field in form.obj._meta.concrete_fields}
    begun = [name for name in form.begun if name in columns and name in form.fields and not form.fields[name].widget.is_hidden]
    return [name for name in begun if plain(form.begun[name]) == plain(getattr(form.obj, name))]


def mark_of_rows(rows: Iterable[Model]) -> str:
    """Return a mark that changes when a stored column of one of these rows does."""
    stored = [
        [row._meta.label_lower, plain(row.pk), *(f"{f.attname}={plain(f.value_from_object(row))}" for f in _columns(row))] for row in rows
    ]
    return _mark(json.dumps(sorted(stored), ensure_ascii=False))


def marks(form: Any) -> dict[str, str]:
    """Return what a form carries of what it is opened on."""
    if isinstance(form.obj, Model) and form.edited:
        return {name: _mark_of_field(form.obj, name, getattr(form.obj, name)) for name in form.edited}
    rows = _rows(form.obj)
    return {ROW: mark_of_rows(rows)} if rows else {}


def carried(request: HttpRequest) -> dict[str, str]:
    """Return the marks that came back with a form; none from a page of an earlier release."""
    try:
        found = json.loads(request.POST.get(SEEN) or "{}")
    except ValueError:
        return {}
    return {str(name): str(mark) for name, mark in found.items()} if isinstance(found, dict) else {}


def reconcile(form: Any, seen: Mapping[str, str]) -> dict[str, Any]:
    """
    Return what is to be written: what the person changed, and of all else what is recorded now. In a transaction: the row stays locked.

    A form that its service refuses once it is old is left to the service.

    Raises:
        Moved: what the person changed, or confirms, is no longer what was shown; the form says so and keeps all that was typed.
    """
    given = dict(form.cleaned_data)
    if form.refuses_old:
        return given
    if isinstance(form.obj, Model) and form.edited:
        return given | _merged(form, given, seen)
    if ROW in seen and seen[ROW] != mark_of_rows(_rows(form.obj)):
        form.add_error(None, ROW_MOVED)
        raise Moved
    return given


@transaction.atomic
def _merged(form: Any, given: Mapping[str, Any], seen: Mapping[str, str]) -> dict[str, Any]:
    """Return the values of the fields that began with what is recorded."""
    case = form.obj
    type(case)._base_manager.select_for_update(no_key=True).filter(pk=case.pk).values_list("pk").first()
    case.refresh_from_db(fields=form.edited)
    now = {name: getattr(case, name) for name in form.edited if name in seen}
    moved = {name for name, value in now.items() if _mark_of_field(case, name, value) != seen[name]}
    changed = {name for name in now if _mark_of_field(case, name, given.get(name)) != seen[name]}
    clashing = {name for name in moved & changed if plain(now[name]) != plain(given.get(name))}
    if clashing or (moved and not changed):
        _say(form, given, now, clashing or moved, CLASH if clashing else MOVED)
        _show(form, {name: value for name, value in now.items() if name not in changed})
        raise Moved
    return {name: value for name, value in now.items() if name not in changed}


def _say(form: Any, given: Mapping[str, Any], now: Mapping[str, Any], names: set[str], sentence: str) -> None:
    for name in form.edited:
        if name in names:
            field = form.fields[name]
            form.add_error(name, sentence.format(now=worded(field, now[name]), mine=worded(field, given.get(name))))


def _show(form: Any, values: Mapping[str, Any]) -> None:
    """Let the page show these values, as if they had been typed."""
    form.data = form.data.copy()
    for name, value in values.items():
        key, first = form.add_prefix(name), form.fields[name].prepare_value(value)
        form.data.pop(key, None)
        if isinstance(first, list | tuple):
            form.data.setlist(key, [str(one) for one in first])
        elif isinstance(first, bool):
            form.data.update({key: "on"} if first else {})
        elif first is not None:
            form.data[key] = str(first)


def worded(field: forms.Field, value: Any) -> str:
    """Return a value of a field as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if value in (None, "", []):
        return NOTHING
    if isinstance(value, Decimal):
        return _number(field, value)
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        offered: Any = field.choices
        labels = {str(key): str(label) for key, label in offered}
        return "、".join(labels.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
    return str(value)


def _number(field: forms.Field, value: Decimal) -> str:
    if getattr(field, "is_fraction", False):
        return percent(value)
    return f"{display(value)} 元" if getattr(field, "repeats", False) else plain(value)


def _rows(obj: Any) -> list[Model]:
    return [obj] if isinstance(obj, Model) else list(obj or [])


def _columns(row: Model) -> list[Any]:
    """Return the stored columns in memory; what a list leaves out says nothing of a change."""
    left_out = row.get_deferred_fields()
    return [field for field in row._meta.concrete_fields if field.attname not in left_out]


def _mark_of_field(case: Model, name: str, value: Any) -> str:
    return _mark(json.dumps([case._meta.label_lower, plain(case.pk), name, plain(value)], ensure_ascii=False))


def _mark(text: str) -> str:
    return str(salted_hmac(SALT, text).hexdigest()[:24])
