"""Entering a plan as data, dating it, and recording who confirmed how it is read."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils.timezone import localdate

from audit.services import record
from common.dates import ENDS, HAPPENED, PAPERS, require_day
from common.errors import DomainError
from parties.models import Member
from policy.access import require_interpreter, require_keeper
from policy.locks import Lock, hold
from policy.models import Confirmation, Decision, PolicyVersion
from policy.terms.model import Terms

FIRST_VERSION = 1


class OverlappingVersion(DomainError):
    """Two versions cannot be in force on one day."""

    code = "overlapping_version"
    sentence = "有效期与《{name}》（{from_on}起至{until_on}）重叠，同一天只能有一个版本生效，请核对起止日期。"
    clause = "FP 3.4"


class VersionEndsBeforeStart(DomainError):
    """A version's end is not after its beginning."""

    code = "version_ends_before_start"
    sentence = "政策版本的止期（{valid_until}，不含当日）须晚于起期（{valid_from}），请核对。"
    clause = "FP 3.4"
    status = 400


class UnknownVersion(DomainError):
    """No policy version has this number."""

    code = "unknown_version"
    sentence = "没有第{number}号政策版本，请核对版本号。"
    status = 404


class UnknownDecision(DomainError):
    """No interpretation has this id."""

    code = "unknown_decision"
    sentence = "没有编号为{decision}的解释口径，请核对编号。"
    status = 404


class ConfirmedOtherwise(DomainError):
    """This institution confirmed the interpretation before, on another day or by another document."""

    code = "confirmed_otherwise"
    sentence = "{institution}已于{confirmed_on}以{document_number}确认过该解释口径，不能重复确认。"
    clause = "FP 3.3"


@transaction.atomic
def add_policy_version(
    *,
    name: str,
    document_number: str,
    valid_from: date,
    valid_until: date | None,
    terms: Mapping[str, Any],
    actor: Member,
    at: datetime,
) -> PolicyVersion:
    """
    Return a new version with the next number: a successor plan, or another city's, entered as data.

    ``valid_until`` is the first day no longer in force. The terms never change afterwards.

    Raises:
        NotAllowed: the actor does not keep the rulebook.
        InvalidTerms: the terms do not hold; each path is named.
        VersionEndsBeforeStart, OverlappingVersion.

    Source: FP 3.4; D25.
    """
    require_keeper(actor)
    require_day(valid_from, PAPERS, field="valid_from", today=localdate(at))
    require_day(valid_until, ENDS, field="valid_until", today=localdate(at))
    checked = Terms.from_json(terms)
    hold(Lock.VERSIONS)
    version = PolicyVersion(
        number=(PolicyVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1,
        name=name,
        document_number=document_number,
        valid_from=valid_from,
        valid_until=valid_until,
        terms=checked.as_json(),
    )
    _check_period(version)
    version.save(force_insert=True)
    record(verb="policy_version.added", obj=version, actor=actor, occurred_at=at, after=_shown(version))
    return version


@transaction.atomic
def set_publication_date(*, published_on: date, actor: Member, at: datetime) -> PolicyVersion:
    """
    Return version 1, in force from the day its document was published; the same day again changes nothing.

    Raises:
        NotAllowed: the actor does not keep the rulebook.
        UnknownVersion: there is no version 1.
        VersionEndsBeforeStart, OverlappingVersion.

    Source: FP 3.4; D38.
    """
    return _change_period(FIRST_VERSION, {"valid_from": published_on}, verb="policy_version.publication_date_set", actor=actor, at=at)


@transaction.atomic
def set_version_end(*, number: int, valid_until: date | None, actor: Member, at: datetime) -> PolicyVersion:
    """
    Return the version with another end (first day no longer in force): a plan is prolonged or replaced early.

    Cases keep the version they were opened under. The same end again changes nothing.

    Raises:
        NotAllowed: the actor does not keep the rulebook.
        UnknownVersion, VersionEndsBeforeStart, OverlappingVersion.

    Source: FP 3.4; D25.
    """
    return _change_period(number, {"valid_until": valid_until}, verb="policy_version.end_set", actor=actor, at=at)


@transaction.atomic
def confirm_interpretation(
    *, version_number: int, decision_id: str, document_number: str, confirmed_on: date, actor: Member, at: datetime
) -> Confirmation:
    """
    Return the record that the actor's bureau confirmed how an open point of a version is read; the same again changes nothing.

    Raises:
        NotAllowed: the actor's institution does not interpret the plan.
        UnknownVersion, UnknownDecision.
        ConfirmedOtherwise: with the earlier document.

    Source: FP 3.3.
    """
    bureau = require_interpreter(actor)
    require_day(confirmed_on, HAPPENED, field="confirmed_on", today=localdate(at))
    version = _locked(version_number)
    decision = Decision.objects.filter(pk=decision_id).first()
    if decision is None:
        raise UnknownDecision(decision=decision_id)
    earlier = Confirmation.objects.filter(version=version, decision=decision, institution=bureau).first()
    if earlier is not None:
        if (earlier.document_number, earlier.confirmed_on) != (document_number, confirmed_on):
            raise ConfirmedOtherwise(
                institution=earlier.institution, confirmed_on=earlier.confirmed_on, document_number=earlier.document_number
            )
        return earlier
    confirmation = Confirmation.objects.create(
        version=version,
        decision=decision,
        institution=bureau,
        confirmed_on=confirmed_on,
        document_number=document_number,
        recorded_by=actor,
    )
    after = {"version": version.number, "decision": decision.pk, "document_number": document_number, "confirmed_on": confirmed_on}
    record(verb="interpretation.confirmed", obj=confirmation, actor=actor, occurred_at=at, after=after)
    return confirmation


def _change_period(number: int, change: dict[str, date | None], *, verb: str, actor: Member, at: datetime) -> PolicyVersion:
    """Return the version with another first or last day, checked, saved and logged."""
    require_keeper(actor)
    hold(Lock.VERSIONS)
    version = _locked(number)
    for name, day in change.items():
        require_day(day, ENDS if name == "valid_until" else PAPERS, field=name, today=localdate(at))
    before = {name: getattr(version, name) for name in change}
    if before == change:
        return version
    for name, day in change.items():
        setattr(version, name, day)
    _check_period(version)
    version.save(update_fields=list(change))
    record(verb=verb, obj=version, actor=actor, occurred_at=at, before=before, after=change)
    return version


def _locked(number: int) -> PolicyVersion:
    version = PolicyVersion.objects.select_for_update().filter(number=number).first()
    if version is None:
        raise UnknownVersion(number=number)
    return version


def _check_period(version: PolicyVersion) -> None:
    """Refuse in a sentence what the database would refuse by constraint."""
    if version.valid_until is not None and version.valid_until <= version.valid_from:
        raise VersionEndsBeforeStart(valid_from=version.valid_from, valid_until=version.valid_until)
    others = PolicyVersion.objects.exclude(pk=version.pk).filter(Q(valid_until__isnull=True) | Q(valid_until__gt=version.valid_from))
    if version.valid_until is not None:
        others = others.filter(valid_from__lt=version.valid_until)
    other = others.order_by("valid_from").first()
    if other is not None:
        raise OverlappingVersion(name=other.name, from_on=other.valid_from, until_on=other.last_on or "未设止期")


def _shown(version: PolicyVersion) -> dict[str, Any]:
    names = ("number", "name", "document_number", "valid_from", "valid_until", "terms")
    return {name: getattr(version, name) for name in names}
