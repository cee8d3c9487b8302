"""About 600 invented enterprises, always the same for the same seed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from demo_fund.places import FIRST_CHARACTERS, PLACES, SECOND_CHARACTERS, Place
from demo_fund.window import Window
from parties.rules import credit_code_check_digit, organisation_check_digit

MISTYPED = 151  # every 151st enterprise stands on the tax list with a code that cannot be


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """One invented enterprise with its yearly figures in yuan: year → (R&D expense, revenue, employees)."""

    number: int
    credit_code: str
    name: str
    place: Place
    industry_code: str
    registered_on: date
    is_new: bool  # founded while the fund was already running
    registered_capital: Decimal
    is_little_giant: bool
    is_municipal_key: bool
    years: dict[int, tuple[Decimal, Decimal, int]]


def invent_companies(random: Random, window: Window, *, one_in: int = 1) -> list[Company]:
    """Return the enterprises of all 13 units, weighted as the units are, or one in so many; figures run up to last year."""
    companies: list[Company] = []
    taken: set[str] = set()
    for place in PLACES:
        for _ in range(place.weight // one_in):
            companies.append(_invent(random, place, len(companies) + 1, taken, window))
    return companies


def _invent(random: Random, place: Place, number: int, taken: set[str], window: Window) -> Company:
    """Return one enterprise of a place."""
    industry_code, trade = random.choice(place.trades)
    is_new = number % 23 == 0
    begins = window.first_on.year
    registered_on = (
        date(begins + number % 3, 2 + number % 9, 6) if is_new else date(begins - 31, 3, 1) + timedelta(days=random.randrange(10_000))
    )
    giant = not is_new and number % 12 == 0
    return Company(
        number=number,
        credit_code=issued_to_nobody(place.region, number),
        name=_name(random, place, trade, taken),
        place=place,
        industry_code=industry_code,
        registered_on=registered_on,
        is_new=is_new,
        registered_capital=Decimal(random.choice((20, 30, 50, 80, 120) if is_new else (5, 10, 20, 30, 50, 100, 200))) * 1_000_000,
        is_little_giant=giant,
        is_municipal_key=not is_new and not giant and number % 17 == 0,
        years=_figures(random, max(begins - 2, registered_on.year + 1), window.until.year - 1),
    )


def _figures(random: Random, first_year: int, last_year: int) -> dict[int, tuple[Decimal, Decimal, int]]:
    """Return R&D expense, revenue and staff per year: log-spread sizes that grow a little."""
    revenue = 10 ** random.uniform(7.2, 9.1)  # 16 million to 1.26 billion yuan
    intensity = random.uniform(0.018, 0.055)
    staff = max(12, int(revenue / random.uniform(700_000, 1_300_000)))
    figures: dict[int, tuple[Decimal, Decimal, int]] = {}
    for year in range(first_year, last_year + 1):
        revenue *= random.uniform(0.94, 1.14)
        rd = Decimal(int(revenue * intensity)) + Decimal(random.randrange(100)) / 100
        figures[year] = (rd, Decimal(int(revenue)), int(staff * random.uniform(0.95, 1.08)))
    return figures


def _name(random: Random, place: Place, trade: str, taken: set[str]) -> str:
    """Return a company name that nobody else in the demo has."""
    town = "泉州" if place.code.startswith("QZ") or place.name.endswith("区") else place.name[:-1]
    while True:
        name = f"{random.choice(FIRST_CHARACTERS)}{random.choice(SECOND_CHARACTERS)}"
        full = f"{town}{name}{trade}{random.choice(('有限公司', '科技有限公司', '股份有限公司', '(福建)有限公司'))}"
        if name[0] != name[1] and full not in taken:
            taken.add(full)
            return full


def issued_to_nobody(region: str, number: int) -> str:
    """Return a valid code that was never issued: organisation bodies that begin with XX belong to nobody."""
    body = f"XX{number:06d}"
    first = f"91{region}{body}{organisation_check_digit(body)}"
    return f"{first}{credit_code_check_digit(first)}"
