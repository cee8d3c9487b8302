"""The words of the log: what each step of risk is called on screen."""

from common.transitions import verb_labels
from risk.claims.transitions import CLAIM_STEPS
from risk.exemption.transitions import EXEMPTION_STEPS
from risk.money_transitions import ENHANCEMENT_FEE_STEPS, GUARANTEE_FEE_STEPS, RECOVERY_STEPS
from risk.recoveries.transitions import RETURN_STEPS

VERBS = {
    **verb_labels((*CLAIM_STEPS, *RETURN_STEPS, *EXEMPTION_STEPS)),
    **verb_labels((*RECOVERY_STEPS, *ENHANCEMENT_FEE_STEPS, *GUARANTEE_FEE_STEPS)),
    "classification.suggested": "建议风险分类",
    "classification.suggestion_closed": "分类建议了结",
    "loan.classified": "认定风险分类",
    "bad_debt.recognised": "认定坏账",
    "claim.opened": "提交补偿申请",
    "claim.held_back": "暂不支付，排队",
    "compensation.reapplied": "重新申请补偿",
    "recovery.recorded": "登记追偿收回",
    "return.due": "产生应退回款",
    "breaker.changed": "风险状态变化",
    "enhancement_fee_rate.set": "核定增信服务费率",
    "enhancement_fee.recorded": "登记增信服务费",
    "guarantee_fee.recorded": "登记担保费",
    "diligence_rules.recorded": "登记尽职免责制度",
    "exemption.opened": "发起尽职免责核查",
    "exemption.item_answered": "填写核查项目",
    "evidence_pack.built": "生成证据包",
}
