"""Districts, institutions, enterprises and members on screen; who acts, and the history of every case."""

from common.admin import SEAMS
from parties.admin import corrections, dated, enterprises, institutions, members, rights, timeline
from parties.admin.steps import VERBS
from parties.selectors import current_member

SEAMS.member_of = current_member
SEAMS.may_name = timeline.may_name
SEAMS.verbs |= VERBS

__all__ = ["corrections", "dated", "enterprises", "institutions", "members", "rights", "timeline"]
