"""Who must use a second factor, and what an account's own sessions are."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, QuerySet

from logins.models import Authenticator, Exempted, LoginSession, RecoveryCode
from parties.models import Member, User


def device_of(user: User) -> Authenticator | None:
    """Return the account's authenticator, ``None`` where it has enrolled none."""
    return Authenticator.objects.filter(user=user, confirmed=True).first()


def needs_second_factor(member: Member | None) -> bool:
    """Return whether the person must use a second factor: staff where the settings say so, unless the house is exempted."""
    if not settings.STAFF_SECOND_FACTOR or member is None or member.institution_id is None:
        return False
    return not Exempted.objects.filter(institution=member.institution_id).exists()


def codes_left(user: User) -> int:
    """Return how many recovery codes still open."""
    return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def sessions_of(user: User, *, at: datetime) -> QuerySet[LoginSession]:
    """Return the sessions of the account that still open something, the latest first."""
    alive = Session.objects.filter(session_key=OuterRef("session_key"))
    since = at - timedelta(minutes=settings.IDLE_MINUTES)
    return LoginSession.objects.filter(Exists(alive), user=user, epoch=user.session_epoch, seen_at__gt=since)
