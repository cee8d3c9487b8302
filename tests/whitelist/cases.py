"""Entries of the whitelist at every stage, brought there through the services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from documents.services import attach
from parties.enums import Role
from parties.models import Enterprise, Member
from tests.factories import EnterpriseFactory, EnterpriseYearFactory, MemberFactory, seeded_district
from whitelist.enums import Route, Verdict
from whitelist.models import Batch, Entry, Project
from whitelist.papers import required_papers
from whitelist.services.consultation import record_opinion
from whitelist.services.drafting import draft_project_entry, submit_entry
from whitelist.services.projects import register_project
from whitelist.services.publishing import publish_batch
from whitelist.services.review import pass_city, pass_county
from whitelist.services.screening import screen_tax_list

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2024, 7, 1, 9, 0, tzinfo=SHANGHAI)
BOTH = [Role.HANDLER, Role.CHECKER]
PDF = b"%PDF-1.7\n..."


def day(year: int, month: int, date: int) -> datetime:
    """Return nine in the morning of a day in Quanzhou."""
    return datetime(year, month, date, 9, 0, tzinfo=SHANGHAI)


class Desk:
    """The people at work: one member per bureau, with both working roles."""

    @cached_property
    def county(self) -> Member:
        return MemberFactory.serving("county_industry", district="晋江市", roles=BOTH)

    @cached_property
    def other_county(self) -> Member:
        return MemberFactory.serving("county_industry", district="石狮市", roles=BOTH)

    @cached_property
    def industry(self) -> Member:
        return MemberFactory.serving("city_industry", roles=BOTH)

    @cached_property
    def science(self) -> Member:
        return MemberFactory.serving("city_science", roles=BOTH)

    @cached_property
    def treasury(self) -> Member:
        return MemberFactory.serving("city_treasury", roles=BOTH)


@dataclass
class Case:
    """One enterprise with its member, project and entry."""

    enterprise: Enterprise
    member: Member
    entry: Entry
    project: Project | None = None


_numbers = iter(range(1, 10_000))


def project_facts(**changed: Any) -> dict[str, Any]:
    number = next(_numbers)
    return {
        "code": f"2024-350582-34-03-{number:06d}",
        "name": f"数控机床技改项目{number}",
        "project_type": "technical_upgrade",
        "total_investment": Decimal("100000000.00"),
        **changed,
    }


def drafted(*, at: datetime = AT, declared: bool = False, **changed: Any) -> Case:
    """Return a project application with all its papers, not yet submitted."""
    enterprise = EnterpriseFactory()
    member = MemberFactory.of(enterprise)
    facts = project_facts(**changed)
    project = register_project(enterprise=enterprise, district=seeded_district(), actor=member, at=at, **facts)
    entry = draft_project_entry(project_id=project.public_id, actor=member, at=at, holds_technical_upgrade_subsidy=declared)
    give_papers(entry, member, at=at)
    return Case(enterprise, member, entry, project)


def give_papers(entry: Entry, member: Member, *, at: datetime = AT) -> None:
    for kind in required_papers(entry, on_behalf=member.enterprise_id is None, on=date(2024, 3, 1)):
        attach(owner=entry, kind=kind, filename="材料.pdf", content=PDF, actor=member, at=at)


def submitted(*, at: datetime = AT, **changed: Any) -> Case:
    case = drafted(at=at, **changed)
    case.entry = submit_entry(entry_id=case.entry.public_id, actor=case.member, at=at)
    return case


def in_city_review(desk: Desk, *, at: datetime = AT, **changed: Any) -> Case:
    case = submitted(at=at, **changed)
    [case.entry] = pass_county(entry_ids=[case.entry.public_id], actor=desk.county, at=at)
    return case


def in_consultation(desk: Desk, *, at: datetime = AT, **changed: Any) -> Case:
    case = in_city_review(desk, at=at, **changed)
    [case.entry] = pass_city(entry_ids=[case.entry.public_id], actor=desk.industry, at=at)
    return case


def agree(entries: Sequence[Entry], member: Member, *, at: datetime = AT, **changed: Any) -> Any:
    told = {"verdict": Verdict.AGREE, "document_number": "泉财函〔2024〕1号", "given_on": at.date(), **changed}
    return record_opinion(entry_ids=[entry.public_id for entry in entries], actor=member, at=at, **told)


def cleared(desk: Desk, *, at: datetime = AT, **changed: Any) -> Case:
    case = in_consultation(desk, at=at, **changed)
    agree([case.entry], desk.treasury, at=at)
    case.entry = again(case.entry)
    return case


def publish(entries: Sequence[Entry], member: Member, *, at: datetime = AT) -> Batch:
    return publish_batch(entry_ids=[entry.public_id for entry in entries], document_number="泉工信〔2024〕8号", actor=member, at=at)


def published(desk: Desk, *, at: datetime = AT, **changed: Any) -> Case:
    case = cleared(desk, at=at, **changed)
    publish([case.entry], desk.industry, at=at)
    case.entry = again(case.entry)
    return case


def candidate(desk: Desk, *, at: datetime = AT, rd_expense: str = "10000000.00", **changed: Any) -> Entry:
    """Return an enterprise screened from the tax list of the year before."""
    enterprise = EnterpriseFactory(**changed)
    EnterpriseYearFactory(enterprise=enterprise, year=at.year - 1, rd_expense=Decimal(rd_expense))
    screen_tax_list(list_year=at.year, actor=desk.science, at=at)
    return Entry.objects.get(enterprise=enterprise, list_year=at.year)


def listed_rd(desk: Desk, *, at: datetime = AT, **changed: Any) -> Entry:
    """Return an enterprise on the R&D list, by whichever route screening chose."""
    entry = candidate(desk, at=at, **changed)
    if entry.route == Route.TAX_LIST:
        pass_city(entry_ids=[entry.public_id], actor=desk.science, at=at)
    agree([entry], desk.industry, at=at)
    agree([entry], desk.treasury, at=at)
    publish([entry], desk.science, at=at)
    return again(entry)


def again(entry: Entry) -> Entry:
    """Return the entry as the database has it now."""
    return Entry.objects.select_related("enterprise", "project", "district", "policy_version").get(pk=entry.pk)


def later(**span: int) -> datetime:
    return AT + timedelta(**span)
