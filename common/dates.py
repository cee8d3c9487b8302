"""Days and half-open periods, and the zone in which a moment belongs to a day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from common.errors import DomainError

SHANGHAI = ZoneInfo("Asia/Shanghai")  # whose days business days are
SETTLEMENT_DAY = 21  # the usual first day of a settlement quarter; the policy version's own day is passed in where it differs


class PeriodReversed(DomainError):
    """A period that ends before it begins."""

    code = "period_reversed"
    sentence = "期间的截止日（{until_on}）早于起始日（{from_on}），请核对。"
    status = 400


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from ``from_on`` (included) to ``until_on`` (excluded); empty when both are the same day."""

    from_on: date
    until_on: date

    def __post_init__(self) -> None:
        if self.until_on < self.from_on:
            raise PeriodReversed(from_on=self.from_on, until_on=self.until_on)

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.until_on - self.from_on).days

    @property
    def last_on(self) -> date:
        """Return the last day that belongs to the period, as people read it."""
        return self.until_on - timedelta(days=1)

    def contains(self, day: date) -> bool:
        """Return whether the day belongs to the period."""
        return self.from_on <= day < self.until_on

    def intersection(self, other: "Period") -> "Period | None":
        """Return the days both have, ``None`` if there is not one."""
        from_on, until_on = max(self.from_on, other.from_on), min(self.until_on, other.until_on)
        return Period(from_on, until_on) if from_on < until_on else None


def add_months(day: date, months: int) -> date:
    """Return the same day so many months later (earlier if negative); the month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """Return the same day so many years later; 29 February becomes 28 February. Source: D11."""
    return add_months(day, 12 * years)


def settlement_quarter(year: int, quarter: int, *, first_day: int = SETTLEMENT_DAY) -> Period:
    """Return quarter 1-4 of a year: from the 21st of the previous quarter-end month to the 21st of this one, excluded. Source: D10."""
    until_on = date(year, quarter * 3, first_day)
    return Period(add_months(until_on, -3), until_on)


def settlement_quarter_of(day: date, *, first_day: int = SETTLEMENT_DAY) -> tuple[int, int]:
    """Return year and quarter (1-4) of the settlement quarter that contains the day. Source: D10."""
    quarter = (day.month + 2) // 3
    if day >= date(day.year, quarter * 3, first_day):
        quarter += 1
    return (day.year, quarter) if quarter <= 4 else (day.year + 1, 1)


def calendar_quarter(year: int, quarter: int) -> Period:
    """Return the calendar quarter 1-4 of a year, as the quarterly report counts it. Source: FP 2.1.1."""
    from_on = date(year, quarter * 3 - 2, 1)
    return Period(from_on, add_months(from_on, 3))
