"""Taking in a file, withdrawing it, opening it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.db.models import Model

from audit.services import Scope, record, record_opening
from common.database import take_turn
from common.errors import DomainError, ReasonMissing
from documents.models import Document
from documents.registry import visible_document, visible_owner
from documents.rules import clean_filename, content_type_of, is_named_as
from documents.scanning import scan
from documents.selectors import PaperMissing, all_documents_of, documents_of, require_papers
from documents.store import keep, open_checked
from parties.access import WORKING_ROLES, RoleMissing
from parties.models import Member

__all__ = [
    "AcceptedFile",
    "PaperMissing",
    "accept",
    "all_documents_of",
    "attach",
    "attach_to_visible",
    "documents_of",
    "lay",
    "open_document",
    "owner_to_work_on",
    "require_papers",
    "stored_content",
    "withdraw",
]


class EmptyFile(DomainError):
    """A file without a byte."""

    code = "empty_file"
    sentence = "文件“{filename}”是空的，请重新选择文件。"
    status = 400


class FileTooLarge(DomainError):
    """More bytes than the setting allows."""

    code = "file_too_large"
    sentence = "文件“{filename}”超过大小上限{limit}MB，请压缩或拆分后重新上传。"
    status = 400


class TypeNotAccepted(DomainError):
    """The content is of no accepted type, whatever the name says."""

    code = "type_not_accepted"
    sentence = "文件“{filename}”的内容不是可接受的类型，请上传PDF、OFD、JPG、PNG、DOCX、XLSX、XLS、ET或CSV文件（不含宏）。"
    status = 400


class NameContradictsContent(DomainError):
    """The name's ending says another type than the content."""

    code = "name_contradicts_content"
    sentence = "文件“{filename}”的扩展名与内容不符，请核对文件后重新上传。"
    status = 400


class AlreadyWithdrawn(DomainError):
    """The document was withdrawn before."""

    code = "document_already_withdrawn"
    sentence = "材料“{filename}”已撤下，无需重复办理。"


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """A file that was judged and may be added to a case; only ``accept`` makes one."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OpenedDocument:
    """A document with its bytes as an open file, which the caller closes."""

    document: Document
    content: BinaryIO


def accept(*, filename: str, content: "bytes | File") -> AcceptedFile:
    """
    Return a file that may be added to a case, once it was judged: size, type by content, name, virus, in this order.

    It asks the virus scanner, so it is called before the transaction in which the file is added.

    Raises:
        EmptyFile, FileTooLarge, TypeNotAccepted, NameContradictsContent: the file itself.
        InfectedFile, ScannerUnreachable: the virus scanner, if one is configured.
        WaitsInTransaction.
    """
    name = clean_filename(filename)
    raw = _read(content, filename=name)
    content_type = _accepted_type(raw, filename=name)
    scan(raw)
    return AcceptedFile(name, content_type, raw)


def attach(
    *,
    owner: Model,
    kind: str,
    filename: str,
    content: "bytes | File",
    actor: Member,
    at: datetime,
    scope: Scope = Scope(),  # noqa: B008  (frozen)
) -> Document:
    """
    Judge a file and add it to a case the caller already holds for the actor; see ``accept`` and ``lay``.

    Raises:
        what ``accept`` raises.
    """
    return lay(owner=owner, kind=kind, file=accept(filename=filename, content=content), actor=actor, at=at, scope=scope)


@transaction.atomic
def lay(
    *,
    owner: Model,
    kind: str,
    file: AcceptedFile,
    actor: Member,
    at: datetime,
    scope: Scope = Scope(),  # noqa: B008  (frozen)
) -> Document:
    """
    Add an accepted file to a case the caller already holds for the actor, and return its row.

    A paper of the same kind and content that the actor's party laid there and that stands is given back, marked ``laid_before``; of two who
    send it at once the second waits for the first. The bytes are stored under their SHA-256 before the row is written; a refused row
    leaves at most bytes that nothing points to.

    Source: FP 1.6.2(1), FP 1.5.1, FP 1.5.2; D7.
    """
    found = hashlib.sha256(file.content).hexdigest()
    take_turn("paper", owner._meta.label_lower, owner.public_id, kind, found)  # type: ignore[attr-defined]
    own = {"uploaded_by__institution": actor.institution_id, "uploaded_by__enterprise": actor.enterprise_id}
    same = documents_of(owner).filter(kind=kind, sha256=found, **own).first()
    if same is not None:
        same.laid_before = True
        return same
    document = Document(
        owner_type=owner._meta.label_lower,
        owner_id=owner.public_id,  # type: ignore[attr-defined]
        kind=kind,
        filename=file.filename,
        content_type=file.content_type,
        size=len(file.content),
        sha256=keep(file.content),
        uploaded_by=actor,
        uploaded_at=at,
    )
    document.save(force_insert=True)
    after = {"kind": kind, "filename": file.filename, "sha256": document.sha256, "size": document.size, "owner": str(owner)}
    record(verb="document.attached", obj=document, actor=actor, occurred_at=at, after=after, scope=scope)
    return document


def attach_to_visible(
    *, owner_type: str, owner_id: UUID, kind: str, filename: str, content: "bytes | File", actor: Member, at: datetime
) -> Document:
    """
    Add a file to a case named from outside, if the actor may see it and works on cases (not merely reads them).

    Raises:
        NotVisible: no such case for this actor.
        RoleMissing: the actor only reads.
        and what ``attach`` raises.
    """
    owner = owner_to_work_on(owner_type, owner_id, actor=actor)
    return attach(owner=owner, kind=kind, filename=filename, content=content, actor=actor, at=at)


def owner_to_work_on(owner_type: str, owner_id: UUID, *, actor: Member) -> Model:
    """
    Return the case named from outside to which the actor may add papers.

    Raises:
        NotVisible: no such case for this actor. RoleMissing: the actor only reads.
    """
    owner = visible_owner(owner_type, owner_id, actor=actor)
    if not set(actor.roles).intersection(WORKING_ROLES):
        raise RoleMissing(needed=f"{actor.party_name}的经办或复核人员")
    return owner


@transaction.atomic
def withdraw(*, document_id: UUID, reason: str, actor: Member, at: datetime) -> Document:
    """
    Mark a document as no longer standing; file and row stay.

    Raises:
        NotVisible: no such document for this actor.
        RoleMissing: another party uploaded it, or the actor only reads.
        ReasonMissing, AlreadyWithdrawn.
    """
    seen = visible_document(document_id, actor=actor)
    document = Document.objects.select_for_update(of=("self",)).select_related("uploaded_by").get(pk=seen.pk)
    uploader = document.uploaded_by
    same_party = (uploader.institution_id, uploader.enterprise_id) == (actor.institution_id, actor.enterprise_id)
    if not same_party or not set(actor.roles).intersection(WORKING_ROLES):
        raise RoleMissing(needed=f"{uploader.party_name}（上传单位）的经办或复核人员")
    if not reason.strip():
        raise ReasonMissing(act="撤下材料须", field="reason")
    if document.withdrawn_at is not None:
        raise AlreadyWithdrawn(filename=document.filename)
    document.withdrawn_at, document.withdrawn_by, document.withdrawn_reason = at, actor, reason.strip()[:200]
    document.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record(verb="document.withdrawn", obj=document, actor=actor, occurred_at=at, remark=document.withdrawn_reason)
    return document


@transaction.atomic
def open_document(*, document_id: UUID, actor: Member, at: datetime) -> OpenedDocument:
    """
    Return the document and its checked bytes, and record that the actor opened it.

    Raises:
        NotVisible: no such document for this actor.
        ContentDamaged: the stored bytes are not those uploaded.
    """
    document = visible_document(document_id, actor=actor)
    content = open_checked(document.sha256, filename=document.filename)
    record_opening(obj=document, actor=actor, at=at)
    return OpenedDocument(document, content)


def stored_content(document: Document) -> bytes:
    """
    Return the bytes of a document for a job that works on the case it belongs to; whom it shows them to is the job's affair.

    Raises:
        ContentDamaged.
    """
    with open_checked(document.sha256, filename=document.filename) as stored:
        return stored.read()


def _read(content: "bytes | File", *, filename: str) -> bytes:
    """Return the bytes, at most as many as are allowed."""
    limit = settings.DOCUMENTS_MAX_BYTES
    raw = content if isinstance(content, bytes) else content.read(limit + 1)
    if not raw:
        raise EmptyFile(field="file", filename=filename)
    if len(raw) > limit:
        raise FileTooLarge(field="file", filename=filename, limit=limit // 1024**2)
    return raw


def _accepted_type(raw: bytes, *, filename: str) -> str:
    content_type = content_type_of(raw)
    if content_type is None:
        raise TypeNotAccepted(field="file", filename=filename)
    if not is_named_as(filename, content_type):
        raise NameContradictsContent(field="file", filename=filename)
    return content_type
