"""What a page tells the browser so that typed forms are kept for the right person, and forgotten once they were taken."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()
TAKEN = "taken_forms"  # in the session: addresses of forms taken since the last page
SALT = "common.kept"


def forget_typed(request: HttpRequest) -> None:
    """Let the next page tell the browser that the form of this address was taken."""
    request.session[TAKEN] = [*request.session.get(TAKEN, []), request.path][-20:]


@register.simple_tag(takes_context=True)
def kept_for(context: Any) -> SafeString | str:
    """Return the marks for ``kept.js``: whose page it is, and which forms were taken; nothing where nobody is logged in."""
    request = context.get("request")
    if request is None or not getattr(request, "user", None) or not request.user.is_authenticated:
        return ""
    person = salted_hmac(SALT, str(request.user.pk)).hexdigest()[:16]
    taken = " ".join(request.session.pop(TAKEN, []))
    return format_html('<meta name="qf-person" content="{}"><meta name="qf-taken" content="{}">', person, taken)
