"""Compensation paid, piece by piece, and what came back and is returned."""

from datetime import date

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField, TextKey
from common.fsm import fsm_transition, legal_steps
from ledger.models import Entry
from parties.models import Institution, Member
from policy.models import Deadline, PolicyVersion
from risk.enums import MoneyStep, Payer, ReturnState
from risk.models.breaker import Evidence
from risk.models.claims import Claim
from risk.models.classification import BadDebt
from risk.models.common import MadeAndChecked, checked_by_another, checked_facts, known, positive
from risk.money_transitions import RECOVERY_STEPS
from risk.recoveries.transitions import RETURN_STEP, RETURN_STEPS


class Payment(Evidence):
    """
    One piece of a claim's compensation, paid in one transaction, with the bank's figures just before it.

    Source: FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D20.
    """

    public_id = PublicIdField()
    claim = models.ForeignKey(Claim, models.PROTECT, related_name="payments", verbose_name="补偿申请")
    number = models.PositiveSmallIntegerField("次序")
    position = models.PositiveSmallIntegerField("在该补偿收付中的顺序", help_text="支付与追偿收回合并编号")
    amount = MoneyField("支付金额", help_text="元，各支付方合计")
    cap_left = MoneyField("支付前剩余可补偿金额", help_text="元")
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, related_name="+", verbose_name="熔断适用政策")
    paid_on = models.DateField("支付日期")
    paid_at = models.DateTimeField("支付时间")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办")
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="复核")

    class Meta:
        verbose_name = verbose_name_plural = "补偿支付"
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "number"], name="compensation_number_once", violation_error_message="该次支付已登记。"
            ),
            positive("compensation_positive"),
            models.CheckConstraint(
                name="compensation_within_cap",
                condition=Q(amount__lte=F("cap_left")),
                violation_error_message="支付金额不得超过剩余可补偿金额。",
            ),
            checked_by_another("compensation_checker_differs"),
        ]
        triggers = [pgtrigger.Protect(name="compensation_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.claim} 第{self.number}次支付"


class PaymentPart(models.Model):
    """What one payer gave of a piece, with its ledger entry: the loss entry that returns answer. Source: FP 1.5.2(1), FP 1.5.2(2)."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="parts", verbose_name="补偿支付")
    payer = models.CharField("支付方", max_length=10, choices=Payer.choices)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="compensation_parts", verbose_name="机构")
    amount = MoneyField("金额", help_text="元")
    clause = models.CharField("依据", max_length=20)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="compensation_part", verbose_name="记账凭证")

    class Meta:
        verbose_name = verbose_name_plural = "补偿支付明细"
        ordering = ["payment", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "payer"], name="compensation_part_once", violation_error_message="该支付方已有一行。"
            ),
            positive("compensation_part_positive"),
            known("compensation_part_known_payer", payer=[p for p in Payer.values if p != Payer.BANK]),
        ]
        triggers = [pgtrigger.Protect(name="compensation_part_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.payment} {self.get_payer_display()}"


class Recovery(MadeAndChecked):
    """
    What a bank got back of a bad debt, and what getting it cost. Counts once a second person has checked it.

    ``claim`` is the one whose loss it lessens; empty where it came in before any loss was claimed.

    Source: FP 1.5.1, FP 1.5.2(2), FP 1.5.3; D19, D21.
    """

    public_id = PublicIdField()
    bad_debt = models.ForeignKey(BadDebt, models.PROTECT, related_name="recoveries", verbose_name="坏账")
    claim = models.ForeignKey(Claim, models.PROTECT, null=True, blank=True, related_name="recoveries", verbose_name="补偿申请")
    amount = MoneyField("追回金额", help_text="元")
    costs = MoneyField("追偿费用", help_text="元")
    net = MoneyField("追回净额", help_text="元，扣除费用（含以前未抵足的费用），不低于零；复核时确定")
    number = models.PositiveSmallIntegerField("在该坏账追偿中的次序", null=True, blank=True, help_text="复核时编号")
    position = models.PositiveSmallIntegerField("在该补偿收付中的顺序", null=True, blank=True, help_text="复核时编号")
    received_on = models.DateField("到账日期")
    bank_reference = models.CharField("银行流水号", max_length=64)
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="银行")
    remark = models.TextField("说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "追偿收回"
        ordering = ["-received_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "bank_reference"],
                condition=~Q(step=MoneyStep.RETURNED),
                name="recovery_reference_once_per_bank",
                violation_error_message="该流水号已登记。",
            ),
            models.UniqueConstraint(
                "bank",
                TextKey("bank_reference"),
                condition=~Q(step=MoneyStep.RETURNED),
                name="recovery_reference_alike",
                violation_error_message="该流水号已登记。",
            ),
            positive("recovery_positive"),
            models.CheckConstraint(
                name="recovery_net_of_costs",
                condition=Q(costs__gte=0) & (Q(net=0) | Q(net__gt=0, net__lte=F("amount") - F("costs"))),
                violation_error_message="追回净额不得超过追回金额减费用，且不低于零。",
            ),
            models.UniqueConstraint(fields=["bad_debt", "number"], name="recovery_numbered_once", violation_error_message="该次序已有。"),
            models.CheckConstraint(
                name="recovery_numbered_when_checked",
                condition=Q(step=MoneyStep.CHECKED, number__isnull=False) | (~Q(step=MoneyStep.CHECKED) & Q(number__isnull=True)),
                violation_error_message="追偿收回在复核时编号。",
            ),
            models.CheckConstraint(
                name="recovery_has_reference", condition=~Q(bank_reference=""), violation_error_message="须填写流水号。"
            ),
            models.CheckConstraint(
                name="recovery_counts_when_checked",
                condition=Q(claim__isnull=True) | Q(step=MoneyStep.CHECKED),
                violation_error_message="复核后才计入补偿申请。",
            ),
            checked_by_another("recovery_checker_differs"),
            checked_facts("recovery_checked_facts"),
        ]
        triggers = [legal_steps(RECOVERY_STEPS, name="recovery_legal_steps", field="step")]

    def __str__(self) -> str:
        return f"{self.bad_debt.loan} 追回 {self.amount:,.2f} 元"


class Return(FSMModelMixin, models.Model):
    """
    What one payer gets back of one loss entry after a recovery; public money is due within the term of the policy version.

    Source: FP 1.5.2(2), FP 1.5.3; D21, D37.
    """

    public_id = PublicIdField()
    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="returns", verbose_name="追偿收回")
    answers = models.ForeignKey(PaymentPart, models.PROTECT, related_name="returns", verbose_name="对应的补偿支付")
    amount = MoneyField("退回金额", help_text="元")
    deadline = models.OneToOneField(Deadline, models.PROTECT, related_name="public_money_return", verbose_name="退回期限")
    state = FSMField("状态", default=ReturnState.DUE, choices=ReturnState.choices, protected=True, max_length=10)
    returned_on = models.DateField("退回日期", null=True, blank=True)
    voucher = models.CharField("付款凭证号", max_length=64, blank=True)
    made_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="经办")
    checked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="复核")
    entry = models.OneToOneField(Entry, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="记账凭证")

    class Meta:
        verbose_name = verbose_name_plural = "追偿款退回"
        ordering = ["recovery", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "answers"], name="return_once_per_loss_entry", violation_error_message="该笔已有一行。"
            ),
            positive("return_positive"),
            models.CheckConstraint(
                name="return_made_facts",
                condition=Q(state=ReturnState.DUE, returned_on__isnull=True, made_by__isnull=True, voucher="")
                | (~Q(state=ReturnState.DUE) & Q(returned_on__isnull=False, made_by__isnull=False) & ~Q(voucher="")),
                violation_error_message="登记退回须填写日期、凭证号和经办人。",
            ),
            models.CheckConstraint(
                name="return_checked_facts",
                condition=Q(state=ReturnState.PAID, checked_by__isnull=False, entry__isnull=False)
                | (~Q(state=ReturnState.PAID) & Q(checked_by__isnull=True, entry__isnull=True)),
                violation_error_message="退回复核须记录复核人和记账凭证。",
            ),
            checked_by_another("return_checker_differs"),
        ]
        triggers = [
            pgtrigger.Protect(name="return_no_delete", operation=pgtrigger.Delete),
            legal_steps(RETURN_STEPS, name="return_legal_steps"),
        ]

    def __str__(self) -> str:
        return f"{self.answers} 退回 {self.amount:,.2f} 元"

    @fsm_transition(state, RETURN_STEP["record"])
    def record(self, *, by: Member, on: date, voucher: str) -> None:
        """Note date, voucher and maker. In memory only. Source: D21, D37."""
        self.made_by, self.returned_on, self.voucher = by, on, voucher

    @fsm_transition(state, RETURN_STEP["send_back"])
    def send_back(self) -> None:
        """Take the record back so that it can be made anew. In memory only. Source: D37."""
        self.made_by, self.returned_on, self.voucher = None, None, ""

    @fsm_transition(state, RETURN_STEP["check_off"])
    def check_off(self, *, by: Member, entry: Entry) -> None:
        """Note the checker and the ledger entry. In memory only. Source: D21, D37."""
        self.checked_by, self.entry = by, entry
