"""
What the admin's base needs from the apps above ``common``.

``common`` knows nobody, so each app hands over its part when its own admin is loaded (as it registers its models there).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from common.admin.once import Keeper

Panels = Callable[[HttpRequest, Any], Any]


class InstitutionLike(Protocol):
    """The institution a member acts for, as far as the admin's base asks."""

    kind: str


class ActingMember(Protocol):
    """Who acts, as far as the admin's base asks; ``parties.Member`` is one."""

    @property
    def institution(self) -> InstitutionLike | None:
        """The institution the member acts for; none where it is an enterprise."""

    @property
    def roles(self) -> Sequence[str]:
        """The roles the member has there."""


class MemberOf(Protocol):
    """Says for whom a login stands on a day."""

    def __call__(self, user: Any, *, on: date) -> ActingMember | None:
        """Return the member, none where the login stands for nobody."""


class RecordOpening(Protocol):
    """Writes down that somebody opened a case."""

    def __call__(self, *, obj: Any, actor: Any, at: datetime, scope: Any = ...) -> object:
        """Write it."""


def _nobody(user: Any, *, on: date) -> ActingMember | None:
    """Return no member: as long as no app says who a login stands for, nobody gets in."""
    return None


def _unrecorded(*, obj: Any, actor: Any, at: datetime, scope: Any = None) -> None:
    """Record nothing."""


def _untold(**export: Any) -> None:
    """Record nothing."""


@dataclass(slots=True)
class ExtensionPoints:
    """The parts handed over."""

    member_of: MemberOf = _nobody
    record_opening: RecordOpening = _unrecorded
    record_export: Callable[..., None] = _untold  # (what=, title=, actor=, at=, rows=, asked=, form=)
    may_name: Callable[[Any, Any], bool] = lambda viewer, person: True  # whether this member reads that member's name
    cite: Callable[[str], tuple[str, str]] = lambda citation: (citation, "")  # ids of clauses -> the words that cite them, their wording
    once: Keeper = field(default_factory=Keeper)  # keeps which forms were taken
    panels: dict[str, list[tuple[int, Panels]]] = field(default_factory=dict)
    steps: dict[str, list[Any]] = field(default_factory=dict)  # of upper apps, on the pages of lower ones
    verbs: dict[str, str] = field(default_factory=dict)  # what the audit log calls a step -> Chinese


EXTENSION_POINTS = ExtensionPoints()
EVERY_CASE = "*"


def add_panel(label: str, panel: Panels, *, order: int = 50) -> None:
    """Show a panel on the page of a model (``app.model`` in lower case) of a lower app, or of every case."""
    EXTENSION_POINTS.panels.setdefault(label, []).append((order, panel))


def add_steps(label: str, *steps: Any) -> None:
    """Offer steps of an upper app on the page of a model (``app.model`` in lower case) of a lower one."""
    EXTENSION_POINTS.steps.setdefault(label, []).extend(steps)


def steps_for(model: type[Model]) -> list[Any]:
    """Return the steps upper apps offer on a model's page."""
    return EXTENSION_POINTS.steps.get(model._meta.label_lower, [])


def panels_for(model: type[Model]) -> list[Panels]:
    """Return the panels other apps show on a model's page, in order."""
    known = EXTENSION_POINTS.panels.get(model._meta.label_lower, []) + EXTENSION_POINTS.panels.get(EVERY_CASE, [])
    return [panel for _, panel in sorted(known, key=lambda pair: pair[0])]


def acting_member(request: HttpRequest) -> Any:
    """Return the member the logged-in person stands for today, ``None`` if there is none; asked once per request."""
    known = request.__dict__
    if "_acting_member" not in known:
        user = request.user
        known["_acting_member"] = EXTENSION_POINTS.member_of(user, on=timezone.localdate()) if user.is_authenticated else None
    return known["_acting_member"]


def forget_acting_member(request: HttpRequest) -> None:
    """Ask anew who acts, once the request's login has ended."""
    request.__dict__.pop("_acting_member", None)
