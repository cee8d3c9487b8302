"""
Sealing: a job takes what is settled in the log and binds it into the hash chain, batch by batch.

Writers never wait for it: it reads events and writes only its own two tables. An event counts as settled when its transaction
is older than every transaction still running, so that nothing can appear behind a sealed event later. A copy restored elsewhere
counts its transactions anew; there, a visible event from a transaction that this database has not reached yet can only be an old one.
What is sealed is a row of its own, so neither a restored copy nor a killed run loses or repeats an event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import BigIntegerField, Func, Q, QuerySet, TextField
from django.db.models.functions import Cast

from audit.models import Event, Seal, SealedEvent
from audit.rules import FIELDS, GENESIS, event_digest, link_digest

BATCH_SIZE = 5000
_LOCK = 7_220_301  # advisory lock: one sealer at a time
_HORIZON = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, system_identifier::text FROM pg_control_system()"

_PLACES = (
    f"INSERT INTO {SealedEvent._meta.db_table} (event_id, batch_id, position, digest)"
    " SELECT event_id, %s, place - 1, digest FROM unnest(%s::bigint[], %s::text[]) WITH ORDINALITY AS sealed(event_id, digest, place)"
)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Every transaction of this database cluster below ``oldest_running`` is over."""

    oldest_running: int
    cluster: str


class _SnapshotBound(Func):
    """A bound of the snapshot of the very statement it stands in, so that what it says of a visible row is true."""

    template = "(SELECT %(function)s(pg_current_snapshot())::text::bigint)"
    output_field = BigIntegerField()


def seal_events(*, at: datetime, batch_size: int = BATCH_SIZE) -> int:
    """
    Seal every settled event, one transaction per batch, and return how many were sealed.

    Run again, or after being killed anywhere, it goes on where the last finished batch ended. When another run is under way it leaves
    the work to that one and returns 0.
    """
    total = 0
    while True:
        sealed = _seal_batch(at=at, batch_size=batch_size)
        total += sealed
        if sealed < batch_size:
            return total


def as_mappings(events: QuerySet[Event]) -> QuerySet[Event, dict[str, Any]]:
    """Return the events as mappings of the sealed columns, JSON as the database writes it."""
    return events.annotate(before_text=Cast("before", TextField()), after_text=Cast("after", TextField())).values(*FIELDS)


def read_horizon() -> Horizon:
    """Return how far the transactions of this database cluster are over now."""
    with connection.cursor() as cursor:
        cursor.execute(_HORIZON)
        return Horizon(*cursor.fetchone())


@transaction.atomic
def _seal_batch(*, at: datetime, batch_size: int) -> int:
    """Seal at most ``batch_size`` events in the order of their numbers; return how many."""
    if not _locked():
        return 0
    last = Seal.objects.order_by("-number").first()
    now = read_horizon()  # before the events are read: whatever it says is over is visible to the next statement
    known = last.horizon if last is not None and last.cluster == now.cluster else None
    events = list(as_mappings(_settled(known=known).order_by("id")[:batch_size]))
    if not events:
        return 0
    # A full batch may leave settled events to the next one: only the last batch of a run moves the horizon.
    horizon = now.oldest_running if len(events) < batch_size else known
    _write(events, last=last, horizon=horizon, cluster=now.cluster, at=at)
    return len(events)


def _settled(*, known: int | None) -> QuerySet[Event]:
    """Return the settled events that are not sealed; below a known horizon of this database there are none to look for."""
    over = Q(transaction__lt=_SnapshotBound(function="pg_snapshot_xmin"))
    from_elsewhere = Q(transaction__gte=_SnapshotBound(function="pg_snapshot_xmax"))
    unsealed = Event.objects.filter(over | from_elsewhere, seal__isnull=True)
    return unsealed if known is None else unsealed.filter(transaction__gte=known)


def _write(events: Sequence[Mapping[str, Any]], *, last: Seal | None, horizon: int | None, cluster: str, at: datetime) -> None:
    places = [(event["id"], event_digest(event)) for event in events]
    number, previous = (last.number + 1, last.digest) if last is not None else (1, GENESIS)
    digest = link_digest(number=number, previous=previous, horizon=horizon, cluster=cluster, sealed_at=at, events=places)
    seal = Seal.objects.create(
        number=number,
        previous_digest=previous,
        digest=digest,
        events_count=len(places),
        horizon=horizon,
        cluster=cluster,
        sealed_at=at,
    )
    numbers, texts = zip(*places, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [seal.number, list(numbers), list(texts)])


def _locked() -> bool:
    """Return whether this run is the only one that seals, until its transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])
