"""Beginning a case under the bank's own number: the same number again is the same case."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from api.services.references import once_by_reference
from common.enums import Category, Mode, Security
from loans.models import Application, Intent
from loans.services.applications import draft_application, record_intent
from parties.models import Member


@transaction.atomic
def draft_once(
    *,
    rows: QuerySet[Application],
    entry_id: UUID,
    mode: Mode,
    category: Category,
    security: Security,
    amount_requested: Decimal,
    term_months: int,
    actor: Member,
    at: datetime,
    bank_reference: str = "",
    **further: Any,
) -> Application:
    """
    Begin an application to the actor's own bank; under a number used before, return that application if it asks for the same.

    Raises:
        ReferenceTaken: the number stands for something else.
        and what ``draft_application`` refuses.

    Source: FP 1.6.2(1); D39.
    """
    asked = (entry_id, mode, category, security, amount_requested, term_months)

    def make() -> Application:
        assert actor.institution is not None
        return draft_application(
            entry_id=entry_id,
            bank_id=actor.institution.public_id,
            mode=mode,
            category=category,
            security=security,
            amount_requested=amount_requested,
            term_months=term_months,
            bank_reference=bank_reference,
            actor=actor,
            at=at,
            **further,
        )

    def is_same(known: Application) -> bool:
        """Return whether the two ask for the same."""
        found = (known.entry.public_id, known.mode, known.category, known.security, known.amount_requested, known.term_months)
        return found == asked

    return once_by_reference(rows=rows, reference=bank_reference, actor=actor, make=make, is_same=is_same)


@transaction.atomic
def intend_once(
    *, rows: QuerySet[Intent], entry_id: UUID, actor: Member, at: datetime, on: date | None = None, bank_reference: str = ""
) -> Intent:
    """
    Record that the actor's bank and an enterprise agreed to talk; said again, the first record stands.

    Raises:
        ReferenceTaken: the number stands for another intent.
        and what ``record_intent`` refuses.

    Source: FP 2.2.1; D8.
    """
    return once_by_reference(
        rows=rows,
        reference=bank_reference,
        actor=actor,
        make=lambda: record_intent(entry_id=entry_id, actor=actor, at=at, on=on),
        is_same=lambda known: known.entry.public_id == entry_id,
    )
