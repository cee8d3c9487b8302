"""A claim for compensation: its way step by step in memory, and what each payer bears of it."""

from datetime import date
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.errors import DomainError, ReasonMissing
from common.fields import MoneyField, PublicIdField
from common.fsm import fsm_transition, legal_steps
from common.money import ZERO, display
from loans.models import Loan
from parties.models import Institution, Member
from policy.models import Deadline
from risk.claims.rules.shares import Shares
from risk.claims.transitions import (
    BEFORE_LOSS,
    CLAIM_STEP,
    CLAIM_STEPS,
    ENDED,
    TO_BE_PAID,
    UNDER_EXAMINATION,
    WAITING_FOR_MONEY,
    ClaimState,
)
from risk.enums import ClaimKind, EvidenceKind, Payer
from risk.models.classification import BadDebt
from risk.models.common import checked_by_another, known

State = ClaimState


class StepOutOfOrder(DomainError):
    """A step dated before the one it follows."""

    code = "step_out_of_order"
    sentence = "{step}日期 {on} 早于上一步的日期 {previous}，请核对日期。"
    clause = "FP 1.5.3"
    status = 400


class StillUnpaid(DomainError):
    """A claim cannot be taken for paid while something is payable."""

    code = "claim_still_unpaid"
    sentence = "尚有 {left} 元未支付，不能按付清办理。"
    clause = "FP 1.5.3"


class Claim(FSMModelMixin, models.Model):
    """
    A bank's claim that others bear their part of a bad debt. ``amount`` is principal and never more than was outstanding.

    R&D: compensated first, recovered in parallel. Project: recovered first; only the certified unrecoverable rest is shared.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D16, D20, D37.
    """

    public_id = PublicIdField()
    number = models.CharField("补偿编号", max_length=30, unique=True)
    bad_debt = models.ForeignKey(BadDebt, models.PROTECT, related_name="claims", verbose_name="坏账")
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="claims", verbose_name="贷款")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="claims", verbose_name="银行")
    kind = models.CharField("办理方式", max_length=10, choices=ClaimKind.choices)
    state = FSMField("状态", default=State.FILED, choices=State.choices, protected=True, max_length=16)
    amount = MoneyField("申请补偿的本金损失", null=True, blank=True, help_text="元")
    opened_on = models.DateField("提交日期")
    opened_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="提交人")
    deadline = models.OneToOneField(Deadline, models.PROTECT, null=True, blank=True, related_name="claim", verbose_name="审核期限")
    reviewer = models.ForeignKey(Institution, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核机构")
    reviewed_on = models.DateField("审核日期", null=True, blank=True)
    reviewed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="审核人")
    supplement = models.TextField("要求补正的内容", blank=True)
    refusal = models.TextField("不予补偿的理由", blank=True)
    evidence_kind = models.CharField("损失证据", max_length=12, choices=EvidenceKind.choices, blank=True)
    evidence_number = models.CharField("文书编号", max_length=80, blank=True)
    proposed_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="损失认定经办")
    certified_on = models.DateField("损失认定日期", null=True, blank=True)
    certified_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="损失认定复核")
    payable_on = models.DateField("可支付日期", null=True, blank=True)
    payment_proposed_by = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="支付经办", db_column="released_by_id"
    )  # the column keeps its name, for the version before
    checked_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="支付复核")
    needs_reapplication = models.BooleanField(
        "待银行重新申请", default=False, help_text="因熔断或补偿上限未付清的，由银行重新申请后继续支付"
    )
    split_on = models.DateField("分担确定日期", null=True, blank=True)
    paid_on = models.DateField("付清日期", null=True, blank=True)
    ended_on = models.DateField("结案日期", null=True, blank=True)
    ended_reason = models.TextField("结案或撤回理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补偿申请"
        ordering = ["-id"]
        indexes = [models.Index(fields=["bank", "payable_on", "id"], name="claim_queue")]
        constraints = [
            models.UniqueConstraint(
                fields=["loan"],
                condition=~Q(state__in=ENDED),
                name="claim_open_once_per_loan",
                violation_error_message="该贷款已有在办的补偿申请。",
            ),
            known("claim_known_words", kind=ClaimKind.values, state=State.values, evidence_kind=["", *EvidenceKind.values]),
            models.CheckConstraint(
                name="claim_amount_positive",
                condition=Q(amount__isnull=True) | Q(amount__gt=0),
                violation_error_message="损失金额须大于零。",
            ),
            models.CheckConstraint(
                name="claim_amount_once_certified",
                condition=Q(amount__isnull=False) | Q(kind=ClaimKind.PROJECT, state__in=[*BEFORE_LOSS, State.WITHDRAWN]),
                violation_error_message="须填写本金损失金额；项目贷款在损失认定时填写。",
            ),
            models.CheckConstraint(
                name="claim_examined_only_rd",
                condition=~Q(state__in=UNDER_EXAMINATION) | Q(kind=ClaimKind.RD, deadline__isnull=False, reviewer__isnull=False),
                violation_error_message="研发贷款补偿须有审核机构和审核期限。",
            ),
            models.CheckConstraint(
                name="claim_state_payable",
                condition=Q(state__in=[*BEFORE_LOSS, *UNDER_EXAMINATION, State.REFUSED], payable_on__isnull=True, split_on__isnull=True)
                | Q(state__in=[State.WITHDRAWN, State.RECOVERING, State.CLOSED])
                | Q(state__in=[*TO_BE_PAID, State.PAID], payable_on__isnull=False),
                violation_error_message="审核通过或损失认定后须有可支付日期，此前不得有。",
            ),
            models.CheckConstraint(
                name="claim_state_released",
                condition=~Q(state__in=[*WAITING_FOR_MONEY]) | Q(payment_proposed_by__isnull=False, checked_by__isnull=False),
                violation_error_message="支付须经办和复核。",
            ),
            models.CheckConstraint(
                name="claim_state_paid",
                condition=~Q(state=State.PAID) | Q(paid_on__isnull=False),
                violation_error_message="付清须有日期。",
            ),
            models.CheckConstraint(
                name="claim_state_refused",
                condition=(Q(state=State.REFUSED) & ~Q(refusal="")) | (~Q(state=State.REFUSED) & Q(refusal="")),
                violation_error_message="不予补偿须有理由。",
            ),
            models.CheckConstraint(
                name="claim_state_ended",
                condition=Q(state__in=ENDED, ended_on__isnull=False) | (~Q(state__in=ENDED) & Q(ended_on__isnull=True)),
                violation_error_message="结案日期只在结案、撤回或不予补偿时填写。",
            ),
            models.CheckConstraint(
                name="claim_certified_facts",
                condition=Q(certified_on__isnull=True, certified_by__isnull=True)
                | (Q(certified_on__isnull=False, certified_by__isnull=False, proposed_by__isnull=False) & ~Q(evidence_number="")),
                violation_error_message="损失认定须有文书编号、经办、复核和日期。",
            ),
            checked_by_another("claim_payment_checker_differs", maker="payment_proposed_by"),
            checked_by_another("claim_certifier_differs", maker="proposed_by", checker="certified_by"),
            models.CheckConstraint(
                name="claim_dates_in_order",
                condition=(Q(payable_on__isnull=True) | Q(payable_on__gte=F("opened_on")))
                & (Q(paid_on__isnull=True) | Q(paid_on__gte=F("opened_on")))
                & (Q(ended_on__isnull=True) | Q(ended_on__gte=F("opened_on"))),
                violation_error_message="各步骤日期不得早于提交日期。",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="claim_no_delete", operation=pgtrigger.Delete),
            legal_steps(CLAIM_STEPS, name="claim_legal_steps"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def shares(self) -> Shares | None:
        """Return what each payer bears of the loss, ``None`` before the split is fixed."""
        parts = {share.payer: share.amount for share in self.parts.all()}
        return Shares.from_parts(parts) if parts else None

    @fsm_transition(state, CLAIM_STEP["ask_supplement"])
    def ask_supplement(self, *, what: str) -> None:
        """Ask the bank for more; moves no clock. In memory only. Source: D7, D37."""
        if not what.strip():
            raise ReasonMissing(field="what")
        self.supplement = what.strip()

    @fsm_transition(state, CLAIM_STEP["supply"])
    def supply(self) -> None:
        """Hand in what was asked for. In memory only. Source: D7, D37."""
        self.supplement = ""

    @fsm_transition(state, CLAIM_STEP["begin_review"])
    def begin_review(self) -> None:
        """Take the claim up. In memory only. Source: FP 1.5.2(1); D37."""

    @fsm_transition(state, CLAIM_STEP["accept"])
    def accept(self, *, by: Member, on: date) -> None:
        """Find the claim right, so that it is payable from that day. In memory only. Source: FP 1.5.2(1), FP 1.5.2(2); D37."""
        self._not_before_opening("审核", on)
        self.reviewed_by, self.reviewed_on, self.payable_on = by, on, on

    @fsm_transition(state, CLAIM_STEP["refuse"])
    def refuse(self, *, by: Member, on: date, reason: str) -> None:
        """Find that nothing is owed, with the reason. In memory only. Source: FP 1.5.2(1), FP 1.5.2(2); D37."""
        if not reason.strip():
            raise ReasonMissing(field="reason")
        self._not_before_opening("审核", on)
        self.reviewed_by, self.reviewed_on, self.refusal, self.ended_on = by, on, reason.strip(), on

    @fsm_transition(state, CLAIM_STEP["withdraw"])
    def withdraw(self, *, on: date, reason: str) -> None:
        """Take the claim back before anything is decided. In memory only. Source: FP 1.5.3."""
        if not reason.strip():
            raise ReasonMissing(field="reason")
        self._not_before_opening("撤回", on)
        self.ended_on, self.ended_reason = on, reason.strip()

    @fsm_transition(state, CLAIM_STEP["propose_loss"])
    def propose_loss(self, *, by: Member, amount: Decimal, evidence_kind: str, evidence_number: str) -> None:
        """Name the unrecoverable rest and what proves it. In memory only. Source: FP 1.5.1."""
        if not evidence_number.strip():
            raise ReasonMissing(field="evidence_number")
        self.proposed_by, self.amount = by, amount
        self.evidence_kind, self.evidence_number = EvidenceKind(evidence_kind).value, evidence_number.strip()

    @fsm_transition(state, CLAIM_STEP["send_back"])
    def send_back(self) -> None:
        """Find the rest not proved unrecoverable. In memory only. Source: FP 1.5.1."""
        self.proposed_by, self.amount, self.evidence_kind, self.evidence_number = None, None, "", ""

    @fsm_transition(state, CLAIM_STEP["certify"])
    def certify(self, *, by: Member, on: date) -> None:
        """Certify the loss as a second person; others bear a part. In memory only. Source: FP 1.5.1."""
        self._not_before_opening("认定", on)
        self.certified_by, self.certified_on, self.payable_on = by, on, on

    @fsm_transition(state, CLAIM_STEP["certify_own_loss"])
    def certify_own_loss(self, *, by: Member, on: date) -> None:
        """Certify a loss that the bank bears alone. In memory only. Source: FP 1.5.1; D1."""
        self._not_before_opening("认定", on)
        self.certified_by, self.certified_on, self.split_on = by, on, on

    @fsm_transition(state, CLAIM_STEP["propose_payment"])
    def propose_payment(self, *, by: Member) -> None:
        """Propose the payment as its maker. In memory only. Source: FP 1.5.2(1), FP 1.5.2(2)."""
        self.payment_proposed_by = by

    @fsm_transition(state, CLAIM_STEP["return_payment"])
    def return_payment(self) -> None:
        """Give the proposed payment back to its maker. In memory only. Source: FP 1.5.3."""
        self.payment_proposed_by = None

    @fsm_transition(state, CLAIM_STEP["release"])
    def release(self, *, by: Member) -> None:
        """Let the money go as a second person: the claim joins the bank's queue. In memory only. Source: FP 1.5.3; D20."""
        self.checked_by = by

    @fsm_transition(state, CLAIM_STEP["pay_part"])
    def pay_part(self, *, on: date) -> None:
        """Note that the cap let only a part through; the rest waits for the bank's renewed application. In memory only. Source: D20."""
        self._not_before_opening("支付", on)
        self.needs_reapplication = True

    @fsm_transition(state, CLAIM_STEP["pay_off"])
    def pay_off(self, *, on: date, left: Decimal) -> None:
        """Note that nothing is payable any more. In memory only. Source: FP 1.5.2(1), FP 1.5.2(2); D20, D21."""
        if left > ZERO:
            raise StillUnpaid(left=display(left))
        self._not_before_opening("支付", on)
        self.paid_on, self.needs_reapplication = on, False

    @fsm_transition(state, CLAIM_STEP["recover"])
    def recover(self) -> None:
        """Note that money comes back of a paid claim. In memory only. Source: FP 1.5.2(2); D21."""

    @fsm_transition(state, CLAIM_STEP["close"])
    def close(self, *, on: date, reason: str) -> None:
        """End the pursuit. In memory only. Source: FP 1.5.1, FP 1.5.2(2)."""
        if not reason.strip():
            raise ReasonMissing(field="reason")
        self._not_before_opening("结案", on)
        self.ended_on, self.ended_reason = on, reason.strip()

    def _not_before_opening(self, step: str, on: date) -> None:
        previous = self.payable_on or self.opened_on
        if on < previous:
            raise StepOutOfOrder(step=step, on=on, previous=previous, field="on")


class Share(models.Model):
    """What one payer bears of a claim's loss, by which clause; fixed when the first money moves. Source: FP 1.5.1, FP 1.5.2; D22."""

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="parts", verbose_name="补偿申请")
    payer = models.CharField("承担方", max_length=10, choices=Payer.choices)
    institution = models.ForeignKey(Institution, models.PROTECT, related_name="loss_shares", verbose_name="机构")
    amount = MoneyField("承担金额", help_text="元")
    clause = models.CharField("依据", max_length=20)

    class Meta:
        verbose_name = verbose_name_plural = "损失分担"
        ordering = ["claim", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim", "payer"], name="loss_share_once_per_payer", violation_error_message="该承担方已有一行。"
            ),
            known("loss_share_known_payer", payer=Payer.values),
            models.CheckConstraint(name="loss_share_not_negative", condition=Q(amount__gte=0), violation_error_message="金额不能为负数。"),
        ]
        triggers = [pgtrigger.Protect(name="loss_share_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.claim} {self.get_payer_display()} {self.amount:,.2f} 元"
