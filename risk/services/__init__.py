"""Writes of risk: classes and bad debts, claims, payments, recoveries and returns, fees, breaker, exemption, evidence packs."""

from risk.services.breaker import evaluate_bank, evaluate_banks
from risk.services.claims import (
    accept_claim,
    ask_supplement,
    begin_review,
    certify_loss,
    close_claim,
    file_claim,
    open_pursuit,
    propose_loss,
    refuse_claim,
    send_back_loss,
    supply,
    withdraw_claim,
)
from risk.services.classification import classify_loan, recognise_bad_debt, suggest_classes
from risk.services.exemption import (
    Answer,
    answer_item,
    answer_items,
    conclude_exemption,
    open_exemption,
    record_diligence_rules,
    record_finding,
)
from risk.services.fees import (
    check_enhancement_fee,
    check_guarantee_fee,
    record_enhancement_fee,
    record_guarantee_fee,
    send_back_enhancement_fee,
    send_back_guarantee_fee,
    set_enhancement_fee_rate,
)
from risk.services.jobs import alarm_about_guarantee_fees, remind_of_terms
from risk.services.packs import build_evidence_pack, open_evidence_pack
from risk.services.payments import pay_due_claims, propose_payment, reapply_for_compensation, release_payment, return_payment
from risk.services.recoveries import check_recovery, check_return, record_recovery, record_return, send_back_recovery, send_back_return

__all__ = [
    "Answer",
    "accept_claim",
    "alarm_about_guarantee_fees",
    "answer_item",
    "answer_items",
    "ask_supplement",
    "begin_review",
    "build_evidence_pack",
    "certify_loss",
    "check_enhancement_fee",
    "check_guarantee_fee",
    "check_recovery",
    "check_return",
    "classify_loan",
    "close_claim",
    "conclude_exemption",
    "evaluate_bank",
    "evaluate_banks",
    "file_claim",
    "open_evidence_pack",
    "open_exemption",
    "open_pursuit",
    "pay_due_claims",
    "propose_loss",
    "propose_payment",
    "reapply_for_compensation",
    "recognise_bad_debt",
    "record_diligence_rules",
    "record_enhancement_fee",
    "record_finding",
    "record_guarantee_fee",
    "record_recovery",
    "record_return",
    "refuse_claim",
    "release_payment",
    "remind_of_terms",
    "return_payment",
    "send_back_enhancement_fee",
    "send_back_guarantee_fee",
    "send_back_loss",
    "send_back_recovery",
    "send_back_return",
    "set_enhancement_fee_rate",
    "suggest_classes",
    "supply",
    "withdraw_claim",
]
