"""The state machine of a case, read off its table of steps."""

from collections.abc import Callable
from typing import Any

import pgtrigger
from django.db.models import Model
from django.db.models.signals import class_prepared
from django.dispatch import receiver
from django_fsm import FSMField, transition

from common.transitions import Table, Transition, edges


def fsm_transition(field: FSMField, row: Transition) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return the decorator that makes a method of the model the transition of this row."""
    decorate: Callable[[Callable[..., None]], Callable[..., None]] = transition(
        field=field, source=[str(source) for source in row.sources], target=str(row.target), custom={"label": row.label}
    )
    return decorate


def legal_steps(table: Table, *, name: str, field: str = "state") -> Any:
    """Return the trigger by which the database lets a state change only along the table."""
    return pgtrigger.FSM(name=name, field=field, transitions=edges(table))


HISTORICAL = "__fake__"  # the module that Django gives the models of migrations


@receiver(class_prepared)
def _forget_historical(sender: type[Model], **_: Any) -> None:
    """
    Let the state fields of a migration's model not listen for further models: it has no methods, so no transitions.

    Each would be called for every model that is made after it; a migrate makes ten thousand, and a third of its time went there.
    """
    if sender.__module__ == HISTORICAL:
        for field in sender._meta.local_fields:
            if isinstance(field, FSMField):
                class_prepared.disconnect(field._collect_transitions)
