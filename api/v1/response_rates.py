"""The caller's own response rate, its place, and the applications it is made of."""

from datetime import date
from decimal import Decimal
from typing import Any

from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import BankView, reads
from api.v1.fields import Asked, shown_count, shown_day, shown_flag, shown_text
from api.v1.serializers import InstitutionShown
from common.enums import Mode, Size
from loans.enums import RefusalReason
from parties.models import Institution
from reporting.enums import ModeScope, Outcome, SizeScope, YearState
from reporting.models import ResponseYear
from reporting.response_rates.rules import is_at_least
from reporting.response_rates.selectors.cohort import CohortRow, Listing, Page, cohort, statistics_on
from reporting.response_rates.selectors.live import rate_if_met
from reporting.response_rates.selectors.statistics import Cell, YearStatistics
from reporting.response_rates.services.years import response_terms_of
from reporting.visibility import RateReach, rate_reach_of, response_years_visible_to

TAG = "响应率"
MOST_ROWS = 1000
YEAR = OpenApiParameter("year", int, description="年度，按申请提交日归入；默认为最近的年度")


def shown_share(meaning: str, **kwargs: Any) -> serializers.DecimalField:
    """Return an output field of a part of a whole."""
    return serializers.DecimalField(max_digits=9, decimal_places=6, help_text=f"{meaning}，小数，六位，向下取", read_only=True, **kwargs)


class RatesAsked(Asked):
    """Of which year."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)


class CasesAsked(RatesAsked):
    """Which applications of a year, and which part of a long list."""

    listing = serializers.ChoiceField(choices=[Listing.EVERY.value, Listing.OPEN.value, *Outcome.values], default=Listing.EVERY.value)
    offset = serializers.IntegerField(min_value=0, max_value=10_000_000, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MOST_ROWS, default=200)


class EfficiencyShown(serializers.Serializer[Any]):
    """Working days of the applications that got there."""

    cases = shown_count("已办理笔数")
    median = shown_count("用时中位数，工作日，没有则为空", allow_null=True)
    ninetieth = shown_count("用时 90 分位数，工作日，没有则为空", allow_null=True)


class ResponseRateShown(serializers.Serializer[Any]):
    """The rate of a bank over a mode and a range of sizes, with what is still possible."""

    year = shown_count("年度")
    state = serializers.ChoiceField(
        choices=YearState.choices, read_only=True, help_text="年度状态，locked 为已锁定，此后不再变动，依据 D43"
    )
    as_of = shown_day("截至日")
    bank = InstitutionShown(help_text="银行")
    mode = serializers.ChoiceField(choices=ModeScope.choices, read_only=True, help_text="模式，both 为两种模式合计")
    size = serializers.ChoiceField(choices=SizeScope.choices, read_only=True, help_text="企业范围，sme 为中小微企业")
    in_time = shown_count("按时达到放款条件的企业户数，依据 D8", source="counts.in_time")
    matured = shown_count("已期满的企业户数，依据 D8", source="counts.matured")
    rate = shown_share("响应率，没有期满企业为空", source="counts.rate", allow_null=True)
    threshold_rate = shown_share("下限，依据 FP 2.2")
    meets_threshold = shown_flag("是否达到下限，按整数比较，没有期满企业为空", allow_null=True)
    rank = shown_count("名次，没有期满企业为空", allow_null=True)
    ranked = shown_count("有名次的银行数")
    pending = shown_count("尚未计入的企业户数", source="counts.pending")
    best_rate = shown_share("按已提交的申请最高可能达到的响应率，没有申请为空", source="counts.best_rate", allow_null=True)
    worst_rate = shown_share("按已提交的申请最低可能的响应率，没有申请为空", source="counts.worst_rate", allow_null=True)
    to_decision = EfficiencyShown(help_text="批复用时，依据 D42")
    to_conditions = EfficiencyShown(help_text="达到放款条件用时，依据 D42")
    outcomes = serializers.DictField(child=serializers.IntegerField(), read_only=True, help_text="各统计结果的申请笔数，没有的不列")


class ResponseCaseShown(serializers.Serializer[Any]):
    """An application of a year as it counts."""

    id = serializers.UUIDField(source="public_id", read_only=True, help_text="融资申请标识")
    number = shown_text("申请编号")
    enterprise = shown_text("企业名称")
    mode = serializers.ChoiceField(choices=Mode.choices, read_only=True, help_text="出资模式")
    enterprise_size = serializers.ChoiceField(choices=Size.choices, read_only=True, help_text="企业规模，提交时固定")
    submitted_on = shown_day("提交日期")
    due_on = shown_day("期满日（含），依据 D7")
    decided_on = shown_day("批复日期", allow_null=True)
    conditions_met_on = shown_day("达到放款条件日期", allow_null=True)
    withdrawn_on = shown_day("撤回日期", allow_null=True)
    days_to_decision = shown_count("批复用时，工作日", source="to_decision", allow_null=True)
    days_to_conditions = shown_count("达到放款条件用时，工作日", source="to_conditions", allow_null=True)
    outcome = serializers.ChoiceField(choices=Outcome.choices, read_only=True, help_text="统计结果，依据 D8、D42")
    refusal_reason = serializers.ChoiceField(
        choices=[("", "无"), *RefusalReason.choices], read_only=True, help_text="不予批复原因，没有则为空"
    )
    is_open = shown_flag("是否仍可按时达到放款条件")
    rate_if_met = shown_share("本笔按时达到放款条件后的响应率，不在办为空", allow_null=True)


class ResponseCasesShown(serializers.Serializer[Any]):
    """A part of the applications of a year."""

    count = shown_count("符合条件的申请笔数")
    results = ResponseCaseShown(many=True, help_text="申请")


class _RatesOfCaller(BankView):
    """What both resources share: whose rates, of which year."""

    tag = TAG
    filter_backends: Any = ()
    pagination_class: Any = None

    def asked(self, shape: type[Asked], request: Request) -> dict[str, Any]:
        """Return the query's parameters; one that means nothing is refused."""
        given = shape(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def year_of(self, number: int | None) -> ResponseYear | None:
        """Return the year asked for within reach, the newest where none is."""
        years = response_years_visible_to(self.member).order_by("-year")
        return (years if number is None else years.filter(year=number)).first()

    @property
    def today(self) -> date:
        """Return the day of the call."""
        day: date = self.get_serializer_context()["today"]
        return day


class ResponseRateView(_RatesOfCaller):
    """The rates within the caller's reach."""

    @reads(
        ResponseRateShown,
        summary="响应率",
        says="银行只看本行的响应率、名次和本行申请；基金管理人看各银行信托服务模式的。年度锁定前随办理情况变动。",
        clause="FP 1.6.5、FP 2.2；D7、D8、D42、D43",
        many=True,
        parameters=[YEAR],
    )
    def list(self, request: Request) -> Response:
        """Return the rates of a year, by mode and range of sizes."""
        year, reach = self.year_of(self.asked(RatesAsked, request).get("year")), rate_reach_of(self.member)
        found = [] if year is None or reach is None else rates_shown(year, statistics_on(year, as_of=self.today), reach)
        return Response(self.shown(ResponseRateShown, found, many=True))


class ResponseCaseView(_RatesOfCaller):
    """The applications behind the rates."""

    @reads(
        forced_singular_serializer(ResponseCasesShown),
        summary="响应率申请明细",
        says="银行只看本行的申请；在办的附本笔按时达到放款条件后本行的响应率。",
        clause="FP 1.6.5；D7、D8、D42",
        parameters=[
            YEAR,
            OpenApiParameter(
                "listing", str, enum=[Listing.EVERY.value, Listing.OPEN.value, *Outcome.values],
                description="every 全部（默认），open 仍可按时达到放款条件的，或某一统计结果",
            ),
            OpenApiParameter("offset", OpenApiTypes.INT, description="跳过的行数，默认 0"),
            OpenApiParameter("limit", OpenApiTypes.INT, description=f"行数，默认 200，最多 {MOST_ROWS}"),
        ],
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Return some applications of a year."""
        asked = self.asked(CasesAsked, request)
        year, reach = self.year_of(asked.get("year")), rate_reach_of(self.member)
        if year is None or reach is None:
            return Response(self.shown(ResponseCasesShown, {"count": 0, "results": []}))
        statistics, mode = statistics_on(year, as_of=self.today), reach.modes[0]
        page = cohort(
            year,
            Cell(reach.bank_id, mode),
            asked["listing"],
            as_of=self.today,
            limit=asked["limit"],
            offset=asked["offset"],
            each_bank=True,
        )
        return Response(self.shown(ResponseCasesShown, _cases(page, statistics, mode)))


def rates_shown(year: ResponseYear, statistics: YearStatistics, reach: RateReach) -> list[dict[str, Any]]:
    """Return every cell within reach that has an application, bank by bank."""
    terms = response_terms_of(year.year)
    limits: dict[SizeScope, Decimal] = {SizeScope.ALL: terms.threshold_rate, SizeScope.SME: terms.sme_threshold_rate}
    keys = statistics.banks if reach.bank_id is None else {reach.bank_id}
    found = []
    for bank in Institution.objects.filter(pk__in=keys).order_by("code"):
        for mode in reach.modes:
            for size in SizeScope:
                figures, places = statistics.of(bank.pk, mode, size), statistics.places(mode, size)
                counts = figures.counts
                if figures.applications:
                    found.append(
                        {
                            "year": year.year, "state": year.state, "as_of": statistics.as_of, "bank": bank, "mode": mode.value,
                            "size": size.value, "counts": counts, "threshold_rate": limits[size],
                            "meets_threshold": is_at_least(counts.in_time, counts.matured, threshold=limits[size]),
                            "rank": places.get(bank.pk), "ranked": len(places), "to_decision": figures.to_decision,
                            "to_conditions": figures.to_conditions, "outcomes": {str(key): n for key, n in figures.outcomes.items()},
                        }
                    )  # fmt: skip
    return found


def _cases(page: Page, statistics: YearStatistics, mode: ModeScope) -> dict[str, Any]:
    return {"count": page.count, "results": [_case(row, statistics, mode) for row in page.rows]}


def _case(row: CohortRow, statistics: YearStatistics, mode: ModeScope) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in CohortRow.__dataclass_fields__}
    becomes = rate_if_met(statistics.of(row.bank_id, mode).counts, row) if row.is_open else None
    return told | {"outcome": row.outcome.value, "is_open": row.is_open, "rate_if_met": becomes}
