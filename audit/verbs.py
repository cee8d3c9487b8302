"""
Names of deeds in the log: ``case.done``. Events sealed before that grammar keep their old verbs and are read by the new ones.
"""

from collections.abc import Iterable, Mapping

OLD_VERBS: Mapping[str, str] = {  # as sealed -> as it is called since
    "application.submit": "application.submitted",
    "application.withdraw": "application.withdrawn",
    "application.accept": "application.accepted",
    "application.ask_supplement": "application.supplement_asked",
    "application.answer_supplement": "application.supplement_answered",
    "application.begin_review": "application.review_begun",
    "application.approve": "application.approved",
    "application.refuse": "application.refused",
    "application.meet_conditions": "application.conditions_met",
    "application.contract": "application.contracted",
    "application.lapse": "application.lapsed",
    "entry.submit": "entry.submitted",
    "entry.withdraw": "entry.withdrawn",
    "entry.return_from_county": "entry.returned_by_county",
    "entry.reject_by_county": "entry.rejected_by_county",
    "entry.pass_county": "entry.county_passed",
    "entry.screen": "entry.screened",
    "entry.list_directly": "entry.listed_directly",
    "entry.return_from_city": "entry.returned_by_city",
    "entry.reject_by_city": "entry.rejected_by_city",
    "entry.pass_city": "entry.city_passed",
    "entry.send_back": "entry.sent_back",
    "entry.clear": "entry.cleared",
    "entry.publish": "entry.published",
    "entry.expire": "entry.expired",
    "entry.remove": "entry.removed",
    "settlement_drafted": "settlement.drafted",
    "settlement_recomputed": "settlement.recomputed",
    "settlement_confirmed": "settlement.confirmed",
    "settlement_reviewed": "settlement.reviewed",
    "settlement_sent_back": "settlement.sent_back",
    "settlement_filed": "settlement.filed",
    "settlement_paid": "settlement.paid",
    "payment_recorded": "payment.recorded",
    "payment_checked": "payment.checked",
    "payment_returned": "payment.returned",
    "objection_raised": "objection.raised",
    "objection_withdrawn": "objection.withdrawn",
    "objection_answered": "objection.answered",
    "bank_figures_checked": "reconciliation.checked",
    "bank_figures_committed": "reconciliation.committed",
    "tender_opened": "tender.opened",
    "tender_closed": "tender.awarded",
    "bidding_closed": "tender.bidding_closed",
    "tender_awarded": "tender.awarded",
    "opening_proposed": "tender.opening_proposed",
    "opening_declined": "tender.opening_declined",
    "bids_opened": "tender.bids_opened",
    "bid_recorded": "bid.recorded",
    "bid_submitted": "bid.submitted",
    "bid_withdrawal_submitted": "bid.withdrawal_submitted",
    "bid_checked": "bid.checked",
    "bid_sent_back": "bid.sent_back",
    "paper_bid_entered": "paper_bid.entered",
    "paper_bid_checked": "paper_bid.checked",
    "paper_bid_sent_back": "paper_bid.sent_back",
    "rate_decided": "rate.decided",
    "calendar_notice_entered": "calendar.notice_entered",
    "deadline_moved": "deadline.moved",
    "return_rate_enacted": "return_rate.enacted",
    "policy_version_added": "policy_version.added",
    "publication_date_set": "policy_version.publication_date_set",
    "version_end_set": "policy_version.end_set",
    "interpretation_confirmed": "interpretation.confirmed",
    "interpretation_withdrawn": "interpretation.withdrawn",
}


def current(verb: str) -> str:
    """Return what a deed is called today, whenever it was written down."""
    return OLD_VERBS.get(verb, verb)


def as_stored(verbs: Iterable[str]) -> list[str]:
    """Return the verbs with the older names under which the log may hold them, for filters."""
    wanted = set(verbs)
    return sorted(wanted | {old for old, new in OLD_VERBS.items() if new in wanted})
