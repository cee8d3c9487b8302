"""Values as people read them: money with its unit, rates in per cent, links, states, clauses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from common.admin.extension_points import EXTENSION_POINTS, acting_member
from common.fields import MoneyField, RateField
from common.money import display, percent

UNIT_LENGTH = 2  # a help text this short is a unit: 月, 人, 字节
NOTHING = mark_safe('<span class="qf-nothing">—</span>')


@dataclass(frozen=True, slots=True)
class Money:
    """Yuan."""

    amount: Decimal | None
    unit: str = "元"

    def html(self) -> SafeString:
        """Return the amount with separators and unit."""
        if self.amount is None:
            return NOTHING
        tone = " qf-minus" if self.amount < 0 else ""
        return format_html('<span class="qf-money{}">{}<i>{}</i></span>', tone, display(self.amount), self.unit)

    def plain(self) -> Any:
        """Return the number."""
        return self.amount


@dataclass(frozen=True, slots=True)
class Rate:
    """An annual fraction."""

    fraction: Decimal | None

    def html(self) -> SafeString:
        """Return the rate in per cent."""
        return NOTHING if self.fraction is None else format_html('<span class="qf-money">{}</span>', percent(self.fraction))

    def plain(self) -> Any:
        """Return the fraction in per cent as text."""
        return None if self.fraction is None else percent(self.fraction)


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page."""

    text: Any
    url: str

    def html(self) -> SafeString:
        """Return the link."""
        return format_html('<a class="qf-link" href="{}">{}</a>', self.url, display_value(self.text))

    def plain(self) -> Any:
        """Return what the link says."""
        return plain(self.text)


@dataclass(frozen=True, slots=True)
class Badge:
    """A state or verdict; the tone is one of plain, good, bad, warn, busy."""

    text: str
    tone: str = "plain"

    def html(self) -> SafeString:
        """Return the badge."""
        return format_html('<span class="qf-badge qf-{}">{}</span>', self.tone, self.text)

    def plain(self) -> Any:
        """Return its words."""
        return self.text


@dataclass(frozen=True, slots=True)
class Cited:
    """Clauses of the plan, shown as 依据《实施方案》…"""

    clause: str

    def html(self) -> SafeString:
        """Return the citation, its wording on pointing."""
        if not self.clause:
            return NOTHING
        label, wording = EXTENSION_POINTS.cite(self.clause)
        return format_html('<span class="qf-clause" title="{}">{}</span>', wording, label)

    def plain(self) -> Any:
        """Return the citation."""
        return EXTENSION_POINTS.cite(self.clause)[0] if self.clause else None


@dataclass(frozen=True, slots=True)
class Small:
    """A remark in small print under or beside a value."""

    text: str

    def html(self) -> SafeString:
        """Return the remark."""
        return format_html('<span class="qf-small">{}</span>', self.text)

    def plain(self) -> Any:
        """Return the remark."""
        return self.text


@dataclass(frozen=True, slots=True)
class Exact:
    """Yuan before rounding, with 6 places."""

    amount: Decimal

    def html(self) -> SafeString:
        """Return the amount with separators and unit."""
        return format_html('<span class="qf-money">{}<i>元</i></span>', f"{self.amount:,.6f}")

    def plain(self) -> Any:
        """Return the number."""
        return self.amount


@dataclass(frozen=True, slots=True)
class Hash:
    """A digest or identifier, long and to be compared."""

    text: str

    def html(self) -> SafeString:
        """Return the digits, broken where the line ends."""
        return format_html('<span class="qf-hash">{}</span>', self.text) if self.text else NOTHING

    def plain(self) -> Any:
        """Return the digits."""
        return self.text


@dataclass(frozen=True, slots=True)
class Lines:
    """Several values under each other."""

    values: tuple[Any, ...]

    def html(self) -> SafeString:
        """Return the values, one a line."""
        return format_html_join("", "<div>{}</div>", ((display_value(item),) for item in self.values)) or NOTHING

    def plain(self) -> Any:
        """Return the values on one line."""
        return "；".join(str(plain(item)) for item in self.values)


Special = Money | Rate | Link | Badge | Cited | Small | Exact | Hash | Lines

BLANK = Small("")
TONES = {
    "good": (
        "published", "approved", "conditions_met", "contracted", "paid", "filed", "cleared", "active", "accepted", "acknowledged", "sent",
        "performing", "settled", "confirmed", "reviewed",
    ),
    "bad": ("rejected", "refused", "removed", "overdue", "failed", "misuse"),
    "warn": ("returned", "supplement", "lapsed", "expired", "withdrawn", "sent_back", "taken_back", "draft"),
}  # fmt: skip
_TONE_OF = {state: tone for tone, states in TONES.items() for state in states}


def tone_of(state: str) -> str:
    """Return the tone in which a state is shown; a state under way is ``busy``."""
    return _TONE_OF.get(state, "busy")


def is_number(value: Any) -> bool:
    """Return whether a cell is set flush right."""
    return isinstance(value, Money | Rate | Exact | Decimal)


def plain(value: Any) -> Any:
    """Return a value as a spreadsheet cell holds it."""
    if isinstance(value, Special):
        return value.plain()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S")
    return value if value is None or isinstance(value, int | Decimal | date) else str(value)


def display_value(value: Any) -> SafeString:
    """Return a value as HTML."""
    if isinstance(value, Special):
        return value.html()
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return mark_safe("是" if value else "否")
    if isinstance(value, date):
        text = timezone.localtime(value).strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else value.isoformat()
        return format_html('<span class="qf-time">{}</span>', text)
    return conditional_escape(str(value))


def link_to(request: HttpRequest, obj: models.Model | None, text: Any = None) -> Any:
    """Return a link to an object's page where this person may open pages of that kind, else its name."""
    if obj is None:
        return None
    page = admin.site._registry.get(type(obj))
    if hasattr(obj, "party_name") and not EXTENSION_POINTS.may_name(acting_member(request), obj):
        return str(getattr(obj, "party"))  # noqa: B009  # what has a party_name has a party
    name = text if text is not None else str(obj)
    if page is None or not getattr(page, "is_linked", True) or not page.has_view_permission(request):
        return name
    return Link(name, page_of(obj))


def page_of(obj: models.Model) -> str:
    """Return the address of an object's page."""
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def list_of(model: type[models.Model], **lookups: Any) -> str:
    """Return the address of a list, filtered."""
    try:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    except NoReverseMatch:
        return ""
    query = "&".join(f"{name}={value}" for name, value in lookups.items())
    return f"{address}?{query}" if query else address


def value_of(obj: models.Model, path: str) -> Any:
    """Return the value under ``path`` (``a__b`` follows relations) with its unit, choice label or state tone."""
    *way, name = path.split("__")
    for step in way:
        obj = getattr(obj, step)
        if obj is None:
            return None
    value = getattr(obj, name)
    field = field_of(type(obj), name)
    if isinstance(field, MoneyField):
        return Money(value)
    if isinstance(field, RateField):
        return Rate(value)
    if field is not None and getattr(field, "choices", None) and not isinstance(value, list):
        label = getattr(obj, f"get_{name}_display")()
        return Badge(label, tone_of(value)) if name == "state" and value else label
    if isinstance(field, models.IntegerField) and value is not None and 0 < len(field.help_text) <= UNIT_LENGTH:
        return f"{value}{field.help_text}"
    return value() if callable(value) and not isinstance(value, models.Manager) else value


def field_of(model: type[models.Model], name: str) -> models.Field | None:
    """Return a model's own field of that name, ``None`` for properties and relations from elsewhere."""
    return next((field for field in model._meta.fields if field.name == name), None)


def label_of(model: type[models.Model], path: str) -> str:
    """Return the Chinese name of the field under ``path``; a path that ends in a name is called after what it names."""
    *way, name = path.split("__")
    owner: Any = model
    heading = ""
    for step in way:
        field = field_of(owner, step)
        if field is None:
            return path
        heading, owner = str(field.verbose_name), field.related_model
    field = field_of(owner, name)
    if field is None:
        return str(getattr(getattr(owner, name, None), "short_description", heading or name))
    return heading if heading and name in ("name", "short_name") else str(field.verbose_name)


def joined(values: Iterable[Any]) -> Lines:
    """Return several values under each other."""
    return Lines(tuple(values))
