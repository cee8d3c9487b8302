"""As whom an account appears in the log."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from audit.services import Actor, Scope
from parties.models import Member, User
from parties.selectors import current_member


@dataclass(frozen=True, slots=True, kw_only=True)
class Unattached:
    """A login that acts for nobody."""

    name: str
    pk: int = 0
    kind: str = "person"
    party_id: str = ""
    party_name: str = "无任职"


def actor_of(user: User, *, at: datetime) -> Actor:
    """Return the member as which the account acts, else the bare account."""
    return current_member(user, on=localdate(at)) or Unattached(name=user.get_full_name()[:60])


def scope_of(actor: Actor) -> Scope:
    """Return whom an event of the account concerns: its enterprise, if it acts for one; nobody else is told."""
    return Scope(enterprise_id=actor.enterprise_id) if isinstance(actor, Member) else Scope()
