"""What a bank may lend in one mode, by document."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import Scope, record
from common.dates import BEGINS, ENDS, require_day
from common.enums import Mode
from common.errors import DomainError, FieldProblem, InvalidInput
from common.money import MAX_AMOUNT, ZERO
from loans.models import BankQuota
from loans.services.applications import NoSuchBank
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Institution, Member
from parties.services.institutions import require_not_excluded

KEEPERS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.FUND_OFFICE)


class QuotaNotLater(DomainError):
    """A quota that begins on this day or later is recorded."""

    code = "quota_not_later"
    sentence = (
        "{bank}在{mode}模式已有自 {from_on} 起的额度，新的额度须自更晚的日期起。"
        "原记录录入有误的，请在该记录页面撤销（尚未生效）或更正（已生效）。"
    )
    clause = "FP 1.3"


@transaction.atomic
def set_bank_quota(
    *,
    bank_id: UUID,
    mode: Mode,
    amount: Decimal,
    from_on: date,
    document_number: str,
    actor: Member,
    at: datetime,
    until_on: date | None = None,
) -> BankQuota:
    """
    Set a bank's quota in one mode from a day on; the one before ends that day. The same again changes nothing.

    ``until_on`` is the first day no longer covered. A quota below what is committed stops new business only.

    Raises:
        RoleMissing: the actor is not of the city's industry bureau or the fund office.
        NoSuchBank, InvalidInput.
        BankExcluded: a decision excludes the bank within the period.
        QuotaNotLater: a later quota is recorded.

    Source: FP 1.3, FP 2.2.1; D40, D45.
    """
    require(actor, *KEEPERS)
    bank = Institution.objects.select_for_update(no_key=True).filter(public_id=bank_id, kind=InstitutionKind.BANK).first()
    if bank is None:
        raise NoSuchBank(field="bank_id")
    require_day(from_on, BEGINS, field="from_on", today=localdate(at))
    require_day(until_on, ENDS, field="until_on", today=localdate(at))
    _require_quota(amount, from_on, until_on, document_number)
    require_not_excluded(bank, from_on=from_on, until_on=until_on)
    last = BankQuota.objects.select_for_update().filter(bank=bank, mode=mode).order_by("-from_on").first()
    given = {"amount": amount, "until_on": until_on, "document_number": document_number.strip()}
    if last is not None and last.from_on == from_on and all(getattr(last, name) == value for name, value in given.items()):
        return last
    if last is not None and last.from_on >= from_on:
        raise QuotaNotLater(bank=bank.name, mode=Mode(mode).label, from_on=last.from_on, field="from_on")
    if last is not None and (last.until_on is None or last.until_on > from_on):
        last.until_on = from_on
        last.save(update_fields=["until_on"])
    quota = BankQuota.objects.create(bank=bank, mode=mode, from_on=from_on, **given)
    after = {"bank": bank.name, "mode": mode, "amount": amount, "from_on": from_on, "document_number": quota.document_number}
    record(verb="quota.set", obj=quota, actor=actor, occurred_at=at, after=after, scope=Scope(bank_id=bank.pk))
    return quota


@transaction.atomic
def end_quotas(bank: Institution, *, from_on: date, document_number: str, actor: Member, at: datetime) -> None:
    """
    End what the bank may lend in both modes from a day on, as a decision says; what was submitted before goes on (D25).

    A quota that would begin later ends a day after it begins, and is out of reach: nothing is submitted meanwhile.

    Source: FP 1.3, FP 2.2.1; D9, D25, D45.
    """
    running = BankQuota.objects.select_for_update().filter(bank=bank).exclude(until_on__lte=from_on)
    for quota in running.order_by("mode", "from_on"):
        before = {"mode": quota.mode, "until_on": quota.until_on}
        quota.until_on = max(from_on, quota.from_on + timedelta(days=1))
        quota.save(update_fields=["until_on"])
        after = {"bank": bank.name, "mode": quota.mode, "until_on": quota.until_on, "document_number": document_number}
        record(verb="quota.ended", obj=quota, actor=actor, occurred_at=at, before=before, after=after, scope=Scope(bank_id=bank.pk))


def _require_quota(amount: Decimal, from_on: date, until_on: date | None, document_number: str) -> None:
    problems = []
    if not ZERO <= amount <= MAX_AMOUNT or amount != round(amount, 2):
        problems.append(FieldProblem("amount", "invalid", "额度不能为负数，最多两位小数。"))
    if until_on is not None and until_on <= from_on:
        problems.append(FieldProblem("until_on", "too_early", "截止日须晚于起始日。"))
    if not document_number.strip():
        problems.append(FieldProblem("document_number", "required", "请填写文号。"))
    if problems:
        raise InvalidInput(errors=problems)
