"""
What moves a loan's balance, as plain data: what each step is called, by which clause, what it asks for. See ``common.transitions``.

A question of a row is a field of the form and of the interface, a column of uploads, lists and exports, a line of the page and a word of
the log. To ask one more: its ``Question`` here, its name in ``NewMovement`` and its column in ``models.movements.MovementContent``.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from common.dates import HAPPENED
from common.transitions import AnswerKind, Question
from loans.enums import MovementKind


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMovement:
    """One movement to record: yuan with 2 places, the day it counts from, the bank's own reference; a reason where it is back-dated."""

    loan_id: UUID
    amount: Decimal
    value_on: date
    bank_reference: str
    reason: str = ""

    def answers(self) -> dict[str, Any]:
        """Return what is kept, by the names of the columns; texts without blanks around them."""
        said = {name: getattr(self, name) for name in ANSWERS}
        return {name: value.strip() if isinstance(value, str) else value for name, value in said.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementStep:
    """How one kind of movement is put down by people, by programs and in files."""

    kind: MovementKind
    clause: str = ""
    tone: str = "plain"  # plain, main, danger
    asks: tuple[Question, ...]

    @property
    def label(self) -> str:
        """Return the step's one Chinese name."""
        return f"登记{self.kind.label}"


ASKED_ALWAYS = (
    Question(name="amount", label="金额", kind=AnswerKind.MONEY, says="金额，元", example="2000000.00"),
    Question(
        name="value_on",
        label="起息日",
        kind=AnswerKind.DAY,
        days=HAPPENED,
        says="起息日，不晚于今天；早于今天须写 reason，依据 D10",
        example="2024-04-08",
    ),
    Question(
        name="bank_reference",
        label="银行流水号",
        says="银行流水号，本行内不重复；同一流水号、同一内容再次提交返回已有记录",
        example="LS20240408000017",
    ),
    Question(
        name="reason",
        label="补记理由",
        kind=AnswerKind.TEXT,
        required=False,
        max_length=500,
        hint="起息日早于今天的须填写。",
        says="补记理由，起息日早于今天时必填",
        example="系统联调期间补记",
    ),
)
MOVEMENT_STEPS = (
    MovementStep(kind=MovementKind.DRAWDOWN, clause="FP 1.6.3", tone="main", asks=ASKED_ALWAYS),
    MovementStep(kind=MovementKind.REPAYMENT, asks=ASKED_ALWAYS),
    MovementStep(kind=MovementKind.OVERDUE, asks=ASKED_ALWAYS),
    MovementStep(kind=MovementKind.CURE, asks=ASKED_ALWAYS),
)
MOVEMENT_STEP = {row.kind: row for row in MOVEMENT_STEPS}
ANSWERS = tuple(dict.fromkeys(question.name for row in MOVEMENT_STEPS for question in row.asks))
FURTHER = tuple(name for name in ANSWERS if name not in {question.name for question in ASKED_ALWAYS})  # asked of some kinds alone
CONTENT = tuple(name for name in ANSWERS if name not in ("bank_reference", "reason"))  # what makes it this movement and no other
