"""What financing shows on the pages of lower apps: an entry's, a project's and an enterprise's applications and loans."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from common.admin.display_values import Money, link_to, value_of
from common.admin.extension_points import acting_member
from common.admin.panels import Row, Table, table
from loans.admin.loans import stage
from loans.models import Application
from loans.selectors.visible import applications_visible_to
from parties.models import Enterprise
from whitelist.models import Entry, Project

SHOWN = 50
HEADS = ("申请编号", "银行", "模式", "贷款类别", "申请金额", "批复金额", "状态", "提交日期", "贷款合同", "贷款余额", "贷款状态")


def of_entry(request: HttpRequest, entry: Entry) -> Table:
    """Return the applications and loans of an entry."""
    return _applications(request, Q(entry=entry))


def of_project(request: HttpRequest, project: Project) -> Table:
    """Return the applications and loans of a project, whatever entries listed it."""
    return _applications(request, Q(project=project))


def of_enterprise(request: HttpRequest, enterprise: Enterprise) -> Table:
    """Return the applications and loans of an enterprise."""
    return _applications(request, Q(enterprise=enterprise))


def _applications(request: HttpRequest, condition: Q) -> Table:
    member = acting_member(request)
    found: QuerySet[Application] = applications_visible_to(member).filter(condition).select_related("bank", "loan").order_by("-id")
    rows = [_row(request, one) for one in found[:SHOWN]]
    return table("融资申请与贷款", HEADS, rows, clause="FP 1.6.2, 1.6.3", empty="暂无融资申请。")


def _row(request: HttpRequest, application: Application) -> Row:
    loan: Any = getattr(application, "loan", None)
    tail = (link_to(request, loan), Money(loan.outstanding), stage(loan)) if loan else (None, None, None)
    names = ("mode", "category", "amount_requested", "amount_approved", "state", "submitted_on")
    return Row(cells=(link_to(request, application), application.bank.short_name, *(value_of(application, name) for name in names), *tail))
