"""Years of response rates, what a locked one froze, objections, and decisions on a bank's part."""

from reporting.models.decisions import ParticipationDecision
from reporting.models.frozen import FrozenCase, FrozenRate
from reporting.models.objections import RateObjection
from reporting.models.years import ResponseYear

__all__ = ["FrozenCase", "FrozenRate", "ParticipationDecision", "RateObjection", "ResponseYear"]
