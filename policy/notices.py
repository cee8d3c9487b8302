"""A year's notice of days off (放假安排) as it is typed in or read from a file, checked before it is stored. No database, no clock."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from common.errors import FieldProblem, InvalidInput

LONGEST_HOLIDAY_DAYS = 15
DAY = timedelta(days=1)


class InvalidNotice(InvalidInput):
    """The notice cannot be entered; ``errors`` names row, column and what to do."""

    code = "invalid_notice"
    sentence = "放假安排有误，未作任何更改，请按各行的提示改正后重新提交。"


@dataclass(frozen=True, slots=True)
class OffRange:
    """One holiday: first and last day off, both included, and its name."""

    first_on: date
    last_on: date
    name: str
    row: str = ""  # where it stands in the file or form, for messages


@dataclass(frozen=True, slots=True)
class MakeupDay:
    """A weekend day worked (调休上班)."""

    on: date
    row: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class YearNotice:
    """What the State Council's notice says about one year, or about some days of it."""

    year: int
    document_number: str
    published_on: date
    off: tuple[OffRange, ...]
    makeup: tuple[MakeupDay, ...]
    source_url: str = ""
    amends: bool = False  # it speaks of some days of a year that has its notice, and leaves the others
    restored: tuple[MakeupDay, ...] = ()  # days an amending notice gives back to the plain week

    def days(self) -> Iterator[tuple[date, bool, str]]:
        """Yield every day the notice names: the day, whether it is off, and the holiday's name."""
        for off in self.off:
            for n in range((off.last_on - off.first_on).days + 1):
                yield off.first_on + DAY * n, True, off.name
        for makeup in self.makeup:
            yield makeup.on, False, ""


def check_notice(notice: YearNotice) -> None:
    """
    Let pass only a notice that can be true.

    Raises:
        InvalidNotice: with every problem, per row.

    Source: D6.
    """
    problems = [*_head_problems(notice), *_off_problems(notice), *_makeup_problems(notice), *_restored_problems(notice)]
    if not problems:
        problems = list(_clashes(notice))
    if problems:
        raise InvalidNotice(errors=problems)


def _head_problems(notice: YearNotice) -> Iterator[FieldProblem]:
    if not notice.document_number.strip():
        yield FieldProblem("document_number", "required", "请填写通知文号，例如“国办发明电〔2025〕7号”。")
    if not notice.off and not (notice.amends and (notice.makeup or notice.restored)):
        yield FieldProblem("off", "required", "至少应有一个放假期间。")
    if notice.published_on.year not in (notice.year - 1, notice.year):
        yield FieldProblem("published_on", "out_of_range", f"{notice.year}年的放假安排应在上一年或当年发布，请核对发布日期或年度。")


def _off_problems(notice: YearNotice) -> Iterator[FieldProblem]:
    for i, off in enumerate(notice.off):
        at = off.row or f"off.{i}"
        if not off.name.strip():
            yield FieldProblem(f"{at}.name", "required", "请填写节日名称。")
        if off.last_on < off.first_on:
            yield FieldProblem(f"{at}.last_on", "reversed", f"结束日期{off.last_on}早于开始日期{off.first_on}。")
        elif (off.last_on - off.first_on).days >= LONGEST_HOLIDAY_DAYS:
            yield FieldProblem(f"{at}.last_on", "too_long", f"放假期间超过{LONGEST_HOLIDAY_DAYS}天，请核对起止日期。")
        if not (_belongs(off.first_on, notice.year) and _belongs(off.last_on, notice.year)):
            yield FieldProblem(
                f"{at}.first_on", "other_year", f"{off.first_on}至{off.last_on}不属于{notice.year}年的放假安排，请核对年度。"
            )


def _makeup_problems(notice: YearNotice) -> Iterator[FieldProblem]:
    for i, makeup in enumerate(notice.makeup):
        at = makeup.row or f"makeup.{i}"
        if makeup.on.weekday() < 5:
            yield FieldProblem(f"{at}.on", "not_a_weekend", f"{makeup.on}不是星期六或星期日，不能作为调休上班日。")
        if not _belongs(makeup.on, notice.year):
            yield FieldProblem(f"{at}.on", "other_year", f"{makeup.on}不属于{notice.year}年的放假安排，请核对年度。")


def _restored_problems(notice: YearNotice) -> Iterator[FieldProblem]:
    named = {on for on, _, _ in notice.days()}
    for i, restored in enumerate(notice.restored):
        at = restored.row or f"restored.{i}"
        if not notice.amends:
            yield FieldProblem(f"{at}.on", "whole_year", "全年安排不填写“恢复常规的日期”，未列出的日期即按常规。")
        if restored.on in named:
            yield FieldProblem(f"{at}.on", "named_twice", f"{restored.on}重复出现，恢复常规的日期不能同时放假或调休上班。")
        if not _belongs(restored.on, notice.year):
            yield FieldProblem(f"{at}.on", "other_year", f"{restored.on}不属于{notice.year}年的放假安排，请核对年度。")


def _clashes(notice: YearNotice) -> Iterator[FieldProblem]:
    """Yield days named more than once, whether off twice or both off and worked."""
    counts = Counter(day for day, _, _ in notice.days())
    for day in sorted(day for day, times in counts.items() if times > 1):
        yield FieldProblem(_row_of(notice, day), "named_twice", f"{day}重复出现，同一天不能既放假又上班，也不能列入两个放假期间。")


def _row_of(notice: YearNotice, day: date) -> str:
    """Return the last row that names the day."""
    rows = [off.row or f"off.{i}" for i, off in enumerate(notice.off) if off.first_on <= day <= off.last_on]
    rows += [makeup.row or f"makeup.{i}" for i, makeup in enumerate(notice.makeup) if makeup.on == day]
    return rows[-1]


def _belongs(day: date, year: int) -> bool:
    """Return whether a notice of the year may name the day: holidays reach into December before and January after."""
    return date(year - 1, 12, 1) <= day <= date(year + 1, 1, 31)
