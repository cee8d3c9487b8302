"""What changes a loan's balance: append-only, with value date, maker and checker."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin

from common.fields import MoneyField, PublicIdField, TextKey
from common.fsm import fsm_transition, legal_steps
from loans.enums import MovementKind, ProposalState
from loans.models.loans import Loan
from loans.movement_steps import ANSWERS, CONTENT
from loans.proposal_transitions import PROPOSAL_STEP, PROPOSAL_STEPS
from loans.rules.balances import Change
from parties.enums import MemberKind
from parties.models import Institution, Member

Kind = MovementKind
MOVES_MONEY = (Kind.DRAWDOWN, Kind.REVERSAL)


class MovementContent(models.Model):
    """What a movement says, proposed or booked: its kind, and a column for each question of ``loans.movement_steps``."""

    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    amount = MoneyField("金额", help_text="元")
    value_on = models.DateField("起息日")
    reason = models.TextField("补记或冲正理由", blank=True)
    bank_reference = models.CharField("银行流水号", max_length=64)

    class Meta:
        abstract = True

    @property
    def answers(self) -> dict[str, Any]:
        """Return what was answered, by the names of the questions."""
        return {name: getattr(self, name) for name in ANSWERS}

    @property
    def content(self) -> tuple[Any, ...]:
        """Return what makes it this movement: another of the same content under the same reference is the same one."""
        return tuple(getattr(self, name) for name in ("loan_id", "kind", "reverses_id", *CONTENT))


class Movement(MovementContent):
    """
    One change of a loan's balance, append-only; a correction is a reversal.

    ``performing``, ``overdue`` and ``drawn`` are the signed changes of the parts of the principal, so that a balance at any date is a
    sum over ``value_on``. A reversal stands on the value date of what it takes back.
    """

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="movements", verbose_name="贷款")
    performing = MoneyField("正常本金变动", help_text="元")
    overdue = MoneyField("逾期本金变动", help_text="元")
    drawn = MoneyField("累计放款变动", help_text="元")
    recorded_at = models.DateTimeField("记录时间")
    recorded_on = models.DateField("记录日期", help_text="记录时间的北京时间日期，从不倒填")
    reverses = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="冲正对象")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="+", verbose_name="银行")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办")
    made_by_kind = models.CharField("经办类别", max_length=8, choices=MemberKind.choices)
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="复核")

    class Meta:
        verbose_name = verbose_name_plural = "贷款变动"
        ordering = ["value_on", "id"]
        indexes = [models.Index(fields=["loan", "value_on"], name="movement_loan_value")]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "bank_reference"], name="movement_reference_once_per_bank", violation_error_message="该流水号已登记。"
            ),
            models.UniqueConstraint(
                "bank", TextKey("bank_reference"), name="movement_reference_alike", violation_error_message="该流水号已登记。"
            ),
            models.CheckConstraint(
                name="movement_has_reference", condition=~Q(bank_reference=""), violation_error_message="须填写流水号。"
            ),
            models.CheckConstraint(name="movement_amount_positive", condition=Q(amount__gt=0), violation_error_message="金额须大于零。"),
            models.CheckConstraint(
                name="movement_parts_by_kind",
                condition=Q(kind=Kind.DRAWDOWN, performing=F("amount"), overdue=0, drawn=F("amount"))
                | Q(kind=Kind.REPAYMENT, performing__lte=0, overdue__lte=0, drawn=0, amount=-F("performing") - F("overdue"))
                | Q(kind=Kind.OVERDUE, performing=-F("amount"), overdue=F("amount"), drawn=0)
                | Q(kind=Kind.CURE, performing=F("amount"), overdue=-F("amount"), drawn=0)
                | Q(kind=Kind.REVERSAL),
                violation_error_message="正常、逾期本金的变动与类别和金额不符。",
            ),
            models.CheckConstraint(
                name="movement_reversal_names_its_object",
                condition=Q(kind=Kind.REVERSAL, reverses__isnull=False) | (~Q(kind=Kind.REVERSAL) & Q(reverses__isnull=True)),
                violation_error_message="冲正须指明冲正对象，其他类别不得指明。",
            ),
            models.CheckConstraint(
                name="movement_reason_when_back_dated",
                condition=~Q(reason="") | (Q(value_on__gte=F("recorded_on")) & ~Q(kind=Kind.REVERSAL)),
                violation_error_message="补记或冲正须填写理由。",
            ),
            models.CheckConstraint(
                name="movement_not_in_future",
                condition=Q(value_on__lte=F("recorded_on")),
                violation_error_message="起息日不得晚于登记日。",
            ),
            models.CheckConstraint(
                name="movement_checker_is_another",
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                violation_error_message="经办和复核不得为同一人。",
            ),
            models.CheckConstraint(
                name="movement_money_is_checked",
                condition=~Q(kind__in=MOVES_MONEY) | Q(checked_by__isnull=False) | Q(made_by_kind=MemberKind.PROGRAM),
                violation_error_message="放款和冲正须经他人复核。",
            ),
            models.CheckConstraint(
                name="movement_made_by_no_job",
                condition=Q(made_by_kind__in=[MemberKind.PERSON, MemberKind.PROGRAM]),
                violation_error_message="贷款变动须由人员或接口程序登记。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:,.2f} 元 {self.value_on}"

    @property
    def change(self) -> Change:
        """Return what the movement does to the balance."""
        return Change(value_on=self.value_on, performing=self.performing, overdue=self.overdue, drawn=self.drawn)


class Contribution(models.Model):
    """Who put up a trust-mode drawdown, 5 : 95, append-only; a reversal takes the same parts back. Source: FP 1.3; D35."""

    movement = models.OneToOneField(Movement, models.PROTECT, related_name="contribution", verbose_name="放款")
    government = MoneyField("政府方出资", help_text="元")
    bank = MoneyField("银行出资", help_text="元")

    class Meta:
        verbose_name = verbose_name_plural = "信托出资"
        ordering = ["movement"]
        constraints = [
            models.CheckConstraint(
                name="contribution_one_direction",
                condition=Q(government__gte=0, bank__gte=0) | Q(government__lte=0, bank__lte=0),
                violation_error_message="政府方和银行的出资须同为增加或同为收回。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.movement} 政府方 {self.government:,.2f} 元 银行 {self.bank:,.2f} 元"


class Proposal(FSMModelMixin, MovementContent):
    """
    A movement one person of the lender's house proposes and another one checks; confirmed, it becomes the movement.

    Source: architecture, who may: maker and checker where money moves.
    """

    public_id = PublicIdField()
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="proposals", verbose_name="贷款")
    reverses = models.ForeignKey(Movement, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="冲正对象")
    made_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="经办")
    made_at = models.DateTimeField("经办时间")
    state = FSMField("状态", max_length=10, choices=ProposalState.choices, default=ProposalState.WAITING, protected=True)
    checked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", null=True, blank=True, verbose_name="复核")
    checked_at = models.DateTimeField("复核时间", null=True, blank=True)
    refusal = models.TextField("复核不通过理由", blank=True)
    movement = models.OneToOneField(Movement, models.PROTECT, null=True, blank=True, related_name="proposal", verbose_name="贷款变动")

    class Meta:
        verbose_name = verbose_name_plural = "待复核变动"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "bank_reference"],
                condition=Q(state=ProposalState.WAITING),
                name="proposal_waits_once",
                violation_error_message="该流水号已有待复核的登记。",
            ),
            models.UniqueConstraint(
                "loan",
                TextKey("bank_reference"),
                condition=Q(state=ProposalState.WAITING),
                name="proposal_reference_alike",
                violation_error_message="该流水号已有待复核的一笔。",
            ),
            models.CheckConstraint(
                name="proposal_known_kind", condition=Q(kind__in=Kind.values), violation_error_message="请选择变动类别。"
            ),
            models.CheckConstraint(name="proposal_amount_positive", condition=Q(amount__gt=0), violation_error_message="金额须大于零。"),
            models.CheckConstraint(
                name="proposal_reversal_names_its_object",
                condition=Q(kind=Kind.REVERSAL, reverses__isnull=False) | (~Q(kind=Kind.REVERSAL) & Q(reverses__isnull=True)),
                violation_error_message="冲正须指明冲正对象，其他类别不得指明。",
            ),
            models.CheckConstraint(
                name="proposal_state_checked",
                condition=Q(
                    state=ProposalState.WAITING, checked_by__isnull=True, checked_at__isnull=True, movement__isnull=True, refusal=""
                )
                | Q(state=ProposalState.CONFIRMED, checked_by__isnull=False, checked_at__isnull=False, movement__isnull=False, refusal="")
                | (
                    Q(state=ProposalState.REFUSED, checked_by__isnull=False, checked_at__isnull=False, movement__isnull=True)
                    & ~Q(refusal="")
                ),
                violation_error_message="复核通过须对应贷款变动，不通过须有理由。",
            ),
            models.CheckConstraint(
                name="proposal_checker_is_another",
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=F("made_by")),
                violation_error_message="经办和复核不得为同一人。",
            ),
        ]
        triggers = [legal_steps(PROPOSAL_STEPS, name="proposal_legal_steps")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount:,.2f} 元 {self.value_on}({self.get_state_display()})"

    @fsm_transition(state, PROPOSAL_STEP["confirm"])
    def confirm(self, *, by: Member, at: datetime, movement: Movement) -> None:
        """Name the checker and the movement that came of it. In memory only. Source: FP 1.6.3."""
        self.checked_by, self.checked_at, self.movement = by, at, movement

    @fsm_transition(state, PROPOSAL_STEP["refuse"])
    def refuse(self, *, by: Member, at: datetime, reason: str) -> None:
        """Name the checker and what is wrong. In memory only. Source: FP 1.6.3."""
        self.checked_by, self.checked_at, self.refusal = by, at, reason
