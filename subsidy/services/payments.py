"""Paying a filed settlement: recorded by one person of the payer, checked and booked by another; then passed on in trust mode."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from audit.services import NewEvent, Scope, record, record_many
from common.database import take_turn
from common.dates import HAPPENED, require_day
from common.enums import Mode
from common.errors import DomainError, NotVisible, ReasonMissing, VoucherMissing
from common.fields import TextKey
from common.texts import alike
from ledger.enums import EntryKind, Purpose
from ledger.models import Account, Entry
from ledger.services import NewEntry, NewLeg, accounts_of, post
from parties.access import require_institution
from parties.enums import Role
from parties.models import Institution, Member
from subsidy.enums import PaymentKind, PaymentState
from subsidy.models import Payment, Settlement
from subsidy.selectors.visibility import payments_visible_to, visible_or_404
from subsidy.services.notices import notify_payers
from subsidy.transitions import PAYMENT_STEP, SETTLEMENT_STEP


class PaidOutsidePeriod(DomainError):
    """A payment dated before the filing or after today."""

    code = "paid_outside_period"
    sentence = "付款日期须在备案日（{filed_on}）至今天之间，请核对付款凭证。"
    clause = "FP 1.6.4"
    status = 400


class VoucherUsed(DomainError):
    """The payer has named this voucher for another payment."""

    code = "voucher_used"
    sentence = "凭证号“{voucher}”已登记在本单位的另一笔付款上，请核对。"


@dataclass(frozen=True, slots=True)
class Paid:
    """A due payment and the voucher by which it was made."""

    payment_id: str
    voucher: str


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
    return record_payments([Paid(payment_id, voucher)], paid_on=paid_on, actor=actor, at=at)[0]


@transaction.atomic
def record_payments(paid: Sequence[Paid], *, paid_on: date, actor: Member, at: datetime) -> list[Payment]:
    """
    Note date and vouchers of due payments, as their maker; all of them or none.

    Raises:
        as for one.

    Source: FP 1.6.4; D41.
    """
    vouchers = {str(one.payment_id): one.voucher.strip() for one in paid}
    payments = _locked([one.payment_id for one in paid], actor=actor)
    for payment in payments:
        require_institution(actor, payment.payer)
        number, filed_on = vouchers[str(payment.public_id)], payment.settlement.filed_on
        if not number:
            raise VoucherMissing(field="voucher")
        if filed_on is None or not filed_on <= paid_on <= timezone.localdate(at):
            raise PaidOutsidePeriod(field="paid_on", filed_on=filed_on)
        payment.record(by=actor, paid_on=paid_on, voucher=number)
    require_day(paid_on, HAPPENED, field="paid_on", today=timezone.localdate(at))
    _require_fresh_vouchers(payments)
    _save(payments, ["state", "paid_on", "voucher", "made_by"], verb=PAYMENT_STEP["record"].verb, actor=actor, at=at)
    return payments


def _require_fresh_vouchers(payments: Sequence[Payment]) -> None:
    """
    Return where each payer names each voucher once.

    Raises:
        VoucherUsed.
    """
    wanted = Counter((payment.payer_id, alike(payment.voucher)) for payment in payments)
    for payer in sorted({payment.payer_id for payment in payments}):
        take_turn("payment_voucher", payer)
    others = Payment.objects.annotate(key=TextKey("voucher")).filter(key__in=[number for _, number in wanted])
    standing = others.exclude(pk__in=[payment.pk for payment in payments]).values_list("payer", "key")
    used = {*standing, *(pair for pair, times in wanted.items() if times > 1)}
    for payment in payments:
        if (payment.payer_id, alike(payment.voucher)) in used:
            raise VoucherUsed(field="voucher", voucher=payment.voucher)


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
    _save(
        [payment], ["state", "paid_on", "voucher", "made_by"], verb=PAYMENT_STEP["return_to_maker"].verb, actor=actor, at=at, remark=reason
    )
    return payment


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
    return check_payments([payment_id], actor=actor, at=at)[0]


@transaction.atomic
def check_payments(payment_ids: Sequence[str], *, actor: Member, at: datetime) -> list[Payment]:
    """
    Check recorded payments and book them; all of them or none.

    Raises:
        as for one.

    Source: FP 1.6.4; D35, D41.
    """
    wanted = payments_visible_to(actor).filter(public_id__in=payment_ids).values("settlement")
    rows = Settlement.objects.filter(pk__in=wanted).select_related("bank").order_by("pk")
    settlements = {settlement.pk: settlement for settlement in rows.select_for_update(of=("self",))}
    payments = _locked(payment_ids, actor=actor)
    passed: set[int] = set()
    for payment in payments:
        require_institution(actor, payment.payer, roles=[Role.CHECKER])
        payment.check_off(by=actor, at=at, passed=passed)
    for payment, entry in zip(payments, _booked(payments, posted_on=timezone.localdate(at)), strict=True):
        payment.entry = entry
    _save(payments, ["state", "checked_by", "entry"], verb=PAYMENT_STEP["check_off"].verb, actor=actor, at=at)
    shared = [settlements[payment.settlement_id] for payment in payments if payment.kind == PaymentKind.SHARE]
    for settlement, shares in _paid_by_all(shared):
        _complete(settlement, shares, actor=actor, at=at)
    return payments


def _locked(payment_ids: Sequence[str], *, actor: Member) -> list[Payment]:
    """
    Return the payments in the order of their keys, locked.

    Raises:
        NotVisible: the actor does not see one of them.
    """
    rows = payments_visible_to(actor).filter(public_id__in=payment_ids).select_for_update(of=("self",))
    payments = list(rows.order_by("pk"))
    if len(payments) != len(set(payment_ids)):
        raise NotVisible
    return payments


def _booked(payments: Sequence[Payment], *, posted_on: date) -> list[Entry]:
    """Book each payment once and return its ledger entry. Source: FP 1.6.4; D35, D41."""
    ends = [_ends(payment) for payment in payments]
    accounts = accounts_of([end for pair in ends for end in pair])
    return post(
        [
            _entry(payment, accounts[source], accounts[target], posted_on=posted_on)
            for payment, (source, target) in zip(payments, ends, strict=True)
        ]
    )


def _entry(payment: Payment, source: Account, target: Account, *, posted_on: date) -> NewEntry:
    return NewEntry(
        key=payment.booking_key,
        kind=EntryKind.SUBSIDY_PASS_ON if payment.kind == PaymentKind.PASS_ON else EntryKind.SUBSIDY_PAYMENT,
        value_on=payment.paid_on or posted_on,
        posted_on=posted_on,
        description=f"{payment.settlement}贴息，{payment.payer}{payment.get_kind_display()}，凭证{payment.voucher}",
        clause="FP 1.6.4",
        object_type=payment._meta.label_lower,
        object_id=str(payment.public_id),
        legs=[NewLeg(account_id=source.pk, amount=-payment.amount), NewLeg(account_id=target.pk, amount=payment.amount)],
    )


def _ends(payment: Payment) -> tuple[tuple[Institution, Purpose], tuple[Institution, Purpose]]:
    """Return whose account the money leaves and whose it reaches. Source: FP 1.6.4; D35."""
    if payment.kind == PaymentKind.PASS_ON:
        return (payment.payer, Purpose.TRUST), (payment.payee, Purpose.CURRENT)
    is_trust = payment.settlement.mode == Mode.TRUST
    return (payment.payer, Purpose.SUBSIDY_BUDGET), (payment.payee, Purpose.TRUST if is_trust else Purpose.CURRENT)


def _paid_by_all(settlements: Iterable[Settlement]) -> list[tuple[Settlement, list[Payment]]]:
    """Return those of the settlements whose every payer has paid, each with its payers' payments, in the order of their keys."""
    asked = {settlement.pk: settlement for settlement in settlements}
    shares: dict[int, list[Payment]] = defaultdict(list)
    for payment in Payment.objects.filter(settlement__in=asked, kind=PaymentKind.SHARE).select_related("payee"):
        shares[payment.settlement_id].append(payment)
    return [(asked[key], of_it) for key, of_it in sorted(shares.items()) if all(payment.state == PaymentState.PAID for payment in of_it)]


def _complete(settlement: Settlement, shares: Sequence[Payment], *, actor: Member, at: datetime) -> None:
    """Close a settlement that every payer has paid; in trust mode open the payment to the bank. Source: D35, D41."""
    settlement.finish(on=timezone.localdate(at))
    settlement.save()
    scope = Scope(bank_id=settlement.bank_id)
    record(
        verb=SETTLEMENT_STEP["finish"].verb, obj=settlement, actor=actor, occurred_at=at, after={"paid_on": settlement.paid_on}, scope=scope
    )
    if settlement.mode == Mode.TRUST:
        passing_on = Payment.objects.create(
            settlement=settlement,
            kind=PaymentKind.PASS_ON,
            payer=shares[0].payee,
            payee=settlement.bank,
            amount=sum(payment.amount for payment in shares),
        )
        notify_payers([passing_on], at=at)


def _save(payments: Sequence[Payment], fields: Sequence[str], *, verb: str, actor: Member, at: datetime, remark: str = "") -> None:
    """Save what a step set on payments, in one statement, and write an event for each."""
    Payment.objects.bulk_update(payments, fields)
    events = []
    for payment in payments:
        facts = {"state": payment.state, "amount": payment.amount, "paid_on": payment.paid_on, "voucher": payment.voucher}
        scope = Scope(bank_id=payment.settlement.bank_id, district_id=payment.payer.district_id)
        events.append(NewEvent(verb=verb, obj=payment, actor=actor, occurred_at=at, after=facts, remark=remark, scope=scope))
    record_many(events)
