"""A policy version as the rules see it."""

from dataclasses import dataclass
from datetime import date

from common.errors import DomainError
from policy.terms.model import Terms


class NoPolicyVersion(DomainError):
    """No version had begun on the day."""

    code = "no_policy_version"
    sentence = "{day} 尚无生效的实施方案版本，请改用方案实施以后的日期。"
    clause = "FP 3.4"
    status = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionInForce:
    """
    The version that answers for a day.

    After the last version's end that one still answers, with ``in_force`` false. ``valid_from`` is its first day, ``valid_until`` the
    first day no longer in force, ``None`` while no end is set.

    Source: FP 3.4; D25, D38.
    """

    version: int
    name: str
    terms: Terms
    in_force: bool
    valid_from: date
    valid_until: date | None = None
