"""Release notes: whoever comes in for the first time after an upgrade is told once what changed."""

from typing import Any

from django.contrib import messages
from django.dispatch import receiver
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import localdate

from handbook.pages import page_of
from handbook.readers import handbooks_of, member_of
from handbook.rendering import Contents
from logins.models import LastLogin
from logins.signals import came_in
from parties.models import User

NOTES = "release-notes"


@receiver(came_in)
def tell_release(sender: type, *, request: HttpRequest, user: User, **further: Any) -> None:
    """Tell a person of the newest release, once; of two logins at one moment one is told."""
    today = localdate()
    notes = next((one for one in handbooks_of(member_of(user, today=today)) if one.slug == NOTES), None)
    newest = _newest(page_of(notes, today=today).contents) if notes else None
    if newest is None:
        return
    if LastLogin.objects.filter(user=user).exclude(told_release=newest.title).update(told_release=newest.title):
        link = f"{reverse('help:handbook', args=[NOTES])}#{newest.anchor}"
        messages.info(request, format_html('系统已更新（{}）：<a class="qf-link" href="{}">查看更新说明</a>。', newest.title, link))


def _newest(contents: tuple[Contents, ...]) -> Contents | None:
    """Return the heading of the newest release, which stands first."""
    return next((line for line in contents if line.level == 2), None)
