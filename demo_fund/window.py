"""The three years that the demo plays: twelve quarters that end on the day it is played, whatever day that is."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from common.dates import add_months

MONTHS = 36
QUARTER_MONTHS, QUARTER_DAY = (3, 6, 9, 12), 21  # the first day after a settlement quarter
RD_IMPORT = (6, 20)
RD_PUBLISHED_AFTER = timedelta(days=30)  # from the tax list to the published one
TAXES_SETTLED, LAST_FIRST_LIST = (6, 1), (12, 10)  # between them a fund that begins makes its first list at once
PLAN_ENDS = date(2026, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """The days of one story, both included, and what the calendar makes of them."""

    until: date

    @property
    def first_on(self) -> date:
        """Return the day on which the fund begins."""
        return add_months(self.until, -MONTHS)

    def before(self, days: int) -> date:
        """Return the day so many days before the last."""
        return self.until - timedelta(days=days)

    def after(self, days: int) -> date:
        """Return the day so many days after the first."""
        return self.first_on + timedelta(days=days)

    def quarter_starts(self) -> list[date]:
        """Return the first day after each settlement quarter that ends within the window, in order."""
        years = range(self.first_on.year, self.until.year + 1)
        days = (date(year, month, QUARTER_DAY) for year in years for month in QUARTER_MONTHS)
        return [day for day in days if self.first_on < day <= self.until]

    def rd_imports(self) -> Iterator[date]:
        """Yield the days on which the tax bureau's list comes in: every June, and at once where the fund begins later in the year."""
        begins = self.first_on
        if date(begins.year, *TAXES_SETTLED) <= begins <= date(begins.year, *LAST_FIRST_LIST):
            yield self.after(8)
        for year in range(begins.year, self.until.year + 1):
            day = date(year, *RD_IMPORT)
            if day > self.after(8) and (year > begins.year or begins < date(year, *TAXES_SETTLED)):
                yield day

    def rd_lists(self) -> dict[int, date]:
        """Return the R&D lists that are published within the window: year → day."""
        days = {day.year: day + RD_PUBLISHED_AFTER for day in self.rd_imports()}
        return {year: day for year, day in days.items() if day <= self.until}
