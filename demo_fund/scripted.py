"""
The loans that the demo's promises rest on, told in days before the last day, so that they stand whatever day that is.

Two banks lend nothing else: what their breaker says at each moment follows from the figures here alone. The small one is suspended
by its first loss, reopens as it lends more and applies anew, and is suspended again by a project's loss, with two claims in its queue to
the end. The county bank is warned. Other rows: losses in both modes, of all categories and tiers; and a case for whoever logs in.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from common.dates import add_years
from demo_fund.companies import MISTYPED, Company
from demo_fund.defaults import LoanDefault, Recovered, Wish
from demo_fund.financing import Change, Financing, collection_day, drawing_day
from demo_fund.projects import ProjectPlan, batches
from demo_fund.window import Window

MILLION = Decimal(1_000_000)
FIRST_NUMBER = 900  # the numbers of these loans stay clear of the others'
RD_OF_CAP = Decimal("2.4")  # last year's R&D expense beside the loan; half of it may be lent
INVESTED = {"fixed_asset": Decimal("0.7"), "working_capital": Decimal("0.08")}  # the loan's part of its project
HALF, MOST = Decimal("0.5"), Decimal("0.65")
SHISHI, JINJIANG = "350581", "350582"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One loan; days count back from the last day. ``fate`` as in ``Financing``; ``late_repayment``: written down a quarter late."""

    bank: str
    category: str
    millions: int
    submitted: int
    mode: str = "special"
    security: str = "secured"
    place: str = ""
    fate: str = "running"
    default: int = 0
    goes: str = "paid"
    recovered: tuple[Recovered, ...] = ()
    is_exempt: bool = False
    is_misused: bool = False
    late_repayment: bool = False


def _rd(bank: str, millions: int, submitted: int, **more: object) -> Row:
    return Row(**({"bank": bank, "category": "rd", "millions": millions, "submitted": submitted, "security": "credit"} | more))  # type: ignore[arg-type]


def _fixed(bank: str, millions: int, submitted: int, **more: object) -> Row:
    return Row(**({"bank": bank, "category": "fixed_asset", "millions": millions, "submitted": submitted} | more))  # type: ignore[arg-type]


FIRST_LOSS = (Recovered(days=380, part=MOST, costs=Decimal(86_000)),)
EXEMPT_LOSS = (Recovered(days=200, part=Decimal("0.12"), costs=Decimal(12_000)), Recovered(days=320, part=Decimal("0.05")))
TRUST_LOSS = (
    Recovered(days=210, part=Decimal("0.1"), costs=Decimal(30_000)),
    Recovered(days=400, part=Decimal("0.2")),
    Recovered(days=600, part=Decimal("0.08"), is_returned=False),
)
PROJECT_LOSS = (Recovered(days=180, part=Decimal("0.2"), costs=Decimal(45_000)), Recovered(days=420, part=Decimal("0.03")))
ROWS = (
    # 九日山银行: suspended, reopened, suspended again; 13 %, then below 3 %, then above 14 % of what it lent
    _fixed("jiuri", 40, 830),
    _rd("jiuri", 6, 790, default=690, recovered=FIRST_LOSS),
    _fixed("jiuri", 90, 560),
    _fixed("jiuri", 26, 500, default=305, goes="pursued"),
    _fixed("jiuri", 60, 470),
    _rd("jiuri", 5, 450, default=312),
    _rd("jiuri", 6, 420, default=256),
    _rd("jiuri", 4, 60),
    # 晋水农商银行: warned, between 5 and 10 %
    _fixed("jinjiang", 60, 830),
    _fixed("jinjiang", 45, 720),
    _rd("jinjiang", 4, 600, default=437, recovered=EXEMPT_LOSS, is_exempt=True),
    _rd("jinjiang", 4, 560, default=408),
    _rd("jinjiang", 3, 380, default=221),
    _fixed("jinjiang", 20, 300),
    _rd("jinjiang", 5, 200),
    # Losses elsewhere
    _rd("citong", 8, 770, mode="trust", default=640, recovered=TRUST_LOSS),
    _rd("citong", 3, 520, mode="trust", default=375),
    _rd("luoyang", 5, 780, mode="trust", security="secured", default=648, goes="own"),
    _fixed("luoyang", 20, 780, mode="trust", default=557, goes="certified", recovered=PROJECT_LOSS),
    _fixed("donghai", 18, 640, default=459, goes="certified"),
    Row(bank="citong", category="working_capital", millions=4, submitted=450, mode="trust", default=284, goes="pursued"),
    _rd("wenling", 4, 300, default=125, goes="claimed"),
    # A case for each person who can log in, and what the settlements show
    _fixed("citong", 40, 700, place=JINJIANG),
    _fixed("citong", 20, 650, place=SHISHI),
    _fixed("qingyuan", 25, 600, place=SHISHI),
    _fixed("minnan", 30, 520, place=SHISHI, late_repayment=True),
    _fixed("zimao", 15, 400, is_misused=True),
    _fixed("citong", 30, 20, place=JINJIANG, fate="open"),
    _rd("anping", 3, 75, fate="open"),
    _rd("haisi", 3, 45, mode="trust", fate="ready"),
)


@dataclass(slots=True)
class Scripted:
    """What the rows became; ``taken`` are the numbers of the companies that have no other part to play."""

    companies: list[Company]
    projects: list[ProjectPlan] = field(default_factory=list)
    financings: list[Financing] = field(default_factory=list)
    defaults: list[LoanDefault] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)


def plan_scripted(companies: Sequence[Company], window: Window) -> Scripted:
    """Give each row a company of its own, a project where it is for one, and its life in days."""
    plan = Scripted(companies=list(companies))
    for index, row in enumerate(ROWS):
        company = _company(plan, row)
        project = None if row.category == "rd" else _project(row, company, window, serial=FIRST_NUMBER + index)
        plan.projects += [project] if project else []
        financing = _financing(row, company, project, window, number=FIRST_NUMBER + index)
        plan.financings.append(financing)
        if row.default:
            plan.defaults.append(LoanDefault(financing=financing, wish=_wish(row, window)))
    return plan


def _company(plan: Scripted, row: Row) -> Company:
    """Take the next established company, of the place if one is named, and let it spend enough on R&D for its loan."""
    fitting = (
        place
        for place, company in enumerate(plan.companies)
        if company.number not in plan.taken
        and not company.is_new
        and company.number % MISTYPED
        and (not row.place or company.place.code == row.place)
    )
    place = next(fitting)
    company = plan.companies[place]
    if row.category == "rd":
        least = row.millions * MILLION * RD_OF_CAP
        years = {year: (max(rd, least), revenue, staff) for year, (rd, revenue, staff) in company.years.items()}
        company = plan.companies[place] = replace(company, years=years)
    plan.taken.add(company.number)
    return company


def _project(row: Row, company: Company, window: Window, *, serial: int) -> ProjectPlan:
    """Return a project large enough, in the last batch before the loan is asked for."""
    ready_by = window.before(row.submitted + 10)
    batch, published_on = [one for one in batches(window) if one[1] <= ready_by][-1]
    applied = published_on - timedelta(days=45)
    return ProjectPlan(
        code=f"{batch[0]}-{company.place.region}-{company.industry_code[1:3]}-03-{serial:06d}",
        name=f"{company.name.split('有限')[0].split('科技')[0]}智能化生产线技术改造项目",
        company=company,
        project_type="technical_upgrade",
        is_key_project=False,
        total_investment=(row.millions * MILLION / INVESTED[row.category]).quantize(Decimal(1)),
        batch=batch,
        applied_on=applied,
        published_on=published_on,
    )


def _financing(row: Row, company: Company, project: ProjectPlan | None, window: Window, *, number: int) -> Financing:
    """Return the loan's life: decided within the term unless it is the one that waits."""
    submitted_on = window.before(row.submitted)
    contract_on = submitted_on + timedelta(days=26)
    amount = row.millions * MILLION
    matures_on = add_years(contract_on, 3 if row.category == "rd" else 5)
    return Financing(
        number=number,
        company=company,
        project=project,
        bank=row.bank,
        mode=row.mode,
        category=row.category,
        security=row.security,
        amount=amount,
        term_months=36 if row.category == "rd" else 60,
        submitted_on=submitted_on,
        submitted_for="enterprise",
        fate=row.fate,
        supplement=False,
        decided_on=submitted_on + timedelta(days=16),
        conditions_on=submitted_on + timedelta(days=20),
        contract_on=contract_on,
        matures_on=matures_on,
        is_misused=row.is_misused,
        changes=list(_changes(row, amount, contract_on, window)) if row.fate == "running" else [],
    )


def _changes(row: Row, amount: Decimal, contract_on: date, window: Window) -> Iterator[Change]:
    """Yield the drawdown of all of it, and what else becomes of the row's loan."""
    yield Change(kind="drawdown", amount=amount, on=drawing_day(contract_on + timedelta(days=2)))
    if row.default:
        yield Change(kind="overdue", amount=amount, on=window.before(row.default))
    if row.late_repayment:
        quarter = window.quarter_starts()[-3]
        yield Change(kind="repayment", amount=amount / 10, on=quarter - timedelta(days=6), recorded_on=quarter + timedelta(days=40))
    elif not row.default and row.submitted > 365:
        yield Change(kind="repayment", amount=amount / 20, on=collection_day(contract_on + timedelta(days=300)))


def _wish(row: Row, window: Window) -> Wish:
    return Wish(
        bank=row.bank,
        mode=row.mode,
        default_on=window.before(row.default),
        goes=row.goes,
        recovered=row.recovered,
        is_exempt=row.is_exempt,
    )
