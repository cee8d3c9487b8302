"""The whitelist as the public reads it: what was published of each entry, and nothing of the way there."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from whitelist.enums import LISTED_STATES, EntryKind, EntryState
from whitelist.models import Batch, Entry

_RELATED = ("enterprise", "project", "district", "batch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One entry, as published."""

    subject: str
    kind: str
    enterprise: str
    district: str
    list_year: int
    state: str
    batch: str
    document_number: str
    published_on: date
    is_open: bool


def published_entries(*, words: str = "", kind: str = "", batch: UUID | None = None) -> QuerySet[Entry]:
    """
    Return what was ever published, newest first, by part of the enterprise's or project's name, by list and by batch.

    Rows are for ``as_published`` alone, which leaves out what is not the public's.

    Source: FP 1.1.3, FP 1.6.1(3).
    """
    found = Entry.objects.filter(state__in=LISTED_STATES).select_related(*_RELATED).order_by("-published_on", "-pk")
    for word in words.split():
        found = found.filter(Q(enterprise__name__icontains=word) | Q(project__name__icontains=word))
    if kind in EntryKind.values:
        found = found.filter(kind=kind)
    return found if batch is None else found.filter(batch__public_id=batch)


def as_published(entry: Entry) -> Published:
    """Return what the public is told of an entry. Source: FP 1.6.1(3)."""
    assert entry.batch is not None  # the database ties publication to its batch
    assert entry.published_on is not None
    return Published(
        subject=str(entry),
        kind=EntryKind(entry.kind).label,
        enterprise=entry.enterprise.name,
        district=entry.district.name,
        list_year=entry.list_year,
        state=EntryState(entry.state).label,
        batch=str(entry.batch),
        document_number=entry.batch.document_number,
        published_on=entry.published_on,
        is_open=entry.state == EntryState.PUBLISHED,
    )


def published_batches() -> QuerySet[Batch]:
    """Return the publications, newest first, each with ``entry_count``. Source: FP 1.6.1(3)."""
    return Batch.objects.annotate(entry_count=Count("entries")).order_by("-published_on", "-pk")
