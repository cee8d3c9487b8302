"""What the database itself holds true of an application: which state has which dates and amounts, which step follows which."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from common.enums import Category, Mode, Security, Size
from common.fsm import legal_steps
from loans.application_transitions import APPLICATION_STEPS
from loans.enums import APPROVED_NOT_CONTRACTED, AWAITING_DECISION, ApplicationState, RefusalReason, SubmittedFor
from loans.models.excluded import refused_while_excluded

State = ApplicationState
UNSUBMITTED = (State.DRAFT, State.WITHDRAWN)
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


CONSTRAINTS: list[models.BaseConstraint] = [
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
TRIGGERS = [
    legal_steps(APPLICATION_STEPS, name="application_state_graph"),
    refused_while_excluded(
        "application_not_excluded",
        period="daterange(NEW.submitted_on, NEW.submitted_on, '[]')",
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("submitted_on"),
        condition="NEW.submitted_on IS NOT NULL AND (TG_OP = 'INSERT' OR OLD.submitted_on IS NULL)",
    ),
    pgtrigger.Protect(name="application_no_delete", operation=pgtrigger.Delete, condition=pgtrigger.Q(old__submitted_on__isnull=False)),
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
