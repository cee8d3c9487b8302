"""The rules of risk: pure; amounts in yuan with 2 places, rates as annual fractions."""

from risk.rules.breaker import Headroom, Position, Radar, breaker_state, headroom, radar
from risk.rules.classification import OverdueChange, is_worse, overdue_days, overdue_since, suggested_grade
from risk.rules.compensation import finally_borne, piece_of, still_payable, still_returnable
from risk.rules.diligence import ChecklistLine, checklist, clauses_of_checklist
from risk.rules.fees import (
    AverageFee,
    DatedFeeRate,
    DayBalance,
    FeeSegment,
    GuaranteedAmount,
    NoEnhancementFeeRate,
    average_guarantee_fee,
    enhancement_fee,
    fee_rate_on,
    fee_segments,
    total_cost_rate,
)
from risk.rules.queue import why_held
from risk.rules.recoveries import RecoveryExceedsPaid, net_recovery, next_net, share_recovery
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
    told_rd_total,
)
from risk.rules.workings import Working, split_workings

__all__ = [
    "NOTHING",
    "AverageFee",
    "ChecklistLine",
    "DatedFeeRate",
    "DayBalance",
    "EnterpriseTotalMissing",
    "FeePoolMissing",
    "FeeSegment",
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
    "Working",
    "average_guarantee_fee",
    "breaker_state",
    "checklist",
    "clause_of",
    "clauses_of_checklist",
    "decisions_of",
    "enhancement_fee",
    "fee_rate_on",
    "fee_segments",
    "finally_borne",
    "headroom",
    "is_covered",
    "is_worse",
    "net_recovery",
    "next_net",
    "overdue_days",
    "overdue_since",
    "piece_of",
    "project_government_share",
    "radar",
    "share_recovery",
    "split_loss",
    "split_workings",
    "still_payable",
    "still_returnable",
    "suggested_grade",
    "tier_of",
    "told_rd_total",
    "total_cost_rate",
    "why_held",
]
