"""Who gets into the portal: people who act for an enterprise today."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.timezone import localdate, now
from django.views.decorators.cache import never_cache

from parties.models import Member, User
from parties.selectors import current_member

NO_ENTRY = (
    "该账号目前不属于任何企业，不能进入企业服务门户。机构人员请使用业务管理系统。"
    "企业账号由本企业的管理人员提出、系统运行单位确认后开通；本企业还没有账号的，请联系系统运行单位。"
)


def person_of_enterprise(user: User | AnonymousUser, *, at: datetime) -> Member | None:
    """Return as whom the user acts for an enterprise at that moment, ``None`` for everybody else."""
    if not isinstance(user, User):
        return None
    member = current_member(user, on=localdate(at))
    return member if member is not None and member.enterprise is not None else None


def enterprise_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the member and the moment; ask others to log in. Nothing of it is kept by browsers."""

    @never_cache
    @wraps(view)
    def page(request: HttpRequest, **given: Any) -> HttpResponse:
        at = now()
        member = person_of_enterprise(request.user, at=at)
        if member is None:
            return redirect_to_login(request.get_full_path(), reverse("portal:login"))
        return view(request, member=member, at=at, **given)

    return page
