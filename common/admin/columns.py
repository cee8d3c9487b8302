"""Columns of lists: the same values on screen and in the exported file."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.admin.display_values import display_value, field_of, is_number, label_of, plain, value_of
from common.fields import MoneyField, RateField

SHORT = 6  # characters that stay on one line: 九日山银行


class Column:
    """One column; Django's list takes it as a callable."""

    def __init__(self, label: str, value: Callable[[Any], Any], *, order: str | None = None, name: str = "") -> None:
        self.short_description = label
        self.value = value
        self.admin_order_field = order
        self.__name__ = name or (order or "column").replace("__", "_").lstrip("-")

    @classmethod
    def of(cls, model: type[Model], path: str) -> "Column":
        """Return the column of a field, ``a__b`` through relations."""
        field = field_of(model, path)
        mark = "money_" if isinstance(field, MoneyField | RateField) else ""  # the style sheet sets such headings flush right
        return cls(label_of(model, path), lambda obj: value_of(obj, path), order=path, name=f"{mark}{path}")

    def __call__(self, obj: Any) -> SafeString:
        """Return the cell as HTML."""
        value = self.value(obj)
        style = " qf-right" if is_number(value) else " qf-short" if isinstance(value, str | Model) and len(str(value)) <= SHORT else ""
        return format_html('<span class="qf-cell{}">{}</span>', style, display_value(value))

    def plain(self, obj: Any) -> Any:
        """Return the cell as a spreadsheet holds it."""
        return plain(self.value(obj))
