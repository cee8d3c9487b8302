"""What of risk begins with a loan: its class, the recognition as bad, fees for cover, its total cost."""

from typing import Any
from uuid import UUID

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.services.references import ReferenceTaken
from api.v1.base import BankView, reads, writes
from api.v1.risk.class_serializers import BadDebtShown, ClassificationShown, ClassifyAsked, RecogniseAsked
from api.v1.risk.loan_reads import cost_of_loan
from api.v1.risk.recovery_serializers import EnhancementFeeAsked, EnhancementFeeShown, GuaranteeFeeAsked, GuaranteeFeeShown, TotalCostShown
from api.v1.risk.services import VoucherTaken, charge_once, classify_once, collect_once, recognise_once
from common.dates import PeriodReversed
from common.errors import ReasonMissing, VoucherMissing
from risk.classification.services import (
    AlreadyRecognised,
    ClassifiedBefore,
    DayToCome,
    NothingOutstanding,
    NotNonPerforming,
    RecognitionDated,
)
from risk.fees.rules import NoEnhancementFeeRate
from risk.fees.services import FeeCollectedBefore, FeeDated, NoFeeDue
from risk.models import BadDebt, Classification, EnhancementFee, GuaranteeFee


class LoanRiskSteps(BankView):
    """Steps of risk on a loan."""

    @writes(
        ClassificationShown,
        scope=Scope.DECIDE,
        asks=ClassifyAsked,
        summary="认定资产分类",
        says="同时答复未确认的分类建议。与按逾期天数的类别不一致的须写理由。",
        clause="FP 1.5.3；D19",
        refuses=(DayToCome, ReasonMissing, ClassifiedBefore, ReferenceTaken),
        status=201,
    )
    def classifications(self, public_id: UUID, **asked: Any) -> Classification:
        """Decide on the class."""
        return classify_once(loan_id=public_id, **{"on": self.get_serializer_context()["today"]} | asked, **self.acting)

    @writes(
        BadDebtShown,
        scope=Scope.DECIDE,
        asks=RecogniseAsked,
        summary="认定坏账",
        says="分类为次级、可疑或损失的，认定其未还本金为坏账，每笔贷款一次；随即重新核对本行的警示和熔断。",
        clause="FP 1.5.3；D15、D16、D19",
        refuses=(ReasonMissing, DayToCome, RecognitionDated, AlreadyRecognised, NothingOutstanding, NotNonPerforming, ReferenceTaken),
        status=201,
    )
    def bad_debts(self, public_id: UUID, **asked: Any) -> BadDebt:
        """Recognise the debt as bad."""
        return recognise_once(loan_id=public_id, **asked, **self.acting)

    @writes(
        GuaranteeFeeShown,
        scope=Scope.MONEY,
        asks=GuaranteeFeeAsked,
        summary="登记担保费",
        says="由担保公司登记；须由本公司复核人员在系统内复核后记账。",
        clause="FP 1.5.2(1)；D23",
        refuses=(VoucherMissing, FeeDated, VoucherTaken),
        status=201,
    )
    def guarantee_fees(self, public_id: UUID, **asked: Any) -> GuaranteeFee:
        """Record a guarantee fee."""
        return charge_once(loan_id=public_id, **asked, **self.acting)

    @writes(
        EnhancementFeeShown,
        scope=Scope.MONEY,
        asks=EnhancementFeeAsked,
        summary="登记增信服务费",
        says="由基金管理人登记；金额由系统按余额、天数和收费标准计算，须由复核人员在系统内复核后记入费池。",
        clause="FP 1.5.2(2)；D23、D35",
        refuses=(VoucherMissing, FeeDated, PeriodReversed, NoFeeDue, FeeCollectedBefore, NoEnhancementFeeRate, ReferenceTaken),
        status=201,
    )
    def enhancement_fees(self, public_id: UUID, **asked: Any) -> EnhancementFee:
        """Record a credit-enhancement fee."""
        return collect_once(loan_id=public_id, **asked, **self.acting)

    @reads(TotalCostShown, summary="贷款综合成本", says="今天的企业利率与增信费率。", clause="FP 1.4.1、FP 1.5.2；D23")
    @action(detail=True, methods=["get"], url_path="total-cost", filter_backends=[], pagination_class=None)
    def total_cost(self, request: Request, public_id: UUID) -> Response:
        """Return what the loan costs its enterprise."""
        today = self.get_serializer_context()["today"]
        return Response(self.shown(TotalCostShown, cost_of_loan(public_id, actor=self.member, on=today)))
