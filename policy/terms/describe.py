"""Terms laid out for people: one line per parameter."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from common.money import display
from policy.terms.fields import Kind, Meta
from policy.terms.model import ByMode, Terms

PROJECT_TYPES = {"technical_upgrade": "技术改造", "expansion": "增资扩产"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter of a policy version as it is shown. ``decision`` is set where the plan is silent (解释)."""

    path: str  # e.g. "risk.rd_tiers.0.up_to"
    group: str  # Chinese heading of the part it belongs to
    label: str
    value: Any
    shown: str  # the value in Chinese notation, with its unit
    unit: str
    clause: str
    decision: str

    @property
    def is_interpretation(self) -> bool:
        """Return whether the value rests on a decision of the fund office rather than on the plan's words. Source: FP 3.3."""
        return bool(self.decision)


def parameters(terms: Terms) -> list[Parameter]:
    """Return every parameter in the order of the plan, each with unit, clause and decision. Source: FP 3.3."""
    return [line for part in fields(terms) for line in _lines(getattr(terms, part.name), part.name, part.metadata["label"], "", {})]


def _lines(owner: Any, path: str, heading: str, prefix: str, inherited: dict[str, str]) -> Iterator[Parameter]:
    """Yield the parameters under one group; a nested group lends its label to its rows, a pair of modes its clause and decision too."""
    for f in fields(owner):
        value, here = getattr(owner, f.name), f"{path}.{f.name}"
        meta: Meta | None = f.metadata.get("meta")
        if meta is not None:
            clause, decision = inherited.get("clause", meta.clause), inherited.get("decision", meta.decision)
            label = f"{prefix}{meta.label}"
            yield Parameter(
                path=here,
                group=heading,
                label=label,
                value=value,
                shown=_shown(meta, value),
                unit=meta.unit,
                clause=clause,
                decision=decision,
            )
            continue
        rows = value if f.metadata["many"] else (value,)
        for i, row in enumerate(rows):
            label = f"{f.metadata['label']}{f'第{i + 1}档' if f.metadata['many'] else ''}："
            at = f"{here}.{i}" if f.metadata["many"] else here
            lent = {key: f.metadata[key] for key in ("clause", "decision")} if isinstance(row, ByMode) else {}
            yield from _lines(row, at, heading, label, lent)


def _shown(meta: Meta, value: Any) -> str:
    """Return a value as an official would write it."""
    if value is None:
        return "不设"
    if meta.kind is Kind.FLAG:
        return "是" if value else "否"
    if meta.kind is Kind.MONEY:
        return f"{display(value)}元"
    if meta.kind in (Kind.SHARE, Kind.RATE):
        return f"{_percent(value)}%"
    if isinstance(value, tuple):
        return "、".join(PROJECT_TYPES.get(item, str(item)) for item in value) + (meta.unit if meta.kind is Kind.COUNTS else "")
    return str(value) if meta.kind is Kind.DIVISION else f"{value}{meta.unit}"


def _percent(share: Decimal) -> str:
    """Return a fraction as a percentage without trailing zeros."""
    return f"{(share * 100).normalize():f}"
