"""Everything that reads the whitelist."""

from whitelist.access import available_transitions, may_take
from whitelist.selectors.announcing import channels_with_backlog, deliveries_visible_to, entry_payload
from whitelist.selectors.caps import limit_of_enterprise, limit_of_project
from whitelist.selectors.eligibility import evaluate, technology_credits, upgrade_subsidies
from whitelist.selectors.ending import left_behind_by_next_list, newest_yearly_list
from whitelist.selectors.entries import (
    awaiting_opinion_of,
    batches_visible_to,
    consulted_institutions,
    current_rd_entry,
    entries_visible_to,
    is_open_for_application,
    is_open_for_drawdown,
    objected,
    open_for_application,
    opinions_of_round,
    projects_visible_to,
    published_through,
)
from whitelist.selectors.imports import (
    changed_after_listing,
    imports_visible_to,
    problem_counts,
    screened_out_counts,
    screenings_visible_to,
)
from whitelist.selectors.screening import settled_after

__all__ = [
    "available_transitions",
    "awaiting_opinion_of",
    "batches_visible_to",
    "changed_after_listing",
    "channels_with_backlog",
    "consulted_institutions",
    "current_rd_entry",
    "deliveries_visible_to",
    "entries_visible_to",
    "entry_payload",
    "evaluate",
    "imports_visible_to",
    "is_open_for_application",
    "is_open_for_drawdown",
    "left_behind_by_next_list",
    "limit_of_enterprise",
    "limit_of_project",
    "may_take",
    "newest_yearly_list",
    "objected",
    "open_for_application",
    "opinions_of_round",
    "problem_counts",
    "projects_visible_to",
    "published_through",
    "screened_out_counts",
    "screenings_visible_to",
    "settled_after",
    "technology_credits",
    "upgrade_subsidies",
]
