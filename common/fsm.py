"""The state machine of a case, read off its table of steps."""

from collections.abc import Callable
from typing import Any

import pgtrigger
from django_fsm import FSMField, transition

from common.transitions import Table, Transition, edges


def moves(field: FSMField, row: Transition) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the decorator that makes a method of the model the transition of this row."""
    decorate: Callable[[Callable[..., None]], Callable[..., None]] = transition(
        field=field, source=[str(source) for source in row.sources], target=str(row.target), custom={"label": row.label}
    )
    return decorate


def legal_steps(table: Table, *, name: str, field: str = "state") -> Any:
    """Return the trigger by which the database lets a state change only along the table."""
    return pgtrigger.FSM(name=name, field=field, transitions=edges(table))
