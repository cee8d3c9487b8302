"""Days and half-open periods, and the zone in which a moment belongs to a day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from common.errors import DomainError, FieldProblem, InvalidInput

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


@dataclass(frozen=True, slots=True)
class Days:
    """
    Which days a date that people or programs give may be: from the first on, and at most so many years after today.

    The plan is silent on them: they lie far from every right date and catch a mistyped year (0026, 2206).
    """

    first: date
    years_ahead: int

    def last(self, today: date) -> date:
        """Return the last day there may be."""
        return add_years(today, self.years_ahead)

    def problem(self, day: date, *, today: date) -> str:
        """Return the sentence with which a day out of bounds is refused, empty for one within."""
        if day < self.first:
            return f"日期 {day.isoformat()} 过早，不得早于 {self.first.isoformat()}，请核对年份。"
        last = self.last(today)
        if day <= last:
            return ""
        return f"日期 {day.isoformat()} 过晚，不得晚于 {last.isoformat()}{'' if self.years_ahead else '（今天）'}，请核对年份。"


HAPPENED = Days(date(2023, 1, 1), 0)  # what took place in the fund's business, which begins in 2023
BEGINS = Days(date(2023, 1, 1), 1)  # from when something holds: terms, rates, quotas, memberships
ENDS = Days(date(2023, 1, 1), 30)  # until when it holds, and when a loan matures
FOUNDED = Days(date(1949, 1, 1), 0)  # an enterprise's founding
PAPERS = Days(date(2000, 1, 1), 1)  # documents and house rules, which may be older than the fund
SUPPOSED = Days(date(1949, 1, 1), 100)  # what a calculator or a statement is asked


def require_day(day: date | None, days: Days, *, field: str, today: date) -> None:
    """
    Refuse a day that is out of bounds; nothing is within them.

    Raises:
        InvalidInput: the year is mistyped.
    """
    sentence = "" if day is None else days.problem(day, today=today)
    if sentence:
        raise InvalidInput(errors=[FieldProblem(field, "day_out_of_bounds", sentence)])
