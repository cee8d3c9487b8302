"""Districts, institutions, enterprises and members on screen; who acts, and the history of every case."""

from common.admin.extension_points import EXTENSION_POINTS
from parties.admin import corrections, dated, enterprises, institutions, members, rights, timeline
from parties.admin.steps import VERBS
from parties.selectors import current_member

EXTENSION_POINTS.member_of = current_member
EXTENSION_POINTS.may_name = timeline.may_name
EXTENSION_POINTS.verbs |= VERBS

__all__ = ["corrections", "dated", "enterprises", "institutions", "members", "rights", "timeline"]
