"""A calculator's input as a form, made from what the calculator says it asks; only its shape, the rule judges the content."""

from dataclasses import Field, fields
from typing import Any

from django import forms

from calculators import fields as asks
from calculators.calculator import Asked
from calculators.fields import Kind, Meta
from common import typed
from common.admin.forms import CountInput, DayInput, LongText, MoneyInput, PercentInput, StepForm, YesNo
from common.dates import SUPPOSED
from common.errors import DomainError

SEPARATOR = "__"  # between a group and its field, in names of form fields


class CalculatorForm(StepForm):
    """One calculator's questions."""

    def __init__(self, *args: Any, question: type[Asked], **kwargs: Any) -> None:
        self.question = question
        super().__init__(*args, **kwargs)

    def prepare(self) -> None:
        """Put one field per thing asked."""
        for path, field in _flat(self.question):
            self.fields[path] = _form_field(field)

    def sent(self) -> dict[str, Any]:
        """Return what was typed as the JSON a program would send; empty fields are left out."""
        values: dict[str, Any] = {}
        for path, field in _flat(self.question):
            value = _json(asks.meta_of(field), self.cleaned_data[path])
            if value is None:
                continue
            *groups, name = [asks.name_of(part) for part in _way(self.question, path)]
            into = values
            for group in groups:
                into = into.setdefault(group, {})
            into[name] = value
        return values

    def refuse(self, error: DomainError) -> None:
        """Show each problem at the field it is about; a row of a table is named in the text."""
        if not error.errors:
            self.add_error(None, error.message)
        for problem in error.errors:
            field, place = self._place(problem.field)
            self.add_error(field, f"{place}{problem.detail}")

    def _place(self, path: str) -> tuple[str | None, str]:
        """Return the form field a path of the JSON input stands for, and the row within it."""
        for name, _ in _flat(self.question):
            known = ".".join(asks.name_of(part) for part in _way(self.question, name))
            if path == known:
                return name, ""
            if path.startswith(f"{known}."):
                row = path.removeprefix(f"{known}.").split(".")[0]
                return name, f"第{int(row) + 1}行：" if row.isdigit() else ""
        return None, ""


def _flat(question: type) -> list[tuple[str, "Field[Any]"]]:
    """Return the fields asked, those of a group under the group's name."""
    found: list[tuple[str, Field[Any]]] = []
    for field in fields(question):
        meta = asks.meta_of(field)
        if meta.kind is Kind.GROUP and meta.of is not None:
            found += [(f"{field.name}{SEPARATOR}{inner.name}", inner) for inner in fields(meta.of)]
        else:
            found.append((field.name, field))
    return found


def _way(question: type, path: str) -> list["Field[Any]"]:
    """Return the fields from the question to the one under a form field's name."""
    way: list[Field[Any]] = []
    owner: Any = question
    for name in path.split(SEPARATOR):
        field = next(one for one in fields(owner) if one.name == name)
        way.append(field)
        owner = asks.meta_of(field).of
    return way


def _form_field(field: "Field[Any]") -> forms.Field:
    """Return the form field for one thing asked."""
    meta, required = asks.meta_of(field), asks.is_required(field)
    shared: dict[str, Any] = {"label": meta.label, "required": required, "help_text": meta.hint}
    match meta.kind:
        case Kind.DATE:
            return DayInput(days=SUPPOSED, **shared)
        case Kind.FLAG:
            return YesNo(**shared)
        case Kind.CHOICE:
            return forms.ChoiceField(choices=[("", "请选择"), *meta.choices], **shared)
        case Kind.COUNT:
            return CountInput(**shared)
        case Kind.RATE:
            return PercentInput(**(shared | {"help_text": "百分数，如 3.85。"}))
        case Kind.TABLE:
            return LongText(rows=5, **(shared | {"help_text": _table_hint(meta)}))
        case Kind.COUNTS:
            return LongText(rows=3, **(shared | {"help_text": "用空格或换行隔开的整数；未达到的写“无”。"}))
        case Kind.MONEY | Kind.SIGNED_MONEY:
            return MoneyInput(**(shared | {"help_text": meta.hint or "单位：元。", "min_value": None}))
    return forms.CharField(**shared)


def _table_hint(meta: Meta) -> str:
    names = [asks.meta_of(field).label for field in fields(meta.of)]  # type: ignore[arg-type]
    hints = [asks.meta_of(field).hint for field in fields(meta.of) if asks.meta_of(field).hint]  # type: ignore[arg-type]
    percent = "利率写百分数，如 3.85%。" if any(asks.meta_of(field).kind is Kind.RATE for field in fields(meta.of)) else ""  # type: ignore[arg-type]
    return f"每行一条，依次为：{' '.join(names)}，用空格隔开。{percent or '；'.join(hints)}"


def _json(meta: Meta, value: Any) -> Any:
    """Return a typed value as JSON; ``None`` for nothing."""
    if value in (None, ""):
        return None
    match meta.kind:
        case Kind.DATE:
            return value.isoformat()
        case Kind.MONEY | Kind.SIGNED_MONEY:
            return f"{value:f}"
        case Kind.RATE:
            return str(value)
        case Kind.TABLE:
            return [_row(meta, line) for line in value.splitlines() if line.strip()]
        case Kind.COUNTS:
            return [None if word == "无" else _whole(word) for word in value.split()]
    return value


def _row(meta: Meta, line: str) -> dict[str, Any]:
    """Return one line of a table, its words in the order of the fields."""
    columns = fields(meta.of)  # type: ignore[arg-type]
    words = line.split()
    row = {asks.name_of(field): _word(asks.meta_of(field), word) for field, word in zip(columns, words, strict=False)}
    return row | {f"多余{i}": word for i, word in enumerate(words[len(columns) :])}


def _word(meta: Meta, word: str) -> Any:
    """Return a word of a table as a program would send it; one that cannot be read as it stands, for the rule to refuse."""
    try:
        if meta.kind in (Kind.MONEY, Kind.SIGNED_MONEY):
            return f"{typed.amount(word):f}"
        if meta.kind is Kind.RATE:
            return f"{(typed.number(word) / 100).normalize():f}"
    except typed.Mistyped:
        return word
    return word


def _whole(word: str) -> Any:
    try:
        return typed.whole(word)
    except typed.Mistyped:
        return word
