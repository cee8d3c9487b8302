"""How one parameter is described, read from JSON and written back. Nothing here knows the plan."""

import json
import re
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields, is_dataclass
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, ClassVar, TypeVar

from common.errors import DomainError, FieldProblem

T = TypeVar("T")
_DECIMAL = re.compile(r"\d{1,16}(\.\d+)?\Z")


class InvalidTerms(DomainError):
    """The JSON of a policy version cannot be read as terms; ``errors`` names each path."""

    code = "invalid_terms"
    sentence = "政策版本的参数有误，请按各参数的提示改正后重新提交。"
    status = 400


class Kind(Enum):
    """What a parameter is made of, and with it its usual unit."""

    MONEY = "元"
    SHARE = "比例"  # 0 to 1
    RATE = "年利率"  # 0 to 1
    COUNT = "个"  # whole, at least 1
    COUNTS = "个组"  # whole numbers, falling
    FLAG = "是否"
    DIVISION = "大类代码"  # two digits of GB/T 4754
    NAMES = "代码表"


@dataclass(frozen=True, slots=True)
class Meta:
    """What is told about a parameter wherever it is shown."""

    label: str
    kind: Kind
    unit: str
    clause: str
    decision: str
    optional: bool
    default: str | None = None  # as JSON writes it: what holds in versions that do not name the parameter


def parameter(
    label: str, kind: Kind, *, clause: str, decision: str = "", unit: str = "", optional: bool = False, default: str | None = None
) -> Any:
    """
    Return a dataclass field that carries its label, unit, clause and the decision that fills the plan's silence.

    With a ``default`` a version need not name it: versions entered before it was known are read as they stand.
    """
    meta = Meta(label, kind, unit or kind.value, clause, decision, optional, default)
    return field(metadata={"meta": meta})


def group(label: str, kind: type, *, clause: str, decision: str = "", many: bool = False) -> Any:
    """Return a dataclass field whose value is itself a dataclass of parameters, or with ``many`` a table of them."""
    return field(metadata={"group": kind, "label": label, "many": many, "clause": clause, "decision": decision})


class Problems:
    """Collects what is wrong, so that the officer sees everything at once."""

    MESSAGES: ClassVar[dict[str, str]] = {
        "required": "缺少该参数。",
        "unknown": "没有这个参数，请删除或核对拼写。",
        "not_an_object": "应为对象（名称与值的集合）。",
        "not_a_list": "应为列表，且至少有一项。",
        "money": '应为文本形式的金额，单位元，不为负，最多两位小数，例如 "300000000.00"。',
        "share": '应为文本形式的小数，介于 0 与 1 之间，最多六位小数，例如 "0.80"。',
        "count": "应为不小于 1 的整数。",
        "counts": "应为由大到小、不重复的正整数列表，例如 [10, 5, 1]。",
        "flag": "应为 true 或 false。",
        "division": '应为两位数字的行业大类代码，例如 "06"。',
        "names": "应为不重复的代码列表。",
    }

    def __init__(self) -> None:
        self.found: list[FieldProblem] = []

    def add(self, path: str, code: str) -> None:
        """Note a problem at a dotted path."""
        self.found.append(FieldProblem(path, code, self.MESSAGES[code]))


def read(kind: type[T], value: object, *, path: str, problems: Problems) -> T | None:
    """Return the dataclass read from a JSON object, or ``None`` after noting what is wrong."""
    if not isinstance(value, Mapping):
        problems.add(path or "terms", "not_an_object")
        return None
    before = len(problems.found)
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for name in value:
        if name not in known:
            problems.add(_at(path, str(name)), "unknown")
    read_values = {name: _read_field(f, value, path=path, problems=problems) for name, f in known.items()}
    return kind(**read_values) if len(problems.found) == before else None


def _read_field(f: "Field[Any]", owner: Mapping[str, object], *, path: str, problems: Problems) -> Any:
    """Return one field's value from its owner's JSON object."""
    here = _at(path, f.name)
    meta: Meta | None = f.metadata.get("meta")
    if meta is not None and meta.default is not None and owner.get(f.name) is None:
        return _read_value(meta.kind, _default_of(meta), path=here, problems=problems)
    if f.name not in owner:
        if meta is None or not meta.optional:
            problems.add(here, "required")
        return None
    value = owner[f.name]
    if meta is not None:
        return None if value is None and meta.optional else _read_value(meta.kind, value, path=here, problems=problems)
    if not f.metadata["many"]:
        return read(f.metadata["group"], value, path=here, problems=problems)
    if not isinstance(value, list) or not value:
        problems.add(here, "not_a_list")
        return None
    return tuple(read(f.metadata["group"], row, path=_at(here, str(i)), problems=problems) for i, row in enumerate(value))


def _default_of(meta: Meta) -> object:
    """Return the default as JSON holds it: numbers that count and truth values are no text there."""
    return json.loads(str(meta.default)) if meta.kind in (Kind.COUNT, Kind.COUNTS, Kind.FLAG) else meta.default


def _read_value(kind: Kind, value: object, *, path: str, problems: Problems) -> Any:
    """Return one parameter's value, typed, or ``None`` after noting what is wrong."""
    readers = {
        Kind.MONEY: ("money", _money),
        Kind.SHARE: ("share", _share),
        Kind.RATE: ("share", _share),
        Kind.COUNT: ("count", _count),
        Kind.COUNTS: ("counts", _counts),
        Kind.FLAG: ("flag", _flag),
        Kind.DIVISION: ("division", _division),
        Kind.NAMES: ("names", _names),
    }
    code, reader = readers[kind]
    result = reader(value)
    if result is None:
        problems.add(path, code)
    return result


def _decimal(value: object, *, places: int) -> Decimal | None:
    """Return a plain non-negative decimal number given as text."""
    if not isinstance(value, str) or not _DECIMAL.match(value):
        return None
    try:
        number = Decimal(value)
    except InvalidOperation:  # digits of other scripts pass the pattern in no case, but Decimal has the last word
        return None
    exponent = number.as_tuple().exponent
    return number if isinstance(exponent, int) and -exponent <= places else None


def _money(value: object) -> Decimal | None:
    number = _decimal(value, places=2)
    return None if number is None else number.quantize(Decimal("0.01"))


def _share(value: object) -> Decimal | None:
    number = _decimal(value, places=6)
    return number if number is not None and number <= 1 else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 1 else None


def _counts(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list) or not value or any(_count(n) is None for n in value):
        return None
    return tuple(value) if value == sorted(set(value), reverse=True) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _division(value: object) -> str | None:
    return value if isinstance(value, str) and re.fullmatch(r"[0-9]{2}", value) else None


def _names(value: object) -> tuple[str, ...] | None:
    if not isinstance(value, list) or not all(isinstance(n, str) and n and n.isprintable() for n in value) or len(set(value)) != len(value):
        return None
    return tuple(value)


def write(value: object) -> Any:
    """Return JSON of a value that ``read`` gave: decimals as text, tables as lists."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: write(getattr(value, f.name)) for f in fields(value) if not _is_left_out(f, getattr(value, f.name))}
    if isinstance(value, tuple):
        return [write(item) for item in value]
    return str(value) if isinstance(value, Decimal) else value


def _is_left_out(f: "Field[Any]", value: object) -> bool:
    """Return whether a value is the parameter's default, which needs no writing."""
    meta: Meta | None = f.metadata.get("meta")
    return meta is not None and meta.default is not None and str(value) == meta.default


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
