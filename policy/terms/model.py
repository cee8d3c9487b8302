"""Every number of the plan, with its clause and, where the plan is silent, the decision that fills it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from common.enums import Mode
from common.errors import FieldProblem
from policy.terms.fields import InvalidTerms, Kind, Problems, group, parameter, read, write


@dataclass(frozen=True, slots=True, kw_only=True)
class ByMode:
    """A share that differs between the two modes."""

    special: Decimal = parameter("专项贷款模式", Kind.SHARE, clause="FP 1.3")
    trust: Decimal = parameter("信托服务模式", Kind.SHARE, clause="FP 1.3")

    def of(self, mode: Mode | str) -> Decimal:
        """Return the share of one mode."""
        return self.trust if mode == Mode.TRUST else self.special


@dataclass(frozen=True, slots=True, kw_only=True)
class Fund:
    """The fund as a whole. Source: FP 1.3; D40."""

    minimum_size: Decimal = parameter("基金首期规模下限", Kind.MONEY, clause="FP 1.3", decision="D40")


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligibility:
    """Who may be listed, and what may not be combined. Source: FP 1.1.1, FP 1.1.2, FP 3.1, FP 3.2; D4, D5, D24, D30."""

    first_industrial_division: str = parameter("工业行业大类（起）", Kind.DIVISION, clause="FP 1.1.1", decision="D30")
    last_industrial_division: str = parameter("工业行业大类（止）", Kind.DIVISION, clause="FP 1.1.1", decision="D30")
    eligible_project_types: tuple[str, ...] = parameter("可支持的项目类型", Kind.NAMES, clause="FP 1.1.1")
    min_rd_expense: Decimal = parameter("上年度研发投入下限", Kind.MONEY, clause="FP 1.1.2", decision="D5")
    min_registered_capital: Decimal = parameter("新注册企业注册资本下限", Kind.MONEY, clause="FP 1.1.2")
    newly_registered_months: int = parameter("新注册企业的注册时间上限", Kind.COUNT, unit="个月", clause="FP 1.1.2", decision="D4")
    technical_upgrade_subsidy_combinable: bool = parameter("可与技改贴息叠加", Kind.FLAG, clause="FP 3.1", decision="D24")
    rd_grant_combinable: bool = parameter("可与研发费用补助叠加", Kind.FLAG, clause="FP 3.2", decision="D24")
    other_technology_credit_combinable: bool = parameter("可与其他科技信贷扶持叠加", Kind.FLAG, clause="FP 3.2", decision="D24")


@dataclass(frozen=True, slots=True, kw_only=True)
class WhitelistLife:
    """How long an entry opens applications. Source: FP 1.6.1(3); D27."""

    project_months: int = parameter("项目白名单有效期", Kind.COUNT, unit="个月", clause="FP 1.6.1(3)", decision="D27")
    rd_until_next_list: bool = parameter("研发白名单有效至下一年度名单发布", Kind.FLAG, clause="FP 1.6.1(3)", decision="D27")
    tax_settlement_months: int = parameter(
        "企业所得税汇算清缴期限（年度终了后）", Kind.COUNT, unit="个月", clause="FP 1.6.1(2)", decision="D5"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCap:
    """Limits of one project over all banks and both modes. Source: FP 1.2.1; D2, D33."""

    total_amount: Decimal = parameter("单个项目放款上限", Kind.MONEY, clause="FP 1.2.1", decision="D2")
    fixed_asset_share: Decimal = parameter("固定资产投资贷款占项目总投资上限", Kind.SHARE, clause="FP 1.2.1", decision="D33")
    working_capital_share: Decimal = parameter("流动资金贷款占项目总投资上限", Kind.SHARE, clause="FP 1.2.1", decision="D33")
    combined_share: Decimal | None = parameter("两类贷款合计占项目总投资上限", Kind.SHARE, clause="FP 1.2.1", decision="D2", optional=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class RdCap:
    """Limits of one enterprise's R&D loans. Source: FP 1.2.2; D3, D4, D33."""

    existing_amount: Decimal = parameter("存量企业放款上限", Kind.MONEY, clause="FP 1.2.2", decision="D3")
    rd_expense_share: Decimal = parameter("存量企业放款占上年研发费用上限", Kind.SHARE, clause="FP 1.2.2", decision="D3")
    newly_registered_amount: Decimal = parameter("新注册企业放款上限", Kind.MONEY, clause="FP 1.2.2", decision="D4")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """What every loan carries. Source: FP 1.4.1; D11, D37, D39."""

    enterprise_rate: Decimal = parameter("企业支付利率", Kind.RATE, clause="FP 1.4.1")
    max_term_years: int = parameter("融资期限上限", Kind.COUNT, unit="年", clause="FP 1.4.1", decision="D39")
    approval_lapse_months: int = parameter("批复后未签约的失效期限", Kind.COUNT, unit="个月", clause="FP 1.6.3", decision="D37")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsidy:
    """How the interest subsidy is computed and borne. Source: FP 1.4.1, FP 1.6.4; D10-D12, D35."""

    day_count: int = parameter("计息年天数", Kind.COUNT, unit="天", clause="FP 1.4.1", decision="D10")
    settlement_day: int = parameter("结息季度起始日", Kind.COUNT, unit="日", clause="FP 1.6.4", decision="D10")
    county_share: Decimal = parameter("贴息的县级财政分担比例", Kind.SHARE, clause="FP 1.4.1", decision="D12")
    base_share: ByMode = group("贴息基数占贷款余额比例", ByMode, clause="FP 1.4.1", decision="D35")
    bid_rate_floor: Decimal = parameter("投标利率核对下限", Kind.RATE, clause="FP 1.4.2", decision="D14", default="0.005")
    bid_rate_ceiling: Decimal = parameter("投标利率核对上限", Kind.RATE, clause="FP 1.4.2", decision="D14", default="0.15")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Terms in days. Source: FP 1.6.3, FP 2.1.1; D6, D7, D28, D37."""

    approval_working_days: int = parameter("申请至批复时限", Kind.COUNT, unit="个工作日", clause="FP 1.6.3", decision="D7")
    reminder_working_days: tuple[int, ...] = parameter("到期前提醒", Kind.COUNTS, unit="个工作日", clause="FP 1.6.3", decision="D7")
    claim_review_working_days: int = parameter("补偿申请审核时限", Kind.COUNT, unit="个工作日", clause="FP 1.5.2(1)", decision="D37")
    public_money_return_working_days: int = parameter("退回财政资金时限", Kind.COUNT, unit="个工作日", clause="FP 1.5.2(2)", decision="D37")
    quarterly_report_days: int = parameter("季报报送时限（季后）", Kind.COUNT, unit="天", clause="FP 2.1.1", decision="D28")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """The yearly test of the fund and its banks. Source: FP 1.6.5, FP 2.2.1, FP 2.2.2; D8, D9, D43, D44."""

    threshold_rate: Decimal = parameter("年度响应率下限", Kind.SHARE, clause="FP 2.2.1", decision="D8")
    sme_threshold_rate: Decimal = parameter("中小微企业年度响应率下限", Kind.SHARE, clause="FP 2.2.2", decision="D8")
    working_days: int = parameter("达到放款条件时限", Kind.COUNT, unit="个工作日", clause="FP 2.2.1", decision="D7")
    min_applications: int = parameter("参与末位比较的最少到期申请数", Kind.COUNT, unit="户", clause="FP 2.2.1", decision="D9")
    trust_return_working_days: int = parameter(
        "信托服务模式统计报送时限（年度全部期满后）", Kind.COUNT, unit="个工作日", clause="FP 1.6.5", decision="D43", default="10"
    )
    dispute_working_days: int = parameter(
        "年度响应率核对期限", Kind.COUNT, unit="个工作日", clause="FP 1.6.5", decision="D43", default="10"
    )
    objection_answer_working_days: int = parameter(
        "响应率异议答复时限", Kind.COUNT, unit="个工作日", clause="FP 1.6.5", decision="D43", default="10"
    )
    no_intent_alarm_share: Decimal = parameter(
        "无合作意向申请占比提示线（超过）", Kind.SHARE, clause="FP 1.6.5", decision="D44", default="0.10"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RdTier:
    """One row of the special-mode table of R&D losses: up to the amount, included. Source: FP 1.5.2(1); D15."""

    up_to: Decimal = parameter("单户企业贷款金额至（含）", Kind.MONEY, clause="FP 1.5.2(1)", decision="D15")
    guarantor_share: Decimal = parameter("担保公司分担比例", Kind.SHARE, clause="FP 1.5.2(1)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """
    Overdue days from which a loan belongs at best to a class; the plan leaves the classes to the regulator's rule.

    Source: FP 1.5.3; D19; 商业银行金融资产风险分类办法(银保监会令2023年第1号)第十条至第十三条.
    """

    special_mention_days: int = parameter("关注类（逾期达到）", Kind.COUNT, unit="天", clause="FP 1.5.3", decision="D19")
    substandard_days: int = parameter("次级类（逾期达到）", Kind.COUNT, unit="天", clause="FP 1.5.3", decision="D19")
    doubtful_days: int = parameter("可疑类（逾期达到）", Kind.COUNT, unit="天", clause="FP 1.5.3", decision="D19")
    loss_days: int = parameter("损失类（逾期达到）", Kind.COUNT, unit="天", clause="FP 1.5.3", decision="D19")


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Who bears a loss and where compensation stops. Source: FP 1.5.1-1.5.3; D1, D15-D20, D36."""

    government_contribution: ByMode = group("政府方出资比例", ByMode, clause="FP 1.3", decision="D1")
    working_capital_government_share: ByMode = group("项目流动资金贷款损失的政府方分担比例", ByMode, clause="FP 1.5.1", decision="D17")
    rd_tiers: tuple[RdTier, ...] = group(
        "研发信用贷款损失分担档次（专项贷款模式）", RdTier, clause="FP 1.5.2(1)", decision="D15", many=True
    )
    trust_rd_government_share: Decimal = parameter(
        "研发信用贷款损失扣除增信服务费后的政府方分担比例（信托服务模式）", Kind.SHARE, clause="FP 1.5.2(2)"
    )
    county_share: Decimal = parameter("政府方损失的县级财政分担比例", Kind.SHARE, clause="FP 1.5.2(2)", decision="D18")
    secured_rd_covered: bool = parameter("抵质押研发贷款纳入风险补偿", Kind.FLAG, clause="FP 1.5.2(1)", decision="D36")
    warning_rate: Decimal = parameter("坏账率警示线（达到）", Kind.SHARE, clause="FP 1.5.3", decision="D19")
    breaker_rate: Decimal = parameter("坏账率熔断线（超过）", Kind.SHARE, clause="FP 1.5.3", decision="D19")
    compensation_cap_rate: Decimal = parameter("最高补偿上限率", Kind.SHARE, clause="FP 1.5.3", decision="D20")
    classification: Classification = group("五级分类", Classification, clause="FP 1.5.3", decision="D19")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What guarantees may cost. Source: FP 1.5.2(1); D23."""

    guarantee_fee_limit_rate: Decimal = parameter("平均担保费率上限", Kind.RATE, unit="年费率", clause="FP 1.5.2(1)", decision="D23")


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeClass:
    """Lower bounds of one size, both included and both needed. Source: FP 2.2.2; D29."""

    employees: int = parameter("从业人员下限", Kind.COUNT, unit="人", clause="FP 2.2.2", decision="D29")
    revenue: Decimal = parameter("营业收入下限", Kind.MONEY, clause="FP 2.2.2", decision="D29")


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseSize:
    """The size table for industry; what reaches no row is micro. Source: FP 2.2.2; D29."""

    large: SizeClass = group("大型企业", SizeClass, clause="FP 2.2.2", decision="D29")
    medium: SizeClass = group("中型企业", SizeClass, clause="FP 2.2.2", decision="D29")
    small: SizeClass = group("小型企业", SizeClass, clause="FP 2.2.2", decision="D29")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All terms of one policy version."""

    fund: Fund = group("基金规模", Fund, clause="FP 1.3", decision="D40")
    eligibility: Eligibility = group("支持对象", Eligibility, clause="FP 1.1.1")
    whitelist_life: WhitelistLife = group("白名单有效期", WhitelistLife, clause="FP 1.6.1(3)", decision="D27")
    project_cap: ProjectCap = group("项目放款上限", ProjectCap, clause="FP 1.2.1")
    rd_cap: RdCap = group("研发放款上限", RdCap, clause="FP 1.2.2")
    loan: LoanTerms = group("融资成本和期限", LoanTerms, clause="FP 1.4.1")
    subsidy: Subsidy = group("财政贴息", Subsidy, clause="FP 1.4.1")
    clock: Clock = group("办理时限", Clock, clause="FP 1.6.3")
    response: Response = group("响应率考核", Response, clause="FP 2.2.1")
    risk: Risk = group("风险分担与防控", Risk, clause="FP 1.5.1")
    fees: Fees = group("担保费率", Fees, clause="FP 1.5.2(1)")
    enterprise_size: EnterpriseSize = group("企业规模划型", EnterpriseSize, clause="FP 2.2.2", decision="D29")

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Terms":
        """
        Return the terms a policy version stores.

        Raises:
            InvalidTerms: something is missing, unknown, mistyped or contradicts itself; ``errors`` lists every path.
        """
        problems = Problems()
        terms = read(cls, value, path="", problems=problems)
        if terms is None:
            raise InvalidTerms(errors=problems.found)
        contradictions = list(_contradictions(terms))
        if contradictions:
            raise InvalidTerms(errors=contradictions)
        return terms

    def as_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads; equal terms give equal JSON."""
        written: dict[str, Any] = write(self)
        return written


def _contradictions(terms: Terms) -> list[FieldProblem]:
    """Return what no reader of single values can see."""
    found = []
    bounds = [tier.up_to for tier in terms.risk.rd_tiers]
    if bounds != sorted(set(bounds)):
        found.append(FieldProblem("risk.rd_tiers", "not_rising", "各档次的金额上限应由小到大且不重复。"))
    if terms.eligibility.first_industrial_division > terms.eligibility.last_industrial_division:
        found.append(FieldProblem("eligibility.last_industrial_division", "not_rising", "行业大类的止不得小于起。"))
    days = terms.risk.classification
    if not days.special_mention_days < days.substandard_days < days.doubtful_days < days.loss_days:
        found.append(FieldProblem("risk.classification", "not_rising", "五级分类的逾期天数应逐级增加。"))
    if terms.risk.warning_rate > terms.risk.breaker_rate:
        found.append(FieldProblem("risk.warning_rate", "above_breaker", "警示线不得高于熔断线。"))
    if terms.subsidy.settlement_day > 28:
        found.append(FieldProblem("subsidy.settlement_day", "not_in_every_month", "结息日应为 1 至 28 日，使每月都有这一天。"))
    if terms.subsidy.bid_rate_floor >= terms.subsidy.bid_rate_ceiling:
        found.append(FieldProblem("subsidy.bid_rate_ceiling", "not_rising", "投标利率核对上限应高于下限。"))
    sizes = terms.enterprise_size
    rows = [sizes.large, sizes.medium, sizes.small]
    if any(a.employees < b.employees or a.revenue < b.revenue for a, b in pairwise(rows)):
        found.append(FieldProblem("enterprise_size", "not_rising", "大型、中型、小型企业的下限应逐级降低。"))
    return found
