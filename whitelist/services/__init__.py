"""Everything that changes the whitelist."""

from whitelist.services.caps import lock_cap_owner
from whitelist.services.consultation import record_opinion
from whitelist.services.delivering import acknowledge, collect, deliver_whole_list, export_delivery, send_again, send_due
from whitelist.services.drafting import declare, draft_newly_registered_entry, draft_project_entry, submit_entry, withdraw_entry
from whitelist.services.ending import expire_entries, expire_fully_drawn, remove_entries
from whitelist.services.intake import check_list, commit_list, discard_list
from whitelist.services.projects import correct_project, register_project
from whitelist.services.publishing import publish_batch
from whitelist.services.review import (
    pass_city,
    pass_county,
    reject_by_city,
    reject_by_county,
    return_from_city,
    return_from_county,
    send_back,
)
from whitelist.services.screening import list_little_giants, screen_tax_list

__all__ = [
    "acknowledge",
    "check_list",
    "collect",
    "commit_list",
    "correct_project",
    "declare",
    "deliver_whole_list",
    "discard_list",
    "draft_newly_registered_entry",
    "draft_project_entry",
    "expire_entries",
    "expire_fully_drawn",
    "export_delivery",
    "list_little_giants",
    "lock_cap_owner",
    "pass_city",
    "pass_county",
    "publish_batch",
    "record_opinion",
    "register_project",
    "reject_by_city",
    "reject_by_county",
    "remove_entries",
    "return_from_city",
    "return_from_county",
    "screen_tax_list",
    "send_again",
    "send_back",
    "send_due",
    "submit_entry",
    "withdraw_entry",
]
