"""Intents and applications: from the first agreement to talk to the bank's decision."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Q, QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.filters import SyncedFilters
from api.selectors import synced
from api.services.drafts import draft_once, intend_once
from api.services.openings import open_row
from api.services.references import ReferenceTaken, refer
from api.v1.application_shapes import (
    AnswerAsked,
    ApplicationOpened,
    ApplicationShown,
    ApproveAsked,
    DraftAsked,
    IntentAsked,
    IntentShown,
    RefuseAsked,
    ReviseAsked,
    SupplementAsked,
)
from api.v1.base import BankView, reads, writes
from api.v1.loan_shapes import ContractAsked, LoanShown
from api.v1.shapes import Nothing, ReferenceAsked, StepOnDay
from api.v1.single import shows_one
from common.enums import Category, Mode
from loans.enums import ApplicationState
from loans.models import Application, Intent, Loan
from loans.models.applications import ApprovalLapsed, ApprovedMoreThanRequested, RefusalUnexplained, StepOutOfOrder
from loans.rules import OverCap
from loans.selectors import applications_visible_to, intents_visible_to
from loans.selectors.caps import NoQuota
from loans.services import (
    accept_application,
    answer_supplement,
    approve_application,
    ask_supplement,
    begin_review,
    meet_conditions,
    refuse_application,
    revise_draft,
    sign_contract,
    submit_application,
)
from loans.services.applications import CategoryNotOfEntry, EntryNotOpen, NoSuchBank, SupplementUnsaid
from loans.services.approval import EntryRemoved
from loans.services.contracts import ContractNumberTaken, ContractOverApproval, StackedContract
from loans.services.steps import DateInFuture, LateReasonMissing, WrongState
from loans.services.submission import BankNotParticipating, StackedSupport, StackedWithUpgradeSubsidy, SubmissionIncomplete
from policy.selectors import PlanEnded

APPLICATION_RELATED = ("entry__district", "enterprise", "project", "bank", "deadline")
OPENED_RELATED = ("policy_version", "submitted_by")
STEP = (WrongState, StepOutOfOrder, DateInFuture, LateReasonMissing)


class IntentFilters(SyncedFilters):
    """How intents are found."""

    entry = django_filters.UUIDFilter(field_name="entry__public_id", label="白名单条目标识")
    credit_code = django_filters.CharFilter(field_name="entry__enterprise__credit_code", label="企业统一社会信用代码")


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
        refuses=(EntryNotOpen, DateInFuture, ReferenceTaken),
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
    number = django_filters.CharFilter(label="申请编号")
    bank_reference = django_filters.CharFilter(method="filter_reference", label="本行业务编号：起草时的，或此后登记的")
    credit_code = django_filters.CharFilter(field_name="enterprise__credit_code", label="企业统一社会信用代码")
    due_before = django_filters.DateFilter(field_name="deadline__due_on", lookup_expr="lt", label="批复期限早于")
    submitted_from = django_filters.DateFilter(field_name="submitted_on", lookup_expr="gte", label="提交日期自（含）")
    submitted_until = django_filters.DateFilter(field_name="submitted_on", lookup_expr="lt", label="提交日期至（不含）")

    def filter_reference(self, rows: QuerySet[Application], name: str, wanted: str) -> QuerySet[Application]:
        """Return the applications under the number they were drafted with or were given later."""
        return rows.filter(Q(bank_reference=wanted, own_reference="") | Q(own_reference=wanted))


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
        refuses=(CategoryNotOfEntry, NoSuchBank, ReferenceTaken),
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

    @writes(
        ApplicationShown,
        scope=Scope.DECIDE,
        asks=Nothing,
        summary="代企业提交融资申请",
        says="提交当日为第 0 天，起算 30 个工作日；缺少必填项或材料的不予提交。企业规模和适用政策自此固定。",
        clause="FP 1.6.2(1)、FP 1.6.3；D7、D29、D38",
        refuses=(
            WrongState, PlanEnded, EntryNotOpen, BankNotParticipating, StackedSupport, StackedWithUpgradeSubsidy, SubmissionIncomplete,
        ),
    )  # fmt: skip
    def submit(self, public_id: UUID) -> Application:
        """Submit an application."""
        return submit_application(application_id=public_id, **self.acting)

    @writes(ApplicationShown, scope=Scope.DECIDE, asks=StepOnDay, summary="受理申请", clause="FP 1.6.2(1)；D7", refuses=STEP)
    def accept(self, public_id: UUID, **asked: Any) -> Application:
        """Take the case up."""
        return accept_application(application_id=public_id, **asked, **self.acting)

    @writes(
        ApplicationShown,
        scope=Scope.DECIDE,
        asks=SupplementAsked,
        summary="要求补充材料",
        says="等待补充期间 30 个工作日继续计算。",
        clause="FP 1.6.2(1)；D7",
        refuses=(*STEP, SupplementUnsaid),
    )
    def ask_supplement(self, public_id: UUID, **asked: Any) -> Application:
        """Ask for more."""
        return ask_supplement(application_id=public_id, **asked, **self.acting)

    @writes(ApplicationShown, scope=Scope.DECIDE, asks=AnswerAsked, summary="代企业提交补充材料", clause="D7", refuses=STEP)
    def answer_supplement(self, public_id: UUID, **asked: Any) -> Application:
        """Hand in what was asked for."""
        return answer_supplement(application_id=public_id, **asked, **self.acting)

    @writes(ApplicationShown, scope=Scope.DECIDE, asks=StepOnDay, summary="开始审查", clause="FP 1.6.2(1)", refuses=STEP)
    def begin_review(self, public_id: UUID, **asked: Any) -> Application:
        """Begin the review."""
        return begin_review(application_id=public_id, **asked, **self.acting)

    @writes(
        ApplicationShown,
        scope=Scope.DECIDE,
        asks=ApproveAsked,
        summary="批复",
        says="在项目（企业）各项限额和本行额度之内批复；超出的，errors 逐项列出剩余额度和条款。",
        clause="FP 1.2、FP 1.3、FP 1.6.3；D2、D3、D37、D40",
        refuses=(*STEP, ApprovedMoreThanRequested, EntryRemoved, NoQuota, OverCap),
    )
    def approve(self, public_id: UUID, **asked: Any) -> Application:
        """Approve."""
        return approve_application(application_id=public_id, **asked, **self.acting)

    @writes(
        ApplicationShown,
        scope=Scope.DECIDE,
        asks=RefuseAsked,
        summary="不予批复",
        says="原因代码必填，企业可见；选 other 的须写说明。",
        clause="FP 1.6.2(1)、FP 1.6.3",
        refuses=(*STEP, RefusalUnexplained),
    )
    def refuse(self, public_id: UUID, **asked: Any) -> Application:
        """Refuse."""
        return refuse_application(application_id=public_id, **asked, **self.acting)

    @writes(
        ApplicationShown,
        scope=Scope.DECIDE,
        asks=StepOnDay,
        summary="达到放款条件",
        says="响应率以此日期计算。",
        clause="FP 2.2.1；D7",
        refuses=(*STEP, ApprovalLapsed),
    )
    def meet_conditions(self, public_id: UUID, **asked: Any) -> Application:
        """Record that the conditions are met."""
        return meet_conditions(application_id=public_id, **asked, **self.acting)

    @writes(
        LoanShown,
        scope=Scope.DECIDE,
        asks=ContractAsked,
        summary="签约",
        says="申请成为贷款。专项贷款由银行签约，信托服务由基金管理人签约。",
        clause="FP 1.4.1、FP 1.6.3；D35、D37、D39",
        refuses=(*STEP, ApprovalLapsed, EntryRemoved, ContractOverApproval, ContractNumberTaken, StackedContract),
        status=201,
    )
    def contract(self, public_id: UUID, **asked: Any) -> Loan:
        """Sign the contract."""
        return sign_contract(application_id=public_id, **asked, **self.acting)
