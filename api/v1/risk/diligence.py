"""Due-diligence exemption as the institution may read it, and its evidence packs."""

from typing import Any
from uuid import UUID

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.changes import MomentFilter, Synchronised
from api.filters import CodeFilter, Filters, SyncedFilters
from api.selectors import synced
from api.services.openings import open_row
from api.v1.base import BankView, reads
from api.v1.fields import Shown, UpdatedAt, shown_flag, shown_reference, shown_text
from api.v1.papers import AnyTypeRenderer
from api.v1.risk.references import TAG, names_own_number
from api.v1.serializers import InstitutionShown
from api.v1.single import shows_one
from risk.enums import ExemptionState
from risk.exemption.services.packs import open_evidence_pack
from risk.models import EvidencePack, Exemption
from risk.visibility import evidence_packs_visible_to, exemptions_visible_to


class ExemptionShown(Shown):
    """Whether those who dealt with one bad debt acted diligently."""

    bad_debt_id = serializers.UUIDField(source="bad_debt.public_id", read_only=True, help_text="坏账标识")
    loan_id = serializers.UUIDField(source="bad_debt.loan.public_id", read_only=True, help_text="贷款标识")
    contract_number = shown_text("合同编号", source="bad_debt.loan.contract_number")
    institution = InstitutionShown(help_text="机构")
    rules = shown_text("适用的尽职免责制度", source="rules.name")
    rules_document_number = shown_text("制度文号", source="rules.document_number")
    bank_reference = shown_reference()
    updated_at = UpdatedAt()

    class Meta:
        model = Exemption
        fields = (
            "id", "bad_debt_id", "loan_id", "contract_number", "institution", "rules", "rules_document_number", "state", "opened_on",
            "is_diligent", "is_gross_negligence", "is_intent", "opinion", "concluded_on", "is_evidence_sufficient", "finding", "found_on",
            "found_document_number", "is_exempt", "bank_reference", "updated_at",
        )  # fmt: skip
        clauses = {"is_diligent": "FP 1.7", "is_gross_negligence": "FP 1.7", "is_intent": "FP 1.7", "is_exempt": "FP 1.7"}


class ItemShown(serializers.Serializer[Any]):
    """One line of the checklist."""

    code = shown_text("核查项代号")
    wording = shown_text("核查内容")
    clause = shown_text("条款编号")
    facts = shown_text("系统记录")
    is_fulfilled = shown_flag("是否符合，尚未核查为空", allow_null=True)
    remark = shown_text("核查情况")


class PackShown(Shown):
    """One ZIP of evidence as it was handed out."""

    exemption_id = serializers.UUIDField(source="exemption.public_id", read_only=True, help_text="尽职免责标识")

    class Meta:
        model = EvidencePack
        fields = ("id", "exemption_id", "sha256", "size", "built_at")
        clauses = {"sha256": "FP 1.7"}


class ExemptionOpened(ExemptionShown):
    """A question of exemption with its checklist and evidence packs."""

    items = ItemShown(many=True, source="items.all", help_text="核查表")
    packs = PackShown(many=True, source="packs.all", help_text="证据包，最新的在前")

    class Meta(ExemptionShown.Meta):
        fields = (*ExemptionShown.Meta.fields, "items", "packs")  # type: ignore[assignment]


class ExemptionFilters(SyncedFilters):
    """How questions of exemption are found."""

    bad_debt = django_filters.UUIDFilter(field_name="bad_debt__public_id", label="坏账标识")
    state = django_filters.ChoiceFilter(choices=ExemptionState.choices, label="状态")
    is_exempt = django_filters.BooleanFilter(label="是否免责")


class ExemptionView(ListModelMixin, BankView):
    """Questions of exemption of the calling institution. They are opened, answered and concluded by people, not by programs."""

    tag = TAG
    serializer_class = ExemptionShown
    filterset_class = ExemptionFilters
    ordering_fields = {"opened_on": "opened_on", "updated_at": "updated_at"}

    def rows(self) -> QuerySet[Exemption]:
        """Return the questions the caller sees."""
        return synced(exemptions_visible_to(self.member), actor=self.member)

    @reads(ExemptionShown, summary="尽职免责列表", says="由本机构人员在系统内发起、核查和作出结论。", clause="FP 1.7", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of questions."""
        return self.page(self.rows())

    @reads(ExemptionOpened, summary="查看尽职免责", says="含核查表和证据包。每次查看都记入审计日志。", clause="FP 1.7")
    def retrieve(self, request: Request, public_id: UUID) -> Response:
        """Return one question."""
        rows = self.rows().prefetch_related("items", "packs__exemption")
        return Response(self.shown(ExemptionOpened, open_row(rows, object_id=public_id, **self.acting)))

    set_reference = names_own_number(ExemptionShown)


class PackFilters(Synchronised, Filters):
    """How evidence packs are found."""

    exemption = django_filters.UUIDFilter(field_name="exemption__public_id", label="尽职免责标识")
    sha256 = CodeFilter(case=str.lower, label="SHA-256")
    updated_since = MomentFilter("生成的证据包", field_name="built_at", lookup_expr="gte")


class PackView(ListModelMixin, BankView):
    """Evidence packs with their digest."""

    tag = TAG
    serializer_class = PackShown
    filterset_class = PackFilters

    def rows(self) -> QuerySet[EvidencePack]:
        """Return the packs the caller sees."""
        return evidence_packs_visible_to(self.member)

    @reads(PackShown, summary="证据包列表", clause="FP 1.7", many=True)
    def list(self, request: Request) -> Response:
        """Return a page of packs."""
        return self.page(self.rows())

    @extend_schema(
        summary="下载证据包",
        description="ZIP 原样返回，其 SHA-256 即列表中的 sha256。每次下载都记入审计日志。\n\n依据：FP 1.7",
        responses={(200, "*/*"): OpenApiTypes.BINARY},
    )
    @action(detail=True, methods=["get"], renderer_classes=[AnyTypeRenderer], filter_backends=[], pagination_class=None)
    def content(self, request: Request, public_id: UUID) -> HttpResponse:
        """Return the ZIP."""
        opened = open_evidence_pack(pack_id=public_id, **self.acting)
        with opened.content as stored:
            response = HttpResponse(stored.read(), content_type="application/zip")
        name = f"evidence-{opened.pack.sha256[:12]}.zip"
        response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or "attachment"
        return response

    retrieve = shows_one(PackShown, summary="查看证据包", clause="FP 1.7")
