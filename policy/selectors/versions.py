"""Which policy version answers, and what it holds."""

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from common.errors import DomainError
from policy.models import Confirmation, PolicyVersion
from policy.terms.describe import Parameter, parameters
from policy.terms.model import Terms
from policy.terms.version import NoPolicyVersion, VersionInForce


class PlanEnded(DomainError):
    """The last plan has ended and no successor is entered: new cases are refused, running loans go on."""

    code = "plan_ended"
    sentence = "《{name}》已于{ended_on}实施期满，{day}没有生效的实施方案，不能受理新的白名单申请和融资申请；存续贷款继续执行原方案。"
    clause = "FP 3.4"


@lru_cache(maxsize=64)
def _terms_of(text: str) -> Terms:
    """Return the terms written as JSON text; a version's terms never change, so the same text is read once per process."""
    return Terms.from_json(json.loads(text))


def version_for(policy_version: PolicyVersion, *, on: date | None = None) -> VersionInForce:
    """
    Return a stored version as the rules see it.

    ``in_force`` says whether it is in force on the day ``on``; without a day it is true, as for a case that inherited its version.

    Source: D38.
    """
    begun = on is None or policy_version.valid_from <= on
    not_ended = on is None or policy_version.valid_until is None or on < policy_version.valid_until
    return VersionInForce(
        version=policy_version.number,
        name=policy_version.name,
        terms=_terms_of(json.dumps(policy_version.terms, sort_keys=True)),
        in_force=begun and not_ended,
        valid_from=policy_version.valid_from,
        valid_until=policy_version.valid_until,
    )


def version_row_on(day: date) -> PolicyVersion:
    """
    Return the row of the version that answers for a day: the one in force or, after its end, the last one.

    Raises:
        NoPolicyVersion: no version had begun.

    Source: FP 3.4; D38.
    """
    row = PolicyVersion.objects.filter(valid_from__lte=day).order_by("-valid_from").first()
    if row is None:
        raise NoPolicyVersion(day=day)
    return row


def version_on(day: date) -> VersionInForce:
    """
    Return the version that answers for a day, with ``in_force`` false after its end.

    Raises:
        NoPolicyVersion: no version had begun.

    Source: FP 3.4; D25, D38.
    """
    return version_for(version_row_on(day), on=day)


def require_open_version(day: date) -> PolicyVersion:
    """
    Return the row of the version under which a new case may be opened on a day.

    Raises:
        NoPolicyVersion: no version had begun.
        PlanEnded: the last version ended before that day.

    Source: FP 3.4; D25.
    """
    row = version_row_on(day)
    if row.valid_until is not None and row.valid_until <= day:
        raise PlanEnded(name=row.name, ended_on=row.last_on, day=day)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterLine:
    """One parameter of a version as it is shown, with who confirmed the interpretation it rests on."""

    parameter: Parameter
    confirmations: tuple[Confirmation, ...]


def parameters_of(policy_version: PolicyVersion) -> list[ParameterLine]:
    """Return every parameter with unit, clause, decision and, once given, who confirmed the interpretation. Source: FP 3.3."""
    confirmed: dict[str, list[Confirmation]] = {}
    for confirmation in policy_version.confirmations.select_related("institution").order_by("confirmed_on", "id"):
        confirmed.setdefault(confirmation.decision_id, []).append(confirmation)
    return [
        ParameterLine(parameter=line, confirmations=tuple(confirmed.get(line.decision, ())))
        for line in parameters(version_for(policy_version).terms)
    ]
