"""响应率: a year's rates bank by bank, what is still possible, and the way down to each application."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone

from common.admin.columns import Column
from common.admin.display_values import Badge, Hash, list_of, tone_of
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, facts
from common.admin.visible import VisibleAdmin
from policy.selectors.calendar import working_calendar
from reporting.admin import decisions, tables
from reporting.admin.cohort import CohortAsked, cohort_file, cohort_panels
from reporting.admin.objections import SEEN_BY, state_of
from reporting.admin.steps import YEAR_STEPS_OFFERED
from reporting.enums import YearState
from reporting.models import ResponseYear
from reporting.response_rates.selectors.cohort import statistics_on
from reporting.response_rates.selectors.judging import last_due_of
from reporting.response_rates.services.freezing import is_unchanged
from reporting.visibility import rate_objections_visible_to, rate_reach_of, response_years_visible_to

INTRO = (
    "按企业计数：年度内提交申请、有合作意向且已期满的企业中，30个工作日内达到放款条件的占比。点击户数或笔数可查看明细。"
    "依据《实施方案》一(六)5、二(二)。"
)


@admin.register(ResponseYear)
class ResponseYearAdmin(VisibleAdmin):
    """Years of response rates."""

    visible_to = staticmethod(response_years_visible_to)
    seen_by = SEEN_BY
    columns = (
        "year", "state",
        Column("信托统计报送期限", lambda one: one.trust_deadline.due_on if one.trust_deadline else None, name="trust_due"),
        "trust_signed_on", "published_on",
        Column("核对期限", lambda one: one.dispute_deadline.due_on if one.dispute_deadline else None, name="dispute_due"),
        "locked_on",
    )  # fmt: skip
    list_filter = ("state",)
    ordering = ("-year",)
    steps = (*YEAR_STEPS_OFFERED, decisions.REMOVE)
    list_intro = INTRO

    def links(self, request: HttpRequest) -> list[tuple[str, str]]:
        """Return the way to the applications behind the figures."""
        return [("申请明细", reverse("admin:reporting_responseyear_cohort"))]

    def badges(self, case: ResponseYear) -> list[Badge]:
        """Return where the year stands, and whether the fund manager is late."""
        found = [Badge(case.get_state_display(), "good" if case.state == YearState.LOCKED else tone_of(case.state))]
        due = case.trust_deadline
        if due is not None and (case.trust_signed_on or timezone.localdate()) > due.due_on and case.state != YearState.LOCKED:
            found.append(Badge("信托统计逾期", "bad"))
        return found

    def parts(self, request: HttpRequest, case: ResponseYear) -> list[Any]:
        """Return the year's standing, the rates, what became of the applications, what is open, the objections."""
        member, today = acting_member(request), timezone.localdate()
        reach = rate_reach_of(member)
        if reach is None:
            return []
        year = tables.YearShown(year=case, reach=reach, statistics=statistics_on(case, as_of=today), on=today)
        objections = rate_objections_visible_to(member).filter(year=case)
        return [
            self._standing(request, case, year),
            *decisions.assessment_shown(member, case),
            *tables.rates(year),
            tables.efficiency(year),
            tables.outcomes(year),
            tables.unrecorded(year) if case.state != YearState.LOCKED else None,
            tables.live(request, year) if case.state != YearState.LOCKED else None,
            tables.objected(request, objections, state_of),
        ]

    def _standing(self, request: HttpRequest, case: ResponseYear, year: tables.YearShown) -> Any:
        last_due = last_due_of(case.year, calendar=working_calendar())
        told = [
            name for name in ("trust_deadline", "trust_signed_on", "published_on", "dispute_deadline", "locked_on") if getattr(case, name)
        ]
        found: list[Any] = [Fact("截至日", year.statistics.as_of), Fact("年度全部期满", last_due), *told]
        if case.state == YearState.LOCKED:
            found += [
                "policy_version",
                Fact("锁定摘要", Hash(case.sha256)),
                Fact("校验", Badge("与锁定时一致", "good") if is_unchanged(case) else Badge("与锁定时不一致", "bad")),
            ]
        return facts(request, case, "统计进度", *found, clause="FP 1.6.5, D43", note=INTRO)

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the applications behind the figures."""
        view = self.admin_site.admin_view
        return [path("cohort/", view(self.cohort_view), name="reporting_responseyear_cohort"), *super().get_urls()]

    def cohort_view(self, request: HttpRequest) -> HttpResponse:
        """Show the applications that a figure is made of, or give them out as a file."""
        reach = rate_reach_of(acting_member(request)) if self.has_view_permission(request) else None
        if reach is None:
            raise PermissionDenied
        asked = CohortAsked(request.GET or None, years=self.get_queryset(request), reach=reach)
        if asked.is_valid() and "export" in request.GET:
            return cohort_file(request, asked)
        context = self.admin_site.each_context(request) | {
            "title": "响应率申请明细",
            "opts": self.model._meta,
            "kind": self.model._meta.verbose_name,
            "heading": "响应率申请明细",
            "badges": [],
            "steps": [],
            "panels": cohort_panels(request, asked),
            "list_url": list_of(ResponseYear),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "case/page.html", context)
