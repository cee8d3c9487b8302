"""Tenders, settlements with their revisions and lines, payments, and the banks' own figures."""

from subsidy.models.payments import Payment
from subsidy.models.reconciliation import BankFigure, Reconciliation
from subsidy.models.settlements import Line, Objection, Revision, Settlement, Share
from subsidy.models.tenders import Bid, RateDecision, Tender

__all__ = [
    "BankFigure",
    "Bid",
    "Line",
    "Objection",
    "Payment",
    "RateDecision",
    "Reconciliation",
    "Revision",
    "Settlement",
    "Share",
    "Tender",
]
