"""Tenders, settlements with their revisions and lines, payments, and the banks' own figures."""

from subsidy.models.bids import Bid, PaperBid, SealedBid
from subsidy.models.payments import Payment
from subsidy.models.reconciliation import BankFigure, Reconciliation
from subsidy.models.settlements import Line, Objection, Revision, Settlement, Share
from subsidy.models.tenders import RateDecision, Tender

__all__ = [
    "BankFigure",
    "Bid",
    "Line",
    "Objection",
    "PaperBid",
    "Payment",
    "RateDecision",
    "Reconciliation",
    "Revision",
    "SealedBid",
    "Settlement",
    "Share",
    "Tender",
]
