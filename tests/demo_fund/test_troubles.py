"""The demo's losses: one of every kind, and what the two scripted banks' breakers rest on, on any day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from demo_fund.scenario.defaults import RECOGNISED
from demo_fund.scripted import ROWS
from demo_fund.story import SEED, SIZES, Plan, plan

DAYS = [date(2026, 11, 28) + timedelta(days=days) for days in (0, 22, 23, 40, 200, 700, 1500)]
WARNING, BREAKER = Decimal("0.05"), Decimal("0.10")


def told(until: date) -> Plan:
    return plan(seed=SEED, until=until, size=SIZES["full"])


def rate(story: Plan, bank: str, on: date) -> Decimal:
    """Return bad debt, recoveries left out, beside what the bank has lent by a day: the most its rate can be."""
    lent = sum(c.amount for f in story.financings if f.bank == bank for c in f.changes if c.kind == "drawdown" and c.on <= on)
    since = [t for t in story.defaults if t.wish.bank == bank and t.wish.default_on + timedelta(days=RECOGNISED) <= on]
    return sum((t.financing.amount for t in since), Decimal(0)) / lent


def recovered(story: Plan, bank: str, on: date) -> Decimal:
    """Return the principal that has come back by a day."""
    rows = [(t, back) for t in story.defaults if t.wish.bank == bank for back in t.wish.recovered]
    return sum((t.financing.amount * back.part for t, back in rows if t.wish.default_on + timedelta(days=back.days) <= on), Decimal(0))


@pytest.mark.parametrize("until", DAYS, ids=str)
def test_every_row_is_in_the_story(until: date) -> None:
    story = told(until)
    assert len(story.defaults) == sum(bool(row.default) for row in ROWS) == 14
    kinds = {(t.financing.mode, t.financing.category, t.financing.security) for t in story.defaults}
    assert {("special", "rd", "credit"), ("trust", "rd", "credit"), ("trust", "fixed_asset", "secured")} <= kinds
    for default in story.defaults:
        last = default.financing.changes[-1]
        assert (last.kind, last.on, last.amount) == ("overdue", default.wish.default_on, default.financing.amount)
        assert default.financing.changes[0].on + timedelta(days=20) < last.on


@pytest.mark.parametrize("until", DAYS, ids=str)
def test_the_small_bank_is_suspended_reopens_and_is_suspended_again(until: date) -> None:
    story = told(until)
    first = story.window.before(690 - RECOGNISED)
    assert rate(story, "jiuri", first) > BREAKER
    assert rate(story, "jiuri", story.window.before(350)) < WARNING
    lent = sum(c.amount for f in story.financings if f.bank == "jiuri" for c in f.changes if c.kind == "drawdown")
    assert rate(story, "jiuri", until) - recovered(story, "jiuri", until) / lent > BREAKER


@pytest.mark.parametrize("until", DAYS, ids=str)
def test_the_county_bank_is_warned_and_never_suspended(until: date) -> None:
    story = told(until)
    lent = sum(c.amount for f in story.financings if f.bank == "jinjiang" for c in f.changes if c.kind == "drawdown")
    assert rate(story, "jinjiang", until) - recovered(story, "jinjiang", until) / lent > WARNING
    assert all(rate(story, "jinjiang", story.window.before(days)) < BREAKER for days in range(0, 340, 10))
