"""``{% load rulebook %}``: clauses and parameters as people read them."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from policy.selectors.register import clause_label, register_lines

register = template.Library()


@register.simple_tag
def clause(citation: str) -> SafeString | str:
    """Return the label of a citation, with its wording as the title that appears on pointing: ``{% clause "FP 1.4.1" %}``."""
    if not citation:
        return ""
    wording = "\n".join(f"{line.id} {line.wording}" for line in register_lines(citation))
    return format_html('<span class="clause" title="{}">{}</span>', wording, clause_label(citation))
