"""``{% load help_links %}``: the way from a page to what the handbooks say of it."""

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


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
