"""Every day that programs send has bounds: a mistyped year is refused by the field."""

from typing import Any

import pytest
from rest_framework import serializers

from api.v1.fields import Asked, AskedDay


def shapes(shape: type[Asked]) -> list[type[Asked]]:
    return [one for below in shape.__subclasses__() for one in (below, *shapes(below))]


def days() -> list[tuple[str, Any]]:
    """Return every day asked for in any input of the interface."""
    import api.v1.urls  # noqa: F401, PLC0415  (loads every view and so every shape)

    found = [(f"{shape.__name__}.{name}", field) for shape in shapes(Asked) for name, field in shape().fields.items()]
    return [(name, field) for name, field in found if isinstance(field, serializers.DateField)]


def test_every_day_has_bounds() -> None:
    assert [name for name, field in days() if not isinstance(field, AskedDay)] == []
    assert len(days()) > 15


@pytest.mark.parametrize("value", ["0026-11-28", "0202-01-01", "2206-11-28", "٢٠٢٤-01-05", "2024-1-5", 20240105])
def test_a_mistyped_year_is_refused_by_every_field(value: Any) -> None:
    for name, field in days():
        with pytest.raises(serializers.ValidationError) as refused:
            field.run_validation(value)
        assert refused.value.detail, name
