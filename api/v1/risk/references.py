"""The step that every object of risk has: the caller's own number."""

from typing import Any
from uuid import UUID

from api.enums import Scope
from api.services.references import ReferenceTaken, refer
from api.v1.base import BankView, writes
from api.v1.fields import Shown
from api.v1.serializers import ReferenceAsked

TAG = "风险"


def names_own_number(shape: type[Shown]) -> Any:
    """Return the POST that notes under which number the caller keeps an object."""

    @writes(shape, scope=Scope.DECIDE, asks=ReferenceAsked, summary="登记本机构业务编号", refuses=(ReferenceTaken,), address="reference")
    def set_reference(view: BankView, public_id: UUID, bank_reference: str) -> Any:
        """Note under which number the caller keeps the object."""
        return refer(rows=view.rows(), object_id=public_id, reference=bank_reference, actor=view.member)

    return set_reference
