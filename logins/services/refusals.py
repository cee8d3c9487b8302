"""Refusals, counted: one row per account, address and minute, however often it happens; a job makes events of them."""

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from audit.context import source_address
from audit.services import NewEvent, record_many
from common import texts
from logins.models import LastLogin, Refusal, RefusalKind
from parties.models import Member, User
from parties.selectors import system_member

MOST_PER_ADDRESS = 20  # different accounts told apart per address and minute
MOST_PER_MINUTE = 500  # rows per minute of all together
OTHERS = "*"
AT_ONCE = 2000
log = structlog.get_logger(__name__)

_COUNT = """
    WITH seen AS (
        SELECT count(*) AS rows, count(*) FILTER (WHERE address = %(address)s) AS own FROM logins_refusal WHERE minute = %(minute)s
    ), place AS (
        SELECT CASE WHEN rows >= %(most)s OR own >= %(most_own)s THEN %(others)s ELSE %(account)s END AS account,
               CASE WHEN rows >= %(most)s THEN '' ELSE %(address)s END AS address,
               CASE WHEN rows >= %(most)s OR own >= %(most_own)s THEN NULL ELSE %(member)s::bigint END AS member_id
        FROM seen
    )
    INSERT INTO logins_refusal (minute, kind, account, address, member_id, count)
    SELECT %(minute)s, %(kind)s, account, address, member_id, 1 FROM place
    ON CONFLICT (minute, kind, account, address) DO UPDATE SET count = logins_refusal.count + 1
"""


def count_refusal(kind: RefusalKind, *, account: str, at: datetime, member: Member | None = None) -> None:
    """
    Count one refusal, in one statement that waits for nobody but the same account's refusals from the same address.

    A log that cannot be written refuses nobody: the failure is a line of the program's log.
    """
    address = source_address.get() or ""
    given: dict[str, Any] = {
        "minute": at.replace(second=0, microsecond=0),
        "kind": kind.value,
        "account": account[:150],
        "address": address,
        "member": member.pk if member is not None else None,
        "most": MOST_PER_MINUTE,
        "most_own": MOST_PER_ADDRESS,
        "others": OTHERS,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_COUNT, given)
    except DatabaseError as problem:
        log.error("refusal_not_counted", kind=kind.value, problem=type(problem).__name__)


def count_failed_login(username: str, *, at: datetime, locked: bool) -> None:
    """Count a failed login, at the account too if there is one, so that its person reads of it at the next login."""
    LastLogin.objects.filter(user__in=User.objects.named(username[:150])).update(failures=F("failures") + 1)
    count_refusal(RefusalKind.LOCKED if locked else RefusalKind.LOGIN, account=told_as(username), at=at)


def told_as(username: str) -> str:
    """Return a known account's name, and of an unknown one only a keyed hash: what was typed may be a password."""
    known = User.objects.named(username[:150]).first()
    return known.username if known is not None else hidden(username)


def hidden(name: str) -> str:
    """Return the keyed hash under which an unknown name is told."""
    one = texts.code(name).lower()  # in whatever width and case it is typed, an account counts its failures once
    return "#" + hmac.new(settings.SECRET_KEY.encode(), b"unknown account\x00" + one.encode(), sha256).hexdigest()[:16]


def write_refusals(*, before: datetime) -> int:
    """Turn the counts of minutes that are over into events, each exactly once however often the job is killed; return how many."""
    written = 0
    while True:
        with transaction.atomic():
            rows = list(
                Refusal.objects.select_for_update(skip_locked=True, of=("self",))
                .select_related("member__institution", "member__enterprise")
                .filter(minute__lt=before.replace(second=0, microsecond=0))
                .order_by("minute", "pk")[:AT_ONCE]
            )
            if not rows:
                return written
            system = system_member()
            record_many([_event(row, system=system) for row in rows])
            Refusal.objects.filter(pk__in=[row.pk for row in rows]).delete()
        written += len(rows)


def _event(row: Refusal, *, system: Member) -> NewEvent:
    return NewEvent(
        verb=row.kind,
        obj=row,
        actor=row.member or system,
        occurred_at=row.minute,
        after={"count": row.count, "until": row.minute + timedelta(minutes=1)},
        address=row.address or None,
    )
