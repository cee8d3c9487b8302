"""Which events of the log programs are told, under which stable names. The log's own verbs may change; these names do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from common.transitions import Transition, verb_labels
from loans.application_transitions import APPLICATION_STEPS
from risk.claims.transitions import CLAIM_STEPS
from risk.exemption.transitions import EXEMPTION_STEPS
from risk.money_transitions import ENHANCEMENT_FEE_STEPS, GUARANTEE_FEE_STEPS, RECOVERY_STEPS
from risk.recoveries.transitions import RETURN_STEPS
from subsidy.transitions import RECONCILIATION_STEPS, SETTLEMENT_STEPS
from whitelist.delivery_transitions import DELIVERY_STEP
from whitelist.transitions import ENTRY_STEP


@dataclass(frozen=True, slots=True)
class EventType:
    """One type: its name, what it says, and the verb of the log behind it."""

    name: str
    says: str
    verb: str


def _of(table: Sequence[Transition]) -> list[EventType]:
    """Return the types of a case's steps, one per verb; of two outcomes of one step, the step's."""
    words = verb_labels(table)
    return [EventType(name, words[verb], verb) for verb, name in {row.verb: row.told_as for row in table}.items()]


EVENT_TYPES: tuple[EventType, ...] = (
    *_of([ENTRY_STEP[name] for name in ("publish", "remove", "expire")]),
    *_of([DELIVERY_STEP["acknowledge"]]),
    EventType("intent.recorded", "登记合作意向", "intent.recorded"),
    EventType("application.drafted", "起草申请", "application.drafted"),
    EventType("application.revised", "修改草稿", "application.revised"),
    *_of(APPLICATION_STEPS),
    EventType("loan.signed", "贷款合同登记", "loan.signed"),
    EventType("loan.guaranteed", "登记担保", "loan.guaranteed"),
    EventType("loan.drawn", "放款", "loan.drawdown"),
    EventType("loan.first_drawdown_fixed", "首次放款固定利率和承担县（市、区）", "loan.first_drawdown_fixed"),
    EventType("loan.repaid", "还本", "loan.repayment"),
    EventType("loan.became_overdue", "转逾期", "loan.overdue"),
    EventType("loan.cured", "逾期转正常", "loan.cure"),
    EventType("loan.movement_reversed", "冲正", "loan.reversal"),
    EventType("loan.use_checked", "资金用途检查", "loan.use_checked"),
    EventType("loan.subsidy_stopped", "停止贴息", "loan.subsidy_stopped"),
    EventType("loan.class_suggested", "按逾期天数建议资产分类", "classification.suggested"),
    EventType("loan.class_suggestion_closed", "分类建议已答复或失效", "classification.suggestion_closed"),
    EventType("loan.classified", "资产分类", "loan.classified"),
    EventType("loan.return_rate_changed", "回报利率重新核定", "loan.return_rate_fixed_anew"),
    EventType("quota.set", "调整额度", "quota.set"),
    EventType("settlement.drafted", "生成贴息结算", "settlement.drafted"),
    EventType("settlement.recomputed", "重新计算贴息结算", "settlement.recomputed"),
    *_of(SETTLEMENT_STEPS),
    EventType("settlement.objected", "县（市、区）提出异议", "objection.raised"),
    *_of(RECONCILIATION_STEPS),
    EventType("bad_debt.recognised", "认定坏账", "bad_debt.recognised"),
    EventType("claim.opened", "提交补偿申请", "claim.opened"),
    *_of(CLAIM_STEPS),
    EventType("claim.held_back", "补偿暂停或排队", "claim.held_back"),
    EventType("recovery.recorded", "登记追偿", "recovery.recorded"),
    *_of(RECOVERY_STEPS),
    EventType("return.due", "追偿款应退回财政或担保机构", "return.due"),
    *_of(RETURN_STEPS),
    EventType("guarantee_fee.recorded", "登记担保费", "guarantee_fee.recorded"),
    *_of(GUARANTEE_FEE_STEPS),
    EventType("enhancement_fee.recorded", "登记增信服务费", "enhancement_fee.recorded"),
    *_of(ENHANCEMENT_FEE_STEPS),
    EventType("enhancement_fee_rate.set", "核定增信服务费率", "enhancement_fee_rate.set"),
    EventType("exemption.opened", "发起尽职免责核查", "exemption.opened"),
    *_of(EXEMPTION_STEPS),
    EventType("evidence_pack.built", "生成证据包", "evidence_pack.built"),
    EventType("breaker.changed", "风险警示状态变化", "breaker.changed"),
    EventType("compensation.reapplied", "重新申请补偿", "compensation.reapplied"),
    EventType("calendar.changed", "录入放假安排，到期日可能调整", "calendar.notice_entered"),
    EventType("policy_version.added", "新增政策版本", "policy_version.added"),
    EventType("policy_version.end_set", "调整政策止期", "policy_version.end_set"),
    EventType("return_rate.enacted", "核定银行回报利率", "return_rate.enacted"),
)
NAME_OF: Mapping[str, str] = {one.verb: one.name for one in EVENT_TYPES}
VERB_OF: Mapping[str, str] = {one.name: one.verb for one in EVENT_TYPES}
TOLD_TO_ALL = (
    "calendar.notice_entered",
    "policy_version.added",
    "policy_version.end_set",
    "return_rate.enacted",
    "enhancement_fee_rate.set",
)
TOLD_BY_ENTRY = ("entry.published", "entry.removed", "entry.expired")  # to whoever sees the entry
# Where what an event is about is read, by its type as told; each address is followed by the object's id.
ADDRESS_OF: Mapping[str, str] = {
    "entry": "entries",
    "delivery": "deliveries",
    "intent": "intents",
    "application": "applications",
    "loan": "loans",
    "bankquota": "quotas",
    "settlement": "settlements",
    "classification": "classifications",
    "classificationsuggestion": "classification-suggestions",
    "baddebt": "bad-debts",
    "claim": "claims",
    "recovery": "recoveries",
    "return": "returns",
    "breakerchange": "breaker-changes",
    "reapplication": "reapplications",
    "guaranteefee": "guarantee-fees",
    "enhancementfee": "enhancement-fees",
    "exemption": "exemptions",
    "evidencepack": "evidence-packs",
}
# What of an event's before and after is told; the rest is for the one who reads the object itself.
TOLD_FIELDS = (
    "state", "amount", "amount_requested", "amount_approved", "contract_amount", "value_on", "movement", "bank_reference", "decided_on",
    "lapses_on", "conditions_met_on", "contracted_on", "refusal_reason", "submitted_on", "first_drawdown_on", "return_rate", "district",
    "earns_until", "subsidy_stopped_on", "is_misuse", "misuse_from", "revision", "sha256", "record_number", "filed_on", "paid_on",
    "city", "county", "reference", "paid", "left", "rate", "effective_on", "grade", "suggested", "from_on", "until_on", "overdue_days",
    "principal", "recognised_on", "kind", "payable_on", "ended_on", "breaker", "cause", "cap_left", "costs", "net", "received_on", "step",
    "due_on", "payer", "returned_on", "voucher", "is_diligent", "is_exempt",
)  # fmt: skip
