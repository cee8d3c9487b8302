"""Whom and what programs have to name: the bodies of the plan, and the return rates."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.helpers import forced_singular_serializer
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.enums import Scope
from api.filters import Filters, NumberFilter
from api.v1.base import BankView, reads
from api.v1.fields import Shown, shown_count, shown_day, shown_rate, shown_text
from parties.enums import InstitutionKind
from parties.models import Institution
from policy.models import ReturnRate

TAG = "政策与日历"


class BodyShown(Shown):
    """A body of the plan, named."""

    class Meta:
        model = Institution
        fields = ("id", "kind", "code", "name", "short_name")


class CallerShown(serializers.Serializer[Any]):
    """The calling program as we know it."""

    name = shown_text("程序名称", source="client.name")
    institution = BodyShown(source="member.institution", help_text="所代表的机构")
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices), read_only=True, help_text="本次令牌的权限范围")
    networks = serializers.ListField(
        source="client.networks", child=serializers.CharField(), read_only=True, help_text="允许的来源网段，空为不限"
    )
    requests_per_minute = shown_count("每分钟请求上限", source="client.requests_per_minute")


class CallerView(BankView):
    """Who the token stands for."""

    tag = TAG
    filter_backends: Any = ()
    pagination_class: Any = None

    @reads(forced_singular_serializer(CallerShown), summary="本程序", says="令牌所代表的程序、机构和权限，联调时核对用。")
    def list(self, request: Request) -> Response:
        """Return the caller."""
        caller = self.caller
        seen = {"client": caller.client, "member": caller.member, "scopes": [scope for scope in Scope.values if scope in caller.scopes]}
        return Response(self.shown(CallerShown, seen))


class BodyFilters(Filters):
    """How bodies are found."""

    kind = django_filters.ChoiceFilter(choices=InstitutionKind.choices, label="类别，如 guarantor 担保公司")
    code = NumberFilter(label="代号")


class InstitutionView(ListModelMixin, BankView):
    """Who takes part: bureaus, banks, guarantee companies, fund manager. A guarantee names its guarantor by the id given here."""

    tag = TAG
    serializer_class = BodyShown
    filterset_class = BodyFilters

    def rows(self) -> QuerySet[Institution]:
        """Return the bodies that take part today."""
        return Institution.objects.filter(is_active=True)

    @reads(
        BodyShown, summary="机构目录", says="启用中的机构；登记担保时的 guarantor_id 取自这里。", clause="FP 1.3、FP 1.5.2(1)", many=True
    )
    def list(self, request: Request) -> Response:
        """Return a page of bodies."""
        return self.page(self.rows())


class ReturnRateShown(serializers.Serializer[Any]):
    """The unified return rate of all banks from a day on."""

    effective_on = shown_day("生效日期，依据 D14")
    rate = shown_rate("银行回报利率，依据 FP 1.4.2")
    running_loans_from = shown_day("存量贷款适用自，只适用于新放款的为空，依据 D14", allow_null=True)
    document_number = shown_text("决定文号")
    decided_on = shown_day("决定日期")


class ReturnRateView(ListModelMixin, BankView):
    """The dated return rates."""

    tag = TAG
    serializer_class = ReturnRateShown
    filter_backends: Any = ()
    pagination_class: Any = None

    def rows(self) -> QuerySet[ReturnRate]:
        """Return the rates in order."""
        return ReturnRate.objects.order_by("effective_on")

    @reads(ReturnRateShown, summary="银行回报利率", says="各次核定的利率，按生效日期。", clause="FP 1.4.2；D14", many=True)
    def list(self, request: Request) -> Response:
        """Return the rates."""
        return Response(self.shown(ReturnRateShown, self.rows(), many=True))
