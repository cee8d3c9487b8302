"""Intent and application, with what the database holds true of them."""

from loans.models.applications.cases import Application, ApplicationQuerySet
from loans.models.applications.intents import Intent
from loans.models.applications.refusals import ApprovalLapsed, ApprovedMoreThanRequested, NotYetLapsed, RefusalUnexplained, StepOutOfOrder
from loans.models.applications.supplements import SupplementRequest

__all__ = [
    "Application",
    "ApplicationQuerySet",
    "ApprovalLapsed",
    "ApprovedMoreThanRequested",
    "Intent",
    "NotYetLapsed",
    "RefusalUnexplained",
    "StepOutOfOrder",
    "SupplementRequest",
]
