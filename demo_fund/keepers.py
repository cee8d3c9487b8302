"""The demo's three administrators of the operator: two of them agree to every change of rights that the story needs."""

from collections.abc import Callable
from datetime import datetime

from parties.enums import ADMINISTRATORS, Role
from parties.models import Member, RightsChange
from parties.services.keepers import Person, appoint_first_administrators
from parties.services.rights import confirm_change

# (username, role, name, what to look at)
ADMINISTRATORS_OF_THE_DEMO = (
    ("xitong", Role.SYSTEM, "许建安", "系统管理员：运行状况，提出账号和权限事项；看不到业务数据"),
    ("anquan", Role.SECURITY, "苏明慎", "安全管理员：确认权限事项；看不到业务数据"),
    ("shenji", Role.AUDIT, "洪以诚", "审计管理员：审计记录(谁、何时、做了什么)；看不到变更内容"),
)


def agreed(propose: Callable[[Member], RightsChange], *, at: datetime) -> Member:
    """Return the member whose rights change: proposed by the system administrator, confirmed by the security administrator."""
    known = administrators(at=at)
    change, _ = confirm_change(change_id=propose(known[Role.SYSTEM]).public_id, actor=known[Role.SECURITY], at=at)
    assert change.member is not None  # every kind that the story uses changes a member's rights
    return change.member


def administrators(*, at: datetime) -> dict[Role, Member]:
    """Return the three, appointed when first needed."""
    rows = Member.objects.filter(
        roles__overlap=ADMINISTRATORS, user__username__in=[username for username, *_ in ADMINISTRATORS_OF_THE_DEMO]
    )
    found = {Role(member.roles[0]): member for member in rows.select_related("institution", "user")}
    if not found:
        system, security, audit = (
            Person(username=username, name=name, phone=f"1990595000{number}")
            for number, (username, _, name, _) in enumerate(ADMINISTRATORS_OF_THE_DEMO)
        )
        appointed = appoint_first_administrators(system=system, security=security, audit=audit, at=at)
        found = {Role(one.member.roles[0]): one.member for one in appointed}
    return found
