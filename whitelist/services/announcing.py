"""What channels are told, written once, and one delivery per channel into the outbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import localdate

from parties.models import BankParticipation
from parties.selectors import in_force_on
from whitelist.enums import AnnouncementKind, Transport
from whitelist.models import Announcement, Batch, Channel, Delivery, Entry
from whitelist.payloads import digest
from whitelist.selectors.announcing import FORMAT, entry_payload


def announce(kind: AnnouncementKind, *, entries: Sequence[Entry], at: datetime, batch: Batch | None = None) -> Announcement:
    """
    Write what happened to the entries and queue it for every active channel, in the caller's transaction.

    A bank that takes no new business any more is not told of new entries, which it may not open either; of removals and expiries it is,
    because its running loans hang on them.

    Source: FP 1.6.1(3), 1.6.2(1), 1.6.2(2); D9.
    """
    announcement = _announcement(kind, entries=entries, at=at, batch=batch)
    channels = Channel.objects.filter(is_active=True)
    if kind == AnnouncementKind.PUBLICATION:
        taking_part = BankParticipation.objects.filter(in_force_on(localdate(at))).values("bank")
        channels = channels.filter(Q(institution__isnull=True) | Q(institution__in=taking_part))
    queue(announcement, channels, at=at)
    return announcement


def announce_to(channel: Channel, *, entries: Sequence[Entry], at: datetime) -> Announcement:
    """Write the whole list as it stands and queue it for one channel that joins late. Source: FP 1.6.2."""
    announcement = _announcement(AnnouncementKind.SNAPSHOT, entries=entries, at=at, batch=None)
    queue(announcement, [channel], at=at)
    return announcement


def queue(announcement: Announcement, channels: Sequence[Channel] | Any, *, at: datetime) -> None:
    """Put one delivery per channel into the outbox; one that is there already stays as it is."""
    deliveries = [
        Delivery(announcement=announcement, channel=channel, next_attempt_at=at if channel.transport == Transport.HTTP else None)
        for channel in channels
    ]
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def _announcement(kind: AnnouncementKind, *, entries: Sequence[Entry], at: datetime, batch: Batch | None) -> Announcement:
    payload: dict[str, Any] = {
        "format": FORMAT,
        "kind": kind.value,
        "made_at": at.isoformat(),
        "batch": None,
        "entries": [entry_payload(entry) for entry in entries],
    }
    if batch is not None:
        payload["batch"] = {
            "id": str(batch.public_id),
            "kind": batch.kind,
            "year": batch.year,
            "number": batch.number,
            "document_number": batch.document_number,
            "published_on": batch.published_on.isoformat(),
        }
    return Announcement.objects.create(
        kind=kind, batch=batch, payload=payload, sha256=digest(payload), entry_count=len(entries), made_at=at
    )
