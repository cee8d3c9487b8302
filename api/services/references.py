"""The caller's own number of an object; the same number twice is the same object."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Model, QuerySet

from api.models import Reference
from common.database import refused_as
from common.errors import DomainError, NotVisible
from common.fields import written_alike
from parties.models import Member

Row = TypeVar("Row", bound=Model)


class ReferenceTaken(DomainError):
    """The institution uses this number for another object, or another number for this one."""

    code = "reference_taken"
    sentence = "业务编号 {reference} 已用于另一记录，或该记录已有其他业务编号，请核对。"


@transaction.atomic
def refer(*, rows: QuerySet[Row], object_id: UUID, reference: str, actor: Member) -> Row:
    """
    Give an object the actor sees the institution's own number and return it; the same again changes nothing.

    Raises:
        NotVisible: no such object for this actor.
        ReferenceTaken.
    """
    found = rows.filter(public_id=object_id).first()
    if found is None:
        raise NotVisible
    _keep(found, reference=reference, actor=actor)
    return found


@transaction.atomic
def once_by_reference(
    *, rows: QuerySet[Row], reference: str, actor: Member, make: Callable[[], Row], is_same: Callable[[Row], bool]
) -> Row:
    """
    Return the object made under the institution's own number: the one made before if it is the same, else a new one.

    Raises:
        ReferenceTaken: the number stands for something else.
        and whatever making it refuses.
    """
    if not reference:
        return make()
    known = Reference.objects.filter(
        written_alike("reference", reference), institution=actor.institution_id, object_type=rows.model._meta.label_lower
    ).first()
    if known is None:
        made = make()
        _keep(made, reference=reference, actor=actor)
        return made
    found = rows.filter(public_id=known.object_id).first()
    if found is None or not is_same(found):
        raise ReferenceTaken(field="bank_reference", reference=reference)
    return _with_reference(found, known.reference)


def _keep(row: Any, *, reference: str, actor: Member) -> None:
    """Note the number of a row, or find it noted."""
    names = {"institution_id": actor.institution_id, "object_type": row._meta.label_lower}
    by_number = Reference.objects.filter(written_alike("reference", reference), **names).first()
    by_object = Reference.objects.filter(**names, object_id=row.public_id).first()
    if by_number is None and by_object is None:
        taken = ReferenceTaken(field="bank_reference", reference=reference)
        with refused_as(lambda: taken, "reference_names_one_object", "reference_alike", "reference_once_per_object"):
            Reference.objects.create(**names, object_id=row.public_id, reference=reference)
    elif by_number != by_object:
        raise ReferenceTaken(field="bank_reference", reference=reference)
    _with_reference(row, by_number.reference if by_number is not None else reference)


def _with_reference(row: Any, reference: str) -> Any:
    row.own_reference = reference
    return row
