"""Through which selector a case that owns documents is seen; each app above registers its own when it is ready."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from common.errors import NotVisible
from documents.models import Document
from parties.models import Member
from parties.selectors import enterprises_visible_to

VisibleTo = Callable[[Member], QuerySet[Any]]
_OWNERS: dict[str, VisibleTo] = {"parties.enterprise": enterprises_visible_to}  # parties stand below and cannot say it themselves


def register_owner(owner_type: str, visible_to: VisibleTo) -> None:
    """
    Say which selector shows the cases of this type (``"loans.application"``) to a member.

    Called from ``AppConfig.ready`` of the app that owns the case, so that this app needs to know none of them.
    """
    _OWNERS[owner_type] = visible_to


def takes_papers_of(case: Model, actor: Member | None) -> bool:
    """Return whether the actor may open papers of this case and lay some with it, if the case takes papers at all."""
    visible_to = _OWNERS.get(case._meta.label_lower)
    return actor is not None and visible_to is not None and visible_to(actor).filter(pk=case.pk).exists()


def visible_owner(owner_type: str, owner_id: UUID, *, actor: Member) -> Model:
    """
    Return the case, if the actor may see it.

    Raises:
        NotVisible: it is not the actor's, does not exist, or nobody registered its type.
    """
    visible_to = _OWNERS.get(owner_type)
    owner = visible_to(actor).filter(public_id=owner_id).first() if visible_to else None
    if owner is None:
        raise NotVisible
    return owner


def visible_document(public_id: UUID, *, actor: Member) -> Document:
    """
    Return the document, if the actor may see the case it belongs to; withdrawn ones too.

    Raises:
        NotVisible: no such document for this actor.
    """
    document = Document.objects.filter(public_id=public_id).first()
    if document is None:
        raise NotVisible
    visible_owner(document.owner_type, document.owner_id, actor=actor)
    return document
