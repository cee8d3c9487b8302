"""The application: the way from a whitelist entry to a bank's decision, step by step in memory."""

from datetime import date
from decimal import Decimal

from django.db import models
from django_fsm import FSMField, FSMModelMixin

from common.enums import Category, Mode, Security, Size
from common.fields import MoneyField, PublicIdField
from common.fsm import fsm_transition
from common.money import ZERO, display
from loans.application_transitions import APPLICATION_STEP
from loans.enums import APPROVED_NOT_CONTRACTED, AWAITING_DECISION, RefusalReason, SubmittedFor
from loans.models.applications.facts import CONSTRAINTS, TRIGGERS, State
from loans.models.applications.intents import Intent
from loans.models.applications.refusals import ApprovalLapsed, ApprovedMoreThanRequested, NotYetLapsed, RefusalUnexplained, StepOutOfOrder
from parties.models import Enterprise, Institution, Member
from policy.models import Deadline, PolicyVersion
from whitelist.models import Entry, Project


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Applications; typed so that selectors and services agree."""


class Application(FSMModelMixin, models.Model):
    """One financing application: one bank, one mode, one category. Source: FP 1.6.2(1), FP 1.6.3; D7, D39."""

    public_id = PublicIdField()
    number = models.CharField("申请编号", max_length=30, unique=True)
    bank_reference = models.CharField("银行业务编号", max_length=64, blank=True)
    intent = models.ForeignKey(Intent, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="合作意向")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="applications", verbose_name="白名单条目")
    enterprise = models.ForeignKey(Enterprise, models.PROTECT, related_name="applications", verbose_name="企业")
    project = models.ForeignKey(Project, models.PROTECT, null=True, blank=True, related_name="applications", verbose_name="项目")
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="applications", verbose_name="银行")
    mode = models.CharField("出资模式", max_length=10, choices=Mode.choices)
    category = models.CharField("贷款类别", max_length=20, choices=Category.choices)
    security = models.CharField("担保方式", max_length=10, choices=Security.choices)
    state = FSMField("状态", default=State.DRAFT, choices=State.choices, protected=True, max_length=20)
    policy_version = models.ForeignKey(PolicyVersion, models.PROTECT, null=True, blank=True, verbose_name="适用政策")
    amount_requested = MoneyField("申请金额", help_text="元")
    term_months = models.PositiveSmallIntegerField("期限", help_text="月")
    purpose = models.CharField("用途", max_length=200, blank=True)
    other_technology_credit = models.BooleanField("同一贷款已享受其他科技信贷扶持", default=False)
    drafted_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="起草人")
    drafted_on = models.DateField("起草日期")
    enterprise_size = models.CharField("企业规模", max_length=10, choices=Size.choices, blank=True, help_text="提交时按上年数据划型并固定")
    submitted_for = models.CharField("提交方式", max_length=12, choices=SubmittedFor.choices, blank=True)
    submitted_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="提交人")
    submitted_on = models.DateField("提交日期", null=True, blank=True)
    deadline = models.OneToOneField(Deadline, models.PROTECT, null=True, blank=True, verbose_name="批复期限")
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    review_began_on = models.DateField("审查开始日期", null=True, blank=True)
    decided_on = models.DateField("批复日期", null=True, blank=True)
    decision_recorded_on = models.DateField("批复登记日", null=True, blank=True, help_text="登记批复或不予批复的日期，从不倒填")
    decision_late_reason = models.TextField("批复补录理由", blank=True)
    amount_approved = MoneyField("批复金额", null=True, blank=True, help_text="元")
    refusal_reason = models.CharField("不予批复原因", max_length=24, choices=RefusalReason.choices, blank=True)
    refusal_remark = models.TextField("不予批复说明", blank=True)
    withdrawn_on = models.DateField("撤回日期", null=True, blank=True)
    withdrawal_reason = models.TextField("撤回理由", blank=True)
    conditions_met_on = models.DateField("达到放款条件日期", null=True, blank=True)
    conditions_recorded_on = models.DateField("达到放款条件登记日", null=True, blank=True, help_text="登记的日期，从不倒填")
    conditions_late_reason = models.TextField("达到放款条件补录理由", blank=True)
    contracted_on = models.DateField("签约日期", null=True, blank=True)
    lapses_on = models.DateField("批复失效日(不含)", null=True, blank=True)
    lapsed_on = models.DateField("失效日期", null=True, blank=True)

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "融资申请"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["bank", "mode", "state"], name="application_bank_mode_state"),
            models.Index(fields=["state", "lapses_on"], name="application_state_lapses"),
        ]
        constraints = CONSTRAINTS
        triggers = TRIGGERS

    def __str__(self) -> str:
        return self.number

    @property
    def is_awaiting_decision(self) -> bool:
        """Return whether the bank's 30 working days are running. Source: FP 1.6.3; D7."""
        return self.state in AWAITING_DECISION

    @property
    def committed(self) -> Decimal:
        """Return the yuan an approval without contract keeps free under the caps. Source: D2, D3."""
        return self.amount_approved or ZERO if self.state in APPROVED_NOT_CONTRACTED else ZERO

    def _in_order(self, step: str, *, on: date, after: date | None) -> None:
        if after is not None and on < after:
            raise StepOutOfOrder(step=step, on=on, previous=after, field="on")

    def _still_holds(self, on: date) -> None:
        if self.lapses_on is not None and on >= self.lapses_on:
            raise ApprovalLapsed(lapses_on=self.lapses_on)

    @fsm_transition(state, APPLICATION_STEP["submit"])
    def submit(
        self,
        *,
        on: date,
        by: Member,
        submitted_for: SubmittedFor,
        size: Size,
        version: PolicyVersion,
        deadline: Deadline,
    ) -> None:
        """
        Begin the 30 working days: day 0 is ``on``. Version and enterprise size stay as they are from here on.

        Source: FP 1.6.2(1), FP 1.6.3; D7, D29, D38.
        """
        self.submitted_on = on
        self.submitted_by = by
        self.submitted_for = submitted_for
        self.enterprise_size = size
        self.policy_version = version
        self.deadline = deadline

    @fsm_transition(state, APPLICATION_STEP["accept"])
    def accept(self, *, on: date) -> None:
        """
        Record that the bank took the case up; moves no clock.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the submission.

        Source: FP 1.6.2(1); D7.
        """
        self._in_order("受理", on=on, after=self.submitted_on)
        self.accepted_on = on

    @fsm_transition(state, APPLICATION_STEP["ask_supplement"])
    def ask_supplement(self, *, on: date) -> None:
        """
        Ask the enterprise for something more; moves no clock. Asking takes the case up.

        Raises:
            StepOutOfOrder: ``on`` is earlier than acceptance or submission.

        Source: FP 1.6.2(1); D7.
        """
        self._in_order("要求补充", on=on, after=self.review_began_on or self.accepted_on or self.submitted_on)
        self.accepted_on = self.accepted_on or on
        self.review_began_on = None

    @fsm_transition(state, APPLICATION_STEP["answer_supplement"])
    def answer_supplement(self, *, on: date) -> None:
        """
        Record that what was asked for came in.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the acceptance.

        Source: D7.
        """
        self._in_order("补充", on=on, after=self.accepted_on)

    @fsm_transition(state, APPLICATION_STEP["begin_review"])
    def begin_review(self, *, on: date) -> None:
        """
        Begin the bank's risk review; a bank that begins at once has also taken the case up.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the acceptance.

        Source: FP 1.6.2(1).
        """
        self._in_order("审查开始", on=on, after=self.accepted_on or self.submitted_on)
        self.accepted_on = self.accepted_on or on
        self.review_began_on = on

    @fsm_transition(state, APPLICATION_STEP["approve"])
    def approve(self, *, on: date, amount: Decimal, lapses_on: date, recorded_on: date, late_reason: str = "") -> None:
        """
        Record the bank's yes. In memory only: the service locks, checks caps, saves and logs.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the review.
            ApprovedMoreThanRequested: or nothing.

        Source: FP 1.6.3; D7, D37.
        """
        self._in_order("批复", on=on, after=self.review_began_on)
        if not ZERO < amount <= self.amount_requested:
            raise ApprovedMoreThanRequested(requested=display(self.amount_requested), field="amount")
        self.decided_on, self.decision_recorded_on, self.decision_late_reason = on, recorded_on, late_reason
        self.amount_approved = amount
        self.lapses_on = lapses_on

    @fsm_transition(state, APPLICATION_STEP["refuse"])
    def refuse(self, *, on: date, reason: RefusalReason, remark: str, recorded_on: date, late_reason: str = "") -> None:
        """
        Record the bank's no, with a reason the enterprise reads.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the step before.
            RefusalUnexplained: no reason, or 其他 without a remark.

        Source: FP 1.6.2(1), FP 1.6.3.
        """
        self._in_order("不予批复", on=on, after=self.review_began_on or self.accepted_on or self.submitted_on)
        if reason not in RefusalReason.values or (reason == RefusalReason.OTHER and not remark.strip()):
            raise RefusalUnexplained(field="reason")
        self.decided_on, self.decision_recorded_on, self.decision_late_reason = on, recorded_on, late_reason
        self.refusal_reason = reason
        self.refusal_remark = remark.strip()

    @fsm_transition(state, APPLICATION_STEP["withdraw"])
    def withdraw(self, *, on: date, reason: str) -> None:
        """
        Take the application back, at any time before the contract.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the submission.

        Source: FP 1.6.3; D8.
        """
        self._in_order("撤回", on=on, after=self.submitted_on)
        self.withdrawn_on = on
        self.withdrawal_reason = reason.strip()

    @fsm_transition(state, APPLICATION_STEP["meet_conditions"])
    def meet_conditions(self, *, on: date, recorded_on: date, late_reason: str = "") -> None:
        """
        Record that the disbursement conditions are met: the second of the two ends.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the approval.
            ApprovalLapsed: the approval no longer holds.

        Source: FP 2.2.1; D7.
        """
        self._in_order("达到放款条件", on=on, after=self.decided_on)
        self._still_holds(recorded_on)
        self.conditions_met_on, self.conditions_recorded_on, self.conditions_late_reason = on, recorded_on, late_reason

    @fsm_transition(state, APPLICATION_STEP["contract"])
    def contract(self, *, on: date, recorded_on: date) -> None:
        """
        Record that the contract is signed; the service makes the loan.

        What lapsed by ``recorded_on`` may be others' by now, so the signing is not dated back over the lapse.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the day the conditions were met.
            ApprovalLapsed: the approval no longer holds.

        Source: FP 1.6.3; D37, D39.
        """
        self._in_order("签约", on=on, after=self.conditions_met_on)
        self._still_holds(recorded_on)
        self.contracted_on = on

    @fsm_transition(state, APPLICATION_STEP["lapse"])
    def lapse(self, *, on: date) -> None:
        """
        Let an approval end that no contract followed in time.

        Raises:
            NotYetLapsed: ``on`` is earlier than the day it lapses.

        Source: D37.
        """
        if self.lapses_on is None or on < self.lapses_on:
            raise NotYetLapsed(lapses_on=self.lapses_on)
        self.lapsed_on = on
