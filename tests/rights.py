"""Two persons agree, as tests play it: what is proposed is confirmed by a security administrator of the operator."""

from datetime import datetime

from django.utils import timezone

from parties.models import Member, RightsChange
from parties.selectors import operator
from parties.services.handovers import link_token, use_handover
from parties.services.rights import confirm_change
from tests.factories import MemberFactory


def administrator(role: str) -> Member:
    """Return the operator's administrator of that role: ``system``, ``security`` or ``audit``."""
    found = Member.objects.select_related("institution", "user").filter(institution=operator(), roles=[role]).first()
    return found or MemberFactory(institution=operator(), roles=[role])


def agreed(change: RightsChange, *, at: datetime | None = None) -> tuple[RightsChange, str]:
    """Return the change once it is confirmed, with the code."""
    return confirm_change(change_id=change.public_id, actor=administrator("security"), at=at or change.made_at)


def handed_over(change: RightsChange, *, password: str = "", at: datetime | None = None) -> dict[str, str]:
    """Return what the person sees who has both halves, of a change that is confirmed for it."""
    _, code = agreed(change, at=at)
    return dict(use_handover(token=link_token(change), code=code, password=password, at=at or change.made_at or timezone.now()))


def gave_rights(
    member: Member, *, kind: str, at: datetime, proposer: Member | None = None, confirmer: Member | None = None
) -> RightsChange:
    """Put down that two persons changed a member's rights; who is not named is the operator's administrator."""
    makes, decides = proposer or administrator("system"), confirmer or administrator("security")
    people = {"made_by": makes, "made_by_user": makes.user, "decided_by": decides, "decided_by_user": decides.user}
    return RightsChange.objects.create(
        kind=kind, state="confirmed", institution=member.institution, subject="x", member=member, made_at=at, ends_at=at, decided_at=at,
        **people,
    )  # fmt: skip
