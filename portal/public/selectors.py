"""What the public reads of the plan: the version that answers today, and what its register holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.enums import Mode
from parties.enums import InstitutionKind
from parties.models import Institution
from parties.selectors import participating_banks
from policy.models import Clause, Confirmation, Decision, PolicyVersion
from policy.selectors.rates import NoReturnRate, return_rate_on
from policy.selectors.versions import PlanEnded, require_open_version, version_for, version_row_on
from policy.terms.model import Terms
from policy.terms.version import NoPolicyVersion, VersionInForce
from risk.fees.selectors import enhancement_fee_rate_on

CITY_BUREAUS = (InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_SCIENCE, InstitutionKind.CITY_TREASURY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """
    The plan as it stands on a day. ``closed`` says why no new case can be opened, and is empty while one can.

    ``row`` and ``version`` are those of the version that answers, after its end too; ``None`` before the first.
    """

    row: PolicyVersion | None
    version: VersionInForce | None
    closed: str

    @property
    def terms(self) -> Terms | None:
        """Return the terms that answer."""
        return self.version.terms if self.version is not None else None


def plan_on(day: date) -> Plan:
    """Return the plan as it stands on a day. Source: FP 3.4; D25, D38."""
    try:
        row = version_row_on(day)
    except NoPolicyVersion as none_begun:
        return Plan(row=None, version=None, closed=none_begun.message)
    try:
        require_open_version(day)
        closed = ""
    except PlanEnded as ended:
        closed = ended.message
    return Plan(row=row, version=version_for(row, on=day), closed=closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The clauses of the plans, and the decisions on its open points with who confirmed them for a version."""

    clauses: tuple[Clause, ...]
    decisions: tuple[Decision, ...]
    confirmed: Mapping[str, tuple[Confirmation, ...]]


def basis_of(row: PolicyVersion | None) -> Basis:
    """Return the register as the public reads it; three queries. Source: FP 3.3."""
    confirmed: dict[str, tuple[Confirmation, ...]] = {}
    given = Confirmation.objects.filter(version=row).select_related("institution").order_by("confirmed_on", "id") if row else []
    for one in given:
        confirmed[one.decision_id] = (*confirmed.get(one.decision_id, ()), one)
    return Basis(
        clauses=tuple(Clause.objects.filter(pk__startswith="FP")),
        decisions=tuple(Decision.objects.all()),
        confirmed=confirmed,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RatesNow:
    """The rates in force on a day beside the plan's own, annual fractions; ``None`` where none is decided yet."""

    bank: Decimal | None
    enhancement: Decimal | None


def rates_on(day: date) -> RatesNow:
    """Return the rates in force on a day. Source: FP 1.4.2, FP 1.5.2(2); D14, D23."""
    try:
        bank = return_rate_on(day).rate
    except NoReturnRate:
        bank = None
    return RatesNow(bank=bank, enhancement=enhancement_fee_rate_on(day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Contacts:
    """Whom to turn to: the counties' industry bureaus by district, the city's bureaus, the banks that take new business by mode."""

    counties: tuple[Institution, ...]
    city: tuple[Institution, ...]
    banks: tuple[tuple[str, tuple[Institution, ...]], ...]


def contacts(*, on: date) -> Contacts:
    """Return the bureaus and banks that answer the public on a day, three queries. Source: FP 1.1.3, FP 1.3, FP 1.6.1(1)."""
    kinds = (*CITY_BUREAUS, InstitutionKind.COUNTY_INDUSTRY)
    found = Institution.objects.filter(kind__in=kinds, is_active=True).select_related("district").order_by("district__code", "code")
    rows = [one for one in found if one.district is None or one.district.is_live]
    return Contacts(
        counties=tuple(one for one in rows if one.district is not None),
        city=tuple(one for kind in CITY_BUREAUS for one in rows if one.kind == kind),
        banks=tuple((str(mode.label), tuple(participating_banks(mode, on=on).order_by("name"))) for mode in Mode),
    )
