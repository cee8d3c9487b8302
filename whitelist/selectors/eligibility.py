"""What is known of entries, gathered set-based and handed to the rules."""

from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.checks import Check
from common.errors import DomainError, FieldProblem
from common.fields import written_alike
from policy.models import PolicyVersion
from policy.selectors.versions import version_for
from whitelist.enums import EntryKind, Programme
from whitelist.models import Entry, StackingRecord
from whitelist.rules import Eligibility, ProjectFacts, RdFacts, project_eligibility, rd_eligibility

Expressed = str | OuterRef  # a value, or a column of the row it is asked of


class NotEligible(DomainError):
    """A requirement of the plan is not met; ``errors`` holds every failed check."""

    code = "not_eligible"
    sentence = "“{entry}”不符合列入条件：{failed}。"
    clause = "FP 1.1"
    status = 409


def stacked_projects(entries: Iterable[Entry]) -> set[int]:
    """
    Return the ids of project entries whose project stands on the imported list of technical-upgrade subsidies.

    A record without a project code counts for every project of the enterprise. One query.

    Source: FP 3.1; D24.
    """
    wanted = [entry for entry in entries if entry.project is not None]
    listed = Exists(upgrade_subsidies(project_code=OuterRef("project__code"), credit_code=OuterRef("enterprise__credit_code")))
    return set(Entry.objects.filter(listed, pk__in=[entry.pk for entry in wanted]).order_by().values_list("pk", flat=True))


def upgrade_subsidies(*, project_code: Expressed, credit_code: Expressed) -> QuerySet[StackingRecord]:
    """
    Return the imported records of technical-upgrade subsidies that speak of a project.

    A record without a project code counts for every project of the enterprise.

    Source: FP 3.1; D24.
    """
    speaks = Q(project_code=project_code) | Q(project_code="", credit_code=credit_code)
    return StackingRecord.objects.filter(speaks, programme=Programme.TECHNICAL_UPGRADE_SUBSIDY)


def technology_credits(*, credit_code: Expressed, year: int, contract_number: str) -> QuerySet[StackingRecord]:
    """
    Return the imported records of other technology credit that speak of one loan of the enterprise.

    A record without a contract number speaks of all R&D financing of its year; an empty ``contract_number`` finds only those.

    Source: FP 3.2; D24.
    """
    speaks = Q(year=year, contract_number="")
    if contract_number:
        speaks |= Q(written_alike("contract_number", contract_number))
    return StackingRecord.objects.filter(speaks, programme=Programme.TECHNOLOGY_CREDIT, credit_code=credit_code)


def stacked_enterprises(credit_codes: Iterable[str], *, year: int) -> set[str]:
    """
    Return the credit codes that stand on the imported list of other technology credit for the year, for all their R&D financing.

    A record with a contract number speaks of one loan only: ``technology_credits`` answers for that loan. One query.

    Source: FP 3.2; D24.
    """
    records = StackingRecord.objects.filter(programme=Programme.TECHNOLOGY_CREDIT, year=year, contract_number="")
    return set(records.filter(credit_code__in=list(credit_codes)).values_list("credit_code", flat=True))


def evaluate(entries: Sequence[Entry], *, policy_version: PolicyVersion, on: date) -> dict[int | None, Eligibility]:
    """
    Return the full result of the checks per entry key, by the terms of one version; a constant number of queries.

    ``on`` is the day of application. Declarations and imported lists both count.

    Source: FP 1.1.1, 1.1.2, 3.1, 3.2; D24, D38.
    """
    terms = version_for(policy_version).terms
    projects = stacked_projects(entries)
    rd = [entry for entry in entries if entry.kind == EntryKind.RD]
    stacked = {
        (year, code)
        for year in {entry.list_year for entry in rd}
        for code in stacked_enterprises([e.enterprise.credit_code for e in rd if e.list_year == year], year=year)
    }
    return {
        entry.pk: project_eligibility(terms, project_facts(entry, stacked=entry.pk in projects))
        if entry.kind == EntryKind.PROJECT
        else rd_eligibility(terms, rd_facts(entry, stacked=(entry.list_year, entry.enterprise.credit_code) in stacked), on=on)
        for entry in entries
    }


def project_facts(entry: Entry, *, stacked: bool) -> ProjectFacts:
    """Return what is known of a project entry; ``stacked``: found on the imported list. Source: FP 1.1.1; D24."""
    project, enterprise = entry.project, entry.enterprise
    assert project is not None  # the database ties kind and project
    return ProjectFacts(
        industry_code=enterprise.industry_code,
        industry_override_reason=enterprise.industry_override_reason,
        registered_in_city=enterprise.registered_in_city,
        project_type=project.project_type,
        is_key_project=project.is_key_project,
        is_named_by_city=project.is_named_by_city,
        holds_technical_upgrade_subsidy=entry.holds_technical_upgrade_subsidy or stacked,
    )


def rd_facts(entry: Entry, *, stacked: bool) -> RdFacts:
    """Return what is known of an R&D entry; ``stacked``: found on the imported list. Source: FP 1.1.2; D24."""
    enterprise = entry.enterprise
    return RdFacts(
        industry_code=enterprise.industry_code,
        industry_override_reason=enterprise.industry_override_reason,
        is_little_giant=enterprise.is_little_giant,
        is_municipal_key=enterprise.is_municipal_key,
        last_year_rd_expense=entry.last_year_rd_expense,
        registered_capital=enterprise.registered_capital,
        registered_on=enterprise.registered_on,
        registered_in_city=enterprise.registered_in_city,
        other_technology_credit=entry.other_technology_credit or stacked,
    )


def require_eligible(what: object, result: Eligibility) -> None:
    """
    Let pass only an entry that meets every requirement.

    Raises:
        NotEligible: with each failed check.

    Source: FP 1.1.1, 1.1.2.
    """
    failed = [check for check in result.checks if not check.passed]
    if failed:
        problems = [FieldProblem(check.name, "not_met", _explained(check)) for check in failed]
        raise NotEligible(entry=what, failed="；".join(_explained(check) for check in failed), errors=problems)


def as_json(result: Eligibility) -> list[dict[str, str | bool]]:
    """Return the checks as they are stored on the entry."""
    return [check.as_json() for check in result.checks]


def _explained(check: Check) -> str:
    return f"要求{check.required}，实际{check.found}（{check.clause}）"
