"""Which service takes which step of a case, and what it may refuse with: what buttons and addresses call."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from common.errors import DomainError


@dataclass(frozen=True, slots=True)
class StepService:
    """
    The hand-written service of one step.

    ``run`` takes the case's public id under the case's own keyword, the answers to what the step asks, ``actor`` and ``at``. ``refuses``
    names the refusals of its own that programs are told of beforehand.
    """

    run: Callable[..., Any]
    refuses: tuple[type[DomainError], ...] = ()
