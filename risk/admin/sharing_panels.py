"""Who bears a claim's loss, and how each part comes about, to the cent."""

from typing import Any

from django.http import HttpRequest

from common.admin.display_values import Badge, Cited, Money, Rate, link_to, percent
from common.admin.extension_points import acting_member
from common.admin.panels import Fact, Facts, Row, table
from common.enums import Category, Mode
from common.errors import DomainError
from common.money import ZERO, display
from parties.access import sees_all
from parties.models import Member
from policy.selectors.register import register_lines
from policy.selectors.versions import version_for
from risk.claims.rules.shares import Shares
from risk.claims.rules.sharing import clause_of, decisions_of, is_covered, tier_of
from risk.claims.rules.workings import Working
from risk.claims.selectors.queue import workings_of
from risk.claims.transitions import BEFORE_LOSS
from risk.enums import Payer, WorkingStep
from risk.models import Claim


def basis(request: HttpRequest, claim: Claim) -> Facts:
    """Return what decides who bears the loss: mode, category, security, tier, and the version frozen on the loan."""
    loan = claim.loan
    rows = [
        Fact("申请补偿的本金损失", Money(claim.amount), "只计本金"),
        Fact("出资模式", loan.get_mode_display()),
        Fact("贷款类别", loan.get_category_display()),
        Fact("担保方式", loan.get_security_display()),
        Fact("适用政策版本", link_to(request, loan.policy_version), "申请时的版本，贷款存续期内不变"),
        *_tier(claim, acting_member(request)),
    ]
    return Facts(title="分担依据", facts=rows, clause=clause_of(mode=loan.mode, category=loan.category))


def _tier(claim: Claim, member: Member) -> list[Fact]:
    """Return the tier; the total over all banks that decides it is read by those who see every case only. Source: D15."""
    loan, total = claim.loan, claim.bad_debt.enterprise_rd_total
    if loan.mode != Mode.SPECIAL or loan.category != Category.RD or total is None:
        return []
    terms = version_for(loan.policy_version).terms
    total_fact = Fact("单户企业研发贷款最高余额", Money(total), f"专项贷款模式，各银行合计，截至{claim.bad_debt.recognised_on}")
    reached = [total_fact] if sees_all(member) else []
    if not is_covered(terms, category=loan.category, security=loan.security):
        return reached
    try:
        tier = tier_of(terms, total)
    except DomainError as above:
        return [*reached, Fact("分担档次", Badge("超过最高档", "bad"), above.message if reached else "")]
    share = f"担保公司 {percent(tier.guarantor_share)}，银行 {percent(1 - tier.guarantor_share)}"
    return [*reached, Fact("分担档次", f"{display(tier.up_to)}元（含）以下一档", share)]


def sharing(request: HttpRequest, claim: Claim, fixed: Shares | None) -> Any:
    """Return what each payer bears with rate, sum and clause; before it is fixed, as it would be today."""
    if claim.state in BEFORE_LOSS or not claim.amount:
        return None
    try:
        workings = workings_of(claim)
    except DomainError as refused:
        return table("损失分担", ("说明",), [(refused.message,)], clause=refused.clause)
    clause = clause_of(mode=claim.loan.mode, category=claim.loan.category)
    institutions = {part.payer: part.institution for part in claim.parts.select_related("institution")}
    rows = [_line(working, clause, institutions) for working in workings]
    total = sum((working.amount for working in workings if working.payer), ZERO)
    foot = Row(cells=(_verdict(claim, workings, fixed), "", "", Money(total), ""))
    heads = ("承担方", "计算", "比例", "承担金额", "依据")
    title = f"损失分担（{claim.split_on} 确定）" if fixed is not None else "损失分担（预计，首次支付时确定）"
    return table(
        title, heads, rows, foot=foot, clause=clause, note="除银行外各方舍去到分，尾差由银行承担；政府部分县级舍去到分，尾差归市级。"
    )


def _line(working: Working, clause: str, institutions: dict[str, Any]) -> Row:
    name: Any = working.step.label
    if working.payer is not None:
        house = institutions.get(working.payer)
        name = f"{working.payer.label} {house.short_name}" if house else working.payer.label
    rate = Rate(working.rate)
    return Row(cells=(name, _sum(working), rate, Money(working.amount), Cited(clause) if working.payer else None))


def _sum(working: Working) -> str:
    """Return the sum of a step as it is done with a pencil."""
    base, amount = display(working.base), display(working.amount)
    if working.rate is not None:
        return f"{working.step.label}：{base} × {percent(working.rate)} = {amount}"
    return {
        WorkingStep.POOL: f"费池可用 {base}，先行抵扣 {amount}",
        WorkingStep.CITY: f"政府承担 {base} 减县级承担，得 {amount}",
        WorkingStep.REST: f"损失 {base} 减其他各方承担，得 {amount}",
    }[working.step]


def _verdict(claim: Claim, workings: list[Working], fixed: Shares | None) -> Badge | str:
    """Return whether the stored rows are what the rule gives, and sum to the loss."""
    if fixed is None:
        return "合计（预计）"
    again = {working.payer: working.amount for working in workings if working.payer}
    same = all(fixed.of(payer) == again.get(payer, ZERO) for payer in Payer) and fixed.total == claim.amount
    return Badge("合计等于损失，与规则重算一致", "good") if same else Badge("与规则重算不一致", "bad")


def wording(claim: Claim) -> Any:
    """Return the clause and the interpretations the sharing rests on, in their own words."""
    loan = claim.loan
    ids = (
        clause_of(mode=loan.mode, category=loan.category),
        *decisions_of(mode=loan.mode, category=loan.category),
        "FP 1.5.3",
        "D20",
        "D21",
    )
    rows = [(Cited(one), line.wording) for one in ids for line in register_lines(one)]
    return table("条款原文与解释口径", ("依据", "内容"), rows, folded=True)
