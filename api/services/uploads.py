"""Taking in a file of movements and working it chunk by chunk, through the services that take lists."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from api.enums import RowOutcome, UploadKind, UploadState
from api.models import ApiClient, Upload, UploadRow
from api.upload_rows import Fault, ReadFile, Row, parse_row, read_rows
from audit.services import record
from common.errors import DomainError, NotVisible
from common.fields import TextKey
from common.texts import alike
from loans.models import Movement
from loans.movement_steps import NewMovement
from loans.selectors.visible import loans_visible_to
from loans.services.movements.batch import require_well_formed
from loans.services.movements.record import record_drawdowns, record_overdues, record_repayments
from parties.models import Member
from tables.patience import patiently

CHUNK = 250
CHECKED_AT_ONCE = 200  # each chunk holds the locks of what it would change, for as long as it is judged
STUCK_AFTER = timedelta(minutes=5)
RECORD: Mapping[str, Callable[..., list[Movement]]] = {
    UploadKind.DRAWDOWN: record_drawdowns,
    UploadKind.REPAYMENT: record_repayments,
    UploadKind.OVERDUE: record_overdues,
}
ITEM = re.compile(r"items\.(\d+)\.?")
Outcome = Movement | Fault


class ContractAmbiguous(DomainError):
    """Loans of several banks have this contract number."""

    code = "contract_ambiguous"
    sentence = "合同编号 {contract_number} 对应多笔贷款，请改用 loan_id。"


@transaction.atomic
def take_upload(
    *, client: ApiClient, kind: UploadKind, file: ReadFile, check_only: bool, at: datetime, work: Callable[[int], object]
) -> Upload:
    """
    Take a file in; ``work`` is queued with its key once that is committed.

    The same file again is worked again and changes nothing: each row is known by its reference.
    """
    upload = Upload.objects.create(
        client=client,
        kind=kind,
        file_format=file.file_format,
        check_only=check_only,
        sha256=hashlib.sha256(file.content).hexdigest(),
        content=file.content,
        row_count=file.row_count,
        taken_at=at,
    )
    after = {"kind": kind, "rows": file.row_count, "sha256": upload.sha256, "check_only": check_only}
    record(verb="upload.taken", obj=upload, actor=client.member, occurred_at=at, after=after)
    transaction.on_commit(lambda: work(upload.pk))
    return upload


def uploads_of(client: ApiClient) -> QuerySet[Upload]:
    """Return the client's uploads, without their content."""
    return Upload.objects.filter(client=client).defer("content")


def rows_of(client: ApiClient, upload_id: UUID) -> QuerySet[UploadRow]:
    """
    Return what became of the rows of an upload.

    Raises:
        NotVisible: no such upload of this client.
    """
    upload = uploads_of(client).filter(public_id=upload_id).first()
    if upload is None:
        raise NotVisible
    return UploadRow.objects.filter(upload=upload)


def stuck_uploads(*, at: datetime) -> list[int]:
    """Return the keys of uploads on which nobody has worked for a while."""
    idle = Q(worked_at__lt=at - STUCK_AFTER) | Q(worked_at__isnull=True, taken_at__lt=at - STUCK_AFTER)
    return list(Upload.objects.exclude(state=UploadState.DONE).filter(idle).order_by("pk").values_list("pk", flat=True))


def work_upload(upload_pk: int, *, clock: Callable[[], datetime]) -> int:
    """
    Work an upload to its end and return how many rows were worked now; killed at any point, the next run goes on.

    Each chunk is committed with its progress, under the moment at which it began by the ``clock``. What a chunk only checks is undone
    before it is written down, which also gives back every lock; rows of one loan, or under one reference, are checked in one chunk, each
    after those before it.
    """
    upload = Upload.objects.select_related("client__member__institution").filter(pk=upload_pk).exclude(state=UploadState.DONE).first()
    if upload is None:
        return 0
    with patiently():
        written = read_rows(bytes(upload.content), upload.file_format, kind=upload.kind)
    parsed = [parse_row(number, row, kind=upload.kind) for number, row in enumerate(written, start=1)]
    rows = [one for one in parsed if isinstance(one, Row)]
    Upload.objects.filter(pk=upload_pk, state=UploadState.QUEUED).update(state=UploadState.RUNNING, worked_at=clock())
    items, faults = _items(rows, actor=upload.client.member, at=clock())
    faults |= {one.number: one for one in parsed if isinstance(one, Fault)}
    worked = 0
    for chunk in _together(parsed, items) if upload.check_only else _in_order(parsed):
        done = _work_chunk(upload_pk, chunk, items, faults, at=clock())
        if done is None:
            break
        worked += done
    return worked


def _in_order(parsed: Sequence[Row | Fault]) -> list[Sequence[Row | Fault]]:
    return [parsed[start : start + CHUNK] for start in range(0, len(parsed), CHUNK)]


def _together(parsed: Sequence[Row | Fault], items: Mapping[int, NewMovement]) -> list[Sequence[Row | Fault]]:
    """Return the rows in small chunks, those that name one loan or one reference in the same, in their order."""
    heads: dict[object, int] = {}
    groups: dict[int, list[Row | Fault]] = {}
    for one in parsed:
        item = items.get(one.number)
        names = [("loan", item.loan_id), ("reference", alike(item.bank_reference))] if item is not None else []
        met = {heads[name] for name in names if name in heads}
        head = min(met, default=one.number)
        for other in met - {head}:
            groups[head] += groups.pop(other)
            heads |= {name: head for name, of in heads.items() if of == other}
        groups.setdefault(head, []).append(one)
        heads |= dict.fromkeys(names, head)
    chunks: list[list[Row | Fault]] = [[]]
    for group in groups.values():
        if len(chunks[-1]) + len(group) > CHECKED_AT_ONCE and chunks[-1]:
            chunks.append([])
        chunks[-1] += group
    return [sorted(chunk, key=lambda one: one.number) for chunk in chunks]


@transaction.atomic
def _work_chunk(
    upload_pk: int, chunk: Sequence[Row | Fault], items: Mapping[int, NewMovement], faults: Mapping[int, Outcome], *, at: datetime
) -> int | None:
    """Work what is left of a chunk and return the number of rows; ``None`` at the end of the file or where another works."""
    waiting = Upload.objects.select_for_update(of=("self",), skip_locked=True).select_related("client__member__institution")
    upload = waiting.defer("content").filter(pk=upload_pk).exclude(state=UploadState.DONE).first()
    if upload is None:
        return None
    done = set(upload.rows.filter(number__in=[one.number for one in chunk]).values_list("number", flat=True))
    left = [one for one in chunk if one.number not in done]
    if not left:
        return 0
    outcomes, repeated = _judge(left, items, faults, upload, at=at)
    UploadRow.objects.bulk_create(_as_rows(left, outcomes, repeated, upload))
    upload.done_count += len(left)
    upload.rejected_count += sum(isinstance(one, Fault) for one in outcomes.values())
    upload.worked_at, upload.state = at, UploadState.RUNNING
    if upload.done_count == upload.row_count:
        upload.state, upload.finished_at = UploadState.DONE, at
    upload.save(update_fields=["done_count", "rejected_count", "worked_at", "state", "finished_at"])
    return len(left)


def _judge(
    chunk: Sequence[Row | Fault], items: Mapping[int, NewMovement], faults: Mapping[int, Outcome], upload: Upload, *, at: datetime
) -> tuple[dict[int, Outcome], set[str]]:
    """Return the outcome of every row by number, and the references that were recorded before."""
    outcomes = {one.number: faults[one.number] for one in chunk if one.number in faults}
    wanted = {one.number: items[one.number] for one in chunk if one.number not in faults}
    actor = upload.client.member
    repeated = _recorded_before([item.bank_reference for item in wanted.values()], actor=actor)
    with transaction.atomic():
        outcomes |= _recorded(wanted, kind=upload.kind, actor=actor, at=at)
        transaction.set_rollback(upload.check_only)
    return outcomes, repeated


def _items(rows: Sequence[Row], *, actor: Member, at: datetime) -> tuple[dict[int, NewMovement], dict[int, Outcome]]:
    """Return what is to be recorded by row number, and the rows that name no loan of the caller's or could not stand on any loan."""
    by_contract: dict[str, list[UUID]] = {}
    known: set[UUID] = set()
    numbers = {alike(row.contract_number) for row in rows if row.contract_number}
    wanted = Q(public_id__in=[row.loan_id for row in rows if row.loan_id]) | Q(number_key__in=numbers)
    loans = loans_visible_to(actor).annotate(number_key=TextKey("contract_number")).filter(wanted)
    for public_id, number in loans.values_list("public_id", "number_key"):
        known.add(public_id)
        by_contract.setdefault(number, []).append(public_id)
    items: dict[int, NewMovement] = {}
    faults: dict[int, Outcome] = {}
    for row in rows:
        try:
            items[row.number] = _item(row, by_contract, known, at=at)
        except DomainError as refusal:
            faults[row.number] = _fault(row.number, row.bank_reference, refusal)
    return items, faults


def _item(row: Row, by_contract: Mapping[str, list[UUID]], known: set[UUID], *, at: datetime) -> NewMovement:
    loans = [row.loan_id] if row.loan_id in known else by_contract.get(alike(row.contract_number), []) if row.contract_number else []
    if not loans or loans[0] is None:
        raise NotVisible(field="loan_id" if row.loan_id else "contract_number")
    if len(loans) > 1:
        raise ContractAmbiguous(field="contract_number", contract_number=row.contract_number)
    new = NewMovement(loan_id=loans[0], **row.answers)
    require_well_formed(new, today=localdate(at))
    return new


def _recorded(items: Mapping[int, NewMovement], *, kind: str, actor: Member, at: datetime) -> dict[int, Outcome]:
    """
    Record all that can be, and return each row's outcome.

    A refusal names the row it is about: that row is put aside and the rest tried again; one that names none is narrowed down by halves.
    """
    left, outcomes = list(items.items()), dict[int, Outcome]()
    while left:
        try:
            with transaction.atomic():
                movements = RECORD[kind]([item for _, item in left], actor=actor, at=at)
        except DomainError as refusal:
            position = 0 if len(left) == 1 else _place_of(refusal)
            if position is None:
                half = len(left) // 2
                outcomes |= _recorded(dict(left[:half]), kind=kind, actor=actor, at=at)
                left = left[half:]
                continue
            number, item = left.pop(position)
            outcomes[number] = _fault(number, item.bank_reference, refusal)
        else:
            outcomes |= {number: movement for (number, _), movement in zip(left, movements, strict=True)}
            left = []
    return outcomes


def _place_of(refusal: DomainError) -> int | None:
    found = ITEM.match(refusal.errors[0].field) if refusal.errors else None
    return int(found[1]) if found else None


def _fault(number: int, reference: str, refusal: DomainError) -> Fault:
    field = ITEM.sub("", refusal.errors[0].field) if refusal.errors else ""
    return Fault(number=number, bank_reference=reference, field=field[:60], code=refusal.code, detail=refusal.message)


def _recorded_before(references: Sequence[str], *, actor: Member) -> set[str]:
    """Return the references, as they are compared, under which the caller's loans have movements."""
    known = Movement.objects.annotate(reference_key=TextKey("bank_reference")).filter(
        loan__in=loans_visible_to(actor).order_by(), reference_key__in={alike(one) for one in references}
    )
    return set(known.values_list("reference_key", flat=True))


def _as_rows(parsed: Sequence[Row | Fault], outcomes: Mapping[int, Outcome], repeated: set[str], upload: Upload) -> list[UploadRow]:
    """Return the rows as they are kept; a reference that an earlier row of the file recorded is repeated, too."""
    known, rows = set(repeated), list[UploadRow]()
    for one in parsed:
        rows.append(_as_row(one.number, one.bank_reference, outcomes[one.number], known, upload))
        if not isinstance(outcomes[one.number], Fault):
            known.add(alike(one.bank_reference))
    return rows


def _as_row(number: int, reference: str, outcome: Outcome, repeated: set[str], upload: Upload) -> UploadRow:
    row = UploadRow(upload=upload, number=number, bank_reference=reference)
    if isinstance(outcome, Fault):
        row.outcome, row.field, row.code, row.detail = RowOutcome.REJECTED, outcome.field, outcome.code, outcome.detail
    elif alike(reference) in repeated:
        row.outcome, row.movement_id = RowOutcome.REPEATED, outcome.public_id
    elif upload.check_only:
        row.outcome = RowOutcome.ACCEPTABLE
    else:
        row.outcome, row.movement_id = RowOutcome.RECORDED, outcome.public_id
    return row
