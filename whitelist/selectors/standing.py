"""
Where an enterprise stands with each condition of the plan, by what the fund knows of it: what was found, and from where.

Nothing is "not met" before its data are there: a figure that has not come is not known yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.db.models import Q, QuerySet

from common.checks import Check
from common.money import MAX_AMOUNT, ZERO, display
from parties.enums import FactSource
from parties.models import Enterprise, EnterpriseYear
from policy.models import PolicyVersion
from policy.selectors.versions import version_on
from policy.terms.model import Terms
from whitelist.enums import APPLIED_ROUTES, LISTED_STATES, ImportState, Programme
from whitelist.models import Entry, Project, StackingRecord, TaxRow
from whitelist.rules import ProjectFacts, RdFacts, not_in_force, project_eligibility, rd_eligibility
from whitelist.selectors.eligibility import stacked_enterprises
from whitelist.selectors.screening import settled_after

FILE = "系统中的企业档案"
DECLARED = "项目申报资料"
STACKING = "其他扶持政策名单"
MOST_PROJECTS = 20
SHARED = ("industrial", "registered_in_city", "other_technology_credit", "technical_upgrade_subsidy")


class State(StrEnum):
    """How a condition stands."""

    MET = "met"
    NOT_MET = "failed"
    UNKNOWN = "unknown"
    LATER = "later"  # will be met on a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One condition: asked, found, from where; ``from_on``: the day from which it is known, or met."""

    check: Check
    state: State
    source: str
    from_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One kind of financing, or one project: conditions that all must hold, and those of which one will do."""

    name: str
    all_of: tuple[Line, ...]
    any_of: tuple[Line, ...]

    @property
    def state(self) -> State:
        """Return how all of it comes out. Source: FP 1.1.1, FP 1.1.2."""
        states = [line.state for line in self.all_of] + ([_best(self.any_of)] if self.any_of else [])
        return next((bad for bad in (State.NOT_MET, State.UNKNOWN, State.LATER) if bad in states), State.MET)


def _best(lines: Sequence[Line]) -> State:
    """Return how a choice of conditions stands: one met will do, and one not known yet leaves it open."""
    states = {line.state for line in lines}
    return next(good for good in (State.MET, State.UNKNOWN, State.NOT_MET) if good in states)


def rd_standing(enterprise: Enterprise, *, on: date) -> Standing:
    """
    Return where an enterprise stands for R&D financing; four queries and those of the register.

    Raises:
        NoPolicyVersion: no version had begun.

    Source: FP 1.1.2, FP 3.2, FP 3.4; D4, D5, D24, D30.
    """
    terms, year = version_on(on).terms, on.year - 1
    figure = EnterpriseYear.objects.filter(enterprise=enterprise, year=year, source=FactSource.TAX).first()
    row = _tax_row(enterprise, year)
    stacked = enterprise.credit_code in stacked_enterprises([enterprise.credit_code], year=on.year)
    facts = RdFacts(
        industry_code=enterprise.industry_code,
        industry_override_reason=enterprise.industry_override_reason,
        is_little_giant=enterprise.is_little_giant,
        is_municipal_key=enterprise.is_municipal_key,
        last_year_rd_expense=figure.rd_expense if figure is not None else None,
        registered_capital=enterprise.registered_capital,
        registered_on=enterprise.registered_on,
        registered_in_city=enterprise.registered_in_city,
        other_technology_credit=stacked,
    )
    found = {check.name: check for check in rd_eligibility(terms, facts, on=on).checks}
    sources = {"other_technology_credit": STACKING}
    shared = [_plain(found[name], sources.get(name, FILE)) for name in SHARED if name in found]
    return Standing(name="企业研发投入融资", all_of=(*shared, *_plan(on)), any_of=_rd_choice(terms, facts, row, on=on))


def _rd_choice(terms: Terms, facts: RdFacts, row: TaxRow | None, *, on: date) -> tuple[Line, ...]:
    """Return the four conditions of which one will do, each judged as if the enterprise had nothing else. Source: FP 1.1.2; D4, D5."""
    nothing = replace(facts, is_little_giant=False, is_municipal_key=False, last_year_rd_expense=ZERO, registered_capital=ZERO)
    needed, listed = terms.eligibility, _said_of(row)
    titled = listed if row is not None and row.is_little_giant is not None else FILE
    capital = f"{facts.registered_on}成立，注册资本{display(facts.registered_capital)}元"
    young = f"成立不超过{needed.newly_registered_months}个月且注册资本不低于{display(needed.min_registered_capital)}元的新注册企业"
    giant = replace(nothing, is_little_giant=facts.is_little_giant)
    municipal = replace(nothing, is_municipal_key=facts.is_municipal_key)
    moneyed = replace(nothing, registered_capital=facts.registered_capital)
    return (
        _judged("国家级专精特新“小巨人”企业", _has(facts.is_little_giant), titled, terms, giant, on=on),
        _judged("市重点工业企业", _has(facts.is_municipal_key), titled, terms, municipal, on=on),
        _expense(terms, nothing, facts.last_year_rd_expense, listed, on=on),
        _judged(young, capital, FILE, terms, moneyed, on=on),
    )


def _judged(required: str, found: str, source: str, terms: Terms, facts: RdFacts, *, on: date) -> Line:
    """Return one condition by what the rule says of an enterprise with these facts alone."""
    check = next(one for one in rd_eligibility(terms, facts, on=on).checks if one.name == "rd_condition")
    return _plain(replace(check, required=required, found=found), source)


def _expense(terms: Terms, nothing: RdFacts, expense: Decimal | None, source: str, *, on: date) -> Line:
    """Return the condition on last year's expense; without a figure it is not known yet, whatever the day. Source: FP 1.1.2; D5."""
    required = f"{on.year - 1}年度研发费用不低于{display(terms.eligibility.min_rd_expense)}元"
    if expense is not None:
        return _judged(required, f"{display(expense)}元", source, terms, replace(nothing, last_year_rd_expense=expense), on=on)
    missing = f"税务名单中还没有贵公司{on.year - 1}年度的数据"
    line = _judged(required, missing, "", terms, replace(nothing, last_year_rd_expense=MAX_AMOUNT), on=on)
    known_on = settled_after(terms, list_year=on.year)
    return replace(line, state=State.UNKNOWN, from_on=known_on if known_on >= on else None)


def project_standings(enterprise: Enterprise, *, on: date) -> list[Standing]:
    """
    Return where each of the enterprise's newest projects stands; two queries, however many.

    Raises:
        NoPolicyVersion: no version had begun.

    Source: FP 1.1.1, FP 3.1, FP 3.4; D5, D24, D30.
    """
    terms = version_on(on).terms
    projects = list(Project.objects.filter(enterprise=enterprise).order_by("-pk")[:MOST_PROJECTS])
    codes = [project.code for project in projects]
    speaks = Q(project_code__in=codes) | Q(project_code="", credit_code=enterprise.credit_code)
    subsidised = StackingRecord.objects.filter(speaks, programme=Programme.TECHNICAL_UPGRADE_SUBSIDY).values_list("project_code", flat=True)
    stacked = set(subsidised)
    plan = _plan(on)
    return [_project(enterprise, project, terms, is_stacked=bool(stacked & {project.code, ""}), plan=plan) for project in projects]


def _project(enterprise: Enterprise, project: Project, terms: Terms, *, is_stacked: bool, plan: tuple[Line, ...]) -> Standing:
    facts = ProjectFacts(
        industry_code=enterprise.industry_code,
        industry_override_reason=enterprise.industry_override_reason,
        registered_in_city=enterprise.registered_in_city,
        project_type=project.project_type,
        is_key_project=project.is_key_project,
        is_named_by_city=project.is_named_by_city,
        holds_technical_upgrade_subsidy=is_stacked,
    )
    sources = {"project_kind": DECLARED, "technical_upgrade_subsidy": STACKING}
    lines = [_plain(check, sources.get(check.name, FILE)) for check in project_eligibility(terms, facts).checks]
    return Standing(name=project.name, all_of=(*lines, *plan), any_of=())


def own_entries(enterprise: Enterprise) -> QuerySet[Entry]:
    """
    Return what an enterprise reads of its way to the list: what it applied for, and what was published.

    That a screening made it a candidate is told to nobody before publication.

    Source: FP 1.6.1(1), FP 1.6.1(2).
    """
    told = Q(route__in=APPLIED_ROUTES) | Q(state__in=LISTED_STATES)
    return Entry.objects.filter(told, enterprise=enterprise).select_related("project", "batch", "enterprise").order_by("-pk")


def _plan(on: date) -> tuple[Line, ...]:
    """Return the condition that a plan is open, nothing while one is; a later one already entered says when. Source: FP 3.4; D25."""
    ended = not_in_force(version_on(on))
    if ended is None:
        return ()
    next_on = PolicyVersion.objects.filter(valid_from__gt=on).order_by("valid_from").values_list("valid_from", flat=True).first()
    state = State.NOT_MET if next_on is None else State.LATER
    return (Line(check=ended, state=state, source="政策版本", from_on=next_on),)


def _plain(check: Check, source: str) -> Line:
    return Line(check=check, state=State.MET if check.passed else State.NOT_MET, source=source)


def _has(held: bool) -> str:
    return "已列入" if held else "没有列入"


def _tax_row(enterprise: Enterprise, year: int) -> TaxRow | None:
    """Return the row of the last list taken over that speaks of the enterprise's year. Source: FP 1.6.1(2)."""
    rows = TaxRow.objects.filter(credit_code=enterprise.credit_code, year=year, file__state=ImportState.COMMITTED)
    return rows.select_related("file").order_by("-file__committed_at", "-pk").first()


def _said_of(row: TaxRow | None) -> str:
    return f"{row.year}年度税务名单第{row.row}行" if row is not None else "税务部门的年度数据"
