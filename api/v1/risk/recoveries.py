"""What comes back of bad debts, what is owed back to whoever paid, and what cover costs."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import NumberFilter, SyncedFilters
from api.selectors import synced
from api.services.openings import open_row
from api.v1.base import BankView, reads
from api.v1.risk.debt_reads import opened_recovery
from api.v1.risk.loan_reads import fee_years
from api.v1.risk.recovery_serializers import (
    AverageFeeShown,
    EnhancementFeeShown,
    FeeRateShown,
    GuaranteeFeeShown,
    RecoveryOpened,
    RecoveryShown,
    ReturnShown,
)
from api.v1.risk.references import TAG, names_own_number
from api.v1.single import shows_one
from api.v1.steps import Answered, takes_steps
from risk.enums import MoneyStep, Payer, ReturnState
from risk.models import EnhancementFee, EnhancementFeeRate, GuaranteeFee, Recovery, Return
from risk.recoveries.services.step_services import RETURN_SERVICES
from risk.recoveries.transitions import RETURN_STEPS
from risk.visibility import (
    enhancement_fee_rates_visible_to,
    enhancement_fees_visible_to,
    guarantee_fees_visible_to,
    recoveries_visible_to,
    returns_visible_to,
)


class RecoveryFilters(SyncedFilters):
    """How recoveries are found."""

    bank_reference = NumberFilter(label="银行流水号")
    bad_debt = django_filters.UUIDFilter(field_name="bad_debt__public_id", label="坏账标识")
    loan = django_filters.UUIDFilter(field_name="bad_debt__loan__public_id", label="贷款标识")
    claim = django_filters.UUIDFilter(field_name="claim__public_id", label="补偿申请标识")
    step = django_filters.ChoiceFilter(choices=MoneyStep.choices, label="复核状态")
    received_from = django_filters.DateFilter(field_name="received_on", lookup_expr="gte", label="到账日期自（含）")
    received_until = django_filters.DateFilter(field_name="received_on", lookup_expr="lt", label="到账日期至（不含）")


class RecoveryView(ListModelMixin, BankView):
    """What banks got back of bad debts; recorded with the bad debt."""

    tag = TAG
    serializer_class = RecoveryShown
    filterset_class = RecoveryFilters
    ordering_fields = {"received_on": "received_on", "amount": "amount", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Recovery]:
        """Return the recoveries of the loans the caller sees."""
        return synced(recoveries_visible_to(self.member), actor=self.member)

    @reads(RecoveryShown, summary="追偿收回列表", clause="FP 1.5.1、FP 1.5.2(2)；D21", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of recoveries."""
        return self.page(self.rows())

    @reads(
        RecoveryOpened,
        summary="查看追偿收回",
        says="含按承担比例分给各方的情况。每次查看都记入审计日志。",
        clause="FP 1.5.2(2)；D21",
    )
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one recovery."""
        return Response(self.shown(RecoveryOpened, opened_recovery(self.rows(), recovery_id=public_id, **self.acting)))


class ReturnFilters(SyncedFilters):
    """How returns are found."""

    state = django_filters.ChoiceFilter(choices=ReturnState.choices, label="状态")
    payer = django_filters.ChoiceFilter(
        field_name="answers__payer", choices=[choice for choice in Payer.choices if choice[0] != Payer.BANK], label="收款方类别"
    )
    recovery = django_filters.UUIDFilter(field_name="recovery__public_id", label="追偿标识")
    claim = django_filters.UUIDFilter(field_name="answers__payment__claim__public_id", label="补偿申请标识")
    due_before = django_filters.DateFilter(field_name="deadline__due_on", lookup_expr="lt", label="退回期限早于")


@takes_steps(RETURN_STEPS, RETURN_SERVICES, case="Return", key="return_id", answers=Answered(shape=ReturnShown))
class ReturnView(ListModelMixin, BankView):
    """What is owed back to guarantor, fee pool and treasuries after a recovery."""

    tag = TAG
    serializer_class = ReturnShown
    filterset_class = ReturnFilters
    ordering_fields = {"amount": "amount", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Return]:
        """Return the returns of the loans the caller sees."""
        return synced(returns_visible_to(self.member), actor=self.member)

    @reads(ReturnShown, summary="应退回款列表", clause="FP 1.5.2(2)；D21、D37", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of returns."""
        return self.page(self.rows())

    @reads(ReturnShown, summary="查看应退回款", says="每次查看都记入审计日志。", clause="FP 1.5.2(2)；D21、D37")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one return."""
        return Response(self.shown(ReturnShown, open_row(self.rows(), object_id=public_id, **self.acting)))

    set_reference = names_own_number(ReturnShown)


class GuaranteeFeeFilters(SyncedFilters):
    """How guarantee fees are found."""

    loan = django_filters.UUIDFilter(field_name="guarantee__loan__public_id", label="贷款标识")
    step = django_filters.ChoiceFilter(choices=MoneyStep.choices, label="复核状态")
    voucher = NumberFilter(label="收款凭证号")
    charged_from = django_filters.DateFilter(field_name="charged_on", lookup_expr="gte", label="收取日期自（含）")
    charged_until = django_filters.DateFilter(field_name="charged_on", lookup_expr="lt", label="收取日期至（不含）")


class GuaranteeFeeView(ListModelMixin, BankView):
    """Guarantee fees charged; recorded with the loan."""

    tag = TAG
    serializer_class = GuaranteeFeeShown
    filterset_class = GuaranteeFeeFilters
    ordering_fields = {"charged_on": "charged_on", "amount": "amount", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[GuaranteeFee]:
        """Return the fees of the loans the caller sees."""
        return synced(guarantee_fees_visible_to(self.member), actor=self.member)

    @reads(GuaranteeFeeShown, summary="担保费列表", clause="FP 1.5.2(1)；D23", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of fees."""
        return self.page(self.rows())

    set_reference = names_own_number(GuaranteeFeeShown)

    retrieve = shows_one(GuaranteeFeeShown, summary="查看担保费", clause="FP 1.5.2(1)；D23")


class AverageFeeView(BankView):
    """Average guarantee fees against the limit."""

    tag = TAG
    filter_backends: Any = ()
    pagination_class: Any = None

    @reads(
        AverageFeeShown,
        summary="年平均担保费率",
        says="担保公司看本公司，银行看为本行贷款担保的公司；按担保金额加权，与上限比较。",
        clause="FP 1.5.2(1)；D23",
        many=True,
    )
    def list(self, request: Request) -> Response:
        """Return the averages, latest year first."""
        found = fee_years(actor=self.member, on=self.get_serializer_context()["today"])
        return Response(self.shown(AverageFeeShown, found, many=True))


class EnhancementFeeFilters(SyncedFilters):
    """How credit-enhancement fees are found."""

    loan = django_filters.UUIDFilter(field_name="loan__public_id", label="贷款标识")
    step = django_filters.ChoiceFilter(choices=MoneyStep.choices, label="复核状态")
    collected_from = django_filters.DateFilter(field_name="collected_on", lookup_expr="gte", label="收取日期自（含）")
    collected_until = django_filters.DateFilter(field_name="collected_on", lookup_expr="lt", label="收取日期至（不含）")


class EnhancementFeeView(ListModelMixin, BankView):
    """Credit-enhancement fees collected; recorded with the loan."""

    tag = TAG
    serializer_class = EnhancementFeeShown
    filterset_class = EnhancementFeeFilters
    ordering_fields = {"collected_on": "collected_on", "amount": "amount", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[EnhancementFee]:
        """Return the fees of the loans the caller sees."""
        return synced(enhancement_fees_visible_to(self.member), actor=self.member)

    @reads(EnhancementFeeShown, summary="增信服务费列表", clause="FP 1.5.2(2)；D23、D35", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of fees."""
        return self.page(self.rows())

    set_reference = names_own_number(EnhancementFeeShown)

    retrieve = shows_one(EnhancementFeeShown, summary="查看增信服务费", clause="FP 1.5.2(2)；D23")


class FeeRateView(ListModelMixin, BankView):
    """The dated table of the credit-enhancement fee."""

    tag = TAG
    serializer_class = FeeRateShown
    filter_backends: Any = ()
    pagination_class: Any = None

    def rows(self) -> QuerySet[EnhancementFeeRate]:
        """Return the table in order."""
        return enhancement_fee_rates_visible_to(self.member).order_by("from_on")

    @reads(FeeRateShown, summary="增信服务费标准", says="自各生效日期起的费率。", clause="FP 1.5.2(2)；D23", many=True)
    def list(self, request: Request) -> Response:
        """Return the table."""
        return Response(self.shown(FeeRateShown, self.rows(), many=True))
