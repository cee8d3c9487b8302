"""A check of the use of funds under the bank's own number."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from api.services.references import once_by_reference
from loans.models import UseOfFundsCheck
from loans.services.use_of_funds import record_use_check
from parties.models import Member


@transaction.atomic
def check_use_once(
    *,
    rows: QuerySet[UseOfFundsCheck],
    loan_id: UUID,
    finding: str,
    is_misuse: bool,
    actor: Member,
    at: datetime,
    checked_on: date | None = None,
    misuse_from: date | None = None,
    bank_reference: str = "",
) -> UseOfFundsCheck:
    """
    Record a check; under a number used before, return that check if it says the same.

    Raises:
        ReferenceTaken: the number stands for another check.
        and what ``record_use_check`` refuses.

    Source: FP 1.6.3; D11.
    """

    def make() -> UseOfFundsCheck:
        return record_use_check(
            loan_id=loan_id, finding=finding, is_misuse=is_misuse, checked_on=checked_on, misuse_from=misuse_from, actor=actor, at=at
        )

    def is_same(known: UseOfFundsCheck) -> bool:
        said = (known.loan.public_id, known.finding, known.is_misuse, known.misuse_from)
        return said == (loan_id, finding, is_misuse, misuse_from)

    return once_by_reference(rows=rows.select_related("loan"), reference=bank_reference, actor=actor, make=make, is_same=is_same)
