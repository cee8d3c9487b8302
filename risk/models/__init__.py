"""Classes of loans, bad debts, claims and their payments, recoveries, the breaker, fees, exemption."""

from risk.models.breaker import BankRisk, BreakerChange, FeePool, Reapplication
from risk.models.claims import Claim, Share
from risk.models.classification import BadDebt, Classification, ClassificationSuggestion
from risk.models.exemption import DiligenceRules, EvidencePack, Exemption, ExemptionItem
from risk.models.fees import EnhancementFee, EnhancementFeeRate, GuaranteeFee
from risk.models.payments import Payment, PaymentPart, Recovery, Return

__all__ = [
    "BadDebt",
    "BankRisk",
    "BreakerChange",
    "Claim",
    "Classification",
    "ClassificationSuggestion",
    "DiligenceRules",
    "EnhancementFee",
    "EnhancementFeeRate",
    "EvidencePack",
    "Exemption",
    "ExemptionItem",
    "FeePool",
    "GuaranteeFee",
    "Payment",
    "PaymentPart",
    "Reapplication",
    "Recovery",
    "Return",
    "Share",
]
