"""The clause register: what a rule rests on, as people read it."""

from dataclasses import dataclass
from functools import lru_cache

from common.errors import DomainError
from policy.citations import UnknownCitation, cited_in
from policy.models import Clause, Decision

PLANS = {"FP": "《实施方案》", "AP": "《三年行动方案》"}


class UnknownClause(DomainError):
    """No clause or decision has this id."""

    code = "unknown_clause"
    sentence = "没有编号为{clause_id}的条款或解释口径，请核对编号。"
    status = 404


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One clause of the plans, or one decision on an open point, with a label for screens and its wording."""

    id: str
    label: str  # 《实施方案》一(五)2(1), or 解释口径D12
    wording: str


@lru_cache(maxsize=1)
def _register() -> dict[str, RegisterLine]:
    """Return the register by id; it only changes with a migration, so a process reads it once."""
    lines = {c.pk: RegisterLine(c.pk, f"{PLANS[c.pk[:2]]}{c.place}", c.wording) for c in Clause.objects.all()}
    return lines | {d.pk: RegisterLine(d.pk, f"解释口径{d.pk}", f"{d.point}：{d.wording}") for d in Decision.objects.all()}


def register_line(clause_id: str) -> RegisterLine:
    """
    Return the clause or decision with this id.

    Raises:
        UnknownClause: there is none.
    """
    line = _register().get(clause_id)
    if line is None:
        raise UnknownClause(clause_id=clause_id)
    return line


def register_lines(citation: str) -> list[RegisterLine]:
    """
    Return all that a citation such as ``FP 1.6.2, 1.6.3; D7`` names, in that order.

    Raises:
        UnknownClause: it names one that does not exist.
    """
    register = _register()
    try:
        return [register[cited] for cited in cited_in(citation, list(register))]
    except UnknownCitation:
        raise UnknownClause(clause_id=citation) from None


def clause_label(citation: str) -> str:
    """
    Return on what a figure or decision rests: ``依据《实施方案》一(五)2(1)``; empty for an empty citation.

    Raises:
        UnknownClause: it names a clause that does not exist.
    """
    labels = "、".join(line.label for line in register_lines(citation))
    return f"依据{labels}" if labels else ""
