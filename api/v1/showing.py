"""Turning rows into JSON values by their shapes: what DRF does for each row anew is settled once per shape and thread."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from operator import attrgetter
from threading import local
from typing import Any
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from rest_framework import serializers
from rest_framework.fields import Field, SkipField

_kept = local()
Step = tuple[str, Callable[[Any], Any], Callable[[Any], Any], Any]  # name, reads the value, shows it, the field


def shown(shape: type[serializers.BaseSerializer[Any]], found: Any, *, context: Mapping[str, Any], many: bool = False) -> Any:
    """
    Return a row, or each of many, as the shape says: the same as the shape's own ``data``.

    The shape and its fields are made once per thread; only the context changes with the call.
    """
    shapes: dict[Any, tuple[Any, list[Step]]] = _kept.__dict__.setdefault("shapes", {})
    if shape not in shapes:
        made: Any = shape()
        shapes[shape] = made, _steps_of(made)
    serializer, steps = shapes[shape]
    serializer._context = context
    try:
        return _each(found, steps) if many else _one(found, steps)
    finally:
        serializer._context = {}


def _each(rows: Iterable[Any], steps: list[Step]) -> list[dict[str, Any]]:
    return [_one(row, steps) for row in rows]


def _one(row: Any, steps: list[Step]) -> dict[str, Any]:
    made = {}
    for name, read, show, field in steps:
        try:
            value = read(row)
            if callable(value):
                value = field.get_attribute(row)
        except (AttributeError, KeyError, ObjectDoesNotExist):
            try:
                value = field.get_attribute(row)  # knows defaults
            except SkipField:
                continue
        made[name] = None if value is None else show(value)
    return made


def _steps_of(serializer: Any) -> list[Step]:
    return [(field.field_name, _reader(field), _shower(field), field) for field in serializer._readable_fields]


def _reader(field: Any) -> Callable[[Any], Any]:
    if type(field).get_attribute is not Field.get_attribute:
        return field.get_attribute
    return (lambda row: row) if field.source == "*" else attrgetter(field.source)


def _shower(field: Any) -> Callable[[Any], Any]:
    """Return what shows a value as the field does; the plain cases without its detours."""
    if isinstance(field, serializers.Serializer) and type(field).to_representation is serializers.Serializer.to_representation:
        steps = _steps_of(field)
        return lambda row: _one(row, steps)
    if type(field).to_representation is serializers.DecimalField.to_representation and not field.localize:
        return _money(field)
    plain: dict[Any, tuple[type, Callable[[Any], Any]]] = {
        serializers.CharField: (str, str),
        serializers.DateField: (date, date.isoformat),
        serializers.UUIDField: (UUID, str),
        serializers.IntegerField: (int, int),
        serializers.BooleanField: (bool, bool),
    }
    kind, show = plain.get(type(field), (None, None))
    if kind is None or show is None:
        return field.to_representation
    return lambda value: show(value) if type(value) is kind else field.to_representation(value)


def _money(field: Any) -> Callable[[Any], Any]:
    exponent = -field.decimal_places  # as text, which is what this interface shows

    def show(value: Any) -> Any:
        is_exact = type(value) is Decimal and value.as_tuple().exponent == exponent
        return f"{value:f}" if is_exact else field.to_representation(value)

    return show
