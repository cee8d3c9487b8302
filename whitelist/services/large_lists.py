"""Large lists: taken in at once, read by a job with progress, as long as that takes; killed half-way, another run begins anew."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from audit.services import record
from common.database import allow_long_work
from common.dates import HAPPENED, require_day
from common.errors import DomainError
from documents.services import AcceptedFile, accept, documents_of, lay, stored_content
from parties.access import require
from parties.models import Member
from tables.columns import ParsedRow
from tables.errors import ReadersBusy, ReadingStopped, TooManyCells
from tables.patience import patiently
from tables.reading import is_light
from whitelist.enums import ImportKind, ImportState
from whitelist.models import ImportFile
from whitelist.papers import IMPORTED_LIST
from whitelist.services.intake import (
    IMPORTERS,
    ReadList,
    check_list,
    hold_list,
    keep_rows,
    known_list,
    read_list,
    tell_reading,
)
from whitelist.services.readings import ReadingChanged

QUEUED_FOR = timedelta(minutes=5)  # after it nobody is expected to have heard of a list
STUCK_AFTER = timedelta(minutes=20)  # longer than one reading can take; after it another worker may
TELL_EVERY = 2_000  # rows


def take_list(
    *,
    kind: str,
    filename: str,
    content: bytes,
    actor: Member,
    at: datetime,
    work: Callable[[int], object],
    mark: Callable[[int], object] | None = None,
    as_of: date | None = None,
) -> ImportFile:
    """
    Check a light list while its sender waits, or take another in; ``work`` is queued with its key once that is committed.

    ``mark`` is called with the key of a list that was checked at once and has faults, for a job to hand them back as a file. A light one
    that turns out to be heavy, or finds the readers busy, is the job's, too.

    Raises:
        RoleMissing, and what ``check_list`` or ``documents.accept`` raises.

    Source: FP 1.6.1(2).
    """
    require_day(as_of, HAPPENED, field="as_of", today=localdate(at))
    if is_light(content):
        with suppress(ReadingStopped, ReadersBusy, TooManyCells):
            file = check_list(kind=kind, filename=filename, content=content, actor=actor, at=at, as_of=as_of)
            if mark is not None and file.problems.exists():
                mark(file.pk)
            return file
    chosen = ImportKind(kind)
    require(actor, *IMPORTERS[chosen])
    sha256 = hashlib.sha256(content).hexdigest()
    known = known_list(chosen, sha256)
    if known is not None:
        return known
    original = accept(filename=filename, content=content)
    return _received(chosen, original, filename=filename, sha256=sha256, actor=actor, at=at, work=work, as_of=as_of)


def work_list(file_pk: int, *, at: datetime) -> str:
    """
    Read a list that was taken in and return the state it came to; empty where another worker reads it, or it was read before.

    Of one that can be read in several ways nothing is stored before a person has confirmed how. What cannot be read says why on its page;
    where the readers are busy it stays as it is, and a later run takes it up.
    """
    file = _claimed(file_pk, at=at)
    if file is None:
        return ""
    content = stored_content(documents_of(file).get(kind=IMPORTED_LIST))
    try:
        with patiently():
            told = partial(_told, file_pk=file_pk, at=at)
            read = read_list(ImportKind(file.kind), filename=file.filename, content=content, at=file.checked_at, told=told)
    except DomainError as refusal:
        return _left(file_pk) if refusal.status == HTTPStatus.SERVICE_UNAVAILABLE else _gave_up(file_pk, refusal, at=at)
    if file.reading is not None and read.reading != file.reading:
        return _gave_up(file_pk, ReadingChanged(filename=file.filename), at=at)
    return _worked(file_pk, read, at=at)


def waiting_lists(*, at: datetime) -> list[int]:
    """Return the keys of lists that nobody has worked on for a while."""
    return list(_free(at=at).filter(Q(worked_at__isnull=False) | Q(checked_at__lt=at - QUEUED_FOR)).values_list("pk", flat=True))


@transaction.atomic
def _received(
    kind: ImportKind,
    original: AcceptedFile,
    *,
    filename: str,
    sha256: str,
    actor: Member,
    at: datetime,
    work: Callable[[int], object],
    as_of: date | None,
) -> ImportFile:
    known = hold_list(kind, sha256)
    if known is not None:
        return known
    file = ImportFile(
        kind=kind,
        filename=filename[:200],
        sha256=sha256,
        state=ImportState.RECEIVED,
        as_of=as_of,
        checked_by=actor,
        checked_at=at,
    )
    file.save(force_insert=True)
    lay(owner=file, kind=IMPORTED_LIST, file=original, actor=actor, at=at)
    after = {"kind": kind.value, "sha256": sha256, "bytes": len(original.content)}
    record(verb="import.received", obj=file, actor=actor, occurred_at=at, after=after)
    transaction.on_commit(lambda: work(file.pk))
    return file


def _free(*, at: datetime) -> QuerySet[ImportFile]:
    """Return the lists that wait to be read and that nobody reads."""
    idle = Q(worked_at__isnull=True) | Q(worked_at__lt=at - STUCK_AFTER)
    return ImportFile.objects.filter(idle, state=ImportState.RECEIVED).order_by("pk")


def _claimed(file_pk: int, *, at: datetime) -> ImportFile | None:
    """Be the only one who reads a list, for as long as its progress is told."""
    if not _free(at=at).filter(pk=file_pk).update(worked_at=at, read_count=0):
        return None
    return ImportFile.objects.select_related("checked_by").get(pk=file_pk)


def _left(file_pk: int) -> str:
    """Leave a list to a later run."""
    ImportFile.objects.filter(pk=file_pk, state=ImportState.RECEIVED).update(worked_at=None)
    return str(ImportState.RECEIVED)


def _told(rows: Iterator[ParsedRow], *, file_pk: int, at: datetime) -> Iterator[ParsedRow]:
    """Yield the rows, and write down every few thousand how far the reading is."""
    for number, row in enumerate(rows, start=1):
        if number % TELL_EVERY == 0:
            ImportFile.objects.filter(pk=file_pk).update(read_count=number)
        yield row


@transaction.atomic
def _worked(file_pk: int, read: ReadList, *, at: datetime) -> str:
    allow_long_work("check_list")
    file = ImportFile.objects.select_for_update(of=("self",)).select_related("checked_by").get(pk=file_pk)
    if file.state != ImportState.RECEIVED:
        return file.state
    if read.reading is not None and file.reading_confirmed_at is None:
        file.ask_reading(reading=read.reading)
        file.save()
        tell_reading(file, at=at)
        return file.state
    file.finish_check(rows=read.rows, accepted=len(read.good))
    file.save()
    keep_rows(file, read, at=at)
    return file.state


@transaction.atomic
def _gave_up(file_pk: int, refusal: DomainError, *, at: datetime) -> str:
    file = ImportFile.objects.select_for_update(of=("self",)).select_related("checked_by").get(pk=file_pk)
    if file.state == ImportState.RECEIVED:
        file.give_up(why=refusal.message)
        file.save()
        record(verb="import.unreadable", obj=file, actor=file.checked_by, occurred_at=at, after={"failure": file.failure})
    return file.state
