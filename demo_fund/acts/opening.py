"""How the demo fund begins: institutions, people, quotas, tenders and rates; and how it goes on after the plan's end."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from functools import partial

from common.enums import Category, Mode
from demo_fund.cast import appoint_people, enter_institutions
from demo_fund.financing import Financing
from demo_fund.places import BANKS, TRUST_BANKS
from demo_fund.player import Step
from demo_fund.stage import Stage
from demo_fund.window import PLAN_ENDS
from loans.services import set_bank_quota
from policy.models import PolicyVersion
from policy.services import add_policy_version
from subsidy.services.tenders import close_tender, decide_rate, open_tender, record_bid

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
    yield Step(begins, 2, lambda at: appoint_people(stage.cast, from_on=begins, at=at))
    yield Step(begins, 3, partial(_set_quotas, stage, financings))
    for number, (days, *_) in enumerate(RATES):
        yield Step(stage.working_day(_decision_day(stage, number, days)), 5, partial(_decide_rate, stage, number))
    yield Step(stage.working_day(max(SUCCESSOR_DECIDED, begins)), 6, partial(_add_successor, stage))


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


def _decide_rate(stage: Stage, number: int, at: datetime) -> None:
    """Hold one tender per loan kind, take every bank's bid and decide the unified rate."""
    days, *results = RATES[number]
    is_last = number == len(RATES) - 1
    effective_on = _decision_day(stage, number, days) + (BEFORE_QUARTER if is_last else IN_FORCE_AFTER)
    actor = stage.bureau_handler("city_treasury")
    tenders = []
    for category, result, volume in ((Category.FIXED_ASSET, results[0], 80), (Category.RD, results[1], 20)):
        tender = open_tender(
            category=category,
            name=f"{at.year}年{category.label}回报利率竞价",
            document_number=f"泉财金〔{at.year}〕{at.month}号",
            opened_on=at.date(),
            planned_volume=volume * HUNDRED_MILLION,
            actor=actor,
            at=at,
        )
        for index, (code, *_rest) in enumerate(BANKS):
            spread = Decimal(index % 5 - 2) / 10_000
            bank = stage.cast.institutions[code]
            bid = {"rate": result + spread, "volume": HUNDRED_MILLION * (3 + index % 4)}
            record_bid(tender_id=str(tender.public_id), bank=bank, submitted_on=at.date(), actor=actor, at=at, **bid)
        close_tender(tender_id=str(tender.public_id), on=at.date(), result=result, actor=actor, at=at)
        tenders.append(tender)
    decide_rate(
        fixed_asset_tender_id=str(tenders[0].public_id),
        rd_tender_id=str(tenders[1].public_id),
        document_number=f"泉财金〔{at.year}〕{at.month + 1}号",
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
