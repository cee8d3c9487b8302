"""Following the money after a drawdown; misuse stops the subsidy."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common.dates import HAPPENED, require_day
from common.errors import DomainError, FieldProblem, InvalidInput
from loans.models import Loan, UseOfFundsCheck
from loans.selectors.visible import scope_of
from loans.services.movements.batch import locked_loans
from loans.services.notices import notify_of_misuse
from loans.services.steps import business_day
from parties.access import require_institution
from parties.models import Member


class NothingDrawn(DomainError):
    """There is no money yet whose use could be checked."""

    code = "nothing_drawn"
    sentence = "合同 {contract_number} 在 {on} 尚未放款，没有可检查的资金。"
    clause = "FP 1.6.3"


@transaction.atomic
def record_use_check(
    *,
    loan_id: UUID,
    finding: str,
    is_misuse: bool,
    actor: Member,
    at: datetime,
    checked_on: date | None = None,
    misuse_from: date | None = None,
) -> UseOfFundsCheck:
    """
    Record what the bank found when it followed the money; misuse stops the subsidy from the day it began.

    The earliest misuse counts: a later finding never moves the stop to a later day. City and county are told.

    Raises:
        NotVisible.
        RoleMissing: the bank checks, in both modes.
        NothingDrawn, InvalidInput, DateInFuture.

    Source: FP 1.6.3; D11.
    """
    (loan,) = locked_loans([loan_id], actor=actor).values()
    require_institution(actor, loan.bank)
    day = business_day(checked_on, at=at)
    require_use_check(loan, finding, is_misuse=is_misuse, misuse_from=misuse_from, on=day)
    require_day(misuse_from, HAPPENED, field="misuse_from", today=localdate(at))
    check = UseOfFundsCheck.objects.create(
        loan=loan, checked_on=day, is_misuse=is_misuse, misuse_from=misuse_from, finding=finding.strip(), checked_by=actor
    )
    after = {"checked_on": day, "is_misuse": is_misuse, "misuse_from": misuse_from}
    record(verb="loan.use_checked", obj=loan, actor=actor, occurred_at=at, after=after, remark=check.finding, scope=scope_of(loan))
    stop_subsidy_as_found(loan, finding=check.finding, actor=actor, at=at)
    return check


def stop_subsidy_as_found(loan: Loan, *, finding: str, actor: Member, at: datetime) -> None:
    """
    Let the subsidy stop on the earliest day of misuse that stands in the loan's checks; city and county are told of one found.

    Source: FP 1.6.3; D11.
    """
    days = loan.use_checks.filter(misuse_from__isnull=False).order_by("misuse_from").values_list("misuse_from", flat=True)
    before, stopped_on = loan.subsidy_stopped_on, days.first()
    if before == stopped_on:
        return
    loan.subsidy_stopped_on = stopped_on
    loan.save(update_fields=["subsidy_stopped_on"])
    is_earlier = stopped_on is not None and (before is None or stopped_on < before)
    record(
        verb="loan.subsidy_stopped" if is_earlier else "loan.subsidy_stop_put_right",
        obj=loan,
        actor=actor,
        occurred_at=at,
        before={"subsidy_stopped_on": before},
        after={"subsidy_stopped_on": stopped_on},
        remark=finding,
        scope=scope_of(loan),
    )
    if is_earlier:
        district = loan.district if loan.district is not None else loan.application.entry.district
        notify_of_misuse(loan, district=district, finding=finding, at=at)


def require_use_check(loan: Loan, finding: str, *, is_misuse: bool, misuse_from: date | None, on: date) -> None:
    """
    Let pass what a bank can have found on a day.

    Raises:
        NothingDrawn, InvalidInput.
    """
    if loan.first_drawdown_on is None or on < loan.first_drawdown_on:
        raise NothingDrawn(contract_number=loan.contract_number, on=on)
    problems = []
    if not finding.strip():
        problems.append(FieldProblem("finding", "required", "请填写检查情况。"))
    if is_misuse and (misuse_from is None or not loan.first_drawdown_on <= misuse_from <= on):
        problems.append(FieldProblem("misuse_from", "invalid", "挪用起始日须在首次放款日与检查日期之间。"))
    if not is_misuse and misuse_from is not None:
        problems.append(FieldProblem("misuse_from", "not_wanted", "未发现挪用的，不填写挪用起始日。"))
    if problems:
        raise InvalidInput(errors=problems)
