"""Who is told what of a decision on a bank's part: the bank, and each enterprise what it can do."""

from datetime import datetime

from common.enums import Mode
from notices.services import notify
from parties.models import Institution
from parties.selectors import participating_banks
from reporting.assessment.selectors import Concerned, concerned_by
from reporting.enums import DecisionKind
from reporting.models import ParticipationDecision


def notify_bank(decision: ParticipationDecision, *, has_version: bool, at: datetime) -> None:
    """Tell the bank what was decided, from when, and what goes on. Source: FP 2.2.1; D9, D25, D45."""
    if decision.kind == DecisionKind.REMOVE:
        said = (
            f"自{decision.effective_on}起，贵行在专项贷款和信托服务两种模式均不得登记合作意向、受理新的申请和核定额度；"
            "此前提交的申请继续批复、签约和放款，存续贷款继续享受贴息和补偿。"
        )
    else:
        said = f"自{decision.effective_on}起恢复贵行参与资格，可由市工信局、市财政局重新登记参与期间和额度。"
    if not has_version:
        said += "届时没有生效的实施方案，本决定对后续实施方案适用。"
    notify(
        key=f"participation_decision:{decision.public_id}:bank",
        kind="participation",
        title=f"{decision.get_kind_display()}：{decision.document_number}",
        body=f"{said}理由：{decision.reason}",
        at=at,
        institution=decision.bank,
        obj=decision,
        urgent=True,
    )


def notify_enterprises(decision: ParticipationDecision, *, at: datetime) -> None:
    """Tell each enterprise that has something with a bank that leaves what it can do, and what goes on. Source: FP 2.2.1; D25, D45."""
    others = _others(decision)
    for one in concerned_by(decision.bank, on=decision.effective_on):
        notify(
            key=f"participation_decision:{decision.public_id}:enterprise:{one.enterprise.pk}",
            kind="participation",
            title=f"{decision.bank.name}自{decision.effective_on}起不再受理新的申请",
            body=_said(one, decision, others),
            at=at,
            enterprise=one.enterprise,
        )


def _others(decision: ParticipationDecision) -> str:
    """Return the banks that take new business on the day, by name."""
    banks: dict[int, Institution] = {}
    for mode in Mode:
        banks |= {bank.pk: bank for bank in participating_banks(mode, on=decision.effective_on) if bank.pk != decision.bank_id}
    return "、".join(bank.name for bank in sorted(banks.values(), key=lambda bank: bank.code))


def _said(one: Concerned, decision: ParticipationDecision, others: str) -> str:
    choice = f"可选择的合作银行：{others}。" if others else "可选择的合作银行名单请咨询市工信局。"
    parts = [f"依据{decision.document_number}，{decision.bank.name}自{decision.effective_on}起不再办理本基金的新业务。"]
    if one.intends:
        parts.append(f"贵公司与该行已登记合作意向、尚未提交申请：可在{decision.effective_on}前向该行提交，或改向其他合作银行申请。{choice}")
    if one.has_draft:
        parts.append(
            f"贵公司向该行起草的申请须在{decision.effective_on}前提交，此后请改向其他合作银行申请。{'' if one.intends else choice}"
        )
    if one.has_open_application:
        parts.append("贵公司此前向该行提交的申请继续按原实施方案批复、签约和放款，无需重新提交。")
    if one.has_loan:
        parts.append("贵公司在该行的存续贷款不受影响，利率、贴息和补偿照旧。")
    return "".join(parts)
