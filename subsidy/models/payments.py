"""One payment per payer of a filed settlement; in trust mode one more, by which the fund manager passes the sum on."""

from datetime import date, datetime

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField, TextKey
from common.fsm import fsm_transition, legal_steps
from ledger.models import Entry
from parties.access import checker_differs
from parties.models import Institution, Member
from subsidy.enums import PaymentKind, PaymentState
from subsidy.models.settlements import Settlement
from subsidy.transitions import PAYMENT_STEP, PAYMENT_STEPS

MADE = [PaymentState.RECORDED, PaymentState.PAID]


class Payment(FSMModelMixin, models.Model):
    """What one budget pays of a settlement: recorded by one person of the payer, checked by another. Source: FP 1.6.4; D35, D41."""

    public_id = PublicIdField()
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="payments", verbose_name="结算")
    kind = models.CharField("类别", max_length=10, choices=PaymentKind.choices)
    payer = models.ForeignKey(Institution, models.PROTECT, related_name="subsidy_payments", verbose_name="付款方")
    payee = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="收款方")
    amount = MoneyField("金额", help_text="元")
    state = FSMField("状态", default=PaymentState.DUE, choices=PaymentState.choices, protected=True)
    paid_on = models.DateField("付款日期", null=True, blank=True)
    voucher = models.CharField("付款凭证号", max_length=64, blank=True)
    made_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办")
    checked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记账凭证")

    class Meta:
        verbose_name = verbose_name_plural = "贴息支付"
        ordering = ["settlement_id", "kind", "payer_id"]
        constraints = [
            models.UniqueConstraint(
                fields=["settlement", "payer"], name="payment_once_per_payer", violation_error_message="该付款方对此结算已有付款。"
            ),
            models.UniqueConstraint(
                fields=["payer", "voucher"],
                condition=~Q(voucher=""),
                name="payment_voucher_once_per_payer",
                violation_error_message="该付款方已登记过此凭证号。",
            ),
            models.UniqueConstraint(
                "payer",
                TextKey("voucher"),
                condition=~Q(voucher=""),
                name="payment_voucher_alike",
                violation_error_message="该付款方已登记过此凭证号。",
            ),
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gt=0), violation_error_message="付款金额须大于零。"),
            models.CheckConstraint(
                name="payment_checker_differs",
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                violation_error_message="经办和复核不得为同一人。",
            ),
            models.CheckConstraint(
                name="payment_made_facts",
                condition=(Q(state__in=MADE, paid_on__isnull=False, made_by__isnull=False) & ~Q(voucher=""))
                | Q(state=PaymentState.DUE, paid_on__isnull=True, made_by__isnull=True, voucher=""),
                violation_error_message="登记付款须填写日期、凭证号和经办人。",
            ),
            models.CheckConstraint(
                name="payment_checked_facts",
                condition=Q(state=PaymentState.PAID, checked_by__isnull=False, entry__isnull=False)
                | (~Q(state=PaymentState.PAID) & Q(checked_by__isnull=True, entry__isnull=True)),
                violation_error_message="付款复核须记录复核人和记账凭证。",
            ),
        ]
        triggers = [legal_steps(PAYMENT_STEPS, name="payment_legal_steps")]

    def __str__(self) -> str:
        return f"{self.settlement} {self.payer} {self.get_kind_display()}"

    @property
    def booking_key(self) -> str:
        """Return the ledger's key of the payment: what is paid and who pays, so that the same fact has the same key in any database."""
        settled = self.settlement
        return f"subsidy:{settled.bank.code}:{settled.mode}:{settled.year}Q{settled.quarter}:{self.payer.code}"

    @property
    def first_booking_key(self) -> str:
        """Return the key under which payments were booked in the first edition; such entries stay as they are."""
        return f"subsidy:{self.settlement.public_id}:{self.payer.code}"

    @fsm_transition(state, PAYMENT_STEP["record"])
    def record(self, *, by: Member, paid_on: date, voucher: str) -> None:
        """Note date, voucher and maker. In memory only. Source: D41."""
        self.made_by, self.paid_on, self.voucher = by, paid_on, voucher

    @fsm_transition(state, PAYMENT_STEP["return_to_maker"])
    def return_to_maker(self) -> None:
        """Take the record back so that it can be made anew. In memory only. Source: D41."""
        self.made_by, self.paid_on, self.voucher = None, None, ""

    @fsm_transition(state, PAYMENT_STEP["check_off"])
    def check_off(self, *, by: Member, at: datetime, passed: set[int] | None = None) -> None:
        """
        Note the checker; the service books the payment. ``passed`` as in ``checker_differs``, for a list.

        Raises:
            JobIsNoChecker, SamePerson, ProgramChecksOwnHouse, AppointerChecks, OpenerChecks: not another's check.

        Source: D41.
        """
        if self.made_by is not None:
            checker_differs(maker=self.made_by, checker=by, at=at, passed=passed)
        self.checked_by = by
