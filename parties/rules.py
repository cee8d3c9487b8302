"""What can be told from the codes of an enterprise alone: credit code and industry."""

import re
from dataclasses import dataclass

from common import texts
from common.errors import DomainError

CREDIT_CODE_LENGTH = 18
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_CHECKS = "0123456789X"

# Sections of GB/T 4754-2017 with their first and last division.
_SECTIONS = {
    "A": ("01", "05"),
    "B": ("06", "12"),
    "C": ("13", "43"),
    "D": ("44", "46"),
    "E": ("47", "50"),
    "F": ("51", "52"),
    "G": ("53", "60"),
    "H": ("61", "62"),
    "I": ("63", "65"),
    "J": ("66", "69"),
    "K": ("70", "70"),
    "L": ("71", "72"),
    "M": ("73", "75"),
    "N": ("76", "79"),
    "O": ("80", "82"),
    "P": ("83", "83"),
    "Q": ("84", "85"),
    "R": ("86", "90"),
    "S": ("91", "96"),
    "T": ("97", "97"),
}
_NATIONAL_REGION = "100000"
_PROVINCES = frozenset(
    f"{region}{number}" for region, numbers in (("1", "12345"), ("2", "123"), ("3", "1234567"), ("4", "123456"), ("5", "01234"),
                                                 ("6", "12345"), ("7", "1"), ("8", "12")) for number in numbers
)  # fmt: skip
_KINDS = {  # by registering department: its kinds of bodies
    "1": "1239", "2": "19", "3": "123459", "4": "19", "5": "1239", "6": "129", "7": "129", "8": "19", "9": "1239", "A": "19", "N": "1239",
    "Y": "1",
}  # fmt: skip
FIRST_INDUSTRIAL_DIVISION = _SECTIONS["B"][0]
LAST_INDUSTRIAL_DIVISION = _SECTIONS["D"][1]


class UnknownIndustryCode(DomainError):
    """Not a code of GB/T 4754-2017."""

    code = "unknown_industry_code"
    sentence = "“{industry_code}”不是《国民经济行业分类》（GB/T 4754-2017）的代码，请填写两至四位数字代码，可带门类字母，例如 C1951。"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditCodeVerdict:
    """Whether a unified social credit code can be one. ``reason`` is empty when valid."""

    valid: bool
    normalized: str
    reason: str = ""  # "length", "alphabet" or "check_digit"
    warnings: tuple[str, ...] = ()  # "organisation_check_digit": the 17th digit does not fit; issued codes of that kind exist


def check_credit_code(code: str) -> CreditCodeVerdict:
    """
    Return whether the code's form and 18th digit hold, with the code as it is stored (no blanks, capital letters).

    The 17th digit is only warned about: codes were issued in which it does not fit.

    Source: GB 32100-2015; GB 11714-1997.
    """
    normalized = texts.code(code).upper()
    if len(normalized) != CREDIT_CODE_LENGTH:
        return CreditCodeVerdict(valid=False, normalized=normalized, reason="length")
    if any(char not in _ALPHABET for char in normalized):
        return CreditCodeVerdict(valid=False, normalized=normalized, reason="alphabet")
    warnings = () if normalized[16] == organisation_check_digit(normalized[8:16]) else ("organisation_check_digit",)
    if normalized[17] != credit_code_check_digit(normalized[:17]):
        return CreditCodeVerdict(valid=False, normalized=normalized, reason="check_digit", warnings=warnings)
    return CreditCodeVerdict(valid=True, normalized=normalized, warnings=warnings)


def has_credit_code_structure(code: str) -> bool:
    """
    Return whether registering department, kind of body and province of a code exist; codes of abolished counties stay valid.

    Not part of ``check_credit_code``, whose answers programs rely on.

    Source: GB 32100-2015 (tables 1 and 2); GB/T 2260.
    """
    region = code[2:8]
    return code[1:2] in _KINDS.get(code[:1], "") and (region == _NATIONAL_REGION or (region[:2] in _PROVINCES and region.isdigit()))


def credit_code_check_digit(first: str) -> str:
    """Return the 18th digit that fits the first 17. Source: GB 32100-2015."""
    total = sum(_ALPHABET.index(char) * weight for char, weight in zip(first, _WEIGHTS, strict=True))
    return _ALPHABET[-total % len(_ALPHABET)]


def organisation_check_digit(body: str) -> str:
    """Return the 17th digit that fits digits 9 to 16. Source: GB 11714-1997."""
    total = sum(_ORGANISATION_ALPHABET.index(char) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return _ORGANISATION_CHECKS[-total % len(_ORGANISATION_CHECKS)]


def normalize_industry_code(industry_code: str) -> str:
    """
    Return the code with its section letter and without blanks: ``1951`` and `` c1951`` give ``C1951``.

    Raises:
        UnknownIndustryCode: not two to four digits of a division of the standard, or a letter that is not its section's.

    Source: GB/T 4754-2017; D30.
    """
    code = texts.code(industry_code).upper()
    found = re.fullmatch(r"([A-T]?)([0-9]{2})([0-9]{0,2})", code)
    if found is None:
        raise UnknownIndustryCode(industry_code=industry_code)
    letter, division, rest = found.groups()
    section = next((name for name, (first, last) in _SECTIONS.items() if first <= division <= last), None)
    if section is None or letter not in ("", section):
        raise UnknownIndustryCode(industry_code=industry_code)
    return f"{section}{division}{rest}"


def is_industrial(industry_code: str, *, first: str = FIRST_INDUSTRIAL_DIVISION, last: str = LAST_INDUSTRIAL_DIVISION) -> bool:
    """
    Return whether the code's division lies between two divisions, both included; by default sections B, C and D.

    Raises:
        UnknownIndustryCode: not a code of the standard.

    Source: FP 1.1.1, FP 1.1.2; D5, D30.
    """
    return first <= normalize_industry_code(industry_code)[1:3] <= last
