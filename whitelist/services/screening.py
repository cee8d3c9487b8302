"""The R&D list: yearly screening of tax figures, and little giants listed directly."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import localdate

from audit.services import NewEvent, Scope, record, record_many
from common.errors import DomainError, NotVisible
from parties.access import require
from parties.enums import FactSource, InstitutionKind
from parties.models import Enterprise, EnterpriseYear, Member
from parties.selectors import NoTaxHome
from policy.models import PolicyVersion
from policy.selectors.versions import require_open_version, version_for
from policy.terms.model import Terms
from whitelist.enums import APPLIED_ROUTES, LISTED_STATES, EntryKind, EntryState, Route
from whitelist.models import Entry, ScreenedOut, Screening
from whitelist.selectors.eligibility import as_json, require_eligible, stacked_enterprises
from whitelist.selectors.screening import Screened, enterprises_of_tax_list, screened, settled_after
from whitelist.services.notifications import ask_for_opinions
from whitelist.services.steps import log_step
from whitelist.transitions import ENTRY_STEP

_SCREENING_LOCK = 1_610_614  # one screening at a time


class SettlementNotOver(DomainError):
    """The yearly list rests on settled figures of the year before."""

    code = "settlement_not_over"
    sentence = "{list_year}年度名单须在企业{tax_year}年度所得税汇算清缴结束（{settled_on}）后筛选，请在此后办理。"
    clause = "FP 1.6.1(2)"


class NoTaxFigures(DomainError):
    """Nothing was imported for the year before."""

    code = "no_tax_figures"
    sentence = "系统中没有{tax_year}年度的税务数据，请先导入税务部门提供的企业名单。"
    clause = "FP 1.6.1(2)"


class WrongListYear(DomainError):
    """A list is screened in its own year."""

    code = "wrong_list_year"
    sentence = "当前只能筛选{year}年度名单。"
    clause = "FP 1.6.1(2)"
    status = 400


class NoLittleGiant(DomainError):
    """Only national little giants are listed without the yearly screening."""

    code = "no_little_giant"
    sentence = "“{enterprise}”不是国家级专精特新“小巨人”企业，不能直接列入。"
    clause = "FP 1.6.1(2)"


class ListedThisYear(DomainError):
    """The enterprise has an entry of this year, whatever became of it."""

    code = "listed_this_year"
    sentence = "“{enterprise}”已有{year}年度名单记录，不能重复列入。"
    clause = "FP 1.6.1(2)"


@transaction.atomic
def screen_tax_list(*, list_year: int, actor: Member, at: datetime) -> Screening:
    """
    Make candidates of the enterprises that meet the requirements by the tax figures of the year before, and note why others do not.

    Little giants go straight to consultation. Candidates still under review get the newest figures and checks; entries further on, or
    decided against, are left as they are. A little giant listed before the figures came gets its figure now, once. Run again, only what
    is new is added.

    Raises:
        RoleMissing: not 市科技局. WrongListYear, PlanEnded.
        SettlementNotOver: with the day. NoTaxFigures.

    Source: FP 1.1.2, 1.6.1(2), 3.2, 3.4; D5, D24, D25, D38.
    """
    on = localdate(at)
    require(actor, InstitutionKind.CITY_SCIENCE)
    if list_year != on.year:
        raise WrongListYear(year=on.year)
    version = require_open_version(on)
    terms = version_for(version).terms
    _require_settled(terms, list_year=list_year, on=on)
    _one_at_a_time()
    found = _screen_all(terms, list_year=list_year, on=on)
    wanted = [one for one in found if not one.failed]
    refreshed = _refresh(found, list_year=list_year, version=version, actor=actor, at=at)
    created = _create(wanted, list_year=list_year, version=version, actor=actor, at=at)
    _fill_in_figures(list_year=list_year)
    screening = Screening.objects.create(
        list_year=list_year,
        policy_version=version,
        examined=len(found),
        eligible=len(wanted),
        created=len(created),
        refreshed=refreshed,
        screened_on=on,
        screened_by=actor,
    )
    out = [ScreenedOut(screening=screening, enterprise_id=one.enterprise_id, failed=list(one.failed)) for one in found if one.failed]
    ScreenedOut.objects.bulk_create(out, batch_size=5000)
    after = {"list_year": list_year, "examined": len(found), "eligible": len(wanted), "created": len(created), "refreshed": refreshed}
    record(verb="list.screened", obj=screening, actor=actor, occurred_at=at, after=after)
    return screening


@transaction.atomic
def list_little_giants(*, enterprise_ids: Sequence[UUID], actor: Member, at: datetime) -> list[Entry]:
    """
    Take little giants to consultation at any time of the year, without the test of R&D expense and without waiting for the settlement.

    Raises:
        RoleMissing: not 市科技局. PlanEnded, NotVisible.
        NoLittleGiant, ListedThisYear, NotEligible, NoTaxHome: of one of them; then none is taken.

    Source: FP 1.6.1(2), 3.4; D5, D25, D26.
    """
    on = localdate(at)
    require(actor, InstitutionKind.CITY_SCIENCE)
    version = require_open_version(on)
    terms = version_for(version).terms
    _one_at_a_time()
    locked = Enterprise.objects.select_for_update(no_key=True).filter(public_id__in=set(enterprise_ids)).order_by("pk")
    keys = {enterprise.pk: enterprise for enterprise in locked}
    if not keys or len(keys) != len(set(enterprise_ids)):
        raise NotVisible
    for enterprise in keys.values():
        if not enterprise.is_little_giant:
            raise NoLittleGiant(enterprise=enterprise)
    for entry in _standing_entries(list_year=on.year).filter(enterprise__in=keys).select_related("enterprise"):
        raise ListedThisYear(enterprise=entry.enterprise, year=on.year)
    found = _screen_all(terms, list_year=on.year, on=on, only=list(keys))
    for one in found:
        require_eligible(keys[one.enterprise_id], one.result)
    return _create(found, list_year=on.year, version=version, actor=actor, at=at)


def _one_at_a_time() -> None:
    """Let screening and direct listing of candidates wait for each other until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_SCREENING_LOCK])


def _require_settled(terms: Terms, *, list_year: int, on: date) -> None:
    settled_on = settled_after(terms, list_year=list_year)
    if on <= settled_on:
        raise SettlementNotOver(list_year=list_year, tax_year=list_year - 1, settled_on=settled_on)
    if not EnterpriseYear.objects.filter(year=list_year - 1, source=FactSource.TAX).exists():
        raise NoTaxFigures(tax_year=list_year - 1)


def _screen_all(terms: Terms, *, list_year: int, on: date, only: Sequence[int] | None = None) -> list[Screened]:
    """Return the verdict on every enterprise of the tax list, or on some; two queries."""
    enterprises = enterprises_of_tax_list(list_year=list_year, on=on)
    if only is not None:
        enterprises = enterprises.filter(pk__in=only)
    rows = list(enterprises)
    stacked = stacked_enterprises((row.credit_code for row in rows), year=list_year)
    return [screened(row, terms=terms, on=on, stacked=row.credit_code in stacked) for row in rows]


def _candidate(one: Screened, *, list_year: int, version: PolicyVersion, on: date) -> Entry:
    """
    Return an unsaved entry in the state its route begins with: review, or consultation for a little giant.

    Raises:
        NoTaxHome: no county is recorded.
    """
    if one.district_id is None:
        raise NoTaxHome(enterprise=Enterprise.objects.get(pk=one.enterprise_id), on=on)
    entry = Entry(
        kind=EntryKind.RD,
        route=Route.DIRECT if one.is_little_giant else Route.TAX_LIST,
        enterprise_id=one.enterprise_id,
        district_id=one.district_id,
        list_year=list_year,
        policy_version=version,
        checks=as_json(one.result),
        is_eligible=one.result.eligible,
        last_year_rd_expense=one.rd_expense,
    )
    if one.is_little_giant:
        entry.list_directly(on=on)
    else:
        entry.screen(on=on)
    return entry


def _create(found: Sequence[Screened], *, list_year: int, version: PolicyVersion, actor: Member, at: datetime) -> list[Entry]:
    """Write the candidates that have no entry of the year yet."""
    on = localdate(at)
    known = set(_standing_entries(list_year=list_year).values_list("enterprise", flat=True))
    entries = [_candidate(one, list_year=list_year, version=version, on=on) for one in found if one.enterprise_id not in known]
    Entry.objects.bulk_create(entries, batch_size=1000)
    written = list(Entry.objects.select_related("enterprise", "project", "district").filter(pk__in=[e.pk for e in entries]).order_by("pk"))
    for name in ("screen", "list_directly"):
        step = ENTRY_STEP[name]
        taken = [entry for entry in written if entry.state == step.target]
        log_step(taken, step=step, before=[EntryState.DRAFT] * len(taken), actor=actor, at=at, after={"list_year": list_year})
    direct = [entry for entry in written if entry.state == EntryState.CONSULTATION]
    if direct:
        ask_for_opinions(direct, at=at)
    return written


def _standing_entries(*, list_year: int) -> QuerySet[Entry]:
    """Return the R&D entries of the year, decided or not; an application taken back does not count, a candidate that opted out does."""
    taken_back = Q(route__in=APPLIED_ROUTES, state=EntryState.WITHDRAWN)
    return Entry.objects.filter(~taken_back, kind=EntryKind.RD, list_year=list_year)


def _refresh(found: Sequence[Screened], *, list_year: int, version: PolicyVersion, actor: Member, at: datetime) -> int:
    """Give candidates still under review the newest figures and checks; return how many changed."""
    by_enterprise = {one.enterprise_id: one for one in found}
    under_review = Entry.objects.select_for_update(of=("self",)).select_related("enterprise", "project").order_by("pk")
    candidates = under_review.filter(kind=EntryKind.RD, route=Route.TAX_LIST, list_year=list_year, state=EntryState.CITY_REVIEW)
    changed, events = [], []
    for entry in candidates:
        one = by_enterprise.get(entry.enterprise_id)
        if one is None:
            continue
        checks = as_json(one.result)
        if (checks, one.result.eligible, one.rd_expense) == (entry.checks, entry.is_eligible, entry.last_year_rd_expense):
            continue
        before = {"last_year_rd_expense": entry.last_year_rd_expense, "is_eligible": entry.is_eligible}
        entry.checks, entry.is_eligible, entry.last_year_rd_expense = checks, one.result.eligible, one.rd_expense
        entry.policy_version, entry.submitted_on = version, localdate(at)
        changed.append(entry)
        after = {"last_year_rd_expense": entry.last_year_rd_expense, "is_eligible": entry.is_eligible}
        scope = Scope(district_id=entry.district_id, enterprise_id=entry.enterprise_id)
        events.append(NewEvent(verb="entry.refreshed", obj=entry, actor=actor, occurred_at=at, before=before, after=after, scope=scope))
    fields = ["checks", "is_eligible", "last_year_rd_expense", "policy_version", "submitted_on"]
    Entry.objects.bulk_update(changed, fields, batch_size=500)
    record_many(events)
    return len(changed)


def _fill_in_figures(*, list_year: int) -> None:
    """Give little giants taken before the tax list came their figure; the database lets it be set once. Source: D3, D5."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE whitelist_entry w SET last_year_rd_expense = y.rd_expense FROM parties_enterpriseyear y
            WHERE y.enterprise_id = w.enterprise_id AND y.year = %s AND y.source = %s AND w.kind = %s AND w.list_year = %s
            AND w.route = %s AND w.last_year_rd_expense IS NULL AND w.state = ANY(%s)
            """,
            [
                list_year - 1,
                FactSource.TAX.value,
                EntryKind.RD.value,
                list_year,
                Route.DIRECT.value,
                [s.value for s in (EntryState.CONSULTATION, EntryState.CLEARED, *LISTED_STATES)],
            ],
        )
