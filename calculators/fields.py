"""What a calculator asks, declared once: read strictly, shown as a form, described to programs."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from common.errors import DomainError, FieldProblem, InvalidInput
from common.money import MAX_AMOUNT, RATE_PLACES, ZERO

T = TypeVar("T")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
MAX_TEXT = 200
MAX_ROWS = 1_000
MAX_NUMBERS = 20_000
MAX_COUNT = 10**9
_MONEY = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?", re.ASCII)
_RATE = re.compile(r"[0-9](?:\.([0-9]+))?", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


class Kind(Enum):
    """What a field holds; the value is its name in the list of calculators."""

    MONEY = "money"  # text, yuan, at most 2 places, not negative
    SIGNED_MONEY = "signed_money"  # the same, above or below zero, never zero
    RATE = "rate"  # text, annual fraction, at most 6 places
    DATE = "date"
    COUNT = "count"  # whole, not negative
    FLAG = "flag"
    TEXT = "text"
    CHOICE = "choice"
    COUNTS = "counts"  # a list of whole numbers and nulls
    GROUP = "group"  # an object of fields
    TABLE = "table"  # a list of such objects, at least one


@dataclass(frozen=True, slots=True, kw_only=True)
class Meta:
    """What is told about a field. ``name`` is what programs send: ``from`` where Python says ``from_on``."""

    label: str
    kind: Kind
    name: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    of: type | None = None
    hint: str = ""


class Refused(Exception):
    """A value cannot stand: code and Chinese sentence. Caught by the reader of the whole input."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def asked(
    label: str,
    kind: Kind,
    *,
    name: str = "",
    choices: tuple[tuple[str, str], ...] = (),
    of: type | None = None,
    hint: str = "",
    default: Any = MISSING,
) -> Any:
    """Return a dataclass field of an input; one with a default may be left out or null."""
    return field(default=default, metadata={"meta": Meta(label=label, kind=kind, name=name, choices=choices, of=of, hint=hint)})


def meta_of(f: "Field[Any]") -> Meta:
    """Return what is told about a field."""
    meta: Meta = f.metadata["meta"]
    return meta


def name_of(f: "Field[Any]") -> str:
    """Return the name programs send."""
    return meta_of(f).name or f.name


def is_required(f: "Field[Any]") -> bool:
    """Return whether the field must be sent."""
    return f.default is MISSING


@contextmanager
def blamed_on(name: str) -> Iterator[None]:
    """Let a refusal of a rule point at the field it is about."""
    try:
        yield
    except DomainError as refusal:
        if not refusal.errors:
            refusal.errors = (FieldProblem(name, refusal.code, refusal.message),)
        raise


def refused(name: str, code: str, detail: str) -> InvalidInput:
    """Return the error for one field whose value contradicts another."""
    return InvalidInput(errors=[FieldProblem(name, code, detail)])


def parse(kind: type[T], sent: object) -> T:
    """
    Return the typed input read from JSON. Nothing is guessed: no number for a text, no text for a number, no field unknown.

    Raises:
        InvalidInput: ``errors`` lists every field that cannot stand.
    """
    problems: list[FieldProblem] = []
    value = _read_group(kind, sent, path="", problems=problems)
    if value is None:
        raise InvalidInput(errors=problems)
    return value


def _read_group(kind: type[T], sent: object, *, path: str, problems: list[FieldProblem]) -> T | None:
    """Return the dataclass read from a JSON object, ``None`` after noting what is wrong."""
    if not isinstance(sent, Mapping):
        problems.append(FieldProblem(path or "non_field_errors", "not_an_object", "应为 JSON 对象（名称与值的集合）。"))
        return None
    before = len(problems)
    known = {name_of(f): f for f in fields(kind)}  # type: ignore[arg-type]
    problems += [
        FieldProblem(_at(path, str(name)[:MAX_TEXT]), "unknown_field", "没有这个字段，请删除或核对拼写。")
        for name in sent
        if name not in known
    ]
    values = {f.name: _read_field(f, name, sent, path=path, problems=problems) for name, f in known.items()}
    return kind(**values) if len(problems) == before else None


def _read_field(f: "Field[Any]", name: str, sent: Mapping[str, object], *, path: str, problems: list[FieldProblem]) -> Any:
    """Return one field's value, its default when it may be left out and is."""
    here, meta, value = _at(path, name), meta_of(f), sent.get(name)
    if value is None:
        if is_required(f):
            problems.append(FieldProblem(here, "required" if name not in sent else "null", f"请填写{meta.label}。"))
            return None
        return f.default
    if meta.kind is Kind.GROUP and meta.of is not None:
        return _read_group(meta.of, value, path=here, problems=problems)
    try:
        if meta.kind is Kind.TABLE and meta.of is not None:
            rows = enumerate(_rows(value))
            return tuple(_read_group(meta.of, row, path=_at(here, str(i)), problems=problems) for i, row in rows)
        return _read_value(meta, value)
    except Refused as refusal:
        problems.append(FieldProblem(here, refusal.code, refusal.detail))
        return None


def _read_value(meta: Meta, value: object) -> Any:
    """Return one plain value."""
    readers = {
        Kind.MONEY: _money,
        Kind.SIGNED_MONEY: _signed_money,
        Kind.RATE: _rate,
        Kind.DATE: _date,
        Kind.COUNT: _count,
        Kind.FLAG: _flag,
        Kind.TEXT: _text,
        Kind.COUNTS: _counts,
    }
    return _choice(meta, value) if meta.kind is Kind.CHOICE else readers[meta.kind](value)


def _amount(value: object) -> Decimal:
    """Return yuan of either sign."""
    found = _MONEY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Refused("invalid_money", '应为文本形式的金额，单位元，例如 "1000000.00"。')
    sign, whole, places = found.groups()
    if places is not None and len(places) > 2:
        raise Refused("too_many_places", "金额最多两位小数（精确到分）。")
    if len(whole.lstrip("0")) > len(str(int(MAX_AMOUNT))):
        raise Refused("too_large", "金额超出系统可记录的范围（整数部分最多 16 位）。")
    return Decimal(f"{sign}{whole}.{places or '0'}").quantize(ZERO) + ZERO


def _money(value: object) -> Decimal:
    amount = _amount(value)
    if amount < 0:
        raise Refused("negative", "金额不能为负数。")
    return amount


def _signed_money(value: object) -> Decimal:
    amount = _amount(value)
    if not amount:
        raise Refused("zero", "金额不能为零：放款为正数，归还本金为负数。")
    return amount


def _rate(value: object) -> Decimal:
    found = _RATE.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Refused("invalid_rate", '应为文本形式的年利率小数，例如 3.15% 写作 "0.0315"。')
    if len(found.group(1) or "") > RATE_PLACES:
        raise Refused("too_many_places", "利率最多六位小数。")
    rate = Decimal(found.group(0))
    if rate > 1:
        raise Refused("too_large", '年利率不能大于 1（即 100%）；3.15% 应写作 "0.0315"。')
    return rate


def _date(value: object) -> date:
    if not isinstance(value, str) or _DATE.fullmatch(value) is None:
        raise Refused("invalid_date", '应为日期，格式 YYYY-MM-DD，例如 "2024-03-21"。')
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Refused("invalid_date", "没有这一天，请核对日期。") from None
    if not EARLIEST <= day <= LATEST:
        raise Refused("date_out_of_range", f"日期应在 {EARLIEST} 至 {LATEST} 之间。")
    return day


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused("invalid_integer", "应为整数。")
    if value < 0:
        raise Refused("negative", "不能为负数。")
    if value > MAX_COUNT:
        raise Refused("too_large", f"不能大于 {MAX_COUNT:,}。")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise Refused("invalid_boolean", "应为 true 或 false。")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Refused("invalid_text", "应为文本。")
    if len(value) > MAX_TEXT:
        raise Refused("too_long", f"最多 {MAX_TEXT} 个字符。")
    return value


def _choice(meta: Meta, value: object) -> str:
    if not isinstance(value, str) or value not in dict(meta.choices):
        raise Refused("invalid_choice", f"应为其一：{'、'.join(f'{code}（{label}）' for code, label in meta.choices)}。")
    return value


def _counts(value: object) -> tuple[int | None, ...]:
    if not isinstance(value, list):
        raise Refused("not_a_list", "应为列表。")
    if len(value) > MAX_NUMBERS:
        raise Refused("too_many", f"最多 {MAX_NUMBERS:,} 项。")
    return tuple(None if item is None else _count(item) for item in value)


def _rows(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Refused("not_a_list", "应为列表。")
    if not value:
        raise Refused("empty", "至少应有一项。")
    if len(value) > MAX_ROWS:
        raise Refused("too_many", f"最多 {MAX_ROWS:,} 项。")
    return value


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
