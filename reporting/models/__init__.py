"""Years of response rates, what a locked one froze, and objections."""

from reporting.models.frozen import FrozenCase, FrozenRate
from reporting.models.objections import RateObjection
from reporting.models.years import ResponseYear

__all__ = ["FrozenCase", "FrozenRate", "RateObjection", "ResponseYear"]
