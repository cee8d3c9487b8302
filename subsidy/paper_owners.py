"""Which selectors show the cases of this app that own papers."""

from documents.registry import register_owner
from subsidy.selectors.tenders import paper_bids_visible_to
from subsidy.selectors.visibility import payments_visible_to, settlements_with_papers_visible_to

register_owner("subsidy.paperbid", paper_bids_visible_to)
register_owner("subsidy.payment", payments_visible_to)
register_owner("subsidy.settlement", settlements_with_papers_visible_to)
