"""
The numbers of a plan as typed, validated terms: what a policy version holds.

``Terms.from_json`` reads them strictly, ``as_json`` writes them, ``parameters`` lists each with label, unit, clause and decision.
"""

from policy.terms.describe import Parameter, parameters
from policy.terms.fields import InvalidTerms
from policy.terms.model import (
    ByMode,
    Classification,
    Clock,
    Eligibility,
    EnterpriseSize,
    Fees,
    Fund,
    LoanTerms,
    ProjectCap,
    RdCap,
    RdTier,
    Response,
    Risk,
    SizeClass,
    Subsidy,
    Terms,
    WhitelistLife,
)
from policy.terms.version import NoPolicyVersion, VersionInForce

__all__ = [
    "ByMode",
    "Classification",
    "Clock",
    "Eligibility",
    "EnterpriseSize",
    "Fees",
    "Fund",
    "InvalidTerms",
    "LoanTerms",
    "NoPolicyVersion",
    "Parameter",
    "ProjectCap",
    "RdCap",
    "RdTier",
    "Response",
    "Risk",
    "SizeClass",
    "Subsidy",
    "Terms",
    "VersionInForce",
    "WhitelistLife",
    "parameters",
]
