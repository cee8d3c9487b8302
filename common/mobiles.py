"""The one form in which mobile numbers are kept and compared: whose number it is does not depend on how it was typed."""

import re

from common import texts
from common.typed import Mistyped

_BETWEEN = re.compile(r"[()./·-]")
_MAINLAND = re.compile(r"(?:\+?86|0086)?0?(1[3-9][0-9]{9})")
_ABROAD = re.compile(r"(?:\+|00)([1-9][0-9]{6,14})")


def mobile(written: str) -> str:
    """
    Return a number as it is kept: eleven digits, or with ``+`` and the code of another country or region.

    Digits in half or full width; blanks, hyphens and brackets between them, and +86 before a number of the mainland, say nothing.

    Raises:
        Mistyped: ``mobile``.
    """
    plain = _BETWEEN.sub("", texts.code(written))
    mainland = _MAINLAND.fullmatch(plain)
    if mainland is not None:
        return mainland[1]
    abroad = _ABROAD.fullmatch(plain)
    if abroad is None or abroad[1].startswith("86"):
        raise Mistyped("mobile", "请填写11位手机号码；境外号码请在前面加“+”和国家（地区）代码，如 +85291234567。")
    return f"+{abroad[1]}"


def kept(written: str) -> str:
    """Return a number in its one form; what is none, as older records may hold, stays as it is."""
    try:
        return mobile(written)
    except Mistyped:
        return written.strip()
