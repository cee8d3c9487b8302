"""Intents and applications: from the first agreement to talk to the bank's decision."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.filters import CodeFilter, SyncedFilters, TextFilter
from api.selectors import has_reference, synced
from api.services.drafts import draft_once, intend_once
from api.services.openings import open_row
from api.services.references import ReferenceTaken, refer
from api.v1.application_serializers import (
    ApplicationOpened,
    ApplicationShown,
    DraftAsked,
    IntentAsked,
    IntentShown,
    ReviseAsked,
)
from api.v1.base import BankView, reads, writes
from api.v1.loan_serializers import LoanShown
from api.v1.serializers import ReferenceAsked
from api.v1.single import shows_one
from api.v1.steps import Answered, takes_steps
from common.enums import Category, Mode
from common.fields import written_alike
from loans.application_transitions import APPLICATION_STEPS
from loans.enums import ApplicationState
from loans.models import Application, Intent
from loans.selectors.visible import applications_visible_to, intents_visible_to
from loans.services.applications import CategoryNotOfEntry, EntryNotOpen, NoSuchBank, TakesNoBusiness, revise_draft
from loans.services.step_services import APPLICATION_SERVICES
from loans.services.steps import DateInFuture, WrongState
from parties.services.institutions import BankExcluded

APPLICATION_RELATED = ("entry__district", "enterprise", "project", "bank", "deadline")
OPENED_RELATED = ("policy_version", "submitted_by")


class IntentFilters(SyncedFilters):
    """How intents are found."""

    entry = django_filters.UUIDFilter(field_name="entry__public_id", label="白名单条目标识")
    credit_code = CodeFilter(field_name="entry__enterprise__credit_code", label="企业统一社会信用代码")


class IntentView(ListModelMixin, BankView):
    """Preliminary agreements between the bank and listed enterprises."""

    tag = "融资申请"
    serializer_class = IntentShown
    filterset_class = IntentFilters
    ordering_fields = {"recorded_on": "recorded_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Intent]:
        """Return the caller's intents."""
        return synced(intents_visible_to(self.member).select_related("entry", "entry__enterprise"), actor=self.member)

    @reads(IntentShown, summary="合作意向列表", clause="FP 2.2.1", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of intents."""
        return self.page(self.rows())

    @writes(
        IntentShown,
        scope=Scope.DECIDE,
        asks=IntentAsked,
        summary="登记合作意向",
        says="同一条目只登记一次，再次登记返回已有记录。",
        clause="FP 2.2.1；D8",
        refuses=(EntryNotOpen, TakesNoBusiness, DateInFuture, ReferenceTaken),
        status=201,
        address="",
    )
    def create(self, **asked: Any) -> Intent:
        """Record an intent."""
        return intend_once(rows=self.rows(), **asked, **self.acting)

    retrieve = shows_one(IntentShown, summary="查看合作意向", clause="FP 2.2.1")


class ApplicationFilters(SyncedFilters):
    """How applications are found."""

    state = django_filters.ChoiceFilter(choices=ApplicationState.choices, label="状态")
    mode = django_filters.ChoiceFilter(choices=Mode.choices, label="出资模式")
    category = django_filters.ChoiceFilter(choices=Category.choices, label="贷款类别")
    entry = django_filters.UUIDFilter(field_name="entry__public_id", label="白名单条目标识")
    number = CodeFilter(label="申请编号")
    bank_reference = TextFilter(method="filter_reference", label="本行业务编号：起草时的，或此后登记的")
    credit_code = CodeFilter(field_name="enterprise__credit_code", label="企业统一社会信用代码")
    due_before = django_filters.DateFilter(field_name="deadline__due_on", lookup_expr="lt", label="批复期限早于")
    submitted_from = django_filters.DateFilter(field_name="submitted_on", lookup_expr="gte", label="提交日期自（含）")
    submitted_until = django_filters.DateFilter(field_name="submitted_on", lookup_expr="lt", label="提交日期至（不含）")

    def filter_reference(self, rows: QuerySet[Application], name: str, wanted: str) -> QuerySet[Application]:
        """Return the applications under the number they were drafted with or were given later."""
        number = TextFilter.plain(wanted)
        later = has_reference(Application, number, actor=self.request.auth.member)
        return rows.filter(Q(written_alike("bank_reference", number), own_reference="") | later)


@takes_steps(
    APPLICATION_STEPS,
    APPLICATION_SERVICES,
    case="Application",
    key="application_id",
    answers=Answered(shape=ApplicationShown),
    but={"contract": Answered(shape=LoanShown, status=201)},
)
class ApplicationView(ListModelMixin, BankView):
    """Applications addressed to the calling bank, or of the trust mode for the fund manager."""

    tag = "融资申请"
    serializer_class = ApplicationShown
    filterset_class = ApplicationFilters
    ordering_fields = {"amount_requested": "amount_requested", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Application]:
        """Return the applications the caller sees."""
        return synced(applications_visible_to(self.member).select_related(*APPLICATION_RELATED), actor=self.member)

    @reads(ApplicationShown, summary="融资申请列表", clause="FP 1.6.2(1)、FP 1.6.2(2)", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of applications."""
        return self.page(self.rows())

    @reads(
        ApplicationOpened,
        summary="查看融资申请",
        says="含批复时限的计算、补充材料和当前可办理的步骤。每次查看都记入审计日志。",
        clause="FP 1.6.3",
    )
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one application."""
        return Response(
            self.shown(ApplicationOpened, open_row(self.rows().select_related(*OPENED_RELATED), object_id=public_id, **self.acting))
        )

    @writes(
        ApplicationShown,
        scope=Scope.DECIDE,
        asks=DraftAsked,
        summary="代企业起草融资申请",
        says="银行受企业委托起草；上传材料（含企业委托书）后提交。填写 bank_reference 的，同一编号、同一内容再次起草返回已有申请。",
        clause="FP 1.6.2(1)；D39",
        refuses=(CategoryNotOfEntry, NoSuchBank, BankExcluded, ReferenceTaken),
        status=201,
        address="",
    )
    def create(self, **asked: Any) -> Application:
        """Draft an application."""
        return draft_once(rows=applications_visible_to(self.member).select_related(*APPLICATION_RELATED), **asked, **self.acting)

    @writes(
        ApplicationShown,
        scope=Scope.DECIDE,
        asks=ReferenceAsked,
        summary="登记本行业务编号",
        says="企业自行提交的申请没有本行编号，由此登记。",
        refuses=(ReferenceTaken,),
        address="reference",
    )
    def set_reference(self, public_id: UUID, bank_reference: str) -> Application:
        """Note under which number the caller keeps the application."""
        return refer(rows=self.rows(), object_id=public_id, reference=bank_reference, actor=self.member)

    @writes(ApplicationShown, scope=Scope.DECIDE, asks=ReviseAsked, summary="修改草稿", clause="FP 1.6.2(1)", refuses=(WrongState,))
    def revise(self, public_id: UUID, **asked: Any) -> Application:
        """Change a draft."""
        return revise_draft(application_id=public_id, **asked, **self.acting)
