"""Opening what no app below opens itself: shown, and written down that it was looked at."""

from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from audit.services import Scope, record_opening
from common.errors import NotVisible
from loans.models import Application, Loan
from loans.selectors.visible import scope_of
from parties.enums import InstitutionKind
from parties.models import Member

Row = TypeVar("Row", bound=Model)


def open_row(rows: QuerySet[Row], *, object_id: UUID, actor: Member, at: datetime) -> Row:
    """
    Return one of the rows the actor sees, and write that the actor opened it: nobody gets what is not written down.

    Raises:
        NotVisible: no such row for this actor.

    Source: architecture, who may.
    """
    row = rows.filter(public_id=object_id).first()
    if row is None:
        raise NotVisible
    record_opening(obj=row, actor=actor, at=at, scope=_scope(row, actor))
    return row


def _scope(row: Any, actor: Member) -> Scope:
    """Return whom the opening concerns: those of the case, else the bank that looked."""
    if isinstance(row, Application | Loan):
        return scope_of(row)
    is_bank = actor.institution is not None and actor.institution.kind == InstitutionKind.BANK
    return Scope(bank_id=actor.institution_id if is_bank else None)
