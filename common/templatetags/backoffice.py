"""Template filters of the admin: values as people read them."""

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from common import typed
from common.admin.display_values import Cited, Exact, Money, Rate, display_value
from common.money import MAX_AMOUNT, display, in_ten_thousands, in_words

register = template.Library()


@register.filter
def as_shown(value: Any) -> SafeString:
    """Return a value with its unit as HTML."""
    return display_value(value)


@register.filter
def money(amount: Decimal | None) -> SafeString:
    """Return yuan with thousands separators and unit (``intcomma`` does not group digits in Chinese)."""
    return display_value(Money(amount))


@register.filter
def told_money(answered: str) -> SafeString:
    """Return yuan as a calculator answers them, as people read them."""
    return display_value(Money(Decimal(answered)))


@register.filter
def told_rate(answered: str) -> SafeString:
    """Return an annual fraction as a calculator answers it, in per cent."""
    return display_value(Rate(Decimal(answered)))


@register.filter
def exact(amount: Decimal) -> SafeString:
    """Return yuan before rounding, with 6 places."""
    return display_value(Exact(amount))


@register.filter
def rate(fraction: Decimal | None) -> SafeString:
    """Return an annual fraction in per cent."""
    return display_value(Rate(fraction))


@register.filter
def cited(clause: str) -> SafeString:
    """Return the words in which clauses are cited, with their wording on pointing: 依据《实施方案》…"""
    return display_value(Cited(clause))


@register.filter
def repeated(value: Any) -> str:
    """Return an amount in a field as it was understood: grouped, in 万元 and in words; empty for what is not read as one."""
    try:
        amount = typed.amount(str(value if value is not None else ""))
    except typed.Mistyped:
        return ""
    if abs(amount) > MAX_AMOUNT or amount != round(amount, 2):
        return ""
    return f"{display(amount)} 元 = {in_ten_thousands(amount)} 万元 {in_words(amount)}"
