"""Numbers as workbooks store them: shortest digits, and days counted from an epoch."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from tables.refused import Refused

_EPOCH_1900, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001  (a spreadsheet has no zones)
_FALSE_LEAP_DAY = 60  # 1900-02-29, which never was
_LAST = 2_958_466  # 10000-01-01


def shortest(written: str) -> str:
    """
    Return the shortest digits that give the same binary number, without exponent.

    Raises:
        Refused: no number, or one without end.
    """
    if written.isascii() and written.isdigit() and len(written) <= 15:
        return str(int(written))
    try:
        return shortest_of(float(written))
    except ValueError:
        raise Refused("FileDamaged") from None


def shortest_of(value: float) -> str:
    """
    Return the shortest digits of a number.

    Raises:
        ValueError: it has none.
    """
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError(value)
    digits = repr(value)
    if "e" in digits:
        digits = format(Decimal(digits), "f")
    return digits[:-2] if digits.endswith(".0") else digits


@lru_cache(maxsize=20_000)
def as_date(written: str, *, starts_1904: bool, is_iso: bool = False) -> str:
    """Return a day, or a moment, in ISO 8601; empty for what is no day (a time of day, the leap day that never was)."""
    try:
        moment = datetime.fromisoformat(written).replace(tzinfo=None) if is_iso else _counted(float(written), starts_1904=starts_1904)
    except (ValueError, OverflowError):
        return ""
    return iso(moment) if moment is not None else ""


def iso(moment: datetime) -> str:
    """Return a moment in ISO 8601, a midnight as its day alone."""
    midnight = (moment.hour, moment.minute, moment.second, moment.microsecond) == (0, 0, 0, 0)
    return moment.date().isoformat() if midnight else moment.isoformat(timespec="seconds")


def _counted(days: float, *, starts_1904: bool) -> datetime | None:
    """Return the moment so many days after the epoch, to the second."""
    if not (0 if starts_1904 else 1) <= days < _LAST:
        return None
    if starts_1904:
        epoch = _EPOCH_1904
    elif _FALSE_LEAP_DAY <= days < _FALSE_LEAP_DAY + 1:
        return None
    else:
        epoch = _EPOCH_1900 if days > _FALSE_LEAP_DAY else _EPOCH_1900 + timedelta(days=1)
    return epoch + timedelta(seconds=round(days * 86400))


def iso_of(value: date) -> str:
    """Return a day or moment that another reader made, in ISO 8601."""
    return iso(value) if isinstance(value, datetime) else value.isoformat()
