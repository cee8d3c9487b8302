"""What frames every page: whose work this is and which plan is in force."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from parties.models import Member
from policy.selectors.versions import version_on
from policy.terms.version import NoPolicyVersion

DEMO_MARK = "演示"


def shell(request: HttpRequest, *, member: Member | None) -> dict[str, Any]:
    """Return the person's institution and the policy version that answers today, with what to say about it."""
    today = timezone.localdate()
    try:
        version = version_on(today)
    except NoPolicyVersion as none_yet:
        return {"acting": member, "version": None, "banner": none_yet.message}
    banner = ""
    if DEMO_MARK in version.name:
        banner = f"{version.name}：仅供演示，不是现行政策文件；数据均为虚构。"
    elif not version.in_force:
        banner = f"《{version.name}》已实施期满，不再受理新的白名单申请和融资申请（依据《实施方案》三(四)）；存续贷款继续办理。"
    return {"acting": member, "version": version, "banner": banner}
