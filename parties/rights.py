"""
The kinds of changes of rights: what each changes, and what it hands over.

An app registers its kinds where its services are; ``services.rights`` lets two persons take them. Nothing else opens a login,
appoints, changes roles, resets a password or opens a program.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from common.errors import DomainError
from parties.enums import RightsState
from parties.models import Member, RightsChange


class NotConfirmed(DomainError):
    """A change takes effect by its confirmation alone."""

    code = "rights_not_confirmed"
    sentence = "权限事项未经安全管理员确认，不能生效。"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class RightsKind:
    """
    One kind of change.

    ``found`` locks the subject and returns what holds now, as plain values; ``apply`` makes a confirmed change take effect and returns the
    member whose rights it changed, if there is one.
    """

    name: str
    label: str
    found: Callable[[RightsChange], Mapping[str, Any]]
    apply: Callable[[RightsChange], Member | None]
    gives: bool = True  # whoever took part may not check the member afterwards; no for what only takes rights away
    operator_only: bool = False  # both persons are the operator's administrators
    server_only: bool = False  # proposed by nobody: a command on the server makes it
    asks_password: bool = False
    hand_over: Callable[[RightsChange, str, datetime], Sequence[tuple[str, str]]] | None = None  # (change, password, at) -> what is shown


KINDS: dict[str, RightsKind] = {}


def register_kind(*kinds: RightsKind) -> None:
    """Let two persons take changes of these kinds."""
    KINDS.update({kind.name: kind for kind in kinds})


def kind_of(change: RightsChange) -> RightsKind:
    """Return the kind of a change."""
    return KINDS[change.kind]


def label_of(name: str) -> str:
    """Return a kind's Chinese name; of one that is no longer registered, its name."""
    return KINDS[name].label if name in KINDS else name


def require_confirmed(change: RightsChange) -> tuple[Member, datetime]:
    """
    Return who confirmed the change and when; every effect asks this first.

    Raises:
        NotConfirmed.
    """
    if change.state != RightsState.CONFIRMED or change.decided_by is None or change.decided_at is None:
        raise NotConfirmed
    return change.decided_by, change.decided_at
