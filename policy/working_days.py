"""Counting in working days, by a calendar that is read once and then costs nothing."""

from array import array
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from common.errors import DomainError

_DAY = timedelta(days=1)
_SATURDAY = 5


class CalendarNotCovered(DomainError):
    """The calendar has no entry for a day that is needed."""

    code = "calendar_not_covered"
    sentence = "工作日历仅覆盖 {first_year} 年至 {last_year} 年，{day} 不在其中，请先录入该年度的放假安排或改用范围内的日期。"
    status = 400


class EndBeforeStart(DomainError):
    """Working days cannot be counted backwards."""

    code = "end_before_start"
    sentence = "结束日（{end}）早于起算日（{start}），请核对。"
    status = 400


class NoWorkingDays(DomainError):
    """A term of less than one working day."""

    code = "no_working_days"
    sentence = "期限应不少于 1 个工作日，请核对。"
    status = 400


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a term. ``provisional`` (暂定): it rests on a year whose notice is not out, and may move."""

    on: date
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Festivals:
    """The days of one year that follow the moon and the sun, from an almanac."""

    spring_festival: date  # 正月初一
    qingming: date
    dragon_boat: date
    mid_autumn: date


@dataclass(frozen=True, kw_only=True)
class WorkingCalendar:
    """
    Which days are working days, from the first to the last known year.

    ``days_off`` are the days off by the notices, weekend days among them or not; ``makeup`` the weekend days worked (调休);
    ``published_years`` rest on a notice of the State Council, ``provisional_years`` on the statutory rule. ``version`` is the
    number of the newest notice: equal versions are equal calendars.

    Source: D6.
    """

    version: int
    days_off: frozenset[date]
    makeup: frozenset[date]
    published_years: frozenset[int]
    provisional_years: frozenset[int] = frozenset()
    _first: int = field(init=False, repr=False, compare=False)
    _worked: "array[int]" = field(init=False, repr=False, compare=False)  # ordinals of all working days, rising
    _counts: "array[int]" = field(init=False, repr=False, compare=False)  # per day from the first: working days up to and with it

    def __post_init__(self) -> None:
        first, last = date(self.first_year, 1, 1).toordinal(), date(self.last_year, 12, 31).toordinal()
        off, makeup = {d.toordinal() for d in self.days_off}, {d.toordinal() for d in self.makeup}
        worked, counts = array("l"), array("l")
        for ordinal in range(first, last + 1):
            if ordinal in makeup or (ordinal not in off and (ordinal - 1) % 7 < _SATURDAY):
                worked.append(ordinal)
            counts.append(len(worked))
        object.__setattr__(self, "_first", first)
        object.__setattr__(self, "_worked", worked)
        object.__setattr__(self, "_counts", counts)

    @property
    def first_year(self) -> int:
        """Return the first year the calendar knows."""
        return min(self.published_years | self.provisional_years)

    @property
    def last_year(self) -> int:
        """Return the last year the calendar knows."""
        return max(self.published_years | self.provisional_years)

    def is_working_day(self, day: date) -> bool:
        """
        Return whether offices are open on the day.

        Raises:
            CalendarNotCovered: the year is not known.

        Source: D6.
        """
        position = self._position(day)
        before = self._counts[position - 1] if position else 0
        return self._counts[position] > before

    def is_provisional(self, day: date) -> bool:
        """Return whether the day's year has no notice yet (暂定). Source: D6."""
        return day.year in self.provisional_years

    def due(self, start: date, days: int) -> Due:
        """
        Return the day on which a term of so many working days ends; the start day is not counted.

        Raises:
            NoWorkingDays: ``days`` is less than 1.
            CalendarNotCovered: the term begins or ends outside the known years.

        Source: FP 1.6.3; D6, D7 (民法典 201).
        """
        if days < 1:
            raise NoWorkingDays
        index = self._counts[self._position(start)] + days - 1
        if index >= len(self._worked):
            raise self._not_covered(date(self.last_year, 12, 31) + _DAY)
        on = date.fromordinal(self._worked[index])
        return Due(on, self._counts_provisional_days(start, on))

    def elapsed(self, start: date, end: date) -> int:
        """
        Return the working days after ``start`` up to and with ``end``.

        Raises:
            EndBeforeStart: ``end`` is earlier than ``start``.
            CalendarNotCovered: a day is outside the known years.

        Source: FP 1.6.3; D6, D7.
        """
        if end < start:
            raise EndBeforeStart(start=start, end=end)
        return self._counts[self._position(end)] - self._counts[self._position(start)]

    def elapsed_is_provisional(self, start: date, end: date) -> bool:
        """Return whether a count from ``start`` to ``end`` rests on a year without a notice. Source: D6."""
        return end > start and self._counts_provisional_days(start, end)

    def next_working_day(self, day: date) -> date:
        """
        Return the day itself if it is worked, else the first working day after it.

        Raises:
            CalendarNotCovered: outside the known years.

        Source: D28.
        """
        return day if self.is_working_day(day) else self.due(day, 1).on

    def _counts_provisional_days(self, start: date, end: date) -> bool:
        return any(year in self.provisional_years for year in range((start + _DAY).year, end.year + 1))

    def _position(self, day: date) -> int:
        position = day.toordinal() - self._first
        if not 0 <= position < len(self._counts):
            raise self._not_covered(day)
        return position

    def _not_covered(self, day: date) -> CalendarNotCovered:
        return CalendarNotCovered(first_year=self.first_year, last_year=self.last_year, day=day)


def statutory_days_off(year: int, festivals: Festivals) -> dict[date, str]:
    """
    Return the days off of a year whose notice is not out, each with the festival's name, in order of date.

    The 13 statutory days of the 2025 rule; a day that falls on a weekend, or on a day already off, is made up for on the next weekday
    that is free. There are no make-up workdays in such a year.

    Source: D6; 《全国年节及纪念日放假办法》（国务院令第795号）.
    """
    statutory = sorted(_statutory_days(year, festivals))
    off: dict[date, str] = {}
    for day, name in statutory:
        off[day] = name if day not in off else f"{off[day]}、{name}"
    for day in _to_make_up(day for day, _ in statutory):
        substitute = day + _DAY
        while substitute in off or substitute.weekday() >= _SATURDAY:
            substitute += _DAY
        off[substitute] = f"{off[day]}补假"
    return dict(sorted(off.items()))


def _statutory_days(year: int, festivals: Festivals) -> list[tuple[date, str]]:
    """Return the 13 days with their names, a day twice if two festivals meet. Source: 国务院令第795号 第二条."""
    new_year = festivals.spring_festival
    return [
        (date(year, 1, 1), "元旦"),
        *((new_year + timedelta(days=offset), "春节") for offset in (-1, 0, 1, 2)),
        (festivals.qingming, "清明节"),
        *((date(year, 5, day), "劳动节") for day in (1, 2)),
        (festivals.dragon_boat, "端午节"),
        (festivals.mid_autumn, "中秋节"),
        *((date(year, 10, day), "国庆节") for day in (1, 2, 3)),
    ]


def _to_make_up(days: Iterable[date]) -> list[date]:
    """Return, once for each day lost, the statutory days that fall on a weekend or on one another."""
    counts = Counter(days)
    return sorted(day for day, times in counts.items() for _ in range(times if day.weekday() >= _SATURDAY else times - 1))
