"""Says, once the apps are loaded, through which selectors the papers of bad debts, claims, recoveries and returns are seen."""

from documents.registry import register_owner
from risk.visibility import bad_debts_visible_to, claims_visible_to, recoveries_visible_to, returns_visible_to

register_owner("risk.baddebt", bad_debts_visible_to)
register_owner("risk.claim", claims_visible_to)
register_owner("risk.recovery", recoveries_visible_to)
register_owner("risk.return", returns_visible_to)
