"""The rules of risk: pure; amounts in yuan with 2 places, rates as annual fractions."""

from risk.rules.breaker import Headroom, Position, Radar, breaker_state, headroom, radar
from risk.rules.classification import OverdueChange, is_worse, overdue_days, overdue_since, suggested_grade
from risk.rules.compensation import finally_borne, piece_of, still_payable, still_returnable
from risk.rules.diligence import ChecklistLine, checklist, clauses_of_checklist
from risk.rules.fees import (
    AverageFee,
    DatedFeeRate,
    DayBalance,
    GuaranteedAmount,
    NoEnhancementFeeRate,
    average_guarantee_fee,
    enhancement_fee,
    fee_rate_on,
    total_cost_rate,
)
from risk.rules.recoveries import RecoveryExceedsPaid, net_recovery, share_recovery
from risk.rules.shares import NOTHING, Shares
from risk.rules.sharing import (
    EnterpriseTotalMissing,
    FeePoolMissing,
    Loss,
    OverEnterpriseCap,
    clause_of,
    decisions_of,
    is_covered,
    project_government_share,
    split_loss,
    tier_of,
)

__all__ = [
    "NOTHING",
    "AverageFee",
    "ChecklistLine",
    "DatedFeeRate",
    "DayBalance",
    "EnterpriseTotalMissing",
    "FeePoolMissing",
    "GuaranteedAmount",
    "Headroom",
    "Loss",
    "NoEnhancementFeeRate",
    "OverEnterpriseCap",
    "OverdueChange",
    "Position",
    "Radar",
    "RecoveryExceedsPaid",
    "Shares",
    "average_guarantee_fee",
    "breaker_state",
    "checklist",
    "clause_of",
    "clauses_of_checklist",
    "decisions_of",
    "enhancement_fee",
    "fee_rate_on",
    "finally_borne",
    "headroom",
    "is_covered",
    "is_worse",
    "net_recovery",
    "overdue_days",
    "overdue_since",
    "piece_of",
    "project_government_share",
    "radar",
    "share_recovery",
    "split_loss",
    "still_payable",
    "still_returnable",
    "suggested_grade",
    "tier_of",
    "total_cost_rate",
]
