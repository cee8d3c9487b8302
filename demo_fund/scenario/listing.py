"""How projects and enterprises get on the whitelist in the demo."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import groupby
from uuid import UUID

import xlsxwriter

from demo_fund.companies import MISTYPED, Company, issued_to_nobody
from demo_fund.papers import attach_paper
from demo_fund.player import Step
from demo_fund.projects import ProjectPlan
from demo_fund.stage import Stage
from demo_fund.window import RD_PUBLISHED_AFTER, Window
from parties.enums import FactSource
from parties.models import Member
from parties.services.figures import YearFigures, record_year_figures
from tables.patience import patiently
from whitelist.enums import EntryKind, EntryState
from whitelist.models import Entry
from whitelist.papers import APPLICATION_FORM, BUSINESS_LICENCE, PROJECT_FILING
from whitelist.services.consultation import record_opinion
from whitelist.services.drafting import draft_newly_registered_entry, draft_project_entry, submit_entry
from whitelist.services.ending import expire_entries
from whitelist.services.intake import check_list, commit_list
from whitelist.services.projects import register_project
from whitelist.services.publishing import publish_batch
from whitelist.services.review import pass_city, pass_county, reject_by_county, return_from_county
from whitelist.services.screening import screen_tax_list

COLUMNS = ("统一社会信用代码", "企业名称", "行业代码", "所得税归属县(市、区)", "成立日期", "注册资本", "年度", "研发费用")
COLUMNS_MORE = ("营业收入", "从业人员", "小巨人", "市重点工业企业")
BOTH = ("city_industry", "city_treasury")
RD_SCREENED, RD_PASSED, RD_OPINION = timedelta(days=3), timedelta(days=13), timedelta(days=20)  # from the tax list


def listing_steps(stage: Stage, companies: Sequence[Company], projects: Sequence[ProjectPlan]) -> Iterator[Step]:
    """Yield everything about the whitelist: applications, reviews, consultations, yearly lists, batches, expiries."""
    for plan in projects:
        yield from _project_steps(stage, plan)
    for batch, plans in groupby(projects, key=lambda plan: plan.batch):
        yield from _batch_steps(stage, batch, list(plans))
    published = set(stage.window.rd_lists())
    for imported_on in stage.window.rd_imports():
        if imported_on.year in published:
            yield from _rd_list_steps(stage, companies, imported_on)
    for company in companies:
        if company.is_new and company.registered_capital >= 20_000_000:
            yield from _newcomer_steps(stage, company)
    yield from _last_newcomer_steps(stage, companies)
    for days in range(300, (stage.until - stage.first_on).days, 30):
        yield _step(stage, stage.window.after(days), 1, partial(_expire, stage))


def _project_steps(stage: Stage, plan: ProjectPlan) -> Iterator[Step]:
    applied_on = plan.applied_on
    if plan.fate != "subsidised":
        yield _step(stage, applied_on, 10, partial(_apply, stage, plan), lane=plan.company.place.code)
    if plan.fate == "listed" and applied_on.day % 3 == 0:
        yield _step(stage, applied_on + timedelta(days=6), 23, partial(_pass_county, stage, [plan]), lane=plan.company.place.code)
    if plan.fate == "returned_once":
        yield _step(stage, applied_on + timedelta(days=2), 20, partial(_return, stage, plan), lane=plan.company.place.code)
        yield _step(stage, applied_on + timedelta(days=4), 21, partial(_resubmit, stage, plan), lane=plan.company.place.code)
    if plan.fate == "rejected":
        yield _step(stage, applied_on + timedelta(days=6), 22, partial(_reject, stage, plan), lane=plan.company.place.code)


def _batch_steps(stage: Stage, batch: tuple[int, int], plans: list[ProjectPlan]) -> Iterator[Step]:
    listed = [plan for plan in plans if plan.fate in ("listed", "returned_once")]
    published_on = plans[0].published_on
    for county, group in groupby(sorted(listed, key=_county_of), key=_county_of):
        yield _step(stage, published_on - timedelta(days=16), 30, partial(_pass_county, stage, list(group)), lane=county)
    yield _step(stage, published_on - timedelta(days=11), 31, partial(_pass_city, stage, listed))
    yield _step(stage, published_on - timedelta(days=5), 32, partial(_consent, stage, ("city_treasury",), EntryKind.PROJECT))
    document = f"泉工信〔{batch[0]}〕{40 + batch[1]}号"
    yield _step(stage, published_on, 33, partial(_publish, stage, "city_industry", EntryKind.PROJECT, document))


def _rd_list_steps(stage: Stage, companies: Sequence[Company], imported_on: date) -> Iterator[Step]:
    year = imported_on.year
    document = f"泉科〔{year}〕61号"
    yield _step(stage, imported_on, 40, partial(_import_tax_list, stage, companies, year))
    yield _step(stage, imported_on + RD_SCREENED, 41, partial(_screen, stage, year))
    yield _step(stage, imported_on + RD_PASSED, 42, partial(_pass_science, stage))
    yield _step(stage, imported_on + RD_OPINION, 43, partial(_consent, stage, BOTH, EntryKind.RD))
    yield _step(stage, imported_on + RD_PUBLISHED_AFTER, 44, partial(_publish, stage, "city_science", EntryKind.RD, document))


def _newcomer_steps(stage: Stage, company: Company) -> Iterator[Step]:
    """Yield a newly registered enterprise's own application; it is published with the next list that is ready."""
    applied_on = company.registered_on + timedelta(days=70)
    if applied_on < stage.window.after(20) or applied_on + timedelta(days=60) > stage.until:
        return
    yield _step(stage, applied_on, 50, partial(_apply_as_newcomer, stage, company), lane=company.place.code)
    yield _step(stage, applied_on + timedelta(days=9), 51, partial(_pass_newcomer_county, stage, company), lane=company.place.code)
    yield _step(stage, applied_on + timedelta(days=20), 52, partial(_pass_science, stage))
    yield _step(stage, applied_on + timedelta(days=32), 53, partial(_consent, stage, BOTH, EntryKind.RD))
    document = f"泉科〔{applied_on.year}〕{100 + company.number}号"
    yield _step(stage, applied_on + timedelta(days=40), 54, partial(_publish, stage, "city_science", EntryKind.RD, document))


def _last_newcomer_steps(stage: Stage, companies: Sequence[Company]) -> Iterator[Step]:
    """Yield two applications of enterprises founded lately: one waits for the city's bureau, one for the bureaus that are consulted."""
    for days, company in zip((20, 34), last_newcomers(companies, stage.window), strict=True):
        applied_on = stage.window.before(days)
        yield _step(stage, applied_on, 50, partial(_apply_as_newcomer, stage, company), lane=company.place.code)
        yield _step(stage, applied_on + timedelta(days=6), 51, partial(_pass_newcomer_county, stage, company), lane=company.place.code)
        if days > 30:
            yield _step(stage, applied_on + timedelta(days=10), 52, partial(_pass_science, stage))


def last_newcomers(companies: Sequence[Company], window: Window) -> list[Company]:
    """Return two enterprises that nobody lists by their figures, founded within the year before the last day."""
    place = companies[-1].place
    return [
        Company(
            number=9001 + index,
            credit_code=issued_to_nobody(place.region, 9001 + index),
            name=f"泉州{name}科技有限公司",
            place=place,
            industry_code="C3990",
            registered_on=window.before(150 + index),
            is_new=True,
            registered_capital=Decimal(50_000_000),
            is_little_giant=False,
            is_municipal_key=False,
            years={},
        )
        for index, name in enumerate(("新启智造", "新拓精密"))
    ]


def _step(stage: Stage, wished: date, order: int, act: Callable[[datetime], None], *, lane: str = "") -> Step:
    return Step(stage.working_day(wished), order, act, is_plain=True, lane=lane)


def _entry(plan: ProjectPlan) -> Entry:
    return Entry.objects.get(project__code=plan.code)


def _apply(stage: Stage, plan: ProjectPlan, at: datetime) -> None:
    person = stage.person_of(plan.company, at=at)
    enterprise = stage.enterprise(plan.company)
    _declare_figures(plan.company, person, at)
    project = register_project(
        enterprise=enterprise,
        district=stage.districts[plan.company.place.code],
        code=plan.code,
        name=plan.name,
        project_type=plan.project_type,
        total_investment=plan.total_investment,
        is_key_project=plan.is_key_project,
        actor=person,
        at=at,
    )
    entry = draft_project_entry(project_id=project.public_id, actor=person, at=at)
    for paper in (APPLICATION_FORM, BUSINESS_LICENCE, PROJECT_FILING):
        attach_paper(entry, paper, label=paper, actor=person, at=at)
    submit_entry(entry_id=entry.public_id, actor=person, at=at)


def _declare_figures(company: Company, person: Member, at: datetime) -> None:
    """Let the enterprise declare last year's revenue and staff, which its size rests on."""
    year = at.year - 1
    if year in company.years and person.enterprise is not None:
        _, revenue, employees = company.years[year]
        row = YearFigures(enterprise=person.enterprise, year=year, revenue=revenue, employees=employees)
        record_year_figures([row], source=FactSource.ENTERPRISE, reference="企业申报", actor=person, at=at)


def _return(stage: Stage, plan: ProjectPlan, at: datetime) -> None:
    actor = stage.county_handler(plan.company.place.code)
    reason = "备案文件中的总投资与申请表不一致，请核对后重新提交。"
    return_from_county(entry_ids=[_entry(plan).public_id], reason=reason, actor=actor, at=at)


def _resubmit(stage: Stage, plan: ProjectPlan, at: datetime) -> None:
    submit_entry(entry_id=_entry(plan).public_id, actor=stage.person_of(plan.company, at=at), at=at)


def _reject(stage: Stage, plan: ProjectPlan, at: datetime) -> None:
    actor = stage.county_checker(plan.company.place.code)
    reject_by_county(entry_ids=[_entry(plan).public_id], reason="项目已停建，不具备实施条件。", actor=actor, at=at)


def _county_of(plan: ProjectPlan) -> str:
    return plan.company.place.code


def _pass_county(stage: Stage, plans: list[ProjectPlan], at: datetime) -> None:
    """Let a county pass what waits there of its projects."""
    codes = [plan.code for plan in plans]
    waiting = Entry.objects.filter(project__code__in=codes, state=EntryState.COUNTY_REVIEW).order_by("pk")
    ids = list(waiting.values_list("public_id", flat=True))
    if ids:
        pass_county(entry_ids=ids, actor=stage.county_checker(_county_of(plans[0])), at=at)


def _pass_city(stage: Stage, plans: list[ProjectPlan], at: datetime) -> None:
    pass_city(entry_ids=[_entry(plan).public_id for plan in plans], actor=stage.bureau_checker("city_industry"), at=at)


def _consent(stage: Stage, bureaus: tuple[str, ...], kind: EntryKind, at: datetime) -> None:
    ids = _ids(kind, EntryState.CONSULTATION)
    for bureau in bureaus if ids else ():
        number = f"{'泉财函' if bureau == 'city_treasury' else '泉工信函'}〔{at.year}〕{at.month * 31 + at.day}号"
        record_opinion(
            entry_ids=ids, verdict="agree", document_number=number, given_on=at.date(), actor=stage.bureau_handler(bureau), at=at
        )


def _publish(stage: Stage, bureau: str, kind: EntryKind, document: str, at: datetime) -> None:
    ids = _ids(kind, EntryState.CLEARED)
    if ids:
        publish_batch(entry_ids=ids, document_number=document, actor=stage.bureau_checker(bureau), at=at)


def _ids(kind: EntryKind, state: EntryState) -> list[UUID]:
    return list(Entry.objects.filter(kind=kind, state=state).order_by("pk").values_list("public_id", flat=True))


def _import_tax_list(stage: Stage, companies: Sequence[Company], year: int, at: datetime) -> None:
    actor = stage.bureau_handler("city_science")
    with patiently():
        file = check_list(
            kind="tax_list", filename=f"{year - 1}年度研发费用企业名单.xlsx", content=tax_list(companies, year - 1), actor=actor, at=at
        )
    commit_list(import_id=file.public_id, actor=actor, at=at)


def _screen(stage: Stage, year: int, at: datetime) -> None:
    screen_tax_list(list_year=year, actor=stage.bureau_handler("city_science"), at=at)


def _pass_science(stage: Stage, at: datetime) -> None:
    ids = _ids(EntryKind.RD, EntryState.CITY_REVIEW)
    if ids:
        pass_city(entry_ids=ids, actor=stage.bureau_checker("city_science"), at=at)


def _apply_as_newcomer(stage: Stage, company: Company, at: datetime) -> None:
    person = stage.person_of(company, at=at)
    entry = draft_newly_registered_entry(enterprise=stage.enterprise(company), actor=person, at=at)
    for paper in (APPLICATION_FORM, BUSINESS_LICENCE):
        attach_paper(entry, paper, label=paper, actor=person, at=at)
    submit_entry(entry_id=entry.public_id, actor=person, at=at)


def _pass_newcomer_county(stage: Stage, company: Company, at: datetime) -> None:
    entry = Entry.objects.get(enterprise__credit_code=company.credit_code, route="newly_registered")
    pass_county(entry_ids=[entry.public_id], actor=stage.county_checker(company.place.code), at=at)


def _expire(stage: Stage, at: datetime) -> None:
    expire_entries(actor=stage.cast.system, at=at)


def tax_list(companies: Sequence[Company], tax_year: int) -> bytes:
    """Return the tax bureau's list of a year as an xlsx file; a few rows are wrong, as in life."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet("研发费用")
        sheet.write_row(0, 0, (*COLUMNS, *COLUMNS_MORE))
        rows = [company for company in companies if tax_year in company.years]
        for index, company in enumerate(rows, start=1):
            rd_expense, revenue, employees = company.years[tax_year]
            code = company.credit_code if company.number % MISTYPED else company.credit_code[:-1] + "O"
            values = (code, company.name, company.industry_code, company.place.name, company.registered_on.isoformat())
            figures = (str(company.registered_capital), tax_year, str(rd_expense), str(revenue), employees)
            flags = ("是" if company.is_little_giant else "否", "是" if company.is_municipal_key else "否")
            sheet.write_row(index, 0, (*values, *figures, *flags))
    return buffer.getvalue()
