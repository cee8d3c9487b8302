"""Financing on screen: intents, applications, loans, movements with maker and checker, quotas."""

from common.admin.extension_points import EXTENSION_POINTS, add_panel
from loans.admin import applications, facts, intents, loans, movements, quotas
from loans.admin.panels import of_enterprise, of_entry, of_project
from loans.admin.steps import VERBS

EXTENSION_POINTS.verbs |= VERBS
add_panel("whitelist.entry", of_entry, order=30)
add_panel("whitelist.project", of_project, order=30)
add_panel("parties.enterprise", of_enterprise, order=30)

__all__ = ["applications", "facts", "intents", "loans", "movements", "quotas"]
