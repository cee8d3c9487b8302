"""Paying a filed settlement: recorded by one person of the payer, checked and booked by another; then passed on in trust mode."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from audit.services import Scope, record
from common.enums import Mode
from common.errors import DomainError
from ledger.enums import EntryKind, Purpose
from ledger.models import Account, Entry
from ledger.services import NewEntry, NewLeg, accounts_of, post
from parties.access import require_institution
from parties.enums import Role
from parties.models import Member
from subsidy.enums import PaymentKind, PaymentState
from subsidy.models import Payment, Settlement
from subsidy.selectors.visibility import payments_visible_to, visible_or_404
from subsidy.services.notices import tell_payers
from subsidy.services.steps import ReasonMissing


class PaidOutsidePeriod(DomainError):
    """A payment dated before the filing or after today."""

    code = "paid_outside_period"
    sentence = "付款日期须在备案日（{filed_on}）至今天之间，请核对付款凭证。"
    clause = "FP 1.6.4"
    status = 400


class VoucherMissing(DomainError):
    """A payment names its voucher."""

    code = "voucher_missing"
    sentence = "请填写付款凭证号。"
    status = 400


class VoucherUsed(DomainError):
    """The payer has named this voucher for another payment."""

    code = "voucher_used"
    sentence = "凭证号“{voucher}”已登记在本单位的另一笔付款上，请核对。"


@transaction.atomic
def record_payment(*, payment_id: str, paid_on: date, voucher: str, actor: Member, at: datetime) -> Payment:
    """
    Note date and voucher of a due payment, as its maker.

    Raises:
        NotVisible.
        NotAllowed: the actor is not of the payer.
        TransitionNotAllowed: recorded already.
        VoucherMissing, VoucherUsed, PaidOutsidePeriod.

    Source: FP 1.6.4; D41.
    """
    payment = visible_or_404(payments_visible_to(actor), payment_id, lock=True)
    require_institution(actor, payment.payer)
    number = voucher.strip()
    if not number:
        raise VoucherMissing(field="voucher")
    filed_on = payment.settlement.filed_on
    if filed_on is None or not filed_on <= paid_on <= timezone.localdate(at):
        raise PaidOutsidePeriod(field="paid_on", filed_on=filed_on)
    payment.record(by=actor, paid_on=paid_on, voucher=number)
    if Payment.objects.filter(payer=payment.payer, voucher=number).exclude(pk=payment.pk).exists():
        raise VoucherUsed(field="voucher", voucher=number)
    return _saved(payment, "payment_recorded", actor=actor, at=at)


@transaction.atomic
def return_payment(*, payment_id: str, reason: str, actor: Member, at: datetime) -> Payment:
    """
    Give a recorded payment back to its maker, as checker, with the reason.

    Raises:
        NotVisible, NotAllowed, ReasonMissing.
        TransitionNotAllowed: not recorded, or paid.

    Source: D41.
    """
    payment = visible_or_404(payments_visible_to(actor), payment_id, lock=True)
    require_institution(actor, payment.payer, roles=[Role.CHECKER])
    if not reason.strip():
        raise ReasonMissing(field="reason")
    payment.return_to_maker()
    return _saved(payment, "payment_returned", actor=actor, at=at, remark=reason)


@transaction.atomic
def check_payment(*, payment_id: str, actor: Member, at: datetime) -> Payment:
    """
    Check a recorded payment and book it; the last one completes the settlement.

    When a trust-mode settlement is complete, the fund manager's payment to the bank falls due.

    Raises:
        NotVisible.
        NotAllowed: the actor is no checker of the payer.
        SamePerson, JobIsNoChecker, ProgramChecksOwnHouse: the check is another person's.
        TransitionNotAllowed: not recorded, or paid already; so a second call books nothing.

    Source: FP 1.6.4; D35, D41.
    """
    settlement_pk = visible_or_404(payments_visible_to(actor).select_related(None), payment_id).settlement_id
    settlement = Settlement.objects.select_for_update(of=("self",)).select_related("bank").get(pk=settlement_pk)
    payment = visible_or_404(payments_visible_to(actor), payment_id, lock=True)
    require_institution(actor, payment.payer, roles=[Role.CHECKER])
    payment.check_off(by=actor)
    payment.entry = _booked(payment, paid_on=payment.paid_on or timezone.localdate(at), posted_on=timezone.localdate(at))
    _saved(payment, "payment_checked", actor=actor, at=at)
    if payment.kind == PaymentKind.SHARE:
        _complete(settlement, actor=actor, at=at)
    return payment


def _booked(payment: Payment, *, paid_on: date, posted_on: date) -> Entry:
    """Book the payment once and return its ledger entry. Source: FP 1.6.4; D35, D41."""
    legs = _accounts(payment)
    kind = EntryKind.SUBSIDY_PASS_ON if payment.kind == PaymentKind.PASS_ON else EntryKind.SUBSIDY_PAYMENT
    new = NewEntry(
        key=payment.booking_key,
        kind=kind,
        value_on=paid_on,
        posted_on=posted_on,
        description=f"{payment.settlement}贴息，{payment.payer}{payment.get_kind_display()}，凭证{payment.voucher}",
        clause="FP 1.6.4",
        object_type=payment._meta.label_lower,
        object_id=str(payment.public_id),
        legs=[NewLeg(account_id=legs[0].pk, amount=-payment.amount), NewLeg(account_id=legs[1].pk, amount=payment.amount)],
    )
    return post([new])[0]


def _accounts(payment: Payment) -> tuple[Account, Account]:
    """Return the account the money leaves and the one it reaches. Source: FP 1.6.4; D35."""
    if payment.kind == PaymentKind.PASS_ON:
        source, target = (payment.payer, Purpose.TRUST), (payment.payee, Purpose.CURRENT)
    else:
        is_trust = payment.settlement.mode == Mode.TRUST
        source = (payment.payer, Purpose.SUBSIDY_BUDGET)
        target = (payment.payee, Purpose.TRUST if is_trust else Purpose.CURRENT)
    accounts = accounts_of([source, target])
    return accounts[source], accounts[target]


def _complete(settlement: Settlement, *, actor: Member, at: datetime) -> None:
    """Close the settlement when every payer has paid; in trust mode open the payment to the bank. Source: D35, D41."""
    shares = list(settlement.payments.filter(kind=PaymentKind.SHARE))
    if any(payment.state != PaymentState.PAID for payment in shares):
        return
    settlement.finish(on=timezone.localdate(at))
    settlement.save()
    scope = Scope(bank_id=settlement.bank_id)
    record(verb="settlement_paid", obj=settlement, actor=actor, occurred_at=at, after={"paid_on": settlement.paid_on}, scope=scope)
    if settlement.mode == Mode.TRUST:
        passing_on = Payment.objects.create(
            settlement=settlement,
            kind=PaymentKind.PASS_ON,
            payer=shares[0].payee,
            payee=settlement.bank,
            amount=sum(payment.amount for payment in shares),
        )
        tell_payers([passing_on], at=at)


def _saved(payment: Payment, verb: str, *, actor: Member, at: datetime, remark: str = "") -> Payment:
    payment.save()
    facts = {"state": payment.state, "amount": payment.amount, "paid_on": payment.paid_on, "voucher": payment.voucher}
    scope = Scope(bank_id=payment.settlement.bank_id, district_id=payment.payer.district_id)
    record(verb=verb, obj=payment, actor=actor, occurred_at=at, after=facts, remark=remark, scope=scope)
    return payment
