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
from documents.services import attach_to_visible, open_document
from parties.models import Member


class DigestDiffers(DomainError):
    """What arrived is not what was sent."""

    code = "digest_differs"
    sentence = "收到的文件与所报 SHA-256 不一致（收到的为 {found}），请重新上传。"
    status = 400


@transaction.atomic
def attach_once(
    *, rows: QuerySet[Any], owner_id: UUID, kind: str, filename: str, content: bytes, actor: Member, at: datetime, sha256: str = ""
) -> Document:
    """
    Lay a paper with a case; one of the same kind and content that the actor's institution laid there and that stands is given back.

    Raises:
        DigestDiffers: the content is not that of the digest that came with it.
        and what ``attach_to_visible`` refuses.

    Source: FP 1.6.2(1), FP 1.5.1, FP 1.5.2; D7.
    """
    found = hashlib.sha256(content).hexdigest()
    if sha256 and sha256 != found:
        raise DigestDiffers(field="sha256", found=found)
    owner = rows.select_for_update(of=("self",), no_key=True).filter(public_id=owner_id).first()
    if owner is not None:
        same = documents_of(owner).filter(kind=kind, sha256=found, uploaded_by__institution=actor.institution_id)
        if (known := same.first()) is not None:
            return known
    owner_type = rows.model._meta.label_lower
    return attach_to_visible(owner_type=owner_type, owner_id=owner_id, kind=kind, filename=filename, content=content, actor=actor, at=at)


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
