"""Steps: what a person may do with a case, declared in a table; each is one call into the domain."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import models

from common.admin.forms import StepForm


@dataclass(frozen=True, slots=True, kw_only=True)
class StepContext:
    """One run of a step. ``obj`` is the case, the list of chosen cases, or ``None`` where something new is registered."""

    obj: Any
    member: Any
    at: datetime
    on: date
    given: Mapping[str, Any]  # the form's values, by the names of the form

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was answered, who acts and when, as services take it; what was left open keeps the service's default."""
        return {name: value for name, value in self.given.items() if value is not None} | {"actor": self.member, "at": self.at}

    @property
    def ids(self) -> list[Any]:
        """Return the public ids of the chosen cases."""
        return [case.public_id for case in self.obj]


@dataclass(frozen=True, slots=True)
class StepPermission:
    """Which institutions' people, in which roles; no kind named means every institution."""

    kinds: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset({"handler", "checker"})

    def allows(self, member: Any) -> bool:
        """Return whether the member may take the step at all; which cases, its queryset says."""
        if member is None or member.institution is None:
            return False
        return (not self.kinds or member.institution.kind in self.kinds) and bool(self.roles & set(member.roles))


def allowed_for(*kinds: str, roles: Iterable[str] = ("handler", "checker")) -> StepPermission:
    """Return who may: members of institutions of these kinds in one of these roles."""
    return StepPermission(frozenset(kinds), frozenset(roles))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One thing to do, as it is offered.

    ``run`` makes exactly one call to a service. ``states`` are those in which the step is offered (any, when empty); ``when`` narrows
    further, in memory. The service judges again. A person whom it would refuse for being the maker, or the one concerned, sees no button
    (``fits``); who comes all the same reads the service's own sentence.
    """

    name: str
    label: str
    who: StepPermission
    run: Callable[[StepContext], Any]
    form: type[StepForm] = StepForm
    states: frozenset[str] = field(default_factory=frozenset)
    when: Callable[[Any], bool] | None = None
    may: Callable[[Any, Any], bool] | None = None  # (member, case): narrows whose case it is
    fits: Callable[[Any, Any], bool] | None = None  # (member, case): whether the service lets this person; hides the button alone
    sentence: str = ""  # what happens when the person confirms
    clause: str = ""
    done: str | Callable[[Any], str] = ""  # said afterwards; of what the step gave back
    tone: str = "plain"  # plain, main, danger

    def is_open(self, obj: Any) -> bool:
        """Return whether a case stands where the step is offered."""
        if self.states and getattr(obj, "state", None) not in self.states:
            return False
        return self.when is None or self.when(obj)

    def offered(self, member: Any, obj: Any) -> bool:
        """Return whether this member sees the step on this case."""
        return self.is_open(obj) and self.allows(member, obj) and (self.fits is None or self.fits(member, obj))

    def allows(self, member: Any, obj: Any) -> bool:
        """Return whether this member may take the step on this case, whatever state it is in."""
        return self.who.allows(member) and (self.may is None or obj is None or isinstance(obj, list) or self.may(member, obj))


def states(*names: str) -> frozenset[str]:
    """Return the set of states in which a step is offered."""
    return frozenset(str(name) for name in names)


def is_one_case(made: Any) -> bool:
    """Return whether a service gave back one object whose page can be opened."""
    return isinstance(made, models.Model)


def is_file(made: Any) -> bool:
    """Return whether a service gave back a file to be handed out."""
    return all(hasattr(made, name) for name in ("content", "content_type", "filename")) and not isinstance(made, models.Model)
