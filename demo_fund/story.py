"""The demo's story as one list of steps, always the same for the same seed, size and last day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from demo_fund.cast import Cast
from demo_fund.companies import Company, invent_companies
from demo_fund.defaults import LoanDefault
from demo_fund.financing import Financing, plan_financings
from demo_fund.player import Step
from demo_fund.projects import ProjectPlan, plan_projects
from demo_fund.scenario.defaults import default_steps
from demo_fund.scenario.jobs import job_steps
from demo_fund.scenario.keeping import keeping_steps
from demo_fund.scenario.lending import lending_steps
from demo_fund.scenario.listing import listing_steps
from demo_fund.scenario.opening import opening_steps
from demo_fund.scenario.settling import settling_steps
from demo_fund.scripted import plan_scripted
from demo_fund.stage import Stage
from demo_fund.window import Window
from policy.selectors.calendar import working_calendar

SEED = 350500


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much of a fund: one in so many enterprises, projects per batch, the part of the listed that borrow for R&D, days between jobs."""

    one_in: int
    projects: range
    with_batch_six: bool
    rd_share: float
    jobs_every: int


SIZES = {
    "full": Size(one_in=1, projects=range(5, 9), with_batch_six=True, rd_share=0.62, jobs_every=14),
    "small": Size(one_in=11, projects=range(1), with_batch_six=False, rd_share=0.0, jobs_every=45),  # the scripted loans alone
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is going to happen, before anything does."""

    window: Window
    companies: list[Company]
    projects: list[ProjectPlan]
    financings: list[Financing]
    defaults: list[LoanDefault]


def plan(*, seed: int, until: date, size: Size) -> Plan:
    """Return the story's facts; no database is asked."""
    window = Window(until)
    scripted = plan_scripted(invent_companies(Random(seed), window, one_in=size.one_in), window)
    free = [company for company in scripted.companies if company.number not in scripted.taken]
    projects = plan_projects(Random(seed + 1), free, window, sizes=size.projects, with_batch_six=size.with_batch_six)
    financings = plan_financings(Random(seed + 2), free, projects, window, rd_share=size.rd_share)
    return Plan(
        window=window,
        companies=scripted.companies,
        projects=sorted([*projects, *scripted.projects], key=lambda one: (one.published_on, one.code)),
        financings=[*financings, *scripted.financings],
        defaults=scripted.defaults,
    )


def story(*, seed: int, until: date, size: str = "full") -> list[Step]:
    """Return every step from the first day of the fund to ``until`` (included), in no particular order."""
    told = plan(seed=seed, until=until, size=SIZES[size])
    stage = Stage(cast=Cast(), calendar=working_calendar(), window=told.window)

    def steps() -> Iterator[Step]:
        yield from opening_steps(stage, told.financings)
        yield from listing_steps(stage, told.companies, told.projects)
        yield from lending_steps(stage, told.financings)
        yield from settling_steps(stage)
        yield from default_steps(stage, told.defaults)
        yield from job_steps(stage, every=SIZES[size].jobs_every)
        yield from keeping_steps(stage)

    return [step for step in steps() if step.on <= until]
