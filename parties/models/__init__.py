"""Who takes part: districts, institutions, enterprises, the members who act for them, and how their rights change."""

from parties.models.corrections import Correction
from parties.models.exclusions import BankExclusion
from parties.models.facts import DecidedFact, FactDecision
from parties.models.parties import (
    BankParticipation,
    District,
    Enterprise,
    EnterpriseYear,
    Institution,
    Member,
    TaxHome,
    User,
)
from parties.models.rights import Handover, RightsChange

__all__ = [
    "BankExclusion",
    "BankParticipation",
    "Correction",
    "DecidedFact",
    "District",
    "Enterprise",
    "EnterpriseYear",
    "FactDecision",
    "Handover",
    "Institution",
    "Member",
    "RightsChange",
    "TaxHome",
    "User",
]
