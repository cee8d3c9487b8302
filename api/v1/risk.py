"""Risk as the calling institution may read it: classes, claims, and how near its bank is to warning and suspension."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import SyncedFilters
from api.selectors import synced
from api.services.openings import open_row
from api.v1.base import BankView, reads
from api.v1.fields import Shown, UpdatedAt, shown_money, shown_rate, shown_reference, shown_text
from api.v1.shapes import DeadlineShown, InstitutionShown
from risk.enums import ClaimState
from risk.models import Claim, Classification
from risk.selectors.positions import standings
from risk.selectors.visible import banks_visible_to, claims_visible_to, classifications_visible_to

TAG = "风险"


class ClassificationShown(Shown):
    """The class of a loan from a day on."""

    loan_id = serializers.UUIDField(source="loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="loan.contract_number")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = Classification
        fields = (
            "id", "loan_id", "contract_number", "grade", "from_on", "overdue_days", "suggested", "reason", "decided_at", "bank_reference",
            "updated_at",
        )  # fmt: skip
        clauses = {"grade": "FP 1.5.3"}


class ClassificationFilters(SyncedFilters):
    """How classes are found."""

    loan = django_filters.UUIDFilter(field_name="loan__public_id", label="贷款标识")


class ClassificationView(ListModelMixin, BankView):
    """Asset classes with their history."""

    tag = TAG
    serializer_class = ClassificationShown
    filterset_class = ClassificationFilters
    ordering_fields = {"from_on": "from_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Classification]:
        """Return the classes of the loans the caller sees."""
        return synced(classifications_visible_to(self.member), actor=self.member)

    @reads(ClassificationShown, summary="资产分类列表", clause="FP 1.5.3", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of classes."""
        return self.page(self.rows())


class ClaimShown(Shown):
    """A claim for compensation."""

    loan_id = serializers.UUIDField(source="loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="loan.contract_number")
    bank = InstitutionShown(help_text="申请补偿的银行")
    deadline = DeadlineShown(allow_null=True, help_text="审核期限，尚未开始为空，依据 D37")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = Claim
        fields = (
            "id", "number", "loan_id", "contract_number", "bank", "kind", "state", "amount", "opened_on", "deadline", "supplement",
            "reviewed_on", "refusal", "evidence_kind", "evidence_number", "certified_on", "payable_on", "needs_reapplication", "split_on",
            "paid_on", "ended_on", "ended_reason", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"kind": "FP 1.5", "state": "FP 1.5", "amount": "D16", "payable_on": "D20", "split_on": "D22", "certified_on": "FP 1.5.1"}


class ClaimFilters(SyncedFilters):
    """How claims are found."""

    state = django_filters.ChoiceFilter(choices=ClaimState.choices, label="状态")
    loan = django_filters.UUIDFilter(field_name="loan__public_id", label="贷款标识")
    number = django_filters.CharFilter(label="补偿编号")


class ClaimView(ListModelMixin, BankView):
    """Claims of the calling bank, of the trust mode, or of loans the calling guarantor guarantees."""

    tag = TAG
    serializer_class = ClaimShown
    filterset_class = ClaimFilters
    ordering_fields = {"opened_on": "opened_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Claim]:
        """Return the claims the caller sees."""
        return synced(claims_visible_to(self.member), actor=self.member)

    @reads(ClaimShown, summary="补偿申请列表", clause="FP 1.5", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of claims."""
        return self.page(self.rows())

    @reads(ClaimShown, summary="查看补偿申请", says="每次查看都记入审计日志。", clause="FP 1.5；D15-D22")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one claim."""
        found: Any = open_row(self.rows(), object_id=public_id, **self.acting)
        return Response(self.shown(ClaimShown, found))


class RadarShown(serializers.Serializer[Any]):
    """Where a bank stands before warning and suspension."""

    bank = InstitutionShown(help_text="银行")
    state = shown_text("状态：normal 正常，warning 警示，suspended 暂停补偿，no_data 尚无放款，依据 FP 1.5.3；D19", source="headroom.state")
    disbursed = shown_money("累计放款", source="position.disbursed")
    net_bad_debt = shown_money("坏账净额：认定坏账减追回，依据 D19", source="headroom.net_bad_debt")
    bad_debt_rate = shown_rate("坏账率，尚无放款为空，依据 D19、D34", source="headroom.rate", allow_null=True)
    cap = shown_money("最高补偿额，依据 FP 1.5.3；D20", source="headroom.cap")
    cap_left = shown_money("剩余可补偿额，依据 D20", source="headroom.cap_left")
    to_warning = shown_money("距警示线还可新增的坏账", source="radar.to_warning")
    to_suspension = shown_money("距暂停线还可新增的坏账", source="radar.to_suspension")
    overdue = shown_money("逾期本金")
    if_overdue_fails = shown_rate("逾期本金全部转为坏账后的坏账率，尚无放款为空", source="radar.if_overdue_fails", allow_null=True)
    state_if_overdue_fails = shown_text("逾期本金全部转为坏账后的状态", source="radar.state_if_overdue_fails")
    recovery_to_reopen = shown_money("恢复补偿还需追回", source="radar.recovery_to_reopen")
    disbursement_to_reopen = shown_money("恢复补偿还需新增放款", source="radar.disbursement_to_reopen")


class RadarView(BankView):
    """How near a bank is to warning and suspension."""

    tag = TAG
    filter_backends: Any = ()
    pagination_class: Any = None

    @reads(RadarShown, summary="风险雷达", says="银行只看本行；基金管理人看各合作银行。", clause="FP 1.5.3；D19、D20", many=True)
    def list(self, request: Request) -> Response:
        """Return where each visible bank stands today."""
        found = standings(banks_visible_to(self.member).order_by("code"), on=self.get_serializer_context()["today"])
        return Response(self.shown(RadarShown, found, many=True))
