"""The blocks a case's page is built of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString

from common.admin.display_values import Badge, Cited, Money, display_value, is_number, label_of, link_to, value_of
from common.money import in_words

SHORT = 12  # characters that stay on one line


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled value."""

    label: str
    value: Any
    note: str = ""

    @property
    def html(self) -> SafeString:
        """Return the value as HTML."""
        return display_value(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Labelled values side by side."""

    title: str
    facts: Sequence[Fact]
    clause: str = ""
    note: str = ""
    template: str = "case/facts.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table; ``detail`` is a panel opened under it."""

    cells: Sequence[Any]
    detail: Any = None
    tone: str = ""

    @property
    def html(self) -> list[tuple[SafeString, str]]:
        """Return the cells as HTML, each with its style: flush right for numbers, short words on one line, long ones with room."""
        return [(display_value(cell), _style(cell)) for cell in self.cells]


def _style(cell: Any) -> str:
    if is_number(cell):
        return "qf-right"
    if isinstance(cell, str) and cell:
        return "qf-short" if len(cell) <= SHORT else "qf-long"
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Lines with headings; the last line may be a sum."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Row]
    foot: Row | None = None
    clause: str = ""
    note: str = ""
    empty: str = "暂无记录。"
    more: tuple[str, str] | None = None  # words and address of the whole list
    folded: bool = False
    template: str = "case/table.html"

    @property
    def columns(self) -> list[tuple[str, bool]]:
        """Return the headings, each with whether its column is set flush right."""
        first = self.rows[0].cells if self.rows else ()
        return [(head, i < len(first) and is_number(first[i])) for i, head in enumerate(self.heads)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A block with a template of its own."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    clause: str = ""
    note: str = ""


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any] | Row], **options: Any) -> Table:
    """Return a table of plain rows."""
    lines = [row if isinstance(row, Row) else Row(cells=row) for row in rows]
    return Table(title=title, heads=heads, rows=lines, **options)


def facts(request: HttpRequest, obj: Model, title: str, *names: str | Fact, **options: Any) -> Facts:
    """Return a block of an object's fields by name, relations as links where the person may follow them."""
    return Facts(title=title, facts=[name if isinstance(name, Fact) else fact(request, obj, name) for name in names], **options)


def spelled(panel: Any) -> Any:
    """Return a block with each amount repeated in words, for who confirms it; other panels as they are."""
    if not isinstance(panel, Facts):
        return panel
    return replace(panel, facts=[_spelled(fact) for fact in panel.facts])


def _spelled(fact: Fact) -> Fact:
    if not isinstance(fact.value, Money) or fact.value.amount is None or fact.value.unit != "元":
        return fact
    return replace(fact, note="；".join(filter(None, (in_words(fact.value.amount), fact.note))))


def fact(request: HttpRequest, obj: Model, path: str) -> Fact:
    """Return one field of an object with its Chinese name."""
    value = value_of(obj, path)
    if isinstance(value, Model):
        value = link_to(request, value)
    return Fact(label_of(type(obj), path), value)


def checks_table(title: str, checks: Iterable[dict[str, Any]], **options: Any) -> Table:
    """Return the stored lines of an eligibility result as they were found."""
    lines = [(_verdict(check["passed"]), check["required"], check["found"], Cited(check["clause"])) for check in checks]
    return table(title, ("结论", "要求", "核对情况", "条款"), lines, **options)


def _verdict(passed: bool) -> Badge:
    return Badge("符合", "good") if passed else Badge("不符合", "bad")
