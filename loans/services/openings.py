"""Opening a case: what is shown, and that it was looked at."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit.services import record_opening
from loans.models import Application, Loan
from loans.selectors.visible import application_of, loan_of, scope_of
from parties.models import Member


@transaction.atomic
def open_application(*, application_id: UUID, actor: Member, at: datetime) -> Application:
    """
    Return one application and write that the actor opened it.

    Raises:
        NotVisible: no such application for this actor.

    Source: architecture, who may.
    """
    application = application_of(actor, application_id)
    record_opening(obj=application, actor=actor, at=at, scope=scope_of(application))
    return application


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
