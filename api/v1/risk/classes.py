"""Classes of loans: what the overdue days suggest, what the bank decides; debts recognised as bad."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.filters import NumberFilter, SyncedFilters
from api.selectors import synced
from api.services.openings import open_row
from api.services.references import ReferenceTaken
from api.v1.base import BankView, reads, writes
from api.v1.risk.claim_serializers import ClaimShown, FileClaimAsked, PursueAsked
from api.v1.risk.class_serializers import BadDebtOpened, BadDebtShown, ClassificationShown, SuggestionShown
from api.v1.risk.debt_reads import opened_bad_debt
from api.v1.risk.recovery_serializers import RecoveryAsked, RecoveryShown
from api.v1.risk.references import TAG, names_own_number
from api.v1.risk.services import file_once, pursue_once
from api.v1.single import shows_one
from common.errors import ReasonMissing
from documents.selectors import PaperMissing
from risk.claims.services.opening import ClaimOpen, NothingCovered, WrongWay
from risk.claims.services.steps import AmountBeyondLoss
from risk.enums import Grade, SuggestionState
from risk.models import BadDebt, Claim, Classification, ClassificationSuggestion, Recovery
from risk.recoveries.rules import RecoveryExceedsPaid
from risk.recoveries.services.records import AmountInvalid, CostsUnexplained, RecoveryDated, ReferenceUsed, record_recovery
from risk.visibility import bad_debts_visible_to, classifications_visible_to, suggestions_visible_to


class LoanFilters(SyncedFilters):
    """How what hangs on a loan is found."""

    loan = django_filters.UUIDFilter(field_name="loan__public_id", label="贷款标识")
    contract_number = NumberFilter(field_name="loan__contract_number", label="合同编号")


class ClassificationFilters(LoanFilters):
    """How classes are found."""

    grade = django_filters.ChoiceFilter(choices=Grade.choices, label="分类")
    from_from = django_filters.DateFilter(field_name="from_on", lookup_expr="gte", label="认定日期自（含）")
    from_until = django_filters.DateFilter(field_name="from_on", lookup_expr="lt", label="认定日期至（不含）")


class ClassificationView(ListModelMixin, BankView):
    """Asset classes with their history."""

    tag = TAG
    serializer_class = ClassificationShown
    filterset_class = ClassificationFilters
    ordering_fields = {"from_on": "from_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Classification]:
        """Return the classes of the loans the caller sees."""
        return synced(classifications_visible_to(self.member), actor=self.member)

    @reads(ClassificationShown, summary="资产分类列表", says="含历史，最近一次为现行分类。", clause="FP 1.5.3", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of classes."""
        return self.page(self.rows())

    @reads(ClassificationShown, summary="查看资产分类", clause="FP 1.5.3")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one class."""
        return Response(self.shown(ClassificationShown, open_row(self.rows(), object_id=public_id, **self.acting)))

    set_reference = names_own_number(ClassificationShown)


class SuggestionFilters(LoanFilters):
    """How suggestions are found."""

    state = django_filters.ChoiceFilter(choices=SuggestionState.choices, label="状态")
    grade = django_filters.ChoiceFilter(choices=Grade.choices, label="建议分类")


class SuggestionView(ListModelMixin, BankView):
    """Classes that the overdue days suggest; the bank answers each by deciding on the loan's class."""

    tag = TAG
    serializer_class = SuggestionShown
    filterset_class = SuggestionFilters
    ordering_fields = {"suggested_on": "suggested_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[ClassificationSuggestion]:
        """Return the suggestions for the loans the caller sees."""
        return synced(suggestions_visible_to(self.member).select_related("answer"), actor=self.member)

    @reads(
        SuggestionShown,
        summary="分类建议列表",
        says="系统每日按逾期天数建议；银行以“认定资产分类”答复，采纳或另行认定。",
        clause="FP 1.5.3；D19",
        many=True,
    )
    def list(self, request: Request) -> Response:
        """Return a page of suggestions."""
        return self.page(self.rows())

    set_reference = names_own_number(SuggestionShown)
    retrieve = shows_one(SuggestionShown, summary="查看分类建议", clause="FP 1.5.3；D19")


class BadDebtFilters(LoanFilters):
    """How bad debts are found."""

    recognised_from = django_filters.DateFilter(field_name="recognised_on", lookup_expr="gte", label="认定日期自（含）")
    recognised_until = django_filters.DateFilter(field_name="recognised_on", lookup_expr="lt", label="认定日期至（不含）")
    has_claim = django_filters.BooleanFilter(method="filter_has_claim", label="是否有补偿申请")

    def filter_has_claim(self, rows: QuerySet[BadDebt], name: str, wanted: bool) -> QuerySet[BadDebt]:
        """Return the bad debts with, or without, a claim."""
        with_claim = Claim.objects.values("bad_debt")
        return rows.filter(pk__in=with_claim) if wanted else rows.exclude(pk__in=with_claim)


class BadDebtView(ListModelMixin, BankView):
    """Debts recognised as bad; claims and recoveries begin here."""

    tag = TAG
    serializer_class = BadDebtShown
    filterset_class = BadDebtFilters
    ordering_fields = {"recognised_on": "recognised_on", "principal": "principal", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[BadDebt]:
        """Return the bad debts of the loans the caller sees."""
        return synced(bad_debts_visible_to(self.member).select_related("loan__policy_version", "bank", "classification"), actor=self.member)

    @reads(BadDebtShown, summary="坏账列表", clause="FP 1.5.3；D15、D16", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of bad debts."""
        return self.page(self.rows())

    @reads(
        BadDebtOpened,
        summary="查看坏账",
        says="含追偿净额、补偿申请和尚缺的材料。每次查看都记入审计日志。",
        clause="FP 1.5.3；D15、D16、D19",
    )
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one bad debt."""
        return Response(self.shown(BadDebtOpened, opened_bad_debt(self.rows(), bad_debt_id=public_id, **self.acting)))

    @writes(
        ClaimShown,
        scope=Scope.DECIDE,
        asks=FileClaimAsked,
        summary="提交补偿申请（研发贷款）",
        says="先补偿、后追偿。所需材料先上传到坏账；审核期限自今天起算。填写 bank_reference 的，同一编号、同一内容再次提交返回已有申请。",
        clause="FP 1.5.2(1)、FP 1.5.2(2)；D16、D36、D37",
        refuses=(WrongWay, NothingCovered, ClaimOpen, AmountBeyondLoss, PaperMissing, ReferenceTaken),
        status=201,
    )
    def claims(self, public_id: UUID, **asked: Any) -> Claim:
        """File a claim."""
        return file_once(bad_debt_id=public_id, **asked, **self.acting)

    @writes(
        ClaimShown,
        scope=Scope.DECIDE,
        asks=PursueAsked,
        summary="开始追偿（项目贷款）",
        says="先追偿、后分担：银行先行追偿，不能收回的部分凭法院或破产文书提请认定损失。",
        clause="FP 1.5.1",
        refuses=(WrongWay, ClaimOpen, ReferenceTaken),
        status=201,
    )
    def pursuits(self, public_id: UUID, **asked: Any) -> Claim:
        """Begin a project claim."""
        return pursue_once(bad_debt_id=public_id, **asked, **self.acting)

    @writes(
        RecoveryShown,
        scope=Scope.MONEY,
        asks=RecoveryAsked,
        summary="登记追偿收回",
        says="由程序登记的，须由本行复核人员在系统内复核后才计入；复核后按分担比例退回各支付方。",
        clause="FP 1.5.1、FP 1.5.2(2)；D19、D21",
        refuses=(AmountInvalid, CostsUnexplained, RecoveryDated, ReferenceUsed, ReasonMissing, RecoveryExceedsPaid),
        status=201,
    )
    def recoveries(self, public_id: UUID, **asked: Any) -> Recovery:
        """Record a recovery."""
        return record_recovery(bad_debt_id=public_id, **asked, **self.acting)

    set_reference = names_own_number(BadDebtShown)
