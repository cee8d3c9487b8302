"""Yuan and rates: decimals, rounded once and at the place the decisions name."""

from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from math import floor

ZERO = Decimal("0.00")
CENT = Decimal("0.01")
MAX_AMOUNT = Decimal("9999999999999999.99")  # what numeric(18,2) holds
RATE_PLACES = 6

_WIDE = Context(prec=60)  # balance × days × rate of the largest amounts needs more than the usual 28 digits
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")


class AmountTooLarge(ValueError):
    """The amount has more digits than money columns hold."""


def round_half_up(amount: Decimal) -> Decimal:
    """Return yuan with 2 places, a half cent rounded away from zero. Source: D11."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP, context=_WIDE) + ZERO


def round_down(amount: Decimal) -> Decimal:
    """Return yuan with 2 places, rounded toward zero. Source: D12, D22, D33."""
    return amount.quantize(CENT, rounding=ROUND_DOWN, context=_WIDE) + ZERO


def floor_rate(numerator: Decimal | int, denominator: Decimal | int) -> Decimal | None:
    """Return the fraction with 6 places, rounded down (14999 of 25000 is not 60 %); ``None`` when there is nothing to divide by."""
    if denominator == 0:
        return None
    return Decimal(floor(Fraction(numerator) / Fraction(denominator) * 10**RATE_PLACES)).scaleb(-RATE_PLACES, context=_WIDE)


def display(amount: Decimal) -> str:
    """Return yuan for people: 2 places and thousands separators, without the unit."""
    return f"{amount:,.2f}"


def percent(fraction: Decimal) -> str:
    """Return a fraction as a percentage, at least 2 and at most 4 places."""
    text = f"{fraction * 100:.4f}"
    while text.endswith("0") and len(text.split(".")[1]) > 2:
        text = text[:-1]
    return f"{text}%"


def in_ten_thousands(amount: Decimal) -> str:
    """Return yuan in 万元 for people, exactly: grouped, with as many places as it takes."""
    text = f"{amount.scaleb(-4, context=_WIDE):,.6f}"
    return text.rstrip("0").rstrip(".")


def in_words(amount: Decimal) -> str:
    """
    Return the amount in Chinese capital numerals as a voucher writes it (人民币大写).

    Ends in 整 after 元 and after 角, never after 分; a zero between 元 and 分 is written, one between 元 and 角 is not.

    Raises:
        AmountTooLarge: more than 16 digits before the point.

    Source: 支付结算办法 附一.
    """
    cents = int(round_half_up(abs(amount)) * 100)
    if cents > int(MAX_AMOUNT * 100):
        raise AmountTooLarge(str(amount))
    yuan, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_integer_in_words(yuan)}元" if yuan or not cents else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and yuan:
        words += "零"
    words += f"{_DIGITS[fen]}分" if fen else "整"
    return f"人民币{'负' if amount < 0 and cents else ''}{words}"


def _integer_in_words(number: int) -> str:
    """Return a whole number below 10^16 in capital numerals."""
    if number == 0:
        return _DIGITS[0]
    above, below = divmod(number, 10**8)
    words = f"{_below_hundred_million(above)}亿" if above else ""
    if below:
        words += _joined(words, below, 10**7) + _below_hundred_million(below)
    return words


def _below_hundred_million(number: int) -> str:
    """Return a whole number from 1 to 99,999,999 in capital numerals."""
    above, below = divmod(number, 10**4)
    words = f"{_below_ten_thousand(above)}万" if above else ""
    if below:
        words += _joined(words, below, 10**3) + _below_ten_thousand(below)
    return words


def _below_ten_thousand(number: int) -> str:
    """Return a whole number from 1 to 9,999 in capital numerals."""
    words = ""
    for digit, place in zip(f"{number:04d}", _PLACES, strict=True):
        if digit != "0":
            words += _DIGITS[int(digit)] + place
        elif words and not words.endswith(_DIGITS[0]):
            words += _DIGITS[0]
    return words.rstrip(_DIGITS[0])


def _joined(before: str, number: int, full: int) -> str:
    """Return the 零 that stands between a group and the next one when the next one does not fill its first place."""
    return _DIGITS[0] if before and number < full else ""
