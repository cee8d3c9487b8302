"""Fee rates and exemption rules typed wrong are put right; and what was done by them. See ``parties.corrections``."""

from collections.abc import Iterable, Mapping
from typing import Any

from common.dates import BEGINS, PAPERS
from common.money import display
from loans.models import Guarantee
from parties.corrections import Correctable, Facts, register_rest, register_table
from parties.enums import InstitutionKind
from parties.models import Member
from risk.claims.transitions import ClaimState
from risk.enums import MoneyStep
from risk.exemption.services.cases import RULE_MAKERS
from risk.fees.services import RateBackDated, require_fee_rate
from risk.models import DiligenceRules, EnhancementFee, EnhancementFeeRate, Exemption


def fees_of_rate(row: EnhancementFeeRate, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the fees collected for days whose rate would change. Source: FP 1.5.2(2); D23."""
    if after is not None and (after["rate"], after["from_on"]) == (before["rate"], before["from_on"]):
        return
    first = before["from_on"] if after is None else min(before["from_on"], after["from_on"])
    fees = EnhancementFee.objects.filter(until_on__gt=first).exclude(step=MoneyStep.RETURNED)
    later = EnhancementFeeRate.objects.filter(from_on__gt=before["from_on"]).order_by("from_on").first()
    if later is not None:
        fees = fees.filter(from_on__lt=later.from_on)
    for fee in fees.select_related("loan").order_by("from_on", "pk"):
        ends = "须先由基金管理人退回" if fee.step == MoneyStep.RECORDED else "已复核入账，请改以更晚的日期录入新标准"
        yield f"贷款 {fee.loan.contract_number} 增信服务费 {fee.from_on} 至 {fee.until_on}（不含）已按此计收，{ends}"


def exemptions_of_rules(row: DiligenceRules, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the exemptions opened by the rules before they would hold. Source: FP 1.7."""
    if after is None:
        return
    for exemption in Exemption.objects.filter(rules=row, opened_on__lt=after["effective_on"]).select_related("bad_debt__loan"):
        yield f"尽职免责核查 {exemption.bad_debt.loan}（发起 {exemption.opened_on}）适用该制度，施行日期不得晚于发起日期"


def fees_of_guarantee(row: Guarantee, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the fees charged, and the claims opened, by the guarantor and the rate as they stand. Source: FP 1.5.2(1); D36."""
    assert after is not None  # a guarantee does not go
    moved = after["guarantor_id"] != before["guarantor_id"]
    if not moved and after["fee_rate"] == before["fee_rate"]:
        return
    for fee in row.fees.exclude(step=MoneyStep.RETURNED).order_by("charged_on", "pk"):
        yield f"担保费 {fee.charged_on} {display(fee.amount)} 元（凭证 {fee.voucher}）已据此收取，须先由担保公司退回"
    for claim in row.loan.claims.exclude(state__in=(ClaimState.REFUSED, ClaimState.WITHDRAWN)).order_by("pk") if moved else ():
        yield f"补偿申请 {claim.number}（{claim.get_state_display()}）由原担保公司分担，须先撤回"


def _check_rate(row: EnhancementFeeRate, facts: Mapping[str, Any]) -> None:
    """Refuse what is no rate, and a day beyond a neighbour's: the table stays in order."""
    require_fee_rate(facts["rate"])
    for other in EnhancementFeeRate.objects.exclude(pk=row.pk):
        if (other.from_on < row.from_on) != (other.from_on < facts["from_on"]) or other.from_on == facts["from_on"]:
            raise RateBackDated(on=other.from_on, field="from_on")


def _own(member: Member, row: DiligenceRules) -> bool:
    return member.institution_id == row.institution_id


register_table(
    Correctable(
        name="enhancement_fee_rate",
        label="增信服务费标准",
        model=EnhancementFeeRate,
        facts=("rate", "from_on", "document_number"),
        keepers=(InstitutionKind.FUND_OFFICE, InstitutionKind.CITY_INDUSTRY),
        clause="FP 1.5.2(2), D23",
        begins="from_on",
        days={"from_on": BEGINS},
        check=_check_rate,
    ),
    Correctable(
        name="diligence_rules",
        label="尽职免责制度",
        model=DiligenceRules,
        facts=("name", "document_number", "effective_on"),
        keepers=RULE_MAKERS,
        clause="FP 1.7",
        begins="effective_on",
        days={"effective_on": PAPERS},
        may=_own,
    ),
)
register_rest("guarantee", fees_of_guarantee)
register_rest("enhancement_fee_rate", fees_of_rate)
register_rest("diligence_rules", exemptions_of_rules)
