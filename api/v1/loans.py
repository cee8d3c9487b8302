"""Loans, what changes their balance, their guarantee, how their money was used, and the bank's quota."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.changes import MomentFilter, Synchronised, movements_recorded
from api.enums import Scope
from api.filters import CodeFilter, Filters, NumberFilter, SyncedFilters
from api.quotas import quotas_with_use
from api.selectors import brief, synced
from api.services.movements import cure_one, draw_one, overdue_one, repay_one, reverse_one
from api.services.openings import open_row
from api.services.references import ReferenceTaken, refer
from api.services.use_checks import check_use_once
from api.v1.base import BankView, reads, writes
from api.v1.loan_serializers import (
    MOVEMENT_ASKED,
    GuaranteeAsked,
    LoanOpened,
    LoanShown,
    MovementShown,
    QuotaShown,
    ReversalAsked,
    UseCheckAsked,
    UseCheckShown,
)
from api.v1.risk.loan_reads import with_risk
from api.v1.risk.loans import LoanRiskSteps
from api.v1.serializers import ReferenceAsked
from api.v1.single import shows_one
from common.enums import Category, Mode
from common.errors import NotVisible, ReasonMissing
from loans.enums import MovementKind
from loans.models import BankQuota, Guarantee, Loan, Movement, UseOfFundsCheck
from loans.movement_steps import MOVEMENT_STEP
from loans.rules.balances import BalanceBelowZero, DrawnOverContract, NotYetDrawn
from loans.rules.caps import OverCap
from loans.rules.dates import MaturityTooLate
from loans.selectors.visible import loans_visible_to, movements_visible_to, use_checks_visible_to
from loans.services.approval import EntryRemoved
from loans.services.contracts import GuaranteeDiffers, GuaranteeNotNeeded, record_guarantee
from loans.services.movements.batch import AmountInvalid, MovementDated, ReferenceMissing, ReferenceReused
from loans.services.movements.drawdowns import GuaranteeMissing, NotAvailable
from loans.services.movements.record import AlreadyReversed, RecognisedBad
from loans.services.steps import DateInFuture
from loans.services.use_of_funds import NothingDrawn
from parties.models import Member
from parties.selectors import NoTaxHome
from policy.selectors.rates import NoReturnRate

NAMED = ("public_id", "code", "name")
MOVEMENT_REFUSES = (AmountInvalid, ReferenceMissing, ReferenceReused, MovementDated, ReasonMissing, RecognisedBad)
BALANCE_REFUSES = (*MOVEMENT_REFUSES, NotYetDrawn, BalanceBelowZero)


def seen_loans(actor: Member, **further: Sequence[str]) -> QuerySet[Loan]:
    """Return the loans the caller sees, with what is shown of each; ``further`` names columns of more related rows."""
    related = {
        "application": ("public_id", "bank_reference", "entry"),
        "enterprise": ("public_id", "credit_code", "name"),
        "project": NAMED,
        "bank": NAMED,
        "district": ("code", "name"),
        "return_rate": ("rate",),
    }
    return synced(brief(loans_visible_to(actor), **related, **further), actor=actor)


def opened_loans(actor: Member, on: date) -> QuerySet[Loan]:
    """Return the loans the caller sees, with guarantee, county and where each stands in risk on a day."""
    guarantee = ("number", "fee_rate", "is_batch_scheme", "recorded_on", "guarantor")
    further = {"application__entry": ("district",), "guarantee": guarantee, "guarantee__guarantor": NAMED}
    return with_risk(seen_loans(actor, **further), on=on)


def seen_movements(actor: Member) -> QuerySet[Movement]:
    """Return the movements the caller sees, with what is shown of each."""
    return brief(
        movements_visible_to(actor),
        loan=("public_id", "contract_number"),
        reverses=("public_id",),
        contribution=("government", "bank"),
    )


class LoanFilters(SyncedFilters):
    """How loans are found."""

    mode = django_filters.ChoiceFilter(choices=Mode.choices, label="出资模式")
    category = django_filters.ChoiceFilter(choices=Category.choices, label="贷款类别")
    contract_number = NumberFilter(label="合同编号")
    application = django_filters.UUIDFilter(field_name="application__public_id", label="融资申请标识")
    credit_code = CodeFilter(field_name="enterprise__credit_code", label="企业统一社会信用代码")
    signed_from = django_filters.DateFilter(field_name="signed_on", lookup_expr="gte", label="签约日期自（含）")
    signed_until = django_filters.DateFilter(field_name="signed_on", lookup_expr="lt", label="签约日期至（不含）")
    has_overdue = django_filters.BooleanFilter(field_name="overdue", lookup_expr="gt", method="filter_has_overdue", label="是否有逾期本金")

    is_bad = django_filters.BooleanFilter(field_name="bad_debt", lookup_expr="isnull", exclude=True, label="是否已认定坏账")

    def filter_has_overdue(self, rows: QuerySet[Loan], name: str, wanted: bool) -> QuerySet[Loan]:
        """Return the loans with, or without, overdue principal."""
        return rows.filter(overdue__gt=0) if wanted else rows.filter(overdue=0)


class LoanView(ListModelMixin, LoanRiskSteps):
    """Loans of the calling bank, of the trust mode for the fund manager, or guaranteed by the calling guarantor."""

    tag = "贷款"
    serializer_class = LoanShown
    filterset_class = LoanFilters
    ordering_fields = {"contract_amount": "contract_amount", "signed_on": "signed_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Loan]:
        """Return the loans the caller sees."""
        return seen_loans(self.member)

    @reads(LoanShown, summary="贷款列表", clause="FP 1.6.3", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of loans."""
        return self.page(self.rows())

    @reads(
        LoanOpened,
        summary="查看贷款",
        says="含担保记录、风险分类和坏账、补偿申请的标识；变动另见变动列表。每次查看都记入审计日志。",
        clause="FP 1.6.3",
    )
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one loan."""
        rows = opened_loans(self.member, self.get_serializer_context()["today"])
        return Response(self.shown(LoanOpened, open_row(rows, object_id=public_id, **self.acting)))

    @writes(LoanShown, scope=Scope.DECIDE, asks=ReferenceAsked, summary="登记本行业务编号", refuses=(ReferenceTaken,), address="reference")
    def set_reference(self, public_id: UUID, bank_reference: str) -> Loan:
        """Note under which number the caller keeps the loan."""
        return refer(rows=self.rows(), object_id=public_id, reference=bank_reference, actor=self.member)

    @writes(
        LoanOpened,
        scope=Scope.DECIDE,
        asks=GuaranteeAsked,
        summary="登记担保",
        says="专项贷款模式的企业研发投入信用贷款，首次放款前须登记担保。",
        clause="FP 1.5.2(1)；D36",
        refuses=(GuaranteeNotNeeded, GuaranteeDiffers, DateInFuture),
    )
    def guarantee(self, public_id: UUID, **asked: Any) -> Loan:
        """Record the guarantee."""
        return _of_guarantee(record_guarantee(loan_id=public_id, **asked, **self.acting))

    @writes(
        MovementShown,
        scope=Scope.MONEY,
        asks=MOVEMENT_ASKED[MovementKind.DRAWDOWN],
        summary=MOVEMENT_STEP[MovementKind.DRAWDOWN].label,
        says="在合同、项目（企业）限额和本行额度之内放款；首次放款固定利率、承担县（市、区）和贴息止日。信托服务由基金管理人登记。",
        clause="FP 1.2、FP 1.4.1、FP 1.6.3；D2、D3、D12、D14、D35、D36、D39、D40",
        refuses=(
            *MOVEMENT_REFUSES, NotAvailable, GuaranteeMissing, EntryRemoved, DrawnOverContract, MaturityTooLate, NoTaxHome, NoReturnRate,
            OverCap,
        ),
        status=201,
    )  # fmt: skip
    def drawdowns(self, public_id: UUID, **asked: Any) -> Movement:
        """Record a drawdown."""
        return draw_one(loan_id=public_id, **asked, **self.acting)

    @writes(
        MovementShown,
        scope=Scope.MONEY,
        asks=MOVEMENT_ASKED[MovementKind.REPAYMENT],
        summary=MOVEMENT_STEP[MovementKind.REPAYMENT].label,
        says="只登记本金；有逾期的，先还逾期本金。",
        clause="FP 1.6.3；D10、D11",
        refuses=BALANCE_REFUSES,
        status=201,
    )
    def repayments(self, public_id: UUID, **asked: Any) -> Movement:
        """Record a repayment."""
        return repay_one(loan_id=public_id, **asked, **self.acting)

    @writes(
        MovementShown,
        scope=Scope.MONEY,
        asks=MOVEMENT_ASKED[MovementKind.OVERDUE],
        summary=MOVEMENT_STEP[MovementKind.OVERDUE].label,
        says="正常本金转为逾期，余额不变；逾期本金不计贴息。",
        clause="FP 1.6.3；D11",
        refuses=BALANCE_REFUSES,
        status=201,
    )
    def overdues(self, public_id: UUID, **asked: Any) -> Movement:
        """Record that principal became overdue."""
        return overdue_one(loan_id=public_id, **asked, **self.acting)

    @writes(
        MovementShown,
        scope=Scope.MONEY,
        asks=MOVEMENT_ASKED[MovementKind.CURE],
        summary=MOVEMENT_STEP[MovementKind.CURE].label,
        clause="FP 1.6.3；D11",
        refuses=BALANCE_REFUSES,
        status=201,
    )
    def cures(self, public_id: UUID, **asked: Any) -> Movement:
        """Record that overdue principal performs again."""
        return cure_one(loan_id=public_id, **asked, **self.acting)

    @writes(
        UseCheckShown,
        scope=Scope.DECIDE,
        asks=UseCheckAsked,
        summary="登记资金用途检查",
        says="由银行登记；发现挪用的，自最早的挪用起始日停止贴息，并通知市县工信部门。",
        clause="FP 1.6.3；D11",
        refuses=(NothingDrawn, DateInFuture, ReferenceTaken),
        status=201,
    )
    def use_checks(self, public_id: UUID, **asked: Any) -> UseOfFundsCheck:
        """Record a check of the use of funds."""
        return check_use_once(rows=use_checks_visible_to(self.member), loan_id=public_id, **asked, **self.acting)


class MovementFilters(Synchronised, Filters):
    """How movements are found."""

    loan = django_filters.UUIDFilter(field_name="loan__public_id", label="贷款标识")
    contract_number = NumberFilter(field_name="loan__contract_number", label="合同编号")
    kind = django_filters.ChoiceFilter(choices=MovementKind.choices, label="类别")
    bank_reference = NumberFilter(label="银行流水号")
    value_from = django_filters.DateFilter(field_name="value_on", lookup_expr="gte", label="起息日自（含）")
    value_until = django_filters.DateFilter(field_name="value_on", lookup_expr="lt", label="起息日至（不含）")
    changed = staticmethod(movements_recorded)
    updated_since = MomentFilter("登记的变动", field_name="recorded_at", lookup_expr="gte")


class MovementView(ListModelMixin, BankView):
    """Drawdowns, repayments, overdues, cures and reversals, as recorded."""

    tag = "贷款"
    serializer_class = MovementShown
    filterset_class = MovementFilters
    ordering_fields = {"value_on": "value_on", "recorded_at": "recorded_at", "amount": "amount"}

    def rows(self) -> QuerySet[Movement]:
        """Return the movements the caller sees."""
        return seen_movements(self.member)

    @reads(MovementShown, summary="贷款变动列表", clause="FP 1.6.3", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of movements."""
        return self.page(self.rows())

    @reads(MovementShown, summary="查看贷款变动", clause="FP 1.6.3")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one movement."""
        found = self.rows().filter(public_id=public_id).first()
        if found is None:
            raise NotVisible
        return Response(self.shown(MovementShown, found))

    @writes(
        MovementShown,
        scope=Scope.MONEY,
        asks=ReversalAsked,
        summary="冲正",
        says="按原起息日冲回；原记录保留。冲正本身不能再冲正。",
        clause="FP 1.6.3；D13",
        refuses=(AlreadyReversed, ReferenceReused, ReferenceMissing, ReasonMissing, BalanceBelowZero, RecognisedBad),
        status=201,
    )
    def reverse(self, public_id: UUID, **asked: Any) -> Movement:
        """Take a movement back."""
        return reverse_one(movement_id=public_id, **asked, **self.acting)


class UseCheckFilters(SyncedFilters):
    """How checks are found."""

    loan = django_filters.UUIDFilter(field_name="loan__public_id", label="贷款标识")
    is_misuse = django_filters.BooleanFilter(label="是否发现挪用")
    checked_from = django_filters.DateFilter(field_name="checked_on", lookup_expr="gte", label="检查日期自（含）")


class UseCheckView(ListModelMixin, BankView):
    """Checks of the use of funds."""

    tag = "贷款"
    serializer_class = UseCheckShown
    filterset_class = UseCheckFilters
    ordering_fields = {"checked_on": "checked_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[UseOfFundsCheck]:
        """Return the checks the caller sees."""
        return synced(use_checks_visible_to(self.member).select_related("loan"), actor=self.member)

    @reads(UseCheckShown, summary="资金用途检查列表", clause="FP 1.6.3", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of checks."""
        return self.page(self.rows())

    retrieve = shows_one(UseCheckShown, summary="查看资金用途检查", clause="FP 1.6.3；D11")


class QuotaFilters(Synchronised, Filters):
    """How quotas are found."""


class QuotaView(ListModelMixin, BankView):
    """Quotas in force, with what of them is used today."""

    tag = "贷款"
    serializer_class = QuotaShown
    filterset_class = QuotaFilters
    ordering_fields = {"from_on": "from_on"}

    def rows(self) -> QuerySet[BankQuota]:
        """Return the caller's quotas."""
        return quotas_with_use(self.member, on=self.get_serializer_context()["today"])

    @reads(QuotaShown, summary="本行额度", says="额度及今天的使用情况。", clause="FP 1.3；D40", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of quotas."""
        return self.page(self.rows())

    retrieve = shows_one(QuotaShown, summary="查看额度", clause="FP 1.3；D40")


def _of_guarantee(guarantee: Guarantee) -> Loan:
    """Return the loan a guarantee stands behind, carrying it."""
    loan: Loan = guarantee.loan
    loan.guarantee = guarantee
    return loan
