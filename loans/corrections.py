"""Quotas typed wrong are put right; and what of this app rests on the dated rows of lower ones. See ``parties.corrections``."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from audit.services import Scope
from common.dates import BEGINS, ENDS
from loans.enums import ApplicationState
from loans.models import Application, BankQuota, Loan
from loans.services.quotas import KEEPERS
from parties.corrections import Correctable, Facts, register_rest, register_table
from parties.models import BankParticipation, TaxHome
from policy.models import PolicyVersion

ENDED = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN, ApplicationState.LAPSED)


def _outside(field: str, facts: Facts) -> Q:
    """Return the condition that a day lies outside a half-open period."""
    until_on = facts.get("until_on")
    return Q(**{f"{field}__lt": facts["from_on"]}) | (Q(**{f"{field}__gte": until_on}) if until_on is not None else Q(pk__in=[]))


def loans_of_home(row: TaxHome, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the loans whose county the row fixed at the first drawdown and would no longer. Source: FP 1.4.1; D12."""
    ends = Q(first_drawdown_on__lt=row.until_on) if row.until_on is not None else Q()
    fixed = Loan.objects.filter(ends, enterprise=row.enterprise_id, first_drawdown_on__gte=before["from_on"])
    if after is not None and after["district_id"] == before["district_id"]:
        moved = Q(first_drawdown_on__gte=before["from_on"], first_drawdown_on__lt=after["from_on"])
        moved |= Q(first_drawdown_on__gte=after["from_on"], first_drawdown_on__lt=before["from_on"])
        fixed = Loan.objects.filter(moved, enterprise=row.enterprise_id)
    elif after is not None:
        earlier = min(before["from_on"], after["from_on"])
        fixed = Loan.objects.filter(ends, enterprise=row.enterprise_id, first_drawdown_on__gte=earlier)
    for loan in fixed.select_related("bank").order_by("first_drawdown_on"):
        yield f"贷款 {loan.contract_number}（{loan.bank}，首次放款 {loan.first_drawdown_on}）的贴息承担地据此确定，须先由银行冲正放款"


def applications_of_period(row: BankParticipation, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the applications the bank took on days that would no longer belong to the period. Source: FP 1.3; D9."""
    if after is None:
        return
    taken: QuerySet[Application] = Application.objects.filter(bank=row.bank_id, mode=row.mode, submitted_on__gte=before["from_on"])
    if before["until_on"] is not None:
        taken = taken.filter(submitted_on__lt=before["until_on"])
    for case in taken.filter(_outside("submitted_on", after)).exclude(state__in=ENDED).order_by("submitted_on"):
        yield f"融资申请 {case.number}（提交 {case.submitted_on}，{case.get_state_display()}）在该期间受理，须先撤回或不予批复"


def cases_of_version(row: PolicyVersion, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the applications taken under a version on days on which it would no longer hold. Source: FP 3.4; D25."""
    if after is None:
        return
    period = {"from_on": after["valid_from"], "until_on": after["valid_until"]}
    taken = Application.objects.filter(_outside("submitted_on", period), policy_version=row).exclude(state__in=ENDED)
    for case in taken.order_by("submitted_on"):
        yield f"融资申请 {case.number}（提交 {case.submitted_on}，{case.get_state_display()}）适用该版本，须先撤回或不予批复"


register_table(
    Correctable(
        name="bank_quota",
        label="银行额度",
        model=BankQuota,
        facts=("amount", "from_on", "until_on", "document_number"),
        keepers=KEEPERS,
        clause="FP 1.3",
        begins="from_on",
        days={"from_on": BEGINS, "until_on": ENDS},
        owner=("bank_id", "mode"),
        asks_earlier_end=True,
        scope=lambda row: Scope(bank_id=row.bank_id),
    )
)
register_rest("tax_home", loans_of_home)
register_rest("participation", applications_of_period)
register_rest("policy_version", cases_of_version)
