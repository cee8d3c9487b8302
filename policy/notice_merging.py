"""What a notice says of the whole year, and what one that amends it leaves standing. No database, no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from common.errors import FieldProblem
from policy.notices import InvalidNotice, YearNotice

Days = Mapping[date, tuple[bool, str]]  # named days: off or worked, and the holiday's name

SINCE_2008 = 2008  # 清明, 端午 and 中秋 are statutory since then
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Holiday:
    """A statutory holiday: how notices call it, and the days of the year that must be off; none where the moon or the sun says."""

    name: str
    called: tuple[str, ...]
    fixed: tuple[tuple[int, int], ...] = ()
    since: int = 0


# 《全国年节及纪念日放假办法》第二条.
STATUTORY = (
    Holiday("元旦", ("元旦", "新年"), ((1, 1),)),
    Holiday("春节", ("春节",)),
    Holiday("清明节", ("清明",), since=SINCE_2008),
    Holiday("劳动节", ("劳动", "五一"), ((5, 1),)),
    Holiday("端午节", ("端午",), since=SINCE_2008),
    Holiday("中秋节", ("中秋",), since=SINCE_2008),
    Holiday("国庆节", ("国庆",), ((10, 1), (10, 2), (10, 3))),
)


@dataclass(frozen=True, slots=True)
class DayChange:
    """One day that a notice makes another than it was."""

    on: date
    before: str
    after: str


def check_whole_year(notice: YearNotice) -> None:
    """
    Let pass only a notice that names every statutory holiday of its year.

    Raises:
        InvalidNotice: with the holidays that are missing, and what to do where the notice amends another.

    Source: D6; 《全国年节及纪念日放假办法》第二条.
    """
    missing = [holiday.name for holiday in STATUTORY if notice.year >= holiday.since and not _is_named(holiday, notice)]
    if missing:
        detail = f"全年安排须列出全部法定节日，缺少：{'、'.join(missing)}。通知只调整个别节日的，请将性质选为“调整原安排”。"
        raise InvalidNotice(errors=[FieldProblem("off", "holidays_missing", detail)])


def merged(current: Days, notice: YearNotice) -> dict[date, tuple[bool, str]]:
    """
    Return the year's days as an amending notice leaves them: what it does not speak of stands.

    A holiday it names anew loses its other days off; weekend days worked stay until the notice restores them to the plain week.

    Source: D6.
    """
    anew = {holiday for off in notice.off for holiday in _names(off.name)}
    stays = {day: said for day, said in current.items() if not (said[0] and _names(said[1]) and _names(said[1]) <= anew)}
    for restored in notice.restored:
        stays.pop(restored.on, None)
    return dict(sorted((stays | {on: (is_off, name) for on, is_off, name in notice.days()}).items()))


def difference(before: Days, after: Days) -> list[DayChange]:
    """Return the days on which offices are open or closed, or closed for another reason, otherwise than before, in order."""
    return list(_changes(before, after))


def _changes(before: Days, after: Days) -> Iterator[DayChange]:
    for on in sorted({*before, *after}):
        old, new = _said(on, before.get(on)), _said(on, after.get(on))
        if old != new:
            yield DayChange(on, old, new)


def _said(on: date, named: tuple[bool, str] | None) -> str:
    """Return what a day is, in words."""
    weekend = on.weekday() >= SATURDAY
    if named is None:
        return "周末休息" if weekend else "正常上班"
    is_off, name = named
    if not is_off:
        return "调休上班"
    return f"放假（{name}）" if name else "放假"


def _is_named(holiday: Holiday, notice: YearNotice) -> bool:
    """Return whether the notice gives the holiday its name, and the days off that never move."""
    off = {on for on, is_off, _ in notice.days() if is_off}
    fixed = {date(notice.year, month, day) for month, day in holiday.fixed}
    return any(one in range_.name for range_ in notice.off for one in holiday.called) and fixed <= off


def _names(written: str) -> frozenset[str]:
    """Return the statutory holidays a name speaks of; any other name speaks of itself."""
    found = frozenset(holiday.name for holiday in STATUTORY if any(one in written for one in holiday.called))
    return found or frozenset({written} if written else ())
