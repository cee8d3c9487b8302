"""Claims: the bank's steps, the guarantor's review, the proposal of payment; payments made, renewed applications."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.changes import MomentFilter, Synchronised, of_changed_claims
from api.enums import Scope
from api.filters import CodeFilter, Filters, NumberFilter, SyncedFilters, TextFilter
from api.selectors import referred, synced
from api.services.openings import open_row
from api.services.references import ReferenceTaken
from api.v1.base import BankView, reads, writes
from api.v1.risk.claim_reads import opened_claim
from api.v1.risk.claim_serializers import (
    ClaimOpened,
    ClaimShown,
    CompensationShown,
    ReapplicationShown,
    ReapplyAsked,
)
from api.v1.risk.classes import LoanFilters
from api.v1.risk.references import TAG, names_own_number
from api.v1.risk.services import reapply_once
from api.v1.single import shows_one
from api.v1.steps import Answered, takes_steps
from common.errors import ReasonMissing
from risk.claims.services.payments import NoRoomYet, NothingQueued
from risk.claims.services.step_services import CLAIM_SERVICES
from risk.claims.transitions import CLAIM_STEPS, ClaimState
from risk.enums import ClaimKind
from risk.models import Claim, Payment, Reapplication
from risk.visibility import claims_visible_to, compensations_visible_to, reapplications_visible_to


class ClaimFilters(LoanFilters):
    """How claims are found."""

    state = django_filters.ChoiceFilter(choices=ClaimState.choices, label="状态")
    kind = django_filters.ChoiceFilter(choices=ClaimKind.choices, label="办理方式")
    bad_debt = django_filters.UUIDFilter(field_name="bad_debt__public_id", label="坏账标识")
    number = CodeFilter(label="补偿编号")
    needs_reapplication = django_filters.BooleanFilter(label="是否待银行重新申请")
    due_before = django_filters.DateFilter(field_name="deadline__due_on", lookup_expr="lt", label="审核期限早于")


@takes_steps(CLAIM_STEPS, CLAIM_SERVICES, case="Claim", key="claim_id", answers=Answered(shape=ClaimShown))
class ClaimView(ListModelMixin, BankView):
    """Claims of the calling bank, of the trust mode, or of loans the calling guarantor guarantees."""

    tag = TAG
    serializer_class = ClaimShown
    filterset_class = ClaimFilters
    ordering_fields = {"opened_on": "opened_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Claim]:
        """Return the claims the caller sees."""
        return synced(claims_visible_to(self.member).select_related("loan", "bank", "deadline", "bad_debt", "reviewer"), actor=self.member)

    @reads(ClaimShown, summary="补偿申请列表", clause="FP 1.5", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of claims."""
        return self.page(self.rows())

    @reads(
        ClaimOpened,
        summary="查看补偿申请",
        says="含逐个承担方的分担和条款、已付和排队未付的金额及原因、队列位次、可办理的步骤。每次查看都记入审计日志。",
        clause="FP 1.5；D15-D22",
    )
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one claim."""
        today = self.get_serializer_context()["today"]
        found = opened_claim(self.rows(), claim_id=public_id, on=today, **self.acting)
        return Response(self.shown(ClaimOpened, found))

    set_reference = names_own_number(ClaimShown)


class CompensationFilters(Synchronised, Filters):
    """How payments are found."""

    claim = django_filters.UUIDFilter(field_name="claim__public_id", label="补偿申请标识")
    contract_number = NumberFilter(field_name="claim__loan__contract_number", label="合同编号")
    bank_reference = TextFilter(method="filter_own_reference", label="本机构自己的业务编号")
    paid_from = django_filters.DateFilter(field_name="paid_on", lookup_expr="gte", label="支付日期自（含）")
    paid_until = django_filters.DateFilter(field_name="paid_on", lookup_expr="lt", label="支付日期至（不含）")
    changed = staticmethod(of_changed_claims)
    updated_since = MomentFilter("的支付", field_name="paid_at", lookup_expr="gte")


class CompensationView(ListModelMixin, BankView):
    """Compensation paid, piece by piece, with the bank's figures just before each payment."""

    tag = TAG
    serializer_class = CompensationShown
    filterset_class = CompensationFilters
    ordering_fields = {"paid_on": "paid_on", "amount": "amount"}

    def rows(self) -> QuerySet[Payment]:
        """Return the payments of the claims the caller sees."""
        found = compensations_visible_to(self.member).prefetch_related("parts__institution")
        return referred(found, actor=self.member)

    @reads(CompensationShown, summary="补偿支付列表", clause="FP 1.5；D20", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of payments."""
        return self.page(self.rows())

    @reads(CompensationShown, summary="查看补偿支付", says="每次查看都记入审计日志。", clause="FP 1.5；D20")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one payment."""
        return Response(self.shown(CompensationShown, open_row(self.rows(), object_id=public_id, **self.acting)))

    set_reference = names_own_number(CompensationShown)


class ReapplicationFilters(SyncedFilters):
    """How renewed applications are found."""

    applied_from = django_filters.DateFilter(field_name="applied_on", lookup_expr="gte", label="申请日期自（含）")


class ReapplicationView(ListModelMixin, BankView):
    """A bank's renewed applications for what breaker or cap held back."""

    tag = TAG
    serializer_class = ReapplicationShown
    filterset_class = ReapplicationFilters
    ordering_fields = {"applied_on": "applied_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Reapplication]:
        """Return the renewed applications the caller sees."""
        return synced(reapplications_visible_to(self.member), actor=self.member)

    @reads(ReapplicationShown, summary="重新申请补偿列表", clause="FP 1.5.3；D20", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of renewed applications."""
        return self.page(self.rows())

    @writes(
        ReapplicationShown,
        scope=Scope.DECIDE,
        asks=ReapplyAsked,
        summary="重新申请补偿",
        says="放款增加或款项追回、有剩余可补偿金额后，就排队未付的补偿重新申请；随即按队列支付。",
        clause="FP 1.5.3；D20",
        refuses=(ReasonMissing, NothingQueued, NoRoomYet, ReferenceTaken),
        status=201,
        address="",
    )
    def create(self, **asked: Any) -> Reapplication:
        """Apply anew."""
        return reapply_once(**asked, **self.acting)

    set_reference = names_own_number(ReapplicationShown)
    retrieve = shows_one(ReapplicationShown, summary="查看重新申请补偿", clause="FP 1.5.3；D20")
