"""Claims up to the day on which they are payable: opened, examined (R&D) or recovered first and certified (project); and their end."""

from risk.services.claims.certifying import ReturnsOpen, certify_loss, close_claim, propose_loss, send_back_loss
from risk.services.claims.examining import accept_claim, ask_supplement, begin_review, refuse_claim, supply, withdraw_claim
from risk.services.claims.opening import ClaimOpen, NothingCovered, WrongWay, file_claim, open_pursuit
from risk.services.claims.steps import AmountBeyondLoss, locked_claim, saved

__all__ = [
    "AmountBeyondLoss",
    "ClaimOpen",
    "NothingCovered",
    "ReturnsOpen",
    "WrongWay",
    "accept_claim",
    "ask_supplement",
    "begin_review",
    "certify_loss",
    "close_claim",
    "file_claim",
    "locked_claim",
    "open_pursuit",
    "propose_loss",
    "refuse_claim",
    "saved",
    "send_back_loss",
    "supply",
    "withdraw_claim",
]
