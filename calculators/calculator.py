"""What one calculator is: what it asks, how it answers, and what its answer rests on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from enum import Enum
from typing import Any

from calculators.fields import Kind, asked, parse
from common.money import RATE_PLACES
from policy.terms.model import Terms
from policy.terms.version import VersionInForce
from policy.working_days import WorkingCalendar

_RATE_UNIT = Decimal(1).scaleb(-RATE_PLACES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What every calculator may be asked: the day whose policy version answers."""

    as_of: date | None = asked("政策适用日期", Kind.DATE, default=None, hint="默认为今天")


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an answer rests on: the version that answers, the day asked about, the working calendar (read when needed)."""

    version: VersionInForce
    as_of: date
    calendar: Callable[[], WorkingCalendar]

    @property
    def terms(self) -> Terms:
        """Return the terms of the version that answers."""
        return self.version.terms


class AnswerKind(Enum):
    """What a field of an answer holds."""

    MONEY = "money"
    RATE = "rate"
    DATE = "date"
    COUNT = "count"
    FLAG = "flag"
    TEXT = "text"
    TEXTS = "texts"
    CHECKS = "checks"
    SEGMENTS = "segments"


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One field of an answer. ``optional``: not in every answer; ``nullable``: null where undefined."""

    name: str
    label: str
    kind: AnswerKind
    optional: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a rule said, with the clauses and decisions it rests on. Values are ready for JSON."""

    values: Mapping[str, Any]
    clauses: tuple[str, ...] = ()
    interpretations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calculator:
    """One rule of the plan that can be asked on its own, by programs, the portal and the admin alike."""

    name: str
    label: str
    summary: str
    asks: type[Asked]
    answer: Callable[[Any, Basis], Answer]
    outputs: tuple[Output, ...]
    uses_policy: bool = True  # without a policy parameter ``as_of`` is ignored

    def parse(self, sent: object) -> Any:
        """
        Return the typed input read from JSON.

        Raises:
            InvalidInput: ``errors`` lists every field that cannot stand.
        """
        return parse(self.asks, sent)


def money(amount: Decimal) -> str:
    """Return yuan as answers show them: 2 places."""
    return f"{amount:.2f}"


def rate(fraction: Decimal | None) -> str | None:
    """Return a rate as answers show it: 6 places, rounded down, null where undefined."""
    return None if fraction is None else str(fraction.quantize(_RATE_UNIT, rounding=ROUND_DOWN))
