"""A year's statistics led to its lock: signed for the trust mode, sent to the banks, frozen with a digest."""

import hashlib
import json
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import record
from common.enums import Mode
from common.errors import DomainError
from loans.models import Application
from parties.access import checker_differs
from parties.models import Member
from policy.selectors.calendar import working_calendar
from policy.selectors.versions import version_for, version_row_on
from policy.services.deadlines import close_if_open, open_deadline
from policy.terms.model import Response
from reporting.access import require_step
from reporting.enums import ModeScope, ObjectionState, YearState
from reporting.models import ResponseYear
from reporting.response_rates.selectors.cohort import statistics_on
from reporting.response_rates.selectors.judging import last_due_of
from reporting.response_rates.selectors.statistics import YearStatistics
from reporting.response_rates.services.freezing import freeze
from reporting.response_rates.services.notices import notify_banks_of_lock, notify_banks_to_check
from reporting.response_rates.transitions import YEAR_STEP
from reporting.visibility import response_years_visible_to, visible_or_404


class YearNotOver(DomainError):
    """Applications of the year can still reach conditions in time."""

    code = "response_year_not_over"
    sentence = "{year}年度提交的申请最晚于{last_due}期满，次日起方可办理。"
    clause = "FP 2.2.1"


class TrustReturnMissing(DomainError):
    """The fund manager has not signed the trust mode's part."""

    code = "trust_return_missing"
    sentence = "{year}年度有信托服务模式的申请，须待基金管理人签署报送信托统计后再发送银行核对。"
    clause = "FP 1.6.5"


class DisputeWindowOpen(DomainError):
    """The banks may still object."""

    code = "dispute_window_open"
    sentence = "银行核对期至{due_on}，次日起方可锁定。"
    clause = "FP 1.6.5"


class ObjectionsOpen(DomainError):
    """An objection waits for its answer."""

    code = "rate_objections_open"
    sentence = "尚有{count}件响应率异议未办结，请先答复。"
    clause = "FP 1.6.5"


def response_terms_of(year: int) -> Response:
    """Return the terms by which a year is held: those of the version at its end. Source: D38."""
    return version_for(version_row_on(date(year, 12, 31))).terms.response


@transaction.atomic
def sign_trust(*, year_id: UUID, actor: Member, at: datetime) -> ResponseYear:
    """
    Sign the trust mode's part for the fund manager and report it to 市工信局.

    Raises:
        NotVisible, RoleMissing.
        YearNotOver: an application of the year is not over.
        TransitionNotAllowed: signed or published already.

    Source: FP 1.6.5; D43.
    """
    year, day = visible_or_404(response_years_visible_to(actor), year_id, lock=True), localdate(at)
    require_step(actor, YEAR_STEP["sign_trust"])
    _require_over(year, on=day)
    year.sign_trust(by=actor, on=day, sha256=trust_digest(statistics_on(year, as_of=day)))
    if year.trust_deadline is not None:
        close_if_open(year.trust_deadline, on=day)
    return _save_and_log(year, "sign_trust", actor=actor, at=at)


@transaction.atomic
def publish_year(*, year_id: UUID, actor: Member, at: datetime) -> ResponseYear:
    """
    Send the year to the banks to check; the window for objections opens.

    Raises:
        NotVisible, RoleMissing, YearNotOver.
        TrustReturnMissing: there are trust applications and the fund manager has not signed.
        TransitionNotAllowed: published already.

    Source: FP 1.6.5; D43.
    """
    year, day = visible_or_404(response_years_visible_to(actor), year_id, lock=True), localdate(at)
    require_step(actor, YEAR_STEP["publish"])
    _require_over(year, on=day)
    if year.state == YearState.RUNNING and has_trust_applications(year.year):
        raise TrustReturnMissing(year=year.year)
    days = response_terms_of(year.year).dispute_working_days
    deadline = open_deadline(started_on=day, working_days=days, clause="FP 1.6.5", purpose=f"{year}银行核对")
    year.publish(by=actor, on=day, deadline=deadline)
    saved = _save_and_log(year, "publish", actor=actor, at=at)
    notify_banks_to_check(year, statistics_on(year, as_of=day), at=at)
    return saved


@transaction.atomic
def lock_year(*, year_id: UUID, actor: Member, at: datetime) -> ResponseYear:
    """
    Freeze the year's applications and rates as they stand, with a digest; nothing recorded later changes them.

    Raises:
        NotVisible, RoleMissing.
        SamePerson and the like: the person published it.
        DisputeWindowOpen, ObjectionsOpen.
        TransitionNotAllowed: not published, or locked already.

    Source: FP 1.6.5, FP 2.2.1; D8, D38, D43.
    """
    year, day = visible_or_404(response_years_visible_to(actor), year_id, lock=True), localdate(at)
    require_step(actor, YEAR_STEP["lock"])
    deadline = year.dispute_deadline
    if year.state == YearState.DISPUTED and year.published_by is not None and deadline is not None:
        checker_differs(maker=year.published_by, checker=actor, at=at)
        if day <= deadline.due_on:
            raise DisputeWindowOpen(due_on=deadline.due_on)
        waiting = year.objections.filter(state__in=(ObjectionState.FILED, ObjectionState.PROPOSED)).count()
        if waiting:
            raise ObjectionsOpen(count=waiting)
        sha256 = freeze(year, as_of=day)
        version = version_row_on(date(year.year, 12, 31))
        close_if_open(deadline, on=deadline.due_on)
    else:
        sha256, version = "", version_row_on(day)
    year.lock(by=actor, on=day, sha256=sha256, version=version)
    saved = _save_and_log(year, "lock", actor=actor, at=at)
    notify_banks_of_lock(year, statistics_on(year, as_of=day), at=at)
    return saved


def has_trust_applications(year: int) -> bool:
    """Return whether an application in trust mode was submitted in a year."""
    return Application.objects.filter(mode=Mode.TRUST, submitted_on__year=year).exists()


def trust_digest(statistics: YearStatistics) -> str:
    """Return the SHA-256 of the trust mode's enterprises and outcomes, bank by bank: what the fund manager signs. Source: D43."""
    cells = [
        [cell.bank_id or 0, cell.size.value, figures.counts.in_time, figures.counts.matured, dict(sorted(figures.outcomes.items()))]
        for cell, figures in statistics.cells.items()
        if cell.mode == ModeScope.TRUST
    ]
    return hashlib.sha256(json.dumps([statistics.year, sorted(cells, key=str)], sort_keys=True).encode()).hexdigest()


def _require_over(year: ResponseYear, *, on: date) -> None:
    last_due = last_due_of(year.year, calendar=working_calendar())
    if on <= last_due:
        raise YearNotOver(year=year.year, last_due=last_due)


def _save_and_log(year: ResponseYear, step: str, *, actor: Member, at: datetime) -> ResponseYear:
    year.save()
    after = {"state": year.state, "year": year.year, "sha256": year.sha256}
    record(verb=YEAR_STEP[step].verb, obj=year, actor=actor, occurred_at=at, after=after)
    return year
