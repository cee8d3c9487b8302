"""Settlements: read to the segment, confirmed, sent back, filed, and held against the bank's own figures."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.filters import SyncedFilters
from api.selectors import synced
from api.services.figures import TakenFigures, read_figures, take_figures
from api.services.references import ReferenceTaken, refer
from api.settlements import differences_of, lines_of, opened_lines, opened_settlement
from api.v1.base import BankView, reads, writes
from api.v1.serializers import ReferenceAsked
from api.v1.settlement_serializers import (
    DifferenceShown,
    FiguresAsked,
    FiguresShown,
    LineShown,
    OpenedLineShown,
    SettlementOpened,
    SettlementShown,
)
from api.v1.steps import Answered, takes_steps
from common.enums import Mode
from subsidy.enums import SettlementState
from subsidy.models import Line, Settlement
from subsidy.selectors.visibility import settlements_visible_to
from subsidy.services.reconciliation import BankFile, NoRowAccepted, NothingComputed
from subsidy.services.step_services import SETTLEMENT_SERVICES
from subsidy.transitions import SETTLEMENT_STEPS


class SettlementFilters(SyncedFilters):
    """How settlements are found."""

    mode = django_filters.ChoiceFilter(choices=Mode.choices, label="出资模式")
    state = django_filters.ChoiceFilter(choices=SettlementState.choices, label="状态")
    year = django_filters.NumberFilter(min_value=2000, max_value=9999, label="年度")
    quarter = django_filters.NumberFilter(min_value=1, max_value=4, label="季度")


@takes_steps(SETTLEMENT_STEPS, SETTLEMENT_SERVICES, case="Settlement", key="settlement_id", answers=Answered(shape=SettlementShown))
class SettlementView(ListModelMixin, BankView):
    """Settlements of the calling bank, or of the trust mode for the fund manager."""

    tag = "贴息结算"
    serializer_class = SettlementShown
    filterset_class = SettlementFilters
    ordering_fields = {"from_on": "from_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Settlement]:
        """Return the settlements the caller sees."""
        return synced(settlements_visible_to(self.member), actor=self.member)

    @reads(SettlementShown, summary="贴息结算列表", clause="FP 1.6.4", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of settlements."""
        return self.page(self.rows())

    @reads(SettlementOpened, summary="查看贴息结算", says="含市县分担和拨付。每次查看都记入审计日志。", clause="FP 1.6.4；D12、D13、D41")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one settlement."""
        return Response(self.shown(SettlementOpened, opened_settlement(self.rows(), settlement_id=public_id, **self.acting)))

    @reads(LineShown, summary="结算明细", says="现行版次的逐笔明细，含调整明细。", clause="FP 1.4.1；D11、D13", many=True)
    @action(detail=True, methods=["get"], filter_backends=[], serializer_class=LineShown, ordering_fields={})
    def lines(self, request: Request, public_id: UUID) -> Response:
        """Return a page of lines."""
        return self.exported_page(lines_of(public_id, actor=self.member), what=Line, title="贴息结算明细")

    @reads(OpenedLineShown, summary="一笔贷款的计息过程", says="逐段的天数 × 余额 × 利率。", clause="FP 1.4.1；D10、D11、D14", many=True)
    @action(detail=True, methods=["get"], url_path="loans/<uuid:loan_id>", pagination_class=None, filter_backends=[])
    def segments(self, request: Request, public_id: UUID, loan_id: UUID) -> Response:
        """Return a loan's lines down to segments."""
        return Response(self.shown(OpenedLineShown, opened_lines(public_id, loan_id, actor=self.member), many=True))

    @reads(
        DifferenceShown,
        summary="与本行数据的差异",
        says="最近一次提交的本行数据与其所对照版次之间的差异，逐笔列出双方金额和系统的计息过程。",
        clause="FP 1.6.4",
        many=True,
    )
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=[])
    def differences(self, request: Request, public_id: UUID) -> Response:
        """Return the differences."""
        return Response(self.shown(DifferenceShown, differences_of(public_id, actor=self.member), many=True))

    @writes(
        FiguresShown,
        scope=Scope.REPORT,
        asks=FiguresAsked,
        summary="提交本行计算的贴息",
        says="与现行版次逐笔对照；有误的条目列在 faults，其余入库。同样的内容再次提交不变。",
        clause="FP 1.6.4",
        refuses=(NothingComputed, NoRowAccepted),
        before="read_figures",
    )
    def figures(self, public_id: UUID, file: BankFile, **asked: Any) -> TakenFigures:
        """Hand in own figures."""
        return take_figures(settlement_id=public_id, file=file, **self.acting)

    def read_figures(self, public_id: UUID, figures: Sequence[Mapping[str, Any]]) -> dict[str, BankFile]:
        """Return the figures as they were read, before the transaction."""
        return {"file": read_figures(settlement_id=public_id, figures=figures, actor=self.member)}

    @writes(
        SettlementShown, scope=Scope.REPORT, asks=ReferenceAsked, summary="登记本行业务编号", refuses=(ReferenceTaken,), address="reference"
    )
    def set_reference(self, public_id: UUID, bank_reference: str) -> Settlement:
        """Note under which number the caller keeps the settlement."""
        return refer(rows=self.rows(), object_id=public_id, reference=bank_reference, actor=self.member)
