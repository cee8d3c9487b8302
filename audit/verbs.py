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
}


def current(verb: str) -> str:
    """Return what a deed is called today, whenever it was written down."""
    return OLD_VERBS.get(verb, verb)


def as_stored(verbs: Iterable[str]) -> list[str]:
    """Return the verbs with the older names under which the log may hold them, for filters."""
    wanted = set(verbs)
    return sorted(wanted | {old for old, new in OLD_VERBS.items() if new in wanted})
