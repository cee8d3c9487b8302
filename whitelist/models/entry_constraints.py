"""What the database holds an entry to: a state goes with its dates, reasons and figures; nothing is listed twice."""

from django.db import models
from django.db.models import F, Q

from whitelist.enums import LISTED_STATES, PENDING_STATES, EntryKind, EntryState, Route

_LISTED = Q(state__in=LISTED_STATES)
_BEFORE_SUBMISSION = Q(state__in=(EntryState.DRAFT, EntryState.WITHDRAWN))
_PASSED_CITY = Q(state__in=(EntryState.CONSULTATION, EntryState.CLEARED, *LISTED_STATES))

# A comparison with a missing date counts as fulfilled for a check constraint: each date is also said to be there.
STATES: list[models.BaseConstraint] = [
    models.CheckConstraint(
        name="entry_project_where_kind_is_project",
        condition=Q(kind=EntryKind.PROJECT, project__isnull=False, route=Route.APPLICATION)
        | (Q(kind=EntryKind.RD, project__isnull=True) & ~Q(route=Route.APPLICATION)),
        violation_error_message="项目名单须对应项目并由企业申请；研发名单不对应项目。",
    ),
    models.CheckConstraint(
        name="entry_submitted_has_date_and_policy",
        condition=_BEFORE_SUBMISSION | Q(submitted_on__isnull=False, policy_version__isnull=False, is_eligible__isnull=False),
        violation_error_message="已提交的条目须有申请日期、适用政策和条件核对结果。",
    ),
    models.CheckConstraint(
        name="entry_refused_has_reason",
        condition=~Q(state__in=(EntryState.RETURNED, EntryState.REJECTED, EntryState.WITHDRAWN)) | ~Q(return_reason=""),
        violation_error_message="退回、撤回或不予列入须写明理由。",
    ),
    models.CheckConstraint(
        name="entry_passed_city_has_date_and_round",
        condition=~_PASSED_CITY | Q(decided_on__isnull=False, consultation_round__gte=1),
        violation_error_message="市级审核通过的条目须有审核日期。",
    ),
    models.CheckConstraint(
        name="entry_listed_has_batch",
        condition=(_LISTED & Q(batch__isnull=False, published_on__isnull=False))
        | (~_LISTED & Q(batch__isnull=True, published_on__isnull=True, expires_on__isnull=True)),
        violation_error_message="已发布的条目须有批次和发布日期，未发布的不得有。",
    ),
    models.CheckConstraint(
        name="entry_listed_is_eligible",
        condition=~_LISTED | Q(is_eligible=True),
        violation_error_message="不符合条件的条目不得发布。",
    ),
    models.CheckConstraint(
        name="entry_listed_project_has_end",
        condition=~_LISTED | Q(kind=EntryKind.RD) | Q(expires_on__isnull=False, expires_on__gt=F("published_on")),
        violation_error_message="已发布的项目须有有效期，且晚于发布日期。",
    ),
    models.CheckConstraint(
        name="entry_listed_project_has_investment",
        condition=(_LISTED & Q(kind=EntryKind.PROJECT, total_investment__isnull=False, total_investment__gt=0))
        | (_LISTED & Q(kind=EntryKind.RD, total_investment__isnull=True))
        | ~_LISTED,
        violation_error_message="已发布的项目须有列入时的投资总额。",
    ),
    models.CheckConstraint(
        name="entry_removed_has_date_and_reason",
        condition=(Q(state=EntryState.REMOVED, removed_on__isnull=False, removed_on__gte=F("published_on")) & ~Q(removal_reason=""))
        | (~Q(state=EntryState.REMOVED) & Q(removed_on__isnull=True, removal_reason="")),
        violation_error_message="移出须有日期和理由，且不早于发布日期。",
    ),
    models.CheckConstraint(
        name="entry_expired_has_date_and_cause",
        condition=(Q(state=EntryState.EXPIRED, expired_on__isnull=False, expired_on__gte=F("published_on")) & ~Q(expiry_cause=""))
        | (Q(state=EntryState.REMOVED))
        | (~Q(state__in=(EntryState.EXPIRED, EntryState.REMOVED)) & Q(expired_on__isnull=True, expiry_cause="")),
        violation_error_message="到期须有日期和原因，且不早于发布日期。",
    ),
    models.CheckConstraint(
        name="entry_rd_expense_not_negative",
        condition=Q(last_year_rd_expense__isnull=True) | Q(last_year_rd_expense__gte=0),
        violation_error_message="研发费用不能为负数。",
    ),
]
ONCE: list[models.BaseConstraint] = [
    models.UniqueConstraint(
        fields=["project"],
        condition=Q(state__in=(*PENDING_STATES, EntryState.PUBLISHED), project__isnull=False),
        name="entry_one_open_per_project",
        violation_error_message="该项目已在申请中或已列入白名单。",
    ),
    models.UniqueConstraint(
        fields=["enterprise", "list_year"],
        condition=Q(kind=EntryKind.RD) & Q(state__in=(*PENDING_STATES, EntryState.PUBLISHED)),
        name="entry_one_open_per_enterprise_and_year",
        violation_error_message="该企业本年度研发名单已在办理中或已列入。",
    ),
    models.UniqueConstraint(
        fields=["enterprise"],
        condition=Q(kind=EntryKind.RD, state=EntryState.PUBLISHED),
        name="entry_one_listed_rd_per_enterprise",
        violation_error_message="该企业已列入研发白名单。",
    ),
]
