"""Fees for cover: the dated table, collection of the credit-enhancement fee into the pool, guarantee fees charged."""

from datetime import date, datetime
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from audit.services import record
from common.database import refused_as, take_turn
from common.dates import BEGINS, HAPPENED, Period, require_day
from common.enums import Mode
from common.errors import DomainError, NotVisible, ReasonMissing, VoucherMissing
from common.fields import written_alike
from common.money import MAX_AMOUNT, ZERO
from ledger.enums import EntryKind, Purpose
from ledger.models import Entry
from ledger.services import NewEntry, NewLeg, account_of, post
from loans.models import Guarantee, Loan
from loans.selectors.visible import loans_visible_to, scope_of
from parties.access import checker_differs, require, require_institution
from parties.enums import InstitutionKind, Role
from parties.models import Member
from policy.selectors.versions import version_for
from risk.claims.rules.sharing import is_covered
from risk.enums import MoneyStep
from risk.fees.pool import fee_pool_account
from risk.fees.selectors import enhancement_fee_of
from risk.models import EnhancementFee, EnhancementFeeRate, GuaranteeFee
from risk.recoveries.services.records import AmountInvalid, NotWaiting
from risk.visibility import enhancement_fees_visible_to, guarantee_fees_visible_to, guarantees_visible_to, visible_or_404

Fee = TypeVar("Fee", EnhancementFee, GuaranteeFee)


class NoFeeDue(DomainError):
    """Nothing is due for the period, or the loan owes no such fee."""

    code = "no_fee_due"
    sentence = "该笔贷款在此期间没有应收的增信服务费（仅信托服务模式的研发信用贷款收取，且须有贷款余额）。"
    clause = "FP 1.5.2(2)"


class FeeCollectedBefore(DomainError):
    """A day of the period was charged before."""

    code = "fee_collected_before"
    sentence = "该笔贷款 {from_on} 至 {until_on}（不含）已登记收取增信服务费，期间不得重叠。"
    clause = "FP 1.5.2(2)"


class RateBackDated(DomainError):
    """A rate that begins before one that is entered already, or on the same day."""

    code = "fee_rate_back_dated"
    sentence = "已有自 {on} 起的收费标准，新标准须在其后生效。原记录录入有误的，请在该记录页面撤销（尚未生效）或更正（已生效）。"
    clause = "FP 1.5.2(2)"


class FeeRateInvalid(DomainError):
    """A rate that is no annual fraction."""

    code = "fee_rate_invalid"
    sentence = "年费率须不低于 0%、低于 100%，请核对是否多填了小数位。"
    clause = "FP 1.5.2(2)"
    status = 400


class FeeDated(DomainError):
    """Collected on a day that has not come."""

    code = "fee_in_future"
    sentence = "收取日期不得晚于今天。"
    status = 400


class VoucherUsed(DomainError):
    """A receipt stands for one fee."""

    code = "voucher_used"
    sentence = "凭证号 {voucher} 已登记为另一笔担保费，请核对。"
    clause = "FP 1.5.2(1)"


@transaction.atomic
def set_enhancement_fee_rate(*, rate: Decimal, from_on: date, document_number: str, actor: Member, at: datetime) -> EnhancementFeeRate:
    """
    Enter a line of the dated fee table, for the fund office and 市工信局 which keeps it.

    Raises:
        NotAllowed, FeeRateInvalid, RateBackDated. InvalidInput: the day is out of bounds.

    Source: FP 1.5.2(2); D23.
    """
    require(actor, InstitutionKind.FUND_OFFICE, InstitutionKind.CITY_INDUSTRY)
    require_fee_rate(rate)
    require_day(from_on, BEGINS, field="from_on", today=localdate(at))
    take_turn("enhancement_fee_rate")
    last = EnhancementFeeRate.objects.order_by("-from_on").first()
    if last is not None and from_on <= last.from_on:
        raise RateBackDated(on=last.from_on, field="from_on")
    row = EnhancementFeeRate.objects.create(
        rate=rate, from_on=from_on, document_number=document_number.strip(), recorded_by=actor, recorded_at=at
    )
    record(verb="enhancement_fee_rate.set", obj=row, actor=actor, occurred_at=at, after={"rate": rate, "from_on": from_on})
    return row


def require_fee_rate(rate: Decimal) -> None:
    """
    Let pass only an annual fraction.

    Raises:
        FeeRateInvalid.
    """
    if not 0 <= rate < 1:
        raise FeeRateInvalid(field="rate")


@transaction.atomic
def record_enhancement_fee(
    *, loan_id: UUID, from_on: date, until_on: date, collected_on: date, voucher: str, actor: Member, at: datetime
) -> EnhancementFee:
    """
    Note the credit-enhancement fee collected of a trust loan for a period, computed by the table, as the fund manager's maker.

    Raises:
        NotVisible, RoleMissing: not the fund manager.
        VoucherMissing, FeeDated, PeriodReversed.
        NoFeeDue, FeeCollectedBefore, NoEnhancementFeeRate.

    Source: FP 1.5.2(2); D23, D35.
    """
    loan = visible_or_404(loans_visible_to(actor).select_related("policy_version", "application__entry", "enterprise"), loan_id, lock=True)
    _require_manager(actor)
    _require_receipt(voucher, collected_on, at=at)
    require_day(from_on, BEGINS, field="from_on", today=localdate(at))
    require_day(until_on, BEGINS, field="until_on", today=localdate(at))
    period = Period(from_on, until_on)
    covered = is_covered(version_for(loan.policy_version).terms, category=loan.category, security=loan.security)
    amount = enhancement_fee_of(loan, period) if covered and loan.mode == Mode.TRUST else ZERO
    if amount <= ZERO:
        raise NoFeeDue
    earlier = loan.enhancement_fees.exclude(step=MoneyStep.RETURNED).filter(from_on__lt=until_on, until_on__gt=from_on).first()
    if earlier is not None:
        raise FeeCollectedBefore(from_on=earlier.from_on, until_on=earlier.until_on)
    fee = EnhancementFee.objects.create(
        loan=loan,
        from_on=from_on,
        until_on=until_on,
        amount=amount,
        collected_on=collected_on,
        voucher=voucher.strip(),
        made_by=actor,
        made_at=at,
    )
    after = {"amount": amount, "from_on": from_on, "until_on": until_on, "voucher": fee.voucher}
    record(verb="enhancement_fee.recorded", obj=fee, actor=actor, occurred_at=at, after=after, scope=scope_of(loan))
    return fee


@transaction.atomic
def check_enhancement_fee(*, fee_id: UUID, actor: Member, at: datetime) -> EnhancementFee:
    """
    Check a collected fee as another person and book it into the pool.

    Raises:
        NotVisible, RoleMissing, SamePerson, JobIsNoChecker, NotWaiting: so that a second call books nothing.

    Source: FP 1.5.2(2); D23, D35.
    """
    fee = _waiting(enhancement_fees_visible_to(actor), fee_id)
    _require_manager(actor, roles=(Role.CHECKER,))
    checker_differs(maker=fee.made_by, checker=actor, at=at)
    entry = NewEntry(
        key=f"risk:enhancement_fee:{fee.public_id}",
        kind=EntryKind.ENHANCEMENT_FEE,
        value_on=fee.collected_on,
        posted_on=localdate(at),
        description=f"增信服务费，贷款{fee.loan.contract_number}，{fee.from_on}至{fee.until_on}(不含)，{fee.voucher}"[:200],
        clause="FP 1.5.2(2)",
        object_type=fee._meta.label_lower,
        object_id=str(fee.public_id),
        legs=[
            NewLeg(account_id=account_of(fee.loan.enterprise, Purpose.CURRENT).pk, amount=-fee.amount),
            NewLeg(account_id=fee_pool_account().pk, amount=fee.amount),
        ],
    )
    return _checked(fee, post([entry])[0], loan=fee.loan, actor=actor, at=at)


@transaction.atomic
def send_back_enhancement_fee(*, fee_id: UUID, reason: str, actor: Member, at: datetime) -> EnhancementFee:
    """
    Give a recorded fee back, as checker: it never counts, and its period is free again.

    Raises:
        NotVisible, RoleMissing, SamePerson, NotWaiting, ReasonMissing.

    Source: FP 1.5.2(2); D23.
    """
    fee = _waiting(enhancement_fees_visible_to(actor), fee_id)
    _require_manager(actor, roles=(Role.CHECKER,))
    return _given_back(fee, reason, loan=fee.loan, actor=actor, at=at)


@transaction.atomic
def record_guarantee_fee(
    *, guarantee_id: int, amount: Decimal, charged_on: date, voucher: str, actor: Member, at: datetime
) -> GuaranteeFee:
    """
    Note a guarantee fee charged for a loan, as the guarantor's maker. The same voucher with the same figures changes nothing.

    Raises:
        NotVisible, RoleMissing: not the guarantor.
        VoucherMissing, VoucherUsed, FeeDated, AmountInvalid.

    Source: FP 1.5.2(1); D23.
    """
    guarantee: Guarantee | None = guarantees_visible_to(actor).filter(pk=guarantee_id).first()
    if guarantee is None:
        raise NotVisible
    require_institution(actor, guarantee.guarantor)
    _require_receipt(voucher, charged_on, at=at)
    if not ZERO < amount <= MAX_AMOUNT or amount != round(amount, 2):
        raise AmountInvalid(field="amount")
    Loan.objects.select_for_update(of=("self",), no_key=True).get(pk=guarantee.loan_id)  # the guarantee itself is append-only
    earlier = (
        GuaranteeFee.objects.exclude(step=MoneyStep.RETURNED)
        .filter(written_alike("voucher", voucher.strip()), guarantor=guarantee.guarantor)
        .first()
    )
    if earlier is not None:
        if (earlier.guarantee_id, earlier.amount, earlier.charged_on) != (guarantee.pk, amount, charged_on):
            raise VoucherUsed(voucher=earlier.voucher, field="voucher")
        return earlier
    with refused_as(
        lambda: VoucherUsed(voucher=voucher.strip(), field="voucher"), "guarantee_fee_voucher_once", "guarantee_fee_voucher_alike"
    ):
        fee = GuaranteeFee.objects.create(
            guarantee=guarantee,
            guarantor=guarantee.guarantor,
            amount=amount,
            charged_on=charged_on,
            voucher=voucher.strip(),
            made_by=actor,
            made_at=at,
        )
    after = {"amount": amount, "charged_on": charged_on, "voucher": fee.voucher}
    record(verb="guarantee_fee.recorded", obj=fee, actor=actor, occurred_at=at, after=after, scope=scope_of(guarantee.loan))
    return fee


@transaction.atomic
def check_guarantee_fee(*, fee_id: UUID, actor: Member, at: datetime) -> GuaranteeFee:
    """
    Check a guarantee fee as another person of the guarantor and book it.

    Raises:
        NotVisible, RoleMissing, SamePerson, JobIsNoChecker, NotWaiting.

    Source: FP 1.5.2(1); D23.
    """
    fee = _waiting(guarantee_fees_visible_to(actor), fee_id)
    require_institution(actor, fee.guarantor, roles=(Role.CHECKER,))
    checker_differs(maker=fee.made_by, checker=actor, at=at)
    loan = fee.guarantee.loan
    entry = NewEntry(
        key=f"risk:guarantee_fee:{fee.public_id}",
        kind=EntryKind.GUARANTEE_FEE,
        value_on=fee.charged_on,
        posted_on=localdate(at),
        description=f"担保费，贷款{loan.contract_number}，担保{fee.guarantee.number}，{fee.voucher}"[:200],
        clause="FP 1.5.2(1)",
        object_type=fee._meta.label_lower,
        object_id=str(fee.public_id),
        legs=[
            NewLeg(account_id=account_of(loan.enterprise, Purpose.CURRENT).pk, amount=-fee.amount),
            NewLeg(account_id=account_of(fee.guarantor, Purpose.GUARANTEE).pk, amount=fee.amount),
        ],
    )
    return _checked(fee, post([entry])[0], loan=loan, actor=actor, at=at)


@transaction.atomic
def send_back_guarantee_fee(*, fee_id: UUID, reason: str, actor: Member, at: datetime) -> GuaranteeFee:
    """
    Give a recorded guarantee fee back, as checker of the guarantor: it never counts, and its voucher may be used again.

    Raises:
        NotVisible, RoleMissing, SamePerson, NotWaiting, ReasonMissing.

    Source: FP 1.5.2(1); D23.
    """
    fee = _waiting(guarantee_fees_visible_to(actor), fee_id)
    require_institution(actor, fee.guarantor, roles=(Role.CHECKER,))
    return _given_back(fee, reason, loan=fee.guarantee.loan, actor=actor, at=at)


def _require_manager(actor: Member, *, roles: tuple[Role, ...] = (Role.HANDLER, Role.CHECKER)) -> None:
    require(actor, InstitutionKind.FUND_MANAGER, roles=roles)


def _require_receipt(voucher: str, on: date, *, at: datetime) -> None:
    if not voucher.strip():
        raise VoucherMissing(field="voucher")
    if on > localdate(at):
        raise FeeDated(field="collected_on")
    require_day(on, HAPPENED, field="collected_on", today=localdate(at))


def _waiting(rows: "QuerySet[Fee]", fee_id: UUID) -> Fee:
    fee = visible_or_404(rows, fee_id, lock=True)
    if fee.step != MoneyStep.RECORDED:
        raise NotWaiting(step=fee.get_step_display())
    return fee


def _checked(fee: Fee, entry: Entry, *, loan: Loan, actor: Member, at: datetime) -> Fee:
    fee.check_off(by=actor, at=at)
    fee.entry = entry
    fee.save()
    after = {"amount": fee.amount, "entry": entry.pk}
    record(verb=_verb(fee, "checked"), obj=fee, actor=actor, occurred_at=at, after=after, scope=scope_of(loan))
    return fee


def _given_back(fee: Fee, reason: str, *, loan: Loan, actor: Member, at: datetime) -> Fee:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    checker_differs(maker=fee.made_by, checker=actor, at=at)
    fee.send_back(by=actor, at=at)
    fee.save()
    record(verb=_verb(fee, "sent_back"), obj=fee, actor=actor, occurred_at=at, remark=reason.strip(), scope=scope_of(loan))
    return fee


def _verb(fee: EnhancementFee | GuaranteeFee, step: str) -> str:
    return f"{'enhancement' if isinstance(fee, EnhancementFee) else 'guarantee'}_fee.{step}"
