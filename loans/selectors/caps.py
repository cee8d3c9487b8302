"""What is committed under each cap and what is left: read under the locks of whoever is about to commit more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, Sum

from common.enums import Category, Mode
from common.errors import DomainError
from common.money import ZERO
from loans.enums import APPROVED_NOT_CONTRACTED
from loans.models import Application, BankQuota, Loan
from loans.rules.caps import Cap, Committed, Headroom
from parties.models import BankExclusion
from policy.selectors.versions import version_for
from policy.terms.model import Terms
from whitelist.enums import EntryKind, EntryState
from whitelist.limits import project_limit, rd_limit
from whitelist.models import Entry

Owner = tuple[str, int]  # ("project", key) or ("enterprise", key): what a cap hangs on
QuotaKey = tuple[int, str]  # bank and mode: what a quota hangs on


class NoQuota(DomainError):
    """The bank has no quota in the mode."""

    code = "no_quota"
    sentence = "{bank}在{mode}模式下没有有效额度，请先由市工信局登记该银行的额度文件。"
    clause = "FP 1.3"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapCase:
    """One case as the caps see it: what it hangs on, which bank and mode, which version's limits."""

    category: str
    enterprise_id: int
    project_id: int | None
    bank_id: int
    bank_name: str
    mode: str
    terms: Terms
    entry: Entry

    @property
    def owner(self) -> Owner:
        """Return what the plan's caps hang on: the project, or the enterprise for R&D. Source: D39."""
        return ("project", self.project_id) if self.project_id is not None else ("enterprise", self.enterprise_id)

    @property
    def quota_key(self) -> QuotaKey:
        """Return bank and mode."""
        return (self.bank_id, self.mode)


def case_of_application(application: Application) -> CapCase:
    """Return an application as the caps see it; ``entry``, ``bank`` and ``policy_version`` are read, so have them selected."""
    if application.policy_version is None:
        raise ValueError("an application has no version before its submission")
    return CapCase(
        category=application.category,
        enterprise_id=application.enterprise_id,
        project_id=application.project_id,
        bank_id=application.bank_id,
        bank_name=application.bank.name,
        mode=application.mode,
        terms=version_for(application.policy_version).terms,
        entry=application.entry,
    )


def case_of_loan(loan: Loan) -> CapCase:
    """Return a loan as the caps see it; ``application__entry``, ``bank`` and ``policy_version`` are read, so have them selected."""
    return CapCase(
        category=loan.category,
        enterprise_id=loan.enterprise_id,
        project_id=loan.project_id,
        bank_id=loan.bank_id,
        bank_name=loan.bank.name,
        mode=loan.mode,
        terms=version_for(loan.policy_version).terms,
        entry=loan.application.entry,
    )


@dataclass(slots=True, kw_only=True)
class CommitmentSnapshot:
    """
    Everything committed under the caps of some cases, read once; ``on`` is the day on which approvals lapse and periods end.

    All banks, both modes, all versions. Read it only after the owners and quotas are locked where something is to be committed.

    Source: FP 1.2.1, FP 1.2.2, FP 1.3; D2, D3, D38, D39, D40.
    """

    on: date
    committed: dict[Owner, dict[str, Committed]] = field(default_factory=dict)
    used: dict[QuotaKey, Committed] = field(default_factory=dict)
    quotas: dict[QuotaKey, BankQuota] = field(default_factory=dict)
    investments: dict[int, Decimal] = field(default_factory=dict)
    listings: dict[int, Entry] = field(default_factory=dict)

    @classmethod
    def read(cls, cases: Iterable[CapCase], *, on: date) -> "CommitmentSnapshot":
        """Return the book of some cases, in as many queries as for one."""
        cases = list(cases)
        owners = {case.owner for case in cases}
        projects = sorted(key for kind, key in owners if kind == "project")
        enterprises = sorted(key for kind, key in owners if kind == "enterprise")
        quota_keys = sorted({case.quota_key for case in cases})
        snapshot = cls(
            on=on,
            quotas=_quotas(quota_keys, on=on),
            investments=_investments(projects) if projects else {},
            listings=_listings(enterprises, on=on) if enterprises else {},
        )
        _read_committed(snapshot, projects, enterprises, quota_keys)
        return snapshot

    def headroom(self, case: CapCase, *, freed: Decimal = ZERO) -> Headroom:
        """
        Return what is left under every cap of a case, in yuan.

        ``freed`` is what the case itself already keeps free and now turns into a drawdown: it does not stand in its own way.
        """
        caps = self._project_caps(case, freed) if case.project_id is not None else [self._rd_cap(case, freed)]
        return Headroom(caps=(*caps, self._quota_cap(case, freed)))

    def require_quota_in_force(self, case: CapCase, *, submitted_on: date) -> None:
        """
        Refuse new business of a bank that has no quota in the mode on the day.

        What was submitted before a decision took the bank's part away goes on under the quota that the decision ended.

        Raises:
            NoQuota.

        Source: FP 1.3, FP 2.2.1; D25, D40, D45.
        """
        quota = self.quotas.get(case.quota_key)
        is_over = quota is None or (quota.until_on is not None and quota.until_on <= self.on)
        if is_over and (quota is None or not _ended_by_exclusion(quota, submitted_on=submitted_on)):
            raise NoQuota(bank=case.bank_name, mode=Mode(case.mode).label)

    def draw(self, case: CapCase, amount: Decimal, *, freed: Decimal) -> None:
        """Move an amount to drawn, ``freed`` of it from what was approved and not drawn, for the next item of the same batch."""
        moved = Committed(disbursed=amount, outstanding=amount, undrawn=-freed)
        categories = self.committed.setdefault(case.owner, {})
        categories[case.category] = categories.get(case.category, Committed()) + moved
        self.used[case.quota_key] = self.used.get(case.quota_key, Committed()) + moved

    def _project_caps(self, case: CapCase, freed: Decimal) -> list[Cap]:
        by_category = self.committed.get(case.owner, {})
        taken = {name: by_category.get(name, Committed()).of_project for name in (Category.FIXED_ASSET, Category.WORKING_CAPITAL)}
        taken[Category(case.category)] -= freed
        limit = project_limit(
            case.terms,
            total_investment=self.investments[case.owner[1]],
            committed_fixed_asset=taken[Category.FIXED_ASSET],
            committed_working_capital=taken[Category.WORKING_CAPITAL],
        )
        total = Cap(name="project_total", label="项目放款总额", clause="FP 1.2.1", maximum=limit.max_total, headroom=limit.headroom_total)
        if case.category == Category.FIXED_ASSET:
            part = Cap(
                name="project_fixed_asset",
                label="项目固定资产投资贷款",
                clause="FP 1.2.1",
                maximum=limit.max_fixed_asset,
                headroom=limit.headroom_fixed_asset,
            )
        else:
            part = Cap(
                name="project_working_capital",
                label="项目流动资金贷款",
                clause="FP 1.2.1",
                maximum=limit.max_working_capital,
                headroom=limit.headroom_working_capital,
            )
        return [total, part]

    def _rd_cap(self, case: CapCase, freed: Decimal) -> Cap:
        listed = self.listings.get(case.enterprise_id, case.entry)
        taken = self.committed.get(case.owner, {}).get(Category.RD, Committed()).revolving - freed
        limit = rd_limit(
            case.terms, newly_registered=listed.is_newly_registered, last_year_rd_expense=listed.last_year_rd_expense, committed=taken
        )
        label = "企业研发投入贷款（上年度研发费用为零）" if limit.without_rd_expense else "企业研发投入贷款"
        return Cap(name="rd_total", label=label, clause="FP 1.2.2", maximum=limit.max_total, headroom=limit.headroom_total)

    def _quota_cap(self, case: CapCase, freed: Decimal) -> Cap:
        quota = self.quotas.get(case.quota_key)
        maximum = quota.amount if quota is not None else ZERO
        taken = self.used.get(case.quota_key, Committed()).revolving - freed
        label = f"{case.bank_name}{Mode(case.mode).label}额度"
        return Cap(name="bank_quota", label=label, clause="FP 1.3", maximum=maximum, headroom=max(maximum - taken, ZERO))


def _ended_by_exclusion(quota: BankQuota, *, submitted_on: date) -> bool:
    """Return whether a decision ended the quota after an application was submitted. Source: D25, D45."""
    if quota.until_on is None or quota.until_on <= submitted_on:
        return False
    return BankExclusion.objects.filter(bank=quota.bank_id, from_on=quota.until_on).exists()


def headroom(case: CapCase, *, on: date) -> Headroom:
    """Return what is left under every cap of one case on a day, for showing; a decision reads it anew under locks. Source: FP 1.2.1."""
    return CommitmentSnapshot.read([case], on=on).headroom(case)


_COMMITTED = """
WITH taken AS NOT MATERIALIZED (
    SELECT project_id, enterprise_id, category, bank_id, mode, 0.00 AS disbursed, 0.00 AS outstanding, amount_approved AS undrawn
    FROM loans_application WHERE state = ANY (%(approved)s) AND lapses_on > %(on)s
    UNION ALL
    SELECT project_id, enterprise_id, category, bank_id, mode, drawn, performing + overdue,
        CASE WHEN available_until > %(on)s THEN contract_amount - drawn ELSE 0.00 END
    FROM loans_loan
)
SELECT 'project', project_id, category, sum(disbursed), sum(outstanding), sum(undrawn)
FROM taken WHERE project_id = ANY (%(projects)s::bigint[]) GROUP BY project_id, category
UNION ALL
SELECT 'enterprise', enterprise_id, category, sum(disbursed), sum(outstanding), sum(undrawn)
FROM taken WHERE enterprise_id = ANY (%(enterprises)s::bigint[]) AND project_id IS NULL GROUP BY enterprise_id, category
UNION ALL
SELECT 'quota_key', bank_id, mode, sum(disbursed), sum(outstanding), sum(undrawn)
FROM taken WHERE (bank_id, mode) IN (SELECT * FROM unnest(%(banks)s::bigint[], %(modes)s::text[])) GROUP BY bank_id, mode
"""


def _read_committed(
    snapshot: CommitmentSnapshot, projects: Sequence[int], enterprises: Sequence[int], quota_keys: Sequence[QuotaKey]
) -> None:
    """
    Note what is approved and not contracted, and what is lent, by owner and category and by quota_key: sums, in one statement.

    An approval takes all of it until the day it lapses (excluded); of a loan it is ``committed_by_loan`` in SQL. Source: D2, D3, D37.
    """
    of: dict[str, Any] = {
        "projects": list(projects),
        "enterprises": list(enterprises),
        "approved": [str(state) for state in APPROVED_NOT_CONTRACTED],
    }
    of |= {"banks": [bank for bank, _ in quota_keys], "modes": [str(mode) for _, mode in quota_keys]}
    with connection.cursor() as cursor:
        cursor.execute(_COMMITTED, of | {"on": snapshot.on})
        for kind, key, name, disbursed, outstanding, undrawn in cursor.fetchall():
            part = Committed(disbursed=disbursed, outstanding=outstanding, undrawn=undrawn)
            if kind == "quota_key":
                snapshot.used[key, name] = part
            else:
                snapshot.committed.setdefault((kind, key), {})[name] = part


def _of_quota_keys(quota_keys: Sequence[QuotaKey]) -> Q:
    condition = Q(pk__isnull=True)
    for bank_id, mode in quota_keys:
        condition |= Q(bank=bank_id, mode=mode)
    return condition


def _quotas(quota_keys: Sequence[QuotaKey], *, on: date) -> dict[QuotaKey, BankQuota]:
    """Return each quota_key's quota in force, or the last one begun; running contracts go on under that."""
    begun = BankQuota.objects.filter(_of_quota_keys(quota_keys), from_on__lte=on).order_by("from_on")
    return {(quota.bank_id, quota.mode): quota for quota in begun}


def _investments(projects: Sequence[int]) -> dict[int, Decimal]:
    """
    Return each project's total investment as it was reviewed for its newest listing, in yuan.

    What is corrected on a project between two listings moves no cap before it is reviewed. Source: FP 1.2.1; D39.
    """
    listed = Entry.objects.filter(project__in=projects, total_investment__isnull=False, published_on__isnull=False)
    rows = listed.order_by("published_on", "pk").values_list("project", "total_investment")
    return {project: investment for project, investment in rows if investment is not None}


def _listings(enterprises: Sequence[int], *, on: date) -> dict[int, Entry]:
    """Return each enterprise's listing of the current whitelist year: the newest published by the day. Source: D3."""
    listed = Entry.objects.filter(
        enterprise__in=enterprises, kind=EntryKind.RD, state__in=[EntryState.PUBLISHED, EntryState.EXPIRED], published_on__lte=on
    )
    return {entry.enterprise_id: entry for entry in listed.order_by("list_year", "published_on", "id")}


def fully_drawn_entries(*, on: date) -> list[UUID]:
    """
    Return the public ids of published project entries whose project's cap is used up by what was disbursed.

    The cap is the total one of the version the entry was listed under.

    Source: FP 1.6.1(3); D2, D27.
    """
    listed = Entry.objects.filter(kind=EntryKind.PROJECT, state=EntryState.PUBLISHED, published_on__lte=on)
    drawn = Loan.objects.filter(project__in=listed.values("project"), drawn__gt=0).order_by().values("project")
    totals = {row["project"]: row["total"] for row in drawn.annotate(total=Sum("drawn"))}
    entries = listed.filter(project__in=totals).select_related("project", "policy_version").order_by("pk")
    return [entry.public_id for entry in entries if entry.project_id and totals[entry.project_id] >= _max_total(entry)]


def _max_total(entry: Entry) -> Decimal:
    if entry.total_investment is None or entry.policy_version is None:
        raise ValueError("a published project entry has an investment and a version")
    return project_limit(version_for(entry.policy_version).terms, total_investment=entry.total_investment).max_total
