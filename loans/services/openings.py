"""Opening a case: what is shown, and that it was looked at."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services import record_opening
from loans.models import Loan
from loans.selectors.visible import loan_of, scope_of
from parties.models import Member


@transaction.atomic
def open_loan(*, loan_id: UUID, actor: Member, at: datetime) -> Loan:
    """
    Return one loan and write that the actor opened it.

    Raises:
        NotVisible: no such loan for this actor.

    Source: architecture, who may.
    """
    loan = loan_of(actor, loan_id)
    record_opening(obj=loan, actor=actor, at=at, scope=scope_of(loan))
    return loan
