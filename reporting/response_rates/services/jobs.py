"""What runs by itself: years opened, the fund manager's term, its lateness, and the alarm about missing intents."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models.functions import ExtractYear
from django.utils.timezone import localdate

from loans.models import Application
from parties.enums import InstitutionKind
from parties.models import Institution
from policy.selectors.calendar import working_calendar
from policy.services.deadlines import open_deadline
from reporting.enums import YearState
from reporting.models import ResponseYear
from reporting.response_rates.selectors.judging import last_due_of
from reporting.response_rates.selectors.live import without_intent
from reporting.response_rates.selectors.statistics import year_statistics
from reporting.response_rates.services.notices import notify_of_late_trust_return, notify_of_trust_return, notify_of_unrecorded
from reporting.response_rates.services.years import has_trust_applications, response_terms_of


def keep_response_years(*, at: datetime) -> None:
    """
    Open the years in which something was submitted, begin the fund manager's term when one is over, and tell what is late or amiss.

    Each may run again with the same result; nothing is said twice.

    Source: FP 1.6.5; D43, D44.
    """
    day = localdate(at)
    submitted = Application.objects.filter(submitted_on__lte=day).order_by().annotate(of_year=ExtractYear("submitted_on"))
    for number in sorted(submitted.values_list("of_year", flat=True).distinct()):
        ResponseYear.objects.bulk_create([ResponseYear(year=number)], ignore_conflicts=True)
    for year in ResponseYear.objects.exclude(state=YearState.LOCKED).select_related("trust_deadline").order_by("year"):
        _begin_trust_term(year, on=day, at=at)
        _tell_of_unrecorded(year, on=day, at=at)


@transaction.atomic
def _begin_trust_term(year: ResponseYear, *, on: date, at: datetime) -> None:
    """Begin the term within which the fund manager signs, and tell when it has passed. Source: FP 1.6.5; D43."""
    if year.state != YearState.RUNNING:
        return
    last_due = last_due_of(year.year, calendar=working_calendar())
    if on <= last_due or not has_trust_applications(year.year) or not _has_fund_manager():
        return
    locked = ResponseYear.objects.select_for_update(of=("self",), no_key=True).select_related("trust_deadline").get(pk=year.pk)
    if locked.trust_deadline is None:
        days = response_terms_of(year.year).trust_return_working_days
        begin = last_due + timedelta(days=1)
        locked.trust_deadline = open_deadline(started_on=begin, working_days=days, clause="FP 1.6.5", purpose=f"{year}信托统计报送")
        locked.save(update_fields=["trust_deadline"])
        notify_of_trust_return(locked, at=at)
    if locked.state == YearState.RUNNING and on > locked.trust_deadline.due_on:
        notify_of_late_trust_return(locked, at=at)


def _has_fund_manager() -> bool:
    return Institution.objects.filter(kind=InstitutionKind.FUND_MANAGER, is_active=True).count() == 1


def _tell_of_unrecorded(year: ResponseYear, *, on: date, at: datetime) -> None:
    found = year_statistics(year.year, as_of=on)
    banks = {bank.pk: bank for bank in Institution.objects.filter(pk__in=found.banks)}
    for one in without_intent(found, sorted(banks), alarm_share=response_terms_of(year.year).no_intent_alarm_share):
        if one.is_alarming:
            notify_of_unrecorded(year, banks[one.bank_id], one, at=at)
