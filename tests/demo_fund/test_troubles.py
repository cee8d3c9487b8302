"""The demo's losses: one of every kind, chosen by what the loans are."""

from datetime import date
from random import Random

from demo_fund.companies import invent_companies
from demo_fund.financing import plan_financings
from demo_fund.projects import plan_projects
from demo_fund.story import SEED
from demo_fund.troubles import WISHES, plan_troubles, with_troubles

UNTIL = date(2026, 11, 20)


def test_every_wished_loss_is_in_the_story():
    companies = invent_companies(Random(SEED), until_year=2025)
    projects = plan_projects(Random(SEED + 1), companies, until=UNTIL)
    financings = plan_financings(Random(SEED + 2), companies, projects, until=UNTIL)
    troubles = plan_troubles(financings)
    assert len(troubles) == len(WISHES)
    kinds = {(t.wish.mode, t.wish.category, t.wish.security) for t in troubles}
    assert len({t.financing.number for t in troubles}) == len(troubles)
    assert {("special", "rd", "credit"), ("trust", "rd", "credit"), ("trust", "fixed_asset", "secured")} <= kinds
    assert {t.financing.amount > 10_000_000 for t in troubles if t.wish.mode == "special" and t.wish.category == "rd"} == {True, False}
    [project_loss] = [t for t in troubles if t.wish.bank == "jiuri" and t.wish.category == "fixed_asset"]
    lent = sum(c.amount for f in financings if f.bank == "jiuri" for c in f.changes if c.kind == "drawdown" and c.on <= UNTIL)
    assert project_loss.financing.amount > lent / 10  # it alone holds its bank suspended, and so the queue
    for financing in with_troubles(financings, troubles):
        trouble = next((t for t in troubles if t.financing.number == financing.number), None)
        if trouble is not None:
            last = financing.changes[-1]
            assert (last.kind, last.on) == ("overdue", trouble.wish.default_on)
            assert 0 < last.amount <= financing.amount
