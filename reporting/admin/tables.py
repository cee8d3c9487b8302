"""The blocks of a year's page: rates, efficiency, outcomes, missing intents, open applications, objections."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from common.admin.display_values import Badge, Link, Rate, Small, display_value, joined, link_to
from common.admin.panels import Row, Table, table
from common.money import percent
from loans.models import Application
from parties.models import Institution
from reporting.enums import ModeScope, Outcome, SizeScope
from reporting.models import RateObjection, ResponseYear
from reporting.response_rates.rules import Counts, is_at_least
from reporting.response_rates.selectors.cohort import Listing
from reporting.response_rates.selectors.live import open_cases, without_intent
from reporting.response_rates.selectors.statistics import Figures, YearStatistics
from reporting.response_rates.services.years import response_terms_of
from reporting.visibility import RateReach

SHOWN = 30
NOT_APPLICABLE = "不适用"


@dataclass(frozen=True, kw_only=True)
class YearShown:
    """A year as one reader sees it."""

    year: ResponseYear
    reach: RateReach
    statistics: YearStatistics
    on: date

    @cached_property
    def banks(self) -> list[Institution]:
        """Return the banks within reach, in the order of their codes."""
        keys = self.statistics.banks if self.reach.bank_id is None else {self.reach.bank_id}
        return list(Institution.objects.filter(pk__in=keys).order_by("code"))

    @property
    def terms(self) -> Any:
        """Return the terms the year is held by."""
        return response_terms_of(self.year.year)

    @property
    def widest(self) -> ModeScope:
        """Return the widest mode within reach."""
        return self.reach.modes[0]

    def rows(self, mode: ModeScope) -> list[tuple[Institution | None, Figures]]:
        """Return the cells of a mode within reach: the fund first where it is, then the banks by place."""
        places = self.statistics.places(mode)
        banks = sorted(self.banks, key=lambda bank: (places.get(bank.pk, len(places) + 1), bank.code))
        found: list[tuple[Institution | None, Figures]] = [(bank, self.statistics.of(bank.pk, mode)) for bank in banks]
        return [(None, self.statistics.of(None, mode)), *found] if self.reach.allows(bank_id=None, mode=mode) else found

    def opened(self, count: int, listing: str, *, bank: Institution | None, mode: ModeScope, size: SizeScope = SizeScope.ALL) -> Any:
        """Return a count as the way to its applications; none is plain."""
        asked = f"year={self.year.year}&bank={bank.pk if bank else ''}&mode={mode.value}&size={size.value}&listing={listing}"
        return Link(count, f"{reverse('admin:reporting_responseyear_cohort')}?{asked}") if count else 0


def rates(year: YearShown) -> list[Table]:
    """Return one table of rates per mode within reach. Source: FP 1.6.5, FP 2.2.1, FP 2.2.2; D8."""
    return [_rates(year, mode, folded=mode != year.widest) for mode in year.reach.modes]


def _rates(year: YearShown, mode: ModeScope, *, folded: bool) -> Table:
    places = year.statistics.places(mode)
    rows = [_rate_row(year, mode, bank, figures, places) for bank, figures in year.rows(mode)]
    limit, sme_limit = (f"{share * 100:.0f}%" for share in (year.terms.threshold_rate, year.terms.sme_threshold_rate))
    heads = ("名次", "银行", "响应率", "按时/到期(户)", "中小微响应率", "中小微按时/到期(户)", "未计入(户)", "最高可能", "最低可能")
    note = f"下限：全部企业{limit}、中小微企业{sme_limit}。未计入的企业尚未期满；最高、最低可能只按已提交的申请计算。"
    options = {"clause": "FP 1.6.5, FP 2.2", "note": "" if folded else note, "folded": folded, "empty": "没有申请。"}
    return table(f"响应率：{mode.label}", heads, [row for row in rows if row is not None], **options)


def _rate_row(year: YearShown, mode: ModeScope, bank: Institution | None, figures: Figures, places: dict[int, int]) -> Row | None:
    if not figures.applications and bank is not None and year.reach.bank_id is None:
        return None
    key = bank.pk if bank else None
    sme = year.statistics.of(key, mode, SizeScope.SME)
    place: Any = f"{places[key]}/{len(places)}" if key in places else "—"
    cells = (
        "" if bank is None else place,
        "全基金" if bank is None else bank.short_name,
        _judged(figures.counts, year.terms.threshold_rate),
        _pair(year, figures.counts, bank=bank, mode=mode, size=SizeScope.ALL),
        _judged(sme.counts, year.terms.sme_threshold_rate),
        _pair(year, sme.counts, bank=bank, mode=mode, size=SizeScope.SME),
        year.opened(figures.counts.pending, Listing.PENDING, bank=bank, mode=mode),
        _rate(figures.counts.best_rate),
        _rate(figures.counts.worst_rate),
    )
    return Row(cells=cells)


def _rate(rate: Any) -> Any:
    return NOT_APPLICABLE if rate is None else Rate(rate)


def _judged(counts: Counts, threshold: Any) -> Any:
    """Return a rate, marked where it is below the threshold."""
    if is_at_least(counts.in_time, counts.matured, threshold=threshold) is False:
        return joined((Rate(counts.rate), Badge("低于下限", "bad")))
    return joined((_rate(counts.rate),))


def _pair(year: YearShown, counts: Counts, *, bank: Institution | None, mode: ModeScope, size: SizeScope) -> Any:
    if not counts.matured:
        return "0"
    asked: dict[str, Any] = {"bank": bank, "mode": mode, "size": size}
    pair = (year.opened(counts.in_time, Listing.SUCCEEDED, **asked), year.opened(counts.matured, Listing.MATURED, **asked))
    return format_html("{} / {}", *map(display_value, pair))


def efficiency(year: YearShown) -> Table:
    """Return the working days to decision and to conditions, bank by bank. Source: FP 1.6.5; D42."""
    rows = [
        (
            "全基金" if bank is None else bank.short_name,
            one.to_decision.cases,
            _days(one.to_decision.median),
            _days(one.to_decision.ninetieth),
            one.to_conditions.cases,
            _days(one.to_conditions.median),
            _days(one.to_conditions.ninetieth),
        )
        for bank, one in year.rows(year.widest)
        if one.applications
    ]
    heads = ("银行", "已批复(笔)", "批复用时中位数", "批复用时90分位数", "达到放款条件(笔)", "达到条件用时中位数", "达到条件用时90分位数")
    note = "自提交次日起计的工作日，按申请笔数统计。"
    return table("办理效率", heads, rows, clause="FP 1.6.5, D42", note=note, empty="没有已批复的申请。")


def _days(days: int | None) -> Any:
    return "—" if days is None else f"{days}天"


def outcomes(year: YearShown) -> Table:
    """Return what became of each bank's applications, each number the way to them. Source: FP 1.6.5; D8."""
    rows = [
        (
            "全基金" if bank is None else bank.short_name,
            year.opened(one.applications, Listing.EVERY, bank=bank, mode=year.widest),
            *(year.opened(one.outcomes.get(outcome, 0), outcome.value, bank=bank, mode=year.widest) for outcome in Outcome),
        )
        for bank, one in year.rows(year.widest)
        if one.applications
    ]
    heads = ("银行", "申请(笔)", *Outcome.labels)
    note = "按时、逾期、不予批复、期满未达到的计入响应率(同一企业计一户)，其余分别列示。"
    return table("申请的统计结果", heads, rows, clause="FP 1.6.5, D8", note=note, empty="没有申请。")


def unrecorded(year: YearShown) -> Table:
    """Return the applications without intent, bank by bank, with the alarm. Source: D44."""
    share = year.terms.no_intent_alarm_share
    found = {one.bank_id: one for one in without_intent(year.statistics, [bank.pk for bank in year.banks], alarm_share=share)}
    rows = [
        (
            bank.short_name,
            year.opened(found[bank.pk].without_intent, Outcome.WITHOUT_INTENT.value, bank=bank, mode=ModeScope.BOTH),
            found[bank.pk].applications,
            Badge("请核实", "bad") if found[bank.pk].is_alarming else "",
        )
        for bank in (year.banks if ModeScope.BOTH in year.reach.modes else [])
        if found[bank.pk].without_intent
    ]
    note = f"合作意向由银行登记，没有登记意向的申请不计入响应率；占比超过{share * 100:.0f}%的提示核实。"
    heads = ("银行", "无合作意向(笔)", "申请(笔)", "提示")
    return table("无合作意向的申请", heads, rows, clause="D44", note=note, empty="没有。")


def live(request: HttpRequest, year: YearShown) -> Table:
    """Return the open applications, the first due first, with the rate of the bank if each reaches conditions. Source: FP 1.6.5."""
    found = open_cases(year.year, year.statistics, bank_id=year.reach.bank_id, mode=year.widest, limit=SHOWN)
    cases = Application.objects.select_related("bank").in_bulk([one.row.application_id for one in found.cases])
    rows = [
        (
            joined((link_to(request, cases[one.row.application_id]), Small(one.row.enterprise))),
            cases[one.row.application_id].bank.short_name,
            cases[one.row.application_id].get_state_display(),
            one.row.due_on,
            _if_met(one.row.due_on, one.rate_if_met),
        )
        for one in found.cases
    ]
    note = f"仍可按时达到放款条件的申请共{found.count}笔，按期满日列出前{SHOWN}笔。" if found.count > SHOWN else ""
    return table(
        "在办申请", ("融资申请", "银行", "状态", "期满日", "对响应率的影响"), rows, clause="FP 1.6.5", note=note, empty="没有在办申请。"
    )


def _if_met(due_on: date, rate: Any) -> str:
    return f"若本笔于{due_on}前(含)达到放款条件，响应率将为{percent(rate)}" if rate is not None else ""


def objected(request: HttpRequest, objections: QuerySet[RateObjection], state_of: Callable[[RateObjection], Badge]) -> Table:
    """Return the year's objections within reach. Source: D43."""
    rows = [
        (link_to(request, one, one.application.number), one.bank.short_name, one.get_asked_display(), state_of(one), one.deadline.due_on)
        for one in objections[:SHOWN]
    ]
    return table("响应率异议", ("融资申请", "银行", "请求", "状态", "答复期限"), rows, clause="FP 1.6.5, D43", empty="没有异议。")
