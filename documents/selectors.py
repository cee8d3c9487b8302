"""The papers of a case."""

from collections.abc import Iterable

from django.db.models import Model, QuerySet

from common.errors import DomainError
from documents.models import Document


class PaperMissing(DomainError):
    """A paper that this step needs has not been uploaded, or was withdrawn."""

    code = "paper_missing"
    sentence = "缺少材料：{missing}，请上传后再办理。"


def all_documents_of(owner: Model) -> QuerySet[Document]:
    """Return everything ever uploaded to the case, withdrawn documents included, oldest first."""
    return Document.objects.filter(owner_type=owner._meta.label_lower, owner_id=owner.public_id)  # type: ignore[attr-defined]


def documents_of(owner: Model) -> QuerySet[Document]:
    """Return the documents of the case that stand, oldest first."""
    return all_documents_of(owner).filter(withdrawn_at__isnull=True)


def require_papers(owner: Model, kinds: Iterable[str]) -> None:
    """
    Let pass only a case with a standing document of every one of these kinds. One query.

    Raises:
        PaperMissing: with the kinds that are missing, by their labels where they are words of a list.

    Source: D7.
    """
    present = set(documents_of(owner).values_list("kind", flat=True))
    missing = [str(getattr(kind, "label", kind)) for kind in kinds if kind not in present]
    if missing:
        raise PaperMissing(missing="、".join(missing))
