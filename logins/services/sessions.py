"""The beginning and the end of sessions."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest

from audit.context import source_address
from audit.services import record
from logins.models import LastLogin, LoginSession
from logins.rules import Over, SessionFacts, over
from logins.services.actors import actor_of, scope_of
from parties.models import Member, User

BEGAN, SEEN, MEMBER = "login_began_at", "login_seen_at", "login_member"
WRITTEN_EVERY = timedelta(seconds=60)  # how coarsely a session's last activity is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The login before this one, and how often somebody failed since."""

    at: datetime
    address: str | None
    failures: int


@transaction.atomic
def begin_session(request: HttpRequest, user: User, *, at: datetime) -> Before | None:
    """Enter the session that Django has just begun, as an event too, and return the login before; ``None`` for the first."""
    actor = actor_of(user, at=at)
    _remember(request, at=at, member=actor.pk if isinstance(actor, Member) else None)
    request.session.save()
    session = LoginSession.objects.create(
        user=user,
        session_key=str(request.session.session_key),
        epoch=user.session_epoch,
        address=source_address.get(),
        device=request.headers.get("User-Agent", "")[:200],
        began_at=at,
        seen_at=at,
    )
    after = {"device": session.device, "second_factor": getattr(user, "otp_device", None) is not None}
    record(verb="login.began", obj=session, actor=actor, occurred_at=at, after=after, scope=scope_of(actor))
    return _exchange(user, at=at)


def _exchange(user: User, *, at: datetime) -> Before | None:
    """Put this login in the place of the one before, and return that."""
    last = LastLogin.objects.select_for_update().filter(user=user).first()
    new = {"at": at, "address": source_address.get(), "failures": 0}
    if last is None:
        LastLogin.objects.bulk_create([LastLogin(user=user, **new)], ignore_conflicts=True)  # two first logins at once
        return None
    before = Before(at=last.at, address=last.address, failures=last.failures)
    LastLogin.objects.filter(pk=last.pk).update(**new)
    return before


def end_session(request: HttpRequest, *, at: datetime, why: Over | None = None) -> None:
    """End the session under way, as an event; ``why`` where its person did not leave by themselves."""
    if not isinstance(request.user, User):
        return
    actor, key = actor_of(request.user, at=at), request.session.session_key
    session = LoginSession.objects.filter(session_key=key).first() or LoginSession(user=request.user)
    with transaction.atomic():
        verb, after = ("login.left", {}) if why is None else ("login.expired", {"why": why.value})
        record(verb=verb, obj=session, actor=actor, occurred_at=at, after=after, scope=scope_of(actor))
        LoginSession.objects.filter(session_key=key).delete()
    logout(request)


def still_open(request: HttpRequest, *, at: datetime, member: int | None) -> Over | None:
    """Return why the session is over, ``None`` while it goes on; then note, once a minute, that it was seen."""
    facts = _facts(request)
    if facts is None:  # not begun at one of our doors: its time runs from now
        _remember(request, at=at, member=member)
        return None
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    why = over(facts, at=at, member=member, idle=timedelta(minutes=settings.IDLE_MINUTES), longest=longest)
    if why is None and at - facts.seen_at >= WRITTEN_EVERY:
        request.session[SEEN] = at.isoformat()
        LoginSession.objects.filter(session_key=request.session.session_key).update(seen_at=at)
    return why


@transaction.atomic
def end_others(request: HttpRequest, *, at: datetime) -> int:
    """End every other session of the account, known to us or not, and return how many were listed."""
    user = request.user
    assert isinstance(user, User)
    others = LoginSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    keys = list(others.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    others.delete()
    renew_epoch(request)
    own = LoginSession.objects.get_or_create(
        session_key=request.session.session_key, defaults={"user": user, "epoch": user.session_epoch, "began_at": at, "seen_at": at}
    )[0]
    actor = actor_of(user, at=at)
    record(verb="login.others_ended", obj=own, actor=actor, occurred_at=at, after={"sessions": len(keys)}, scope=scope_of(actor))
    return len(keys)


def renew_epoch(request: HttpRequest) -> None:
    """Make every other session of the account void, and give this one a new key."""
    user: Any = request.user
    old = request.session.session_key
    User.objects.filter(pk=user.pk).update(session_epoch=F("session_epoch") + 1)
    user.session_epoch = User.objects.values_list("session_epoch", flat=True).get(pk=user.pk)
    update_session_auth_hash(request, user)
    LoginSession.objects.filter(session_key=old).update(session_key=request.session.session_key, epoch=user.session_epoch)


def forget_sessions(*, at: datetime) -> int:
    """Delete what is left of sessions that are over, and return how many; a missed run is caught up by the next."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    longest = at - timedelta(seconds=settings.SESSION_COOKIE_AGE)
    return LoginSession.objects.filter(began_at__lt=longest).delete()[0]


def _remember(request: HttpRequest, *, at: datetime, member: int | None) -> None:
    for name, value in ((BEGAN, at.isoformat()), (SEEN, at.isoformat()), (MEMBER, member)):
        request.session[name] = value


def _facts(request: HttpRequest) -> SessionFacts | None:
    session = request.session
    if BEGAN not in session or SEEN not in session:
        return None
    began_at, seen_at = datetime.fromisoformat(session[BEGAN]), datetime.fromisoformat(session[SEEN])
    return SessionFacts(began_at=began_at, seen_at=seen_at, member=session.get(MEMBER))
