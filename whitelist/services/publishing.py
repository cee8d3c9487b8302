"""Publication in numbered batches."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max
from django.utils.timezone import localdate

from audit.services import record
from common.dates import add_months
from common.errors import DomainError
from parties.models import Member
from policy.models import PolicyVersion
from policy.selectors.versions import require_open_version, version_for
from whitelist.enums import AnnouncementKind, EntryKind, ExpiryCause
from whitelist.models import Batch, Entry
from whitelist.selectors.eligibility import require_eligible
from whitelist.selectors.entries import superseded_by
from whitelist.services.announcing import announce
from whitelist.services.notifications import notify_enterprises
from whitelist.services.review import refresh_checks
from whitelist.services.steps import lock_for_step, log_step, save_alike, states_of
from whitelist.transitions import ENTRY_STEP

_NUMBERING_LOCK = 1_610_613  # one publication numbers at a time; any fixed number of this app's own


class DocumentNumberMissing(DomainError):
    """A publication names its document."""

    code = "document_number_missing"
    sentence = "发布白名单须填写文号。"
    clause = "FP 1.6.1(3)"
    status = 400


class KindsMixed(DomainError):
    """A batch lists projects or enterprises, not both."""

    code = "kinds_mixed"
    sentence = "固定资产投资项目和研发投入企业须分批发布。"
    clause = "FP 1.6.1(3)"


@transaction.atomic
def publish_batch(*, entry_ids: Sequence[UUID], document_number: str, actor: Member, at: datetime) -> Batch:
    """
    Publish cleared entries as the next batch of their list and year, and queue it for every channel; all or none.

    The checks are made once more, so that a list of other support imported meanwhile counts. An enterprise listed again leaves its older
    listing. Project entries run for the version's months, R&D entries until the next yearly list.

    Raises:
        NotVisible, RoleMissing, StepNotOpen: so a second call changes nothing.
        PlanEnded: no plan is in force on the day (FP 3.4).
        DocumentNumberMissing, KindsMixed, NotEligible.

    Source: FP 1.1.3, 1.6.1(3), 1.6.2, 3.4; D25, D26, D27.
    """
    on = localdate(at)
    require_open_version(on)
    if not document_number.strip():
        raise DocumentNumberMissing(field="document_number")
    entries = lock_for_step(name="publish", entry_ids=entry_ids, actor=actor)
    if len({entry.kind for entry in entries}) > 1:
        raise KindsMixed
    results = refresh_checks(entries)
    for entry in entries:
        require_eligible(entry, results[entry.pk])
    batch = _next_batch(entries[0].kind, document_number=document_number.strip(), on=on, actor=actor, at=at)
    replaced = _replace_older(entries, actor=actor, at=at)
    _publish(entries, batch=batch, actor=actor, at=at)
    announce(AnnouncementKind.PUBLICATION, entries=entries, batch=batch, at=at)
    if replaced:
        announce(AnnouncementKind.EXPIRY, entries=replaced, at=at)
    notify_enterprises(entries, step=ENTRY_STEP["publish"], at=at)
    return batch


def _next_batch(kind: str, *, document_number: str, on: date, actor: Member, at: datetime) -> Batch:
    """Return the next batch of the list in the year; two publications at once queue here. Source: FP 1.6.1(3)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERING_LOCK])
    last = Batch.objects.filter(kind=kind, year=on.year).aggregate(last=Max("number"))["last"] or 0
    batch = Batch.objects.create(
        kind=kind, year=on.year, number=last + 1, document_number=document_number, published_on=on, published_by=actor
    )
    record(verb="batch.published", obj=batch, actor=actor, occurred_at=at, after={"document_number": document_number, "number": last + 1})
    return batch


def _publish(entries: Sequence[Entry], *, batch: Batch, actor: Member, at: datetime) -> None:
    """Set the entries to published; one statement per policy version, since the version sets how long they run."""
    before = states_of(entries)
    _freeze_investment(entries)
    groups: dict[PolicyVersion | None, list[Entry]] = {}
    for entry in entries:
        entry.publish(batch=batch, expires_on=_last_day(entry, published_on=batch.published_on))
        groups.setdefault(entry.policy_version, []).append(entry)
    for group in groups.values():
        save_alike(group, "batch", "published_on", "expires_on")
    after = {"batch": str(batch), "document_number": batch.document_number}
    log_step(entries, step=ENTRY_STEP["publish"], before=before, actor=actor, at=at, after=after)


def _freeze_investment(entries: Sequence[Entry]) -> None:
    """
    Keep on each project's entry the investment that was reviewed: its caps stay with that, whatever the project says after the entry.

    Source: FP 1.2.1; D39.
    """
    for entry in entries:
        entry.total_investment = entry.project.total_investment if entry.project is not None else None
    Entry.objects.bulk_update(entries, ["total_investment"], batch_size=500)


def _last_day(entry: Entry, *, published_on: date) -> date | None:
    """Return the first day a project entry is no longer open; ``None`` for R&D, which waits for the next list. Source: D27."""
    if entry.kind != EntryKind.PROJECT or entry.policy_version is None:
        return None
    return add_months(published_on, version_for(entry.policy_version).terms.whitelist_life.project_months)


def _replace_older(entries: Sequence[Entry], *, actor: Member, at: datetime) -> list[Entry]:
    """End the older R&D listings of enterprises that are listed again. Source: D27."""
    older = list(superseded_by(list(entries)).select_for_update(of=("self",)))
    if not older:
        return []
    before = states_of(older)
    for entry in older:
        entry.expire(on=localdate(at), cause=ExpiryCause.NEXT_LIST)
    save_alike(older, "expired_on", "expiry_cause")
    log_step(older, step=ENTRY_STEP["expire"], before=before, actor=actor, at=at, remark=ExpiryCause.NEXT_LIST.label)
    return older
