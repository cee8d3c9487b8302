"""The yearly screening of the tax list, with what it counted and why others were left out."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from common.admin.columns import Column
from common.admin.forms import CountInput, StepForm
from common.admin.panels import Fact, facts, table
from common.admin.steps import Step, StepContext, allowed_for
from common.admin.visible import VisibleAdmin
from parties.enums import InstitutionKind
from parties.models import Member
from whitelist.admin.forms import EnterpriseByCode
from whitelist.models import Screening
from whitelist.selectors.imports import screened_out_counts, screenings_visible_to
from whitelist.services.screening import list_little_giants, screen_tax_list

SHOWN = 200
SHOWS = ("list_year", "policy_version", "examined", "eligible", "created", "refreshed", "screened_on", "screened_by")
CHECKS = {
    "plan_in_force": "在实施方案有效期内",
    "industrial": "工业企业",
    "registered_in_city": "在本市注册",
    "rd_condition": "企业类别、上年度研发投入或注册资本条件",
    "other_technology_credit": "不与其他科技信贷扶持叠加",
}


class YearForm(StepForm):
    """The list year to screen for."""

    list_year = CountInput(label="名单年度", min_value=2023, max_value=2100, help_text="按上一年度税务数据筛选。")

    def prepare(self) -> None:
        """Begin with this year."""
        self.first(list_year=self.on.year)


class GiantForm(StepForm):
    """A little giant to list directly."""

    enterprise = EnterpriseByCode(help_text="国家级专精特新“小巨人”企业的统一社会信用代码或全称。")

    def prepare(self) -> None:
        """Look enterprises up for this person."""
        self.fields["enterprise"].member = self.member


def screenings_listed(member: Member) -> QuerySet[Screening]:
    """Return the screenings the member may see."""
    return screenings_visible_to(member)


def _giant(context: StepContext) -> Any:
    return list_little_giants(enterprise_ids=[context.given["enterprise"].public_id], actor=context.member, at=context.at)[0]


LEAD = allowed_for(InstitutionKind.CITY_SCIENCE)


@admin.register(Screening)
class ScreeningAdmin(VisibleAdmin):
    """Runs of the screening."""

    visible_to = staticmethod(screenings_listed)
    seen_by = frozenset(
        {InstitutionKind.CITY_SCIENCE, InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, InstitutionKind.FUND_OFFICE}
    )
    is_case = True
    columns = (
        Column("筛选", str, order="list_year", name="title"),
        "examined",
        "eligible",
        "created",
        "refreshed",
        "screened_on",
        "screened_by",
    )
    ordering = ("-id",)
    new_steps = (
        Step(
            name="screen",
            label="筛选研发名单",
            who=LEAD,
            form=YearForm,
            run=lambda context: screen_tax_list(list_year=context.given["list_year"], actor=context.member, at=context.at),
            clause="FP 1.6.1(2)",
            sentence="按企业所得税汇算清缴数据逐户核对条件；符合条件的列为候选，不符合的记录原因。",
        ),
        Step(name="giant", label="小巨人直接列入", who=LEAD, form=GiantForm, run=_giant, clause="FP 1.6.1(2)"),
    )

    def parts(self, request: HttpRequest, case: Screening) -> list[Any]:
        """Return the counts, and who was left out for what."""
        found = screened_out_counts(case)
        counts = [Fact("、".join(_check(name) for name in reason.split("、")), f"{count}家") for reason, count in found.items()]
        out = case.screened_out.select_related("enterprise")[:SHOWN]
        rows = [(one.enterprise.name, one.enterprise.credit_code, "、".join(_check(name) for name in one.failed)) for one in out]
        panels = [facts(request, case, "筛选结果", *SHOWS, clause="FP 1.6.1(2)")]
        if counts:
            panels.append(facts(request, case, "未列为候选的原因", *counts))
        return [*panels, table("未列为候选的企业", ("企业", "统一社会信用代码", "不符合的条件"), rows, empty="无。")]


def _check(name: str) -> str:
    """Return the Chinese name of a check of the eligibility rules."""
    return CHECKS.get(name, name)
