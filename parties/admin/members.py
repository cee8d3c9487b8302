"""Who acts for whom."""

from typing import Any

from django.contrib import admin

from common.admin.columns import Column
from common.admin.visible import VisibleAdmin
from parties.admin.steps import MEMBER_NEW_STEPS, MEMBER_STEPS
from parties.enums import Role
from parties.models import Member
from parties.selectors import members_visible_to


def roles_of(member: Any) -> str:
    """Return a member's roles in Chinese."""
    return "、".join(Role(role).label for role in member.roles)


@admin.register(Member)
class MemberAdmin(VisibleAdmin):
    """The people, programs and jobs of one's own institution."""

    visible_to = staticmethod(members_visible_to)
    open_to = frozenset({Role.SYSTEM, Role.SECURITY})
    is_linked = False  # a page shows the members of one's own house only
    columns = (
        "name",
        "kind",
        Column("单位", lambda one: str(one.party), order="institution__short_name"),
        Column("岗位", roles_of, name="roles"),
        Column("登录账号", lambda one: one.user.username if one.user else None, order="user__username"),
        "from_on",
        "until_on",
    )
    shows = ("name", "kind", "institution", "enterprise", "user", "from_on", "until_on")
    search_fields = ("name", "user__username")
    list_filter = ("kind",)
    ordering = ("institution", "name")
    steps = MEMBER_STEPS
    new_steps = MEMBER_NEW_STEPS
