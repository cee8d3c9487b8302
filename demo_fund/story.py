"""The demo's story as one list of steps, always the same for the same seed and last day."""

from collections.abc import Iterator
from datetime import date
from random import Random

from demo_fund.acts.lending import lending_steps
from demo_fund.acts.listing import listing_steps
from demo_fund.acts.opening import opening_steps
from demo_fund.acts.running import running_steps
from demo_fund.acts.settling import settling_steps
from demo_fund.acts.troubles import trouble_steps
from demo_fund.cast import Cast
from demo_fund.companies import invent_companies
from demo_fund.financing import plan_financings
from demo_fund.player import Step
from demo_fund.projects import plan_projects
from demo_fund.stage import Stage
from demo_fund.troubles import plan_troubles, with_troubles
from policy.selectors import working_calendar

SEED = 350500


def story(*, seed: int, until: date) -> list[Step]:
    """Return every step from the first day of the fund to ``until`` (included), in no particular order."""
    companies = invent_companies(Random(seed), until_year=until.year - 1)
    projects = plan_projects(Random(seed + 1), companies, until=until)
    financings = plan_financings(Random(seed + 2), companies, projects, until=until)
    troubles = plan_troubles(financings)
    financings = with_troubles(financings, troubles)
    stage = Stage(cast=Cast(), calendar=working_calendar(), until=until)

    def steps() -> Iterator[Step]:
        yield from opening_steps(stage, financings)
        yield from listing_steps(stage, companies, projects)
        yield from lending_steps(stage, financings)
        yield from settling_steps(stage)
        yield from trouble_steps(stage, troubles)
        yield from running_steps(stage)

    return [step for step in steps() if step.on <= until]
