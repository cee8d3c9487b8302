"""What settlements ought to have booked, and whether each payment is what its settlement says; computed from the cases alone."""

from collections.abc import Iterator
from decimal import Decimal

from common.enums import Mode
from common.money import ZERO
from ledger.enums import EntryKind, Purpose
from ledger.services import account_code
from ledger.verification import Books, ExpectedEntry, register_books
from subsidy.enums import PaymentKind, PaymentState
from subsidy.models import Payment, Settlement, Share


def expected_entries() -> Iterator[ExpectedEntry]:
    """Yield what paid payments ought to have booked. Source: FP 1.6.4; D35, D41."""
    paid = Payment.objects.filter(state=PaymentState.PAID, paid_on__isnull=False).select_related(
        "settlement__bank", "payer", "payee", "entry"
    )
    for payment in paid.order_by("id").iterator():
        is_pass_on = payment.kind == PaymentKind.PASS_ON
        source = Purpose.TRUST if is_pass_on else Purpose.SUBSIDY_BUDGET
        target = Purpose.TRUST if payment.settlement.mode == Mode.TRUST and not is_pass_on else Purpose.CURRENT
        is_first_edition = payment.entry is not None and payment.entry.key == payment.first_booking_key
        if payment.paid_on is not None:
            yield ExpectedEntry(
                key=payment.first_booking_key if is_first_edition else payment.booking_key,
                kind=EntryKind.SUBSIDY_PASS_ON if is_pass_on else EntryKind.SUBSIDY_PAYMENT,
                value_on=payment.paid_on,
                clause="FP 1.6.4",
                object_type="subsidy.payment",
                object_id=str(payment.public_id),
                legs=((account_code(payment.payer, source), -payment.amount), (account_code(payment.payee, target), payment.amount)),
            )


def problems() -> Iterator[str]:
    """Yield the settlements whose payments are not what their shares say, payer by payer. Source: FP 1.6.4; D12, D41."""
    filed = Settlement.objects.filter(filed_on__isnull=False).select_related("bank").order_by("id")
    for settlement in filed.iterator():
        owed: dict[int | None, Decimal] = {}
        for share in Share.objects.filter(revision=settlement.current_id):
            owed[None] = owed.get(None, ZERO) + share.city
            owed[share.district_id] = owed.get(share.district_id, ZERO) + share.county
        paid = {row.payer.district_id: row.amount for row in settlement.payments.filter(kind=PaymentKind.SHARE).select_related("payer")}
        if {payer: amount for payer, amount in owed.items() if amount} != paid:
            yield f"{settlement}的应付金额与其分担不符。"


register_books(Books("subsidy:", expected_entries, problems))
