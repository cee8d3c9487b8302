"""The applications of the demo and what becomes of each: decided, refused, withdrawn, lapsed, drawn, repaid, overdue."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from common.dates import add_months, add_years
from demo_fund.companies import MISTYPED, Company
from demo_fund.places import BANKS, SLOW_BANKS, TRUST_BANKS
from demo_fund.projects import ProjectPlan
from demo_fund.window import Window

TEN_THOUSAND = Decimal(10_000)
DRAWING_DAY, COLLECTION_DAY = 10, 15  # banks pay out on a day of the month, and collect on one of each quarter's last month
SCRIPTED_BANKS = frozenset({"jiuri", "jinjiang"})  # lend what the script says alone
WEIGHTS = (14, 12, 10, 12, 9, 9, 10, 7, 6, 5, 8, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One movement of a loan: its kind (drawdown, repayment, overdue, cure), yuan and day."""

    kind: str
    amount: Decimal
    on: date
    recorded_on: date | None = None  # later than ``on``: written down late


@dataclass(frozen=True, slots=True, kw_only=True)
class Financing:
    """One application and its life. Dates are wishes: the player moves each to the next working day."""

    number: int
    company: Company
    project: ProjectPlan | None
    bank: str
    mode: str
    category: str
    security: str
    amount: Decimal
    term_months: int
    submitted_on: date
    submitted_for: str
    fate: str  # running | refused | withdrawn | lapsed | open | ready (waits for its contract)
    supplement: bool
    decided_on: date
    conditions_on: date
    contract_on: date
    matures_on: date
    is_misused: bool = False
    changes: list[Change] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Return the bank's own reference of this financing."""
        return f"{self.bank.upper()}-{self.number:05d}"


def drawing_day(wished: date) -> date:
    """Return the first day not before the wished one on which banks pay out."""
    return _day_of_month(wished, DRAWING_DAY, months=1)


def collection_day(wished: date) -> date:
    """Return the first day not before the wished one on which banks collect."""
    return _day_of_month(wished, COLLECTION_DAY, months=3)


def _day_of_month(wished: date, day: int, *, months: int) -> date:
    last = wished.replace(day=1)
    while last.month % months or last.replace(day=day) < wished:
        last = add_months(last, 1)
    return last.replace(day=day)


def plan_financings(
    random: Random, companies: Sequence[Company], projects: Sequence[ProjectPlan], window: Window, *, rd_share: float
) -> list[Financing]:
    """Return every application submitted by the last day, in order of submission; ``rd_share`` of the listed enterprises borrow for R&D."""
    until = window.until
    wishes = [*_project_wishes(random, projects, until), *_rd_wishes(random, companies, window, rd_share)]
    wishes.sort(key=lambda wish: (wish["submitted_on"], wish["company"].number, wish["category"]))
    return [_live(random, number, until, **wish) for number, wish in enumerate(wishes, start=1)]


def _project_wishes(random: Random, projects: Sequence[ProjectPlan], until: date) -> list[dict[str, Any]]:
    """Return what is asked for projects: most borrow for fixed assets, some for working capital as well."""
    wishes = []
    for plan in projects:
        if plan.fate not in ("listed", "returned_once"):
            continue
        submitted_on = plan.published_on + timedelta(days=random.randrange(12, 120))
        share = Decimal(random.randrange(35, 79)) / 100
        parts = [("fixed_asset", min(plan.total_investment * share, Decimal(260_000_000)))]
        if random.random() < 0.28:
            parts.append(("working_capital", min(plan.total_investment * Decimal("0.08"), Decimal(30_000_000))))
        for category, amount in parts:
            if submitted_on <= until:
                wishes.append(_wish(plan.company, plan, category, amount, submitted_on))
            submitted_on += timedelta(days=20)
    return wishes


def _rd_wishes(random: Random, companies: Sequence[Company], window: Window, share: float) -> list[dict[str, Any]]:
    """Return what is asked for R&D: at most one loan per enterprise, in a year in which it is listed."""
    wishes, lists = [], window.rd_lists()
    for company in companies:
        years = [year for year in lists if _is_listed(company, year)]
        if not years or random.random() > share:
            continue
        year = random.choice(years)
        cap = min(company.years[year - 1][0] / 2, Decimal(30_000_000))
        submitted_on = lists[year] + timedelta(days=random.randrange(10, 250))
        if submitted_on <= window.until:
            wishes.append(_wish(company, None, "rd", cap * Decimal(random.randrange(40, 86)) / 100, submitted_on))
    return wishes


def _is_listed(company: Company, year: int) -> bool:
    """Return whether the enterprise stands on the R&D list of the year."""
    figures = company.years.get(year - 1)
    if figures is None or company.number % MISTYPED == 0:
        return False
    return figures[0] >= 2_000_000 or company.is_little_giant or company.is_municipal_key


def _wish(company: Company, project: ProjectPlan | None, category: str, amount: Decimal, submitted_on: date) -> dict[str, Any]:
    """Return one wish, its amount in full units of 10,000 yuan."""
    return {
        "company": company,
        "project": project,
        "category": category,
        "amount": (amount // TEN_THOUSAND) * TEN_THOUSAND,
        "submitted_on": submitted_on,
    }


def _live(random: Random, number: int, until: date, **wish: Any) -> Financing:
    """Return the whole life of one application."""
    weights = [0 if code in SCRIPTED_BANKS else weight for (code, *_), weight in zip(BANKS, WEIGHTS, strict=True)]
    bank = random.choices([code for code, *_ in BANKS], weights=weights)[0]
    submitted_on: date = wish["submitted_on"]
    is_trust = bank in TRUST_BANKS and random.random() < 0.45
    is_secured = wish["category"] != "rd" or random.random() < 0.2
    slow = bank in SLOW_BANKS
    decided_on = submitted_on + timedelta(days=random.randrange(34, 66) if slow else random.randrange(9, 34))
    conditions_on = decided_on + timedelta(days=random.randrange(2, 12))
    contract_on = conditions_on + timedelta(days=random.randrange(3, 15))
    term_months = random.choice((12, 24, 36)) if wish["category"] == "rd" else random.choice((36, 48, 60))
    matures_on = min(add_years(contract_on, term_months // 12), add_years(contract_on, 5))
    fate = _fate(number, decided_on, until)
    return Financing(
        number=number,
        bank=bank,
        mode="trust" if is_trust else "special",
        security="secured" if is_secured else "credit",
        term_months=term_months,
        submitted_for=("enterprise", "enterprise", "enterprise", "bank", "county")[number % 5],
        fate=fate,
        supplement=number % 7 == 3,
        decided_on=decided_on,
        conditions_on=conditions_on,
        contract_on=contract_on,
        matures_on=matures_on,
        changes=_changes(random, number, wish["amount"], contract_on, matures_on) if fate == "running" else [],
        **wish,
    )


def _fate(number: int, decided_on: date, until: date) -> str:
    """Return what becomes of an application; one not decided by ``until`` is open."""
    if decided_on > until:
        return "open"
    return {4: "refused", 9: "withdrawn", 17: "refused", 30: "lapsed"}.get(number % 37, "running")


def _changes(random: Random, number: int, amount: Decimal, contract_on: date, matures_on: date) -> list[Change]:
    """Return drawdowns, repayments and defaults of one loan, in order."""
    parts = random.choice((1, 2, 3, 4)) if amount < 20_000_000 else random.choice((4, 5))
    changes, drawn, on = [], Decimal(0), drawing_day(contract_on + timedelta(days=random.randrange(1, 8)))
    for index in range(parts):
        part = amount - drawn if index == parts - 1 else (amount / parts // TEN_THOUSAND) * TEN_THOUSAND
        changes.append(Change(kind="drawdown", amount=part, on=on))
        drawn, on = drawn + part, drawing_day(on + timedelta(days=random.randrange(20, 60)))
    return changes + _repayments(random, number, amount, max(on, contract_on + timedelta(days=200)), matures_on)


def _repayments(random: Random, number: int, amount: Decimal, begin: date, matures_on: date) -> list[Change]:
    """Return how a loan is paid back: in instalments, early, late or, rarely, not at all for a while."""
    left, changes, on = amount, [], collection_day(begin)
    while on < matures_on - timedelta(days=60):
        part = (amount * Decimal(random.randrange(4, 11)) / 100 // TEN_THOUSAND) * TEN_THOUSAND
        if 0 < part < left:
            late = on + timedelta(days=9) if random.random() < 0.03 else None
            changes.append(Change(kind="repayment", amount=part, on=on, recorded_on=late))
            left -= part
        on = collection_day(on + timedelta(days=random.randrange(60, 160)))
    changes = _in_pairs(changes)
    if number % 11 == 6:  # paid back long before it is due
        early = collection_day(begin + timedelta(days=random.randrange(60, 260)))
        kept = [change for change in changes if change.on < early]
        rest = amount - sum(change.amount for change in kept)
        return [*kept, Change(kind="repayment", amount=rest, on=min(early, matures_on))]
    if number % 29 == 13 and collection_day(begin + (matures_on - begin) / 3) < matures_on:  # goes overdue, then pays
        trouble = collection_day(begin + (matures_on - begin) / 3)
        cured = min(collection_day(trouble + timedelta(days=47)), matures_on)
        kept = [change for change in changes if change.on < trouble]
        part = amount / 10 // TEN_THOUSAND * TEN_THOUSAND or TEN_THOUSAND
        rest = amount - sum(change.amount for change in kept)
        return [
            *kept,
            Change(kind="overdue", amount=part, on=trouble),
            Change(kind="cure", amount=part, on=cured),
            Change(kind="repayment", amount=rest, on=matures_on),
        ]
    if number % 41 == 20:  # goes overdue at maturity and stays so
        return [*changes, Change(kind="overdue", amount=left, on=matures_on)]
    return [*changes, Change(kind="repayment", amount=left, on=matures_on)]


def _in_pairs(instalments: list[Change]) -> list[Change]:
    """Return the instalments two by two, each pair paid on the later day: banks collect twice a year rather than each quarter."""
    pairs = [instalments[place : place + 2] for place in range(0, len(instalments), 2)]
    return [replace(pair[-1], amount=sum((change.amount for change in pair), Decimal(0))) for pair in pairs]
