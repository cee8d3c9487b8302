"""Which of the demo's loans go bad, when, and what comes of each: chosen by what they are, so that a longer story keeps them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from demo_fund.financing import Change, Financing

SEASONED = timedelta(days=60)  # a loan goes bad some time after its last drawdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What comes back so many days after the default: a part of the bad principal, and what getting it cost in yuan."""

    days: int
    part: Decimal
    costs: Decimal = Decimal(0)
    is_returned: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A loan to go bad: the largest of its kind that is out on that day, of those that owe no more than ``at_most`` yuan."""

    bank: str
    mode: str
    category: str
    security: str
    default_on: date
    goes: str = "paid"  # claimed | paid | pursued | certified | own
    recovered: tuple[Recovered, ...] = ()
    is_exempt: bool = False
    smallest: bool = False
    at_most: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One loan of the story that goes bad, and what was wished for it."""

    financing: Financing
    wish: Wish


HALF, MOST = Decimal("0.5"), Decimal("0.65")
# The small bank is suspended by its first loss, reopens as it lends more and applies anew, and is suspended again by a project's
# loss, with two claims in its queue to the end. The county bank is warned. Losses in both modes, of all categories and tiers; what the
# bank bears alone among them.
WISHES = (
    Wish(
        bank="jiuri",
        mode="special",
        category="rd",
        security="credit",
        default_on=date(2024, 12, 10),
        recovered=(Recovered(days=380, part=MOST, costs=Decimal(86_000)),),
    ),
    Wish(bank="jiuri", mode="special", category="rd", security="credit", default_on=date(2026, 1, 13), smallest=True),
    Wish(
        bank="jiuri",
        mode="special",
        category="fixed_asset",
        security="secured",
        default_on=date(2026, 1, 20),
        goes="pursued",
        at_most=Decimal(50_000_000),
    ),
    Wish(bank="jiuri", mode="special", category="rd", security="credit", default_on=date(2026, 3, 10)),
    Wish(
        bank="jinjiang",
        mode="special",
        category="rd",
        security="credit",
        default_on=date(2025, 9, 10),
        recovered=(Recovered(days=200, part=Decimal("0.12"), costs=Decimal(12_000)), Recovered(days=320, part=Decimal("0.05"))),
        is_exempt=True,
    ),
    Wish(bank="jinjiang", mode="special", category="rd", security="credit", default_on=date(2025, 10, 9)),
    Wish(bank="jinjiang", mode="special", category="rd", security="credit", default_on=date(2026, 4, 14)),
    Wish(
        bank="citong",
        mode="trust",
        category="rd",
        security="credit",
        default_on=date(2024, 11, 12),
        recovered=(
            Recovered(days=210, part=Decimal("0.1"), costs=Decimal(30_000)),
            Recovered(days=400, part=Decimal("0.2")),
            Recovered(days=700, part=Decimal("0.08"), is_returned=False),
        ),
    ),
    Wish(bank="citong", mode="trust", category="rd", security="credit", default_on=date(2025, 11, 11), smallest=True),
    Wish(bank="luoyang", mode="trust", category="rd", security="secured", default_on=date(2025, 2, 11), goes="own"),
    Wish(
        bank="luoyang",
        mode="trust",
        category="fixed_asset",
        security="secured",
        default_on=date(2025, 5, 13),
        goes="certified",
        recovered=(Recovered(days=180, part=Decimal("0.2"), costs=Decimal(45_000)), Recovered(days=420, part=Decimal("0.03"))),
        smallest=True,
    ),
    Wish(
        bank="donghai",
        mode="special",
        category="fixed_asset",
        security="secured",
        default_on=date(2025, 8, 19),
        goes="certified",
        smallest=True,
    ),
    Wish(
        bank="citong",
        mode="trust",
        category="working_capital",
        security="secured",
        default_on=date(2026, 2, 10),
        goes="pursued",
        smallest=True,
    ),
    Wish(bank="wenling", mode="special", category="rd", security="credit", default_on=date(2026, 6, 9), goes="claimed"),
)


def plan_troubles(financings: Sequence[Financing]) -> list[Trouble]:
    """Return the loans that go bad, each once; a wish that no loan of the story fulfils is left out."""
    chosen: dict[int, Trouble] = {}
    for wish in WISHES:
        fitting = [f for f in financings if f.number not in chosen and _fits(f, wish)]
        if fitting:
            f = min(fitting, key=lambda f: (f.amount if wish.smallest else -f.amount, f.number))
            chosen[f.number] = Trouble(financing=f, wish=wish)
    return list(chosen.values())


def with_troubles(financings: Sequence[Financing], troubles: Sequence[Trouble]) -> list[Financing]:
    """Return the financings, those that go bad with their last change: what is left becomes overdue on the day."""
    defaults = {trouble.financing.number: trouble.wish.default_on for trouble in troubles}
    return [_defaulting(f, defaults[f.number]) if f.number in defaults else f for f in financings]


def _fits(f: Financing, wish: Wish) -> bool:
    """Return whether the loan is of that kind, drawn whole and not paid back, and neither late nor overdue for other reasons."""
    kind = (f.bank, f.mode, f.category, f.security) == (wish.bank, wish.mode, wish.category, wish.security)
    if not kind or f.fate != "running" or f.matures_on <= wish.default_on:
        return False
    last_drawn = max(change.on for change in f.changes if change.kind == "drawdown")
    settled = {change.kind for change in f.changes if change.on <= wish.default_on} <= {"drawdown", "repayment"}
    left = _left(f, wish.default_on)
    fits_size = wish.at_most is None or left <= wish.at_most
    return last_drawn + SEASONED <= wish.default_on and settled and fits_size and left >= f.amount * HALF


def _before(f: Financing, day: date) -> Iterator[Change]:
    """Yield what happens to the loan well before a day; later changes never come."""
    return (change for change in f.changes if max(change.on, change.recorded_on or change.on) + timedelta(days=12) < day)


def _left(f: Financing, day: date) -> Decimal:
    signs = {"drawdown": 1, "repayment": -1}
    return sum((change.amount * signs.get(change.kind, 0) for change in _before(f, day)), Decimal(0))


def _defaulting(f: Financing, day: date) -> Financing:
    return replace(f, changes=[*_before(f, day), Change(kind="overdue", amount=_left(f, day), on=day)])
