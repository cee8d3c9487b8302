"""How the demo fund begins: institutions, people, quotas, tenders and rates; and how it goes on after the plan's end."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import partial

from common.dates import SHANGHAI
from common.enums import Category, Mode
from demo_fund.cast import appoint_people, enter_institutions, let_visitors_in
from demo_fund.financing import Financing
from demo_fund.places import BANKS, TRUST_BANKS
from demo_fund.player import HANDS, Step
from demo_fund.stage import Stage
from demo_fund.window import PLAN_ENDS
from loans.services.quotas import set_bank_quota
from policy.models import PolicyVersion
from policy.services.versions import add_policy_version
from policy.working_days import WorkingCalendar
from subsidy.models import Tender
from subsidy.services.openings import confirm_opening, propose_opening
from subsidy.services.sealed_bids import check_bid, submit_bid
from subsidy.services.tenders import award_tender, decide_rate, open_tender

VISITORS_BANK = "citong"
BIDDING = 5
SUCCESSOR = "演示延续方案"
SUCCESSOR_DECIDED = date(2025, 12, 15)
HUNDRED_MILLION = Decimal(100_000_000)

IN_FORCE_AFTER, BEFORE_QUARTER = timedelta(days=9), timedelta(days=12)  # from the decision; the last is in force with a quarter

# (days from the fund's first, fixed-asset bid, R&D bid): rates as annual fractions; the last one reaches running loans as well
RATES = (
    (42, Decimal("0.0305"), Decimal("0.0335")),
    (480, Decimal("0.0285"), Decimal("0.0315")),
    (850, Decimal("0.0262"), Decimal("0.0290")),
)


def opening_steps(stage: Stage, financings: Sequence[Financing]) -> Iterator[Step]:
    """Yield what has to be there before the first case, the rates of later years, and the demo's successor version."""
    begins = stage.first_on
    yield Step(begins, 1, lambda at: enter_institutions(stage.cast, from_on=begins, at=at))
    for half in range(HANDS):
        yield Step(begins, 2, partial(_appoint, half, begins), lane=f"people:{half}")
    yield Step(begins, 3, lambda at: let_visitors_in())
    yield Step(begins, 4, partial(_set_quotas, stage, financings))
    for number, (days, *_) in enumerate(RATES):
        yield from _tender_steps(stage, number, _decision_day(stage, number, days))
    yield from _running_tender_steps(stage)
    yield Step(stage.working_day(max(SUCCESSOR_DECIDED, begins)), 6, partial(_add_successor, stage))


def _appoint(half: int, from_on: date, at: datetime) -> None:
    appoint_people(from_on=from_on, at=at, half=half)


def _decision_day(stage: Stage, number: int, days: int) -> date:
    """Return the day of a decision: so many days on, the last one shortly before a settlement quarter begins."""
    if number < len(RATES) - 1:
        return stage.window.after(days)
    quarter = next(day for day in stage.window.quarter_starts() if day >= stage.window.after(days))
    return quarter - BEFORE_QUARTER


def _set_quotas(stage: Stage, financings: Sequence[Financing], at: datetime) -> None:
    """Give each bank what it will lend and some air; all quotas together pass the fund's minimum size."""
    wanted: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for financing in financings:
        wanted[financing.bank, financing.mode] += financing.amount
    actor = stage.bureau_handler("city_industry")
    for code, *_ in BANKS:
        for mode in (Mode.SPECIAL, Mode.TRUST) if code in TRUST_BANKS else (Mode.SPECIAL,):
            need = wanted[code, mode.value] * Decimal("1.15") / HUNDRED_MILLION
            set_bank_quota(
                bank_id=stage.cast.institutions[code].public_id,
                mode=mode,
                amount=max(Decimal(2), need.to_integral_value(rounding=ROUND_CEILING)) * HUNDRED_MILLION,
                from_on=stage.first_on,
                document_number=f"泉工信〔{stage.first_on.year}〕9号",
                actor=actor,
                at=at,
            )


def _tender_steps(stage: Stage, number: int, decided_on: date) -> Iterator[Step]:
    """Yield a year's tenders: opened, bid for under seal, closed, opened by two houses, awarded and decided."""
    announced_on, bid_on, closes_on, opens_on = tender_days(stage.calendar, decided_on)
    yield Step(announced_on, 5, partial(_open_tenders, stage, _five_o_clock(closes_on)))
    for code, *_ in BANKS:
        yield Step(bid_on, BIDDING, partial(_bid, stage, number, announced_on, code), lane=code)
    yield Step(opens_on, 5, partial(_decide_rate, stage, number, announced_on))


def tender_days(calendar: WorkingCalendar, decided_on: date) -> tuple[date, date, date, date]:
    """
    Return when a tender is announced, bid for, closed, and opened and decided.

    After a long holiday the days before fall together on its first working day; the bidding still ends before the opening.
    """
    announced_on, bid_on, closes_on = (calendar.next_working_day(decided_on - timedelta(days=days)) for days in (20, 10, 5))
    opens_on = calendar.next_working_day(decided_on)
    return announced_on, bid_on, min(closes_on, opens_on - timedelta(days=1)), opens_on


def _running_tender_steps(stage: Stage) -> Iterator[Step]:
    """Yield tenders that take bids on the story's last day; the visitors' bank has not bid yet."""
    announced_on = stage.working_day(stage.until - timedelta(days=7))
    if announced_on < stage.until:
        yield Step(announced_on, 5, partial(_open_tenders, stage, _five_o_clock(stage.working_day(stage.until + timedelta(days=30)))))
        bid_on = stage.working_day(announced_on + timedelta(days=1))
        for code in (code for code, *_ in BANKS if code != VISITORS_BANK):
            yield Step(bid_on, BIDDING, partial(_bid, stage, len(RATES) - 1, announced_on, code), lane=code)


def _five_o_clock(day: date) -> datetime:
    return datetime.combine(day, time(17), tzinfo=SHANGHAI)


def _open_tenders(stage: Stage, closes_at: datetime, at: datetime) -> None:
    """Open one tender per loan kind."""
    for category, volume in ((Category.FIXED_ASSET, 80), (Category.RD, 20)):
        open_tender(
            category=category,
            name=f"{at.year}年{category.label}回报利率竞价",
            document_number=_document_of(at.date()),
            opened_on=at.date(),
            closes_at=closes_at,
            planned_volume=volume * HUNDRED_MILLION,
            actor=stage.bureau_handler("city_treasury"),
            at=at,
        )


def _document_of(announced_on: date) -> str:
    return f"泉财金〔{announced_on.year}〕{announced_on:%m%d}号"


def _tenders(announced_on: date) -> tuple[Tender, Tender]:
    """Return the tenders of that announcement: fixed assets, then R&D."""
    found = {tender.category: tender for tender in Tender.objects.filter(document_number=_document_of(announced_on))}
    return found[Category.FIXED_ASSET], found[Category.RD]


def _bid(stage: Stage, number: int, announced_on: date, code: str, at: datetime) -> None:
    """Let a bank's own people put down and check a bid in each tender."""
    bank, index = stage.cast.institutions[code], [code for code, *_ in BANKS].index(code)
    for tender, result in zip(_tenders(announced_on), RATES[number][1:], strict=True):
        rate, volume = result + Decimal(index % 5 - 2) / 10_000, HUNDRED_MILLION * (3 + index % 4)
        bid = submit_bid(tender_id=tender.public_id, rate=rate, volume=volume, actor=stage.cast.handler(bank), at=at)
        check_bid(bid_id=bid.pk, rate=rate, volume=volume, actor=stage.cast.checker(bank), at=at)


def _decide_rate(stage: Stage, number: int, announced_on: date, at: datetime) -> None:
    """Open the bids by two houses, award the tenders and decide the unified rate."""
    days, *results = RATES[number]
    is_last = number == len(RATES) - 1
    effective_on = _decision_day(stage, number, days) + (BEFORE_QUARTER if is_last else IN_FORCE_AFTER)
    actor, tenders = stage.bureau_handler("city_treasury"), _tenders(announced_on)
    for tender, result in zip(tenders, results, strict=True):
        propose_opening(tender_id=tender.public_id, actor=stage.bureau_handler("city_industry"), at=at)
        confirm_opening(tender_id=tender.public_id, actor=stage.bureau_checker("city_treasury"), at=at)
        award_tender(tender_id=str(tender.public_id), on=at.date(), result=result, actor=actor, at=at)
    decide_rate(
        fixed_asset_tender_id=str(tenders[0].public_id),
        rd_tender_id=str(tenders[1].public_id),
        document_number=f"泉财金〔{at.year}〕{at:%m%d}号",
        decided_on=at.date(),
        effective_on=effective_on,
        running_loans_from=effective_on if is_last else None,
        actor=actor,
        at=at,
    )


def _add_successor(stage: Stage, at: datetime) -> None:
    """Let the demo, and only the demo, take new cases after the plan's end, under a name that says so."""
    first = PolicyVersion.objects.get(number=1)
    add_policy_version(
        name=SUCCESSOR,
        document_number="(仅供演示)",
        valid_from=PLAN_ENDS,
        valid_until=None,
        terms=first.terms,
        actor=stage.bureau_handler("city_industry"),
        at=at,
    )
