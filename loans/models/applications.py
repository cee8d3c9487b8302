"""Intent and application: the way from a whitelist entry to a bank's decision, step by step in memory."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from common.enums import Category, Mode, Security, Size
from common.errors import DomainError
from common.fields import MoneyField, PublicIdField
from common.money import ZERO, display
from loans.enums import APPROVED_NOT_CONTRACTED, AWAITING_DECISION, ApplicationState, RefusalReason, SubmittedFor
from loans.guards import APPLICATION_GUARDS, Who
from parties.models import Enterprise, Institution, Member
from policy.models import Deadline, PolicyVersion
from whitelist.models import Entry, Project

State = ApplicationState
UNSUBMITTED = (State.DRAFT, State.WITHDRAWN)
BEFORE_CONTRACT = (State.DRAFT, *AWAITING_DECISION, *APPROVED_NOT_CONTRACTED)
REVIEWED = (State.UNDER_REVIEW, *APPROVED_NOT_CONTRACTED, State.CONTRACTED, State.LAPSED)
SUBMISSION_FIELDS = ("submitted_on", "submitted_by", "deadline", "policy_version")
FIXED_AFTER_SUBMISSION = (
    "number",
    "entry_id",
    "enterprise_id",
    "project_id",
    "bank_id",
    "mode",
    "category",
    "security",
    "amount_requested",
    "term_months",
    "policy_version_id",
    "enterprise_size",
    "submitted_for",
    "submitted_by_id",
    "submitted_on",
    "deadline_id",
)
# Once there they stay: the two ends of the 30 working days, when they were written down, and what was decided. Source: D7.
DECISION_FIELDS = (
    "decided_on",
    "decision_recorded_on",
    "decision_late_reason",
    "amount_approved",
    "lapses_on",
    "refusal_reason",
    "refusal_remark",
)
CONDITIONS_FIELDS = ("conditions_met_on", "conditions_recorded_on", "conditions_late_reason")
FSM_GRAPH = [
    ("draft", "submitted"),
    ("submitted", "accepted"),
    ("submitted", "supplement"),
    ("accepted", "supplement"),
    ("under_review", "supplement"),
    ("supplement", "accepted"),
    ("submitted", "under_review"),
    ("accepted", "under_review"),
    ("under_review", "approved"),
    ("under_review", "refused"),
    ("submitted", "refused"),
    ("accepted", "refused"),
    ("supplement", "refused"),
    ("approved", "conditions_met"),
    ("conditions_met", "contracted"),
    ("approved", "lapsed"),
    ("conditions_met", "lapsed"),
    *((state.value, "withdrawn") for state in BEFORE_CONTRACT),
]


class StepOutOfOrder(DomainError):
    """A step dated before the one it follows."""

    code = "step_out_of_order"
    sentence = "{step}日期 {on} 早于上一步的日期 {previous}，请核对日期。"
    clause = "FP 1.6.3"


class ApprovedMoreThanRequested(DomainError):
    """A bank cannot approve more than was asked for, nor nothing."""

    code = "approved_more_than_requested"
    sentence = "批复金额须大于 0 且不超过申请金额 {requested} 元，请核对。"
    clause = "FP 1.6.3"


class RefusalUnexplained(DomainError):
    """The enterprise is owed a reason it can read."""

    code = "refusal_unexplained"
    sentence = "不予批复须选择原因；选择“其他”的须填写说明。"
    clause = "FP 1.6.2(1)"
    status = 400


class ApprovalLapsed(DomainError):
    """The approval was not turned into a contract in time."""

    code = "approval_lapsed"
    sentence = "批复已于 {lapses_on} 失效，不能再办理后续手续，请重新申请。"
    clause = "FP 1.6.3"


class NotYetLapsed(DomainError):
    """The approval still holds."""

    code = "not_yet_lapsed"
    sentence = "批复的有效期到 {lapses_on} 前，尚未失效。"
    clause = "FP 1.6.3"


def _no_later_than(earlier: str, later: str) -> Q:
    return Q(**{f"{earlier}__isnull": True}) | Q(**{f"{later}__isnull": True}) | Q(**{f"{later}__gte": F(earlier)})


def _just_when(state: str, field: str) -> Q:
    """Return that the date is there in that state and in no other."""
    return Q(state=state, **{f"{field}__isnull": False}) | (~Q(state=state) & Q(**{f"{field}__isnull": True}))


def _written_down(name: str, on: str, step: str, label: str) -> models.CheckConstraint:
    """Return that the day a step was written down stands beside the day it counts on, and a reason where the two differ. Source: D7."""
    recorded_on, late_reason = f"{step}_recorded_on", f"{step}_late_reason"
    in_time = Q(**{recorded_on: F(on), late_reason: ""})
    late = Q(**{f"{recorded_on}__gt": F(on)}) & ~Q(**{late_reason: ""})
    return models.CheckConstraint(
        name=name,
        condition=Q(**{f"{on}__isnull": True, f"{recorded_on}__isnull": True, late_reason: ""})
        | (Q(**{f"{on}__isnull": False, f"{recorded_on}__isnull": False}) & (in_time | late)),
        violation_error_message=f"{label}须有登记日；登记日晚于办理日期的须有补录理由。",
    )


class Intent(models.Model):
    """A bank's and an enterprise's first agreement to talk about one entry. Source: FP 2.2.1; D8."""

    public_id = PublicIdField()
    bank = models.ForeignKey(Institution, models.PROTECT, related_name="intents", verbose_name="银行")
    entry = models.ForeignKey(Entry, models.PROTECT, related_name="intents", verbose_name="白名单条目")
    recorded_on = models.DateField("登记日期")
    recorded_by = models.ForeignKey(Member, models.PROTECT, verbose_name="登记人")

    class Meta:
        verbose_name = verbose_name_plural = "合作意向"
        ordering = ["-recorded_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bank", "entry"],
                name="intent_once_per_bank_and_entry",
                violation_error_message="该银行与该白名单企业(项目)已登记意向。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.bank} — {self.entry}"


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Applications; typed so that selectors and services agree."""


class Application(FSMModelMixin, models.Model):
    """One financing application: one bank, one mode, one category. Source: FP 1.6.2(1), FP 1.6.3; D7, D39."""

    GUARDS: Mapping[str, tuple[Who, ...]] = APPLICATION_GUARDS

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
        constraints = [
            models.CheckConstraint(
                name="application_known_words",
                condition=Q(
                    mode__in=Mode.values,
                    category__in=Category.values,
                    security__in=Security.values,
                    state__in=State.values,
                    enterprise_size__in=["", *Size.values],
                    submitted_for__in=["", *SubmittedFor.values],
                    refusal_reason__in=["", *RefusalReason.values],
                ),
                violation_error_message="出资模式、贷款类别、担保方式等须从列表中选择。",
            ),
            models.CheckConstraint(
                name="application_project_by_category",
                condition=Q(category=Category.RD, project__isnull=True) | (~Q(category=Category.RD) & Q(project__isnull=False)),
                violation_error_message="项目贷款须对应项目，企业研发投入贷款不对应项目。",
            ),
            models.CheckConstraint(
                name="application_asks_for_something",
                condition=Q(amount_requested__gt=0, term_months__gt=0),
                violation_error_message="申请金额和期限须大于零。",
            ),
            models.CheckConstraint(
                name="application_submission_whole",
                condition=Q(**{f"{name}__isnull": True for name in SUBMISSION_FIELDS}, enterprise_size="", submitted_for="")
                | (Q(**{f"{name}__isnull": False for name in SUBMISSION_FIELDS}) & ~Q(enterprise_size="") & ~Q(submitted_for="")),
                violation_error_message="提交日期、提交人、批复期限、适用政策和企业规模须同时具备。",
            ),
            models.CheckConstraint(
                name="application_state_submitted",
                condition=Q(state=State.DRAFT, submitted_on__isnull=True)
                | Q(state=State.WITHDRAWN)
                | (~Q(state__in=UNSUBMITTED) & Q(submitted_on__isnull=False)),
                violation_error_message="草稿没有提交日期，其他状态须有提交日期。",
            ),
            models.CheckConstraint(
                name="application_state_decided",
                condition=Q(state__in=[State.DRAFT, *AWAITING_DECISION], decided_on__isnull=True)
                | Q(state=State.WITHDRAWN)
                | (~Q(state__in=[State.DRAFT, *AWAITING_DECISION, State.WITHDRAWN]) & Q(decided_on__isnull=False)),
                violation_error_message="批复或不予批复须有批复日期，此前不得有。",
            ),
            _written_down("application_decision_written_down", "decided_on", "decision", "批复"),
            _written_down("application_conditions_written_down", "conditions_met_on", "conditions", "达到放款条件"),
            models.CheckConstraint(
                name="application_state_approved",
                condition=Q(amount_approved__isnull=True, lapses_on__isnull=True)
                & ~Q(state__in=[*APPROVED_NOT_CONTRACTED, State.CONTRACTED, State.LAPSED])
                | Q(amount_approved__isnull=False, lapses_on__isnull=False, decided_on__isnull=False)
                & Q(state__in=[*APPROVED_NOT_CONTRACTED, State.CONTRACTED, State.LAPSED, State.WITHDRAWN]),
                violation_error_message="批复后须有批复金额和失效日，此前不得有。",
            ),
            models.CheckConstraint(
                name="application_approved_within_request",
                condition=Q(amount_approved__isnull=True) | Q(amount_approved__gt=0, amount_approved__lte=F("amount_requested")),
                violation_error_message="批复金额须大于零且不超过申请金额。",
            ),
            models.CheckConstraint(
                name="application_state_refused",
                condition=Q(state=State.REFUSED) & ~Q(refusal_reason="") & (~Q(refusal_reason=RefusalReason.OTHER) | ~Q(refusal_remark=""))
                | ~Q(state=State.REFUSED) & Q(refusal_reason="", refusal_remark=""),
                violation_error_message="不予批复须有原因，选择“其他”的须有说明。",
            ),
            models.CheckConstraint(
                name="application_state_withdrawn",
                condition=_just_when(State.WITHDRAWN, "withdrawn_on"),
                violation_error_message="撤回日期只在已撤回时填写。",
            ),
            models.CheckConstraint(
                name="application_state_lapsed",
                condition=_just_when(State.LAPSED, "lapsed_on"),
                violation_error_message="失效日期只在已失效时填写。",
            ),
            models.CheckConstraint(
                name="application_state_contracted",
                condition=_just_when(State.CONTRACTED, "contracted_on"),
                violation_error_message="签约日期只在已签约时填写。",
            ),
            models.CheckConstraint(
                name="application_state_conditions_met",
                condition=Q(state__in=[State.CONDITIONS_MET, State.CONTRACTED], conditions_met_on__isnull=False)
                | Q(state__in=[State.LAPSED, State.WITHDRAWN])
                | ~Q(state__in=[State.CONDITIONS_MET, State.CONTRACTED, State.LAPSED, State.WITHDRAWN]) & Q(conditions_met_on__isnull=True),
                violation_error_message="达到放款条件须有日期，此前不得有。",
            ),
            models.CheckConstraint(
                name="application_state_accepted",
                condition=Q(state__in=[State.DRAFT, State.SUBMITTED], accepted_on__isnull=True)
                | Q(state=State.ACCEPTED, accepted_on__isnull=False)
                | ~Q(state__in=[State.DRAFT, State.SUBMITTED, State.ACCEPTED]),
                violation_error_message="受理须有日期，此前不得有。",
            ),
            models.CheckConstraint(
                name="application_state_reviewed",
                condition=~Q(state__in=REVIEWED) | Q(accepted_on__isnull=False, review_began_on__isnull=False),
                violation_error_message="审查及其后的状态须有受理日期和审查开始日期。",
            ),
            models.CheckConstraint(
                name="application_dates_in_order",
                condition=_no_later_than("submitted_on", "accepted_on")
                & _no_later_than("accepted_on", "review_began_on")
                & _no_later_than("submitted_on", "decided_on")
                & _no_later_than("review_began_on", "decided_on")
                & _no_later_than("decided_on", "conditions_met_on")
                & _no_later_than("conditions_met_on", "contracted_on")
                & _no_later_than("submitted_on", "withdrawn_on")
                & _no_later_than("lapses_on", "lapsed_on")
                & (Q(contracted_on__isnull=True) | Q(contracted_on__lt=F("lapses_on"))),
                violation_error_message="各步骤的日期须依次不早于上一步，签约须在批复失效以前。",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="application_state_graph", field="state", transitions=FSM_GRAPH),
            pgtrigger.Protect(
                name="application_no_delete", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__submitted_on__isnull=False)
            ),
            *(
                pgtrigger.Protect(
                    name=name,
                    operation=pgtrigger.Update,
                    condition=pgtrigger.Condition(
                        f"OLD.{fields[0]} IS NOT NULL AND (" + " OR ".join(f"OLD.{f} IS DISTINCT FROM NEW.{f}" for f in fields) + ")"
                    ),
                )
                for name, fields in (("application_decision_stays", DECISION_FIELDS), ("application_conditions_stay", CONDITIONS_FIELDS))
            ),
            pgtrigger.Protect(
                name="application_fixed_after_submission",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.submitted_on IS NOT NULL AND ("
                    + " OR ".join(f"OLD.{name} IS DISTINCT FROM NEW.{name}" for name in FIXED_AFTER_SUBMISSION)
                    + ")"
                ),
            ),
        ]

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

    @transition(field=state, source=State.DRAFT, target=State.SUBMITTED)
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

    @transition(field=state, source=State.SUBMITTED, target=State.ACCEPTED)
    def accept(self, *, on: date) -> None:
        """
        Record that the bank took the case up; moves no clock.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the submission.

        Source: FP 1.6.2(1); D7.
        """
        self._in_order("受理", on=on, after=self.submitted_on)
        self.accepted_on = on

    @transition(field=state, source=[State.SUBMITTED, State.ACCEPTED, State.UNDER_REVIEW], target=State.SUPPLEMENT)
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

    @transition(field=state, source=State.SUPPLEMENT, target=State.ACCEPTED)
    def answer_supplement(self, *, on: date) -> None:
        """
        Record that what was asked for came in.

        Raises:
            StepOutOfOrder: ``on`` is earlier than the acceptance.

        Source: D7.
        """
        self._in_order("补充", on=on, after=self.accepted_on)

    @transition(field=state, source=[State.SUBMITTED, State.ACCEPTED], target=State.UNDER_REVIEW)
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

    @transition(field=state, source=State.UNDER_REVIEW, target=State.APPROVED)
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

    @transition(field=state, source=list(AWAITING_DECISION), target=State.REFUSED)
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

    @transition(field=state, source=list(BEFORE_CONTRACT), target=State.WITHDRAWN)
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

    @transition(field=state, source=State.APPROVED, target=State.CONDITIONS_MET)
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

    @transition(field=state, source=State.CONDITIONS_MET, target=State.CONTRACTED)
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

    @transition(field=state, source=list(APPROVED_NOT_CONTRACTED), target=State.LAPSED)
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


class SupplementRequest(models.Model):
    """What the bank asked for besides; moves no clock, the days spent waiting are shown beside it. Source: D7."""

    public_id = PublicIdField()
    application = models.ForeignKey(Application, models.PROTECT, related_name="supplements", verbose_name="申请")
    asked_on = models.DateField("要求日期")
    asked_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name="要求人")
    what = models.TextField("补充内容")
    answered_on = models.DateField("补充日期", null=True, blank=True)
    answered_by = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="补充人")
    answer = models.TextField("补充说明", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "补充材料要求"
        ordering = ["asked_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="supplement_answered_after_asked",
                condition=Q(answered_on__isnull=True, answered_by__isnull=True)
                | Q(answered_on__gte=F("asked_on"), answered_by__isnull=False),
                violation_error_message="补充日期不得早于要求日期，且须有补充人。",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(answered_on__isnull=True),
                name="supplement_one_open",
                violation_error_message="该申请已有一项待补充的材料要求。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application} {self.asked_on}"
