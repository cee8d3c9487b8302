"""Which selectors show the cases of this app that own papers."""

from documents.registry import register_owner
from subsidy.selectors.tenders import paper_bids_visible_to

register_owner("subsidy.paperbid", paper_bids_visible_to)
