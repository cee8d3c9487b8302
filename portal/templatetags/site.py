"""Template tags of the public's and the enterprises' pages: the house's footer, and every citation as a way to its wording."""

from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common.money import in_ten_thousands, percent
from policy.selectors.register import register_lines

register = template.Library()


@register.simple_tag
def site() -> dict[str, str]:
    """Return what the footer names: owner, code, and the numbers under which the site is filed."""
    named: dict[str, str] = settings.SITE
    return named


@register.filter
def basis(citation: str) -> SafeString:
    """Return the clauses and decisions a sentence rests on, each a link to its wording: 依据《实施方案》一(四)1."""
    where = reverse("public:basis")
    links = ((where, anchor(line.id), line.wording, line.label) for line in register_lines(citation))
    found = format_html_join("、", '<a href="{}#{}" title="{}">{}</a>', links)
    return format_html('<span class="basis">依据{}</span>', found) if found else SafeString("")


@register.filter
def anchor(cited: str) -> str:
    """Return the place of a clause or decision on the page of the register: ``FP-1.5.2-1``."""
    return cited.replace(" ", "-").replace("(", "-").replace(")", "")


@register.filter
def wan(amount: Decimal | None) -> str:
    """Return yuan in 万元, as people speak of limits."""
    return "" if amount is None else f"{in_ten_thousands(amount)}万元"


@register.filter
def per_cent(fraction: Decimal | None) -> str:
    """Return a fraction in per cent without empty places: 2%, 0.5%, 3.15%."""
    return "" if fraction is None else f"{percent(fraction).rstrip('%').rstrip('0').rstrip('.')}%"


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return what a mapping holds under a key that only the template knows."""
    return mapping.get(key)
