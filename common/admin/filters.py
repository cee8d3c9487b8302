"""The filters beside a list: they offer what occurs in the rows the person sees, and a list answers no other question."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AllValuesFieldListFilter, RelatedOnlyFieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import Model
from django.http import HttpRequest

# What may follow a field's name in a list's address.
LOOKUPS = frozenset({"exact", "in", "isnull", "isempty", "id", "pk", "gt", "gte", "lt", "lte", "year", "month", "day"})


class SeenValues(AllValuesFieldListFilter):
    """The values of a related field that occur in the rows the person sees, not in all there are."""

    def __init__(self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str) -> None:
        super().__init__(field, request, params, model, model_admin, field_path)
        rows = model_admin.get_queryset(request).order_by()
        self.lookup_choices = rows.order_by(field_path).values_list(field_path, flat=True).distinct()


def filter_of(model: type[Model], item: Any) -> Any:
    """Return how a list is filtered by a field: relations and related values by those the person sees, the rest as Django does."""
    if not isinstance(item, str):
        return item
    field = get_fields_from_path(model, item)[-1]
    if field.is_relation:
        return item, RelatedOnlyFieldListFilter
    if "__" in item and not field.flatchoices:
        return item, SeenValues
    return item


def is_asked_by(lookup: str, names: Iterable[str]) -> bool:
    """Return whether a lookup in an address asks about one of these fields and nothing beyond it."""
    for name in names:
        if lookup == name or (lookup.startswith(f"{name}__") and LOOKUPS.issuperset(lookup.removeprefix(f"{name}__").split("__"))):
            return True
    return False
