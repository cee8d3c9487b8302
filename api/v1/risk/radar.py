"""How near a bank is to warning and suspension, and how it got there."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.changes import MomentFilter, Synchronised
from api.filters import Filters
from api.v1.base import BankView, reads
from api.v1.fields import Shown, shown_money, shown_rate, shown_text
from api.v1.risk.references import TAG
from api.v1.serializers import InstitutionShown
from api.v1.single import shows_one
from risk.breaker.selectors import standings
from risk.enums import BreakerState
from risk.models import BreakerChange
from risk.visibility import banks_visible_to, breaker_changes_visible_to


class RadarShown(serializers.Serializer[Any]):
    """Where a bank stands before warning and suspension."""

    bank = InstitutionShown(help_text="银行")
    state = shown_text("状态：normal 正常，warning 警示，suspended 暂停补偿，no_data 尚无放款，依据 FP 1.5.3；D19", source="headroom.state")
    disbursed = shown_money("累计放款", source="figures.disbursed")
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
    return_for_room = shown_money("补偿上限用完的，还需退回的已付补偿，未用完为零", source="radar.return_for_room")
    disbursement_for_room = shown_money("补偿上限用完的，或还需新增放款，未用完为零", source="radar.disbursement_for_room")


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


class BreakerChangeShown(Shown):
    """A change of a bank's state with the figures it rests on."""

    bank = InstitutionShown(help_text="银行")

    class Meta:
        model = BreakerChange
        fields = (
            "id", "bank", "before", "after", "cause", "changed_on", "changed_at", "disbursed", "bad_debt", "recovered", "compensated",
            "rate",
        )  # fmt: skip
        clauses = {"after": "FP 1.5.3", "rate": "D19", "bad_debt": "D19", "compensated": "D20"}


class BreakerChangeFilters(Synchronised, Filters):
    """How changes of state are found."""

    after = django_filters.ChoiceFilter(choices=BreakerState.choices, label="新状态")
    changed_from = django_filters.DateFilter(field_name="changed_on", lookup_expr="gte", label="日期自（含）")
    updated_since = MomentFilter("的变化", field_name="changed_at", lookup_expr="gte")


class BreakerChangeView(ListModelMixin, BankView):
    """Warnings, suspensions and reopenings."""

    tag = TAG
    serializer_class = BreakerChangeShown
    filterset_class = BreakerChangeFilters
    ordering_fields = {"changed_on": "changed_on"}

    def rows(self) -> QuerySet[BreakerChange]:
        """Return the changes the caller sees."""
        return breaker_changes_visible_to(self.member)

    @reads(
        BreakerChangeShown, summary="警示与熔断记录", says="银行只看本行；基金管理人看各合作银行。", clause="FP 1.5.3；D19、D34", many=True
    )
    def list(self, request: Request) -> Response:
        """Return a page of changes."""
        return self.page(self.rows())

    retrieve = shows_one(BreakerChangeShown, summary="查看警示与熔断记录", clause="FP 1.5.3；D19")
