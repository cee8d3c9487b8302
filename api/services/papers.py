"""A paper of a case under what it is, with the digest it came with; handed out as it came."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from common.errors import DomainError, NotVisible
from documents.models import Document
from documents.registry import visible_owner
from documents.selectors import documents_of
from documents.services import AcceptedFile, accept, lay, open_document, owner_to_work_on
from parties.models import Member


class DigestDiffers(DomainError):
    """What arrived is not what was sent."""

    code = "digest_differs"
    sentence = "收到的文件与所报 SHA-256 不一致（收到的为 {found}），请重新上传。"
    status = 400


def accept_for(*, owner_type: str, owner_id: UUID, filename: str, content: bytes, actor: Member, sha256: str = "") -> AcceptedFile:
    """
    Return a file that the actor may lay with a case. It asks the virus scanner, so it is called before a transaction.

    Raises:
        DigestDiffers: the content is not that of the digest that came with it.
        NotVisible, RoleMissing; and what ``documents.accept`` refuses.
    """
    found = hashlib.sha256(content).hexdigest()
    if sha256 and sha256 != found:
        raise DigestDiffers(field="sha256", found=found)
    owner_to_work_on(owner_type, owner_id, actor=actor)
    return accept(filename=filename, content=content)


@transaction.atomic
def attach_once(*, rows: QuerySet[Any], owner_id: UUID, kind: str, file: AcceptedFile, actor: Member, at: datetime) -> Document:
    """
    Lay a paper with a case; one of the same kind and content that the actor's institution laid there and that stands is given back.

    Raises:
        NotVisible, RoleMissing.

    Source: FP 1.6.2(1), FP 1.5.1, FP 1.5.2; D7.
    """
    owner = owner_to_work_on(rows.model._meta.label_lower, owner_id, actor=actor)
    return lay(owner=owner, kind=kind, file=file, actor=actor, at=at)


@transaction.atomic
def paper_with_content(*, owner_type: str, owner_id: UUID, paper_id: UUID, actor: Member, at: datetime) -> tuple[Document, bytes]:
    """
    Return a standing paper of a case with its checked bytes, and write that the actor opened it.

    Raises:
        NotVisible: no such paper of this case for this actor. ContentDamaged.
    """
    owner = visible_owner(owner_type, owner_id, actor=actor)
    if not documents_of(owner).filter(public_id=paper_id).exists():
        raise NotVisible
    opened = open_document(document_id=paper_id, actor=actor, at=at)
    with opened.content as stored:
        return opened.document, stored.read()
