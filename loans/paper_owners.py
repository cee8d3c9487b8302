"""Says, once the apps are loaded, through which selectors the papers of applications and loans are seen."""

from documents.registry import register_owner
from loans.selectors.visible import applications_visible_to, loans_visible_to

register_owner("loans.application", applications_visible_to)
register_owner("loans.loan", loans_visible_to)
