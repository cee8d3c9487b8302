"""The investment projects of the demo, batch by batch; the sixth batch of one year has the shape of the city's real one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from demo_fund.companies import Company
from demo_fund.places import BATCH_SIX
from demo_fund.window import Window

BATCH_MONTHS = (2, 4, 6, 8, 10, 12)
WORKS = ("智能化生产线技术改造", "数字化车间建设", "年产能扩建", "绿色节能改造", "新厂区增资扩产", "高端装备更新", "研发检测中心及产线升级")
PREPARED = timedelta(days=57)  # from the fund's first day to the first batch
UNDER_REVIEW = timedelta(days=50)  # batches so close that their applications are in
MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectPlan:
    """One project: when it is applied for, published in which batch, and what becomes of it."""

    code: str
    name: str
    company: Company
    project_type: str
    is_key_project: bool
    total_investment: Decimal
    batch: tuple[int, int]  # year, number within the year
    applied_on: date
    published_on: date
    fate: str = "listed"  # listed | returned_once | rejected | subsidised (holds the upgrade subsidy: not eligible)


def batches(window: Window) -> list[tuple[tuple[int, int], date]]:
    """Return (year, number within it) and the day of publication of every batch whose applications may have come in, in order."""
    days = [
        ((year, number), date(year, month, 22))
        for year in range(window.first_on.year, window.until.year + 2)
        for number, month in enumerate(BATCH_MONTHS, start=1)
    ]
    return [(batch, day) for batch, day in days if window.first_on + PREPARED < day <= window.until + UNDER_REVIEW]


def plan_projects(random: Random, companies: Sequence[Company], window: Window, *, sizes: range, with_batch_six: bool) -> list[ProjectPlan]:
    """Return the projects of all batches, so many in each, in order; one batch may have the shape of the city's real one."""
    pool = [company for company in companies if not company.is_new]
    random.shuffle(pool)
    plans: list[ProjectPlan] = []
    for (year, number), published_on in batches(window):
        is_six = with_batch_six and (year, number) == (window.first_on.year + 1, 6)
        wanted = _batch_six(random) if is_six else [("", _millions(random)) for _ in range(random.choice(sizes))]
        plans += _batch(random, pool, wanted, year, number, published_on, start=len(plans))
    return plans


def _batch_six(random: Random) -> list[tuple[str, Decimal]]:
    return [(code, share) for code, count, millions in BATCH_SIX for share in _shares(random, count, millions)]


def _millions(random: Random) -> Decimal:
    return Decimal(int(10 ** random.uniform(1.3, 2.6)))


def _batch(
    random: Random, pool: list[Company], wanted: list[tuple[str, Decimal]], year: int, number: int, published_on: date, *, start: int
) -> list[ProjectPlan]:
    """Return the projects of one batch; ``wanted``: place code, or none, and millions of yuan of each."""
    plans = []
    for offset, (place_code, millions) in enumerate(wanted):
        company = _take(pool, place_code)
        serial = start + offset + 1
        month = published_on.month - 1 or 12
        plans.append(
            ProjectPlan(
                code=f"{year}-{company.place.region}-{company.industry_code[1:3]}-03-{serial:06d}",
                name=f"{company.name.split('有限')[0].split('科技')[0]}{random.choice(WORKS)}项目",
                company=company,
                project_type=random.choice(("technical_upgrade", "technical_upgrade", "expansion")),
                is_key_project=millions > 300,
                total_investment=millions * MILLION,
                batch=(year, number),
                applied_on=date(year if published_on.month > 1 else year - 1, month, 3 + offset % 9),
                published_on=published_on,
                fate="listed" if place_code else _fate(serial),
            )
        )
    return plans


def _fate(serial: int) -> str:
    """Return what becomes of the application: mostly it is listed."""
    return {5: "returned_once", 12: "rejected", 15: "subsidised"}.get(serial % 18, "listed")


def _take(pool: list[Company], place_code: str) -> Company:
    """Take the next enterprise (of the place, if one is named) from the pool."""
    index = next(i for i, company in enumerate(pool) if not place_code or company.place.code == place_code)
    return pool.pop(index)


def _shares(random: Random, count: int, millions: int) -> list[Decimal]:
    """Return ``count`` whole numbers of millions that sum to ``millions``, none below 3."""
    weights = [random.uniform(0.4, 1.6) for _ in range(count)]
    shares = [max(3, int(millions * weight / sum(weights))) for weight in weights]
    shares[-1] += millions - sum(shares)
    return [Decimal(share) for share in shares]
