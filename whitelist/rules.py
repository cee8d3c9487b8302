"""Who and what may be listed: every requirement as one line of a stored result."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from common.checks import Check
from common.dates import add_months
from common.money import display
from parties.rules import is_industrial, normalize_industry_code
from policy.terms.model import Terms
from policy.terms.version import VersionInForce
from whitelist.enums import ProjectType


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFacts:
    """What is known of a project and its enterprise when it applies."""

    industry_code: str
    registered_in_city: bool
    project_type: ProjectType | str
    is_key_project: bool
    is_named_by_city: bool
    holds_technical_upgrade_subsidy: bool
    industry_override_reason: str = ""  # the county's reason to count it as industrial (D30)


@dataclass(frozen=True, slots=True, kw_only=True)
class RdFacts:
    """What is known of an enterprise when it is screened or applies. Amounts in yuan."""

    industry_code: str
    is_little_giant: bool
    is_municipal_key: bool
    last_year_rd_expense: Decimal | None  # by tax figures; None: no figure
    registered_capital: Decimal
    registered_on: date
    registered_in_city: bool
    other_technology_credit: bool  # for the same financing
    industry_override_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """The verdict and all its lines, failed and passed."""

    eligible: bool
    checks: tuple[Check, ...]

    def with_check(self, check: Check) -> "Eligibility":
        """Return the result with one more line."""
        return replace(self, eligible=self.eligible and check.passed, checks=(*self.checks, check))


def project_eligibility(terms: Terms, facts: ProjectFacts) -> Eligibility:
    """
    Return whether a project may be listed.

    Raises:
        UnknownIndustryCode: not a code of the standard.

    Source: FP 1.1.1, FP 3.1; D5, D24, D30.
    """
    clause = "FP 1.1.1"
    return _verdict(
        _industrial(terms, clause, facts.industry_code, facts.industry_override_reason),
        _registered_in_city(clause, facts.registered_in_city),
        _project_kind(terms, facts),
        _no_technical_upgrade_subsidy(terms, facts.holds_technical_upgrade_subsidy),
    )


def rd_eligibility(terms: Terms, facts: RdFacts, *, on: date) -> Eligibility:
    """
    Return whether an enterprise may be listed for R&D financing; ``on`` is the application or screening date.

    Raises:
        UnknownIndustryCode: not a code of the standard.

    Source: FP 1.1.2, FP 3.2; D4, D5, D24, D30.
    """
    clause = "FP 1.1.2"
    return _verdict(
        _industrial(terms, clause, facts.industry_code, facts.industry_override_reason),
        _registered_in_city(clause, facts.registered_in_city),
        _rd_condition(terms, facts, on=on),
        _no_other_technology_credit(terms, facts.other_technology_credit),
    )


def is_newly_registered(terms: Terms, *, registered_on: date, on: date) -> bool:
    """
    Return whether the enterprise is a newly registered one on the day: at most 12 months old, without a full calendar year behind it.

    Source: FP 1.1.2; D4.
    """
    young = registered_on <= on <= add_months(registered_on, terms.eligibility.newly_registered_months)
    return young and registered_on > date(on.year - 1, 1, 1)


def not_in_force(version: VersionInForce) -> Check | None:
    """Return the failed line for a plan that takes no new cases any more, ``None`` while it is in force. Source: FP 3.4; D25, D38."""
    if version.in_force:
        return None
    return Check(
        name="plan_in_force",
        clause="FP 3.4",
        required="在实施方案有效期内申请",
        found=f"{version.name}自{version.valid_until}起不再受理新的申请" if version.valid_until else f"{version.name}不在有效期内",
        passed=False,
    )


def _verdict(*checks: Check) -> Eligibility:
    return Eligibility(eligible=all(check.passed for check in checks), checks=checks)


def _industrial(terms: Terms, clause: str, industry_code: str, override_reason: str) -> Check:
    """Return the line on industry. Source: FP 1.1.1, FP 1.1.2; D5, D30."""
    first, last = terms.eligibility.first_industrial_division, terms.eligibility.last_industrial_division
    listed = is_industrial(industry_code, first=first, last=last)
    found = f"行业代码{normalize_industry_code(industry_code)}"
    if override_reason and not listed:
        found += f"，县（市、区）认定为工业企业：{override_reason}"
    required = f"工业企业（行业大类{first}至{last}）"
    return Check(name="industrial", clause=clause, required=required, found=found, passed=listed or bool(override_reason))


def _registered_in_city(clause: str, registered_in_city: bool) -> Check:
    """Return the line on the place of registration. Source: FP 1.1.1; D5."""
    found = "在本市注册" if registered_in_city else "不在本市注册"
    return Check(name="registered_in_city", clause=clause, required="在本市注册", found=found, passed=registered_in_city)


def _project_kind(terms: Terms, facts: ProjectFacts) -> Check:
    """Return the line on the kind of project: any one of three will do. Source: FP 1.1.1."""
    found = []
    if facts.project_type in terms.eligibility.eligible_project_types:
        found.append(f"{ProjectType(facts.project_type).label}项目")
    if facts.is_key_project:
        found.append("省市重大重点工业投资项目")
    if facts.is_named_by_city:
        found.append("市政府确定的其他项目")
    kinds = "、".join(ProjectType(kind).label for kind in terms.eligibility.eligible_project_types)
    return Check(
        name="project_kind",
        clause="FP 1.1.1",
        required=f"符合其一：{kinds}项目；省市重大重点工业投资项目；市政府确定的其他项目",
        found="、".join(found) or "三项均不符合",
        passed=bool(found),
    )


def _rd_condition(terms: Terms, facts: RdFacts, *, on: date) -> Check:
    """Return the line on the enterprise: any one of the conditions will do. Source: FP 1.1.2; D4, D5."""
    needed, expense = terms.eligibility, facts.last_year_rd_expense
    found = []
    if facts.is_little_giant:
        found.append("国家级专精特新“小巨人”企业")
    if facts.is_municipal_key:
        found.append("市重点工业企业")
    if expense is not None and expense >= needed.min_rd_expense:
        found.append(f"上年度研发投入{display(expense)}元")
    newly_registered = is_newly_registered(terms, registered_on=facts.registered_on, on=on)
    if newly_registered and facts.registered_capital >= needed.min_registered_capital:
        found.append(f"新注册企业，注册资本{display(facts.registered_capital)}元")
    figures = [f"上年度研发投入{display(expense)}元" if expense is not None else "无上年度研发投入数据"]
    figures.append(
        f"{facts.registered_on}注册{'（新注册企业）' if newly_registered else ''}，注册资本{display(facts.registered_capital)}元"
    )
    return Check(
        name="rd_condition",
        clause="FP 1.1.2",
        required=f"符合其一：国家级专精特新“小巨人”企业、市重点工业企业；上年度研发投入不低于{display(needed.min_rd_expense)}元；"
        f"注册不超过{needed.newly_registered_months}个月且注册资本不低于{display(needed.min_registered_capital)}元的新注册企业",
        found="、".join(found) or f"均不符合（{'；'.join(figures)}）",
        passed=bool(found),
    )


def _no_technical_upgrade_subsidy(terms: Terms, held: bool) -> Check:
    """Return the line on the technical-upgrade subsidy. Source: FP 3.1; D24."""
    return Check(
        name="technical_upgrade_subsidy",
        clause="FP 3.1",
        required="不与技改贴息政策叠加享受",
        found="该项目已享受技改贴息" if held else "未享受技改贴息",
        passed=not held or terms.eligibility.technical_upgrade_subsidy_combinable,
    )


def _no_other_technology_credit(terms: Terms, held: bool) -> Check:
    """Return the line on other technology credit for the same financing; the R&D grant does not count. Source: FP 3.2; D24."""
    return Check(
        name="other_technology_credit",
        clause="FP 3.2",
        required="不与其他科技信贷扶持政策叠加享受（企业研发费用补助除外）",
        found="同一笔融资已享受其他科技信贷扶持" if held else "未享受其他科技信贷扶持",
        passed=not held or terms.eligibility.other_technology_credit_combinable,
    )
