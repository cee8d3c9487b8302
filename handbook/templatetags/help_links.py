"""``{% load help_links %}``: the way from a page to what the handbooks say of it."""

import re
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from handbook.sources import explained_steps

register = template.Library()
_QUOTED = re.compile(r"“([^”<>&]+)”")


@register.simple_tag(takes_context=True)
def help_here(context: template.Context) -> str:
    """Return the address that opens the handbooks at the paragraph on this page: of its step, its list or itself."""
    opts, step = context.get("opts"), context.get("step")
    if opts is not None:
        page = f"{opts.app_label}.{opts.model_name}"
        label: Any = getattr(step, "label", "")
        return reverse("help:here", args=[page, label.replace("/", "")] if label else [page])
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if match is None or not match.view_name:
        return reverse("help:index")
    return reverse("help:here", args=[match.view_name.replace(":", "-").replace("_", "-")])


@register.filter
def with_steps(sentence: str) -> SafeString:
    """Return a sentence in which each step that it names in quotation marks leads to what the handbooks say of it."""

    def linked(found: re.Match[str]) -> str:
        label = found[1]
        if label not in explained_steps():
            return found[0]
        address = reverse("help:step", args=[label])
        return format_html('“<a class="qf-link" href="{}" target="_blank" rel="noopener">{}</a>”', address, label)

    return mark_safe(_QUOTED.sub(linked, conditional_escape(sentence)))
