"""A paper of an application under what it is: the same content of the same kind again is the same paper."""

import hashlib
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from documents.models import Document
from documents.selectors import documents_of
from documents.services import attach_to_visible
from loans.models import Application
from parties.models import Member

OWNER = "loans.application"


@transaction.atomic
def attach_once(
    *, rows: QuerySet[Application], application_id: UUID, kind: str, filename: str, content: bytes, actor: Member, at: datetime
) -> Document:
    """
    Lay a paper with an application; one of the same kind and content that the actor's institution laid there and that stands is given back.

    Raises:
        what ``attach_to_visible`` refuses.

    Source: FP 1.6.2(1); D7.
    """
    application = rows.select_for_update(of=("self",), no_key=True).filter(public_id=application_id).first()
    if application is not None:
        sha256 = hashlib.sha256(content).hexdigest()
        same = documents_of(application).filter(kind=kind, sha256=sha256, uploaded_by__institution=actor.institution_id)
        if (known := same.first()) is not None:
            return known
    return attach_to_visible(owner_type=OWNER, owner_id=application_id, kind=kind, filename=filename, content=content, actor=actor, at=at)
