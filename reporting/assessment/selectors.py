"""A locked year put to both tests, and who is concerned when a bank leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from loans.enums import APPROVED_NOT_CONTRACTED, AWAITING_DECISION, ApplicationState
from loans.models import Application, Intent, Loan
from parties.models import Enterprise, Institution
from reporting.assessment.rules import BankYear, Proposal, Test, proposal
from reporting.enums import ModeScope, SizeScope, YearState
from reporting.models import ResponseYear
from reporting.response_rates.selectors.cohort import statistics_on
from reporting.response_rates.selectors.statistics import YearStatistics
from reporting.response_rates.services.years import response_terms_of
from whitelist.models import Entry
from whitelist.selectors.entries import open_for_application


def proposals_of(year: ResponseYear) -> list[Proposal]:
    """Return what both tests come to, of the year as it was locked; none before. Source: FP 2.2.1, FP 2.2.2; D8, D9, D38."""
    if year.state != YearState.LOCKED or year.as_of is None:
        return []
    found, terms = statistics_on(year, as_of=year.as_of), response_terms_of(year.year)
    banks = [bank_year(found, bank_id) for bank_id in sorted(found.banks)]
    sizes = {Test.ALL: SizeScope.ALL, Test.SME: SizeScope.SME}
    pairs = {test: found.of(None, ModeScope.BOTH, size).counts for test, size in sizes.items()}
    return [proposal(test, fund=(counts.in_time, counts.matured), banks=banks, terms=terms) for test, counts in pairs.items()]


def bank_year(found: YearStatistics, bank_id: int) -> BankYear:
    """Return a bank's year as the tests compare it: both modes together. Source: D9."""
    every, sme = found.of(bank_id), found.of(bank_id, size=SizeScope.SME)
    return BankYear(
        bank_id=bank_id,
        in_time=every.counts.in_time,
        matured=every.counts.matured,
        sme_in_time=sme.counts.in_time,
        sme_matured=sme.counts.matured,
        decision_days=every.to_decision.days,
        decisions=every.to_decision.cases,
        applications=every.matured_applications,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """An enterprise that has something with a bank that leaves: what it must do anew, and what goes on."""

    enterprise: Enterprise
    intends: bool
    has_draft: bool
    has_open_application: bool
    has_loan: bool


def concerned_by(bank: Institution, *, on: date) -> Iterator[Concerned]:
    """Yield the enterprises that a bank's leaving concerns: with an open intent, a draft, an open application or a loan. Source: D45."""
    own: QuerySet[Application] = Application.objects.filter(bank=bank)
    open_entries = Intent.objects.filter(entry__in=Entry.objects.filter(open_for_application(on)), bank=bank, applications__isnull=True)
    intending = set(open_entries.values_list("entry__enterprise", flat=True))
    drafting = set(own.filter(state=ApplicationState.DRAFT).values_list("enterprise", flat=True))
    applying = set(own.filter(state__in=(*AWAITING_DECISION, *APPROVED_NOT_CONTRACTED)).values_list("enterprise", flat=True))
    borrowing = set(Loan.objects.filter(bank=bank).exclude(drawn__gt=0, performing=0, overdue=0).values_list("enterprise", flat=True))
    for enterprise in Enterprise.objects.filter(pk__in=intending | drafting | applying | borrowing).order_by("pk"):
        yield Concerned(
            enterprise=enterprise,
            intends=enterprise.pk in intending,
            has_draft=enterprise.pk in drafting,
            has_open_application=enterprise.pk in applying,
            has_loan=enterprise.pk in borrowing,
        )
