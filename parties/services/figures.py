"""Yearly figures of enterprises, each with its source."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from audit.services import NewEvent, Scope, record_many, snapshot
from common.database import Busy, refused_as
from common.errors import DomainError, FieldProblem, InvalidInput
from parties.access import RoleMissing, require, require_enterprise
from parties.enums import FactSource, InstitutionKind, MemberKind
from parties.models import Correction, Enterprise, EnterpriseYear, Member
from parties.selectors import district_of
from parties.services.corrections import propose_correction
from parties.services.enterprises import NotOwnDistrict

FIGURES = ("rd_expense", "revenue", "employees")
BY_HAND = {InstitutionKind.CITY_SCIENCE: FactSource.TAX, InstitutionKind.COUNTY_INDUSTRY: FactSource.COUNTY}  # who types which
FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class YearFigures:
    """One enterprise's figures of one year; what is ``None`` is not known and leaves the stored figure as it is."""

    enterprise: Enterprise
    year: int
    rd_expense: Decimal | None = None  # yuan
    revenue: Decimal | None = None  # yuan
    employees: int | None = None


class FiguresByTwoPersons(DomainError):
    """Figures that caps read, typed by a bureau, hold once a second person checked them."""

    code = "figures_by_two_persons"
    sentence = "县级核定和税务口径的年度数据须由一人提出、本单位另一名复核人员复核后生效，请通过“录入年度数据”提出。"


@transaction.atomic
def propose_year_figures(row: YearFigures, *, reference: str, actor: Member, at: datetime) -> Correction:
    """
    Put figures typed by hand down for a colleague of the bureau to check; caps read them, so they hold only then.

    What is ``None`` leaves the stored figure as it is.

    Raises:
        RoleMissing: neither 市科技局 nor the county. NotOwnDistrict, InvalidInput; and as ``propose_correction``.

    Source: FP 1.1.2, 1.2.2.
    """
    require(actor, *BY_HAND)
    assert actor.institution is not None
    source = BY_HAND[InstitutionKind(actor.institution.kind)]
    _require_source([row], source=source, actor=actor, at=at)
    _check([row], this_year=localdate(at).year)
    changes = {name: value for name in FIGURES if (value := getattr(row, name)) is not None} | {"source_reference": reference}
    return propose_correction(
        table="year_figures", row_id=row.enterprise.pk, part=f"{row.year} {source.value}", changes=changes,
        reason=f"依据：{reference}", actor=actor, at=at,
    )  # fmt: skip


def figures_of(enterprise: Enterprise, part: str) -> dict[str, Any]:
    """Return the figures of a year and source as they stand, each ``None`` where there are none."""
    year, source = part.split()
    known = EnterpriseYear.objects.filter(enterprise=enterprise, year=int(year), source=source).first()
    return {name: getattr(known, name, None) for name in FIGURES} | {"source_reference": known.source_reference if known else ""}


def put_figures(enterprise: Enterprise, part: str, facts: Mapping[str, Any], *, actor: Member, at: datetime) -> None:
    """Record checked figures."""
    year, source = part.split()
    row = YearFigures(enterprise=enterprise, year=int(year), **{name: facts[name] for name in FIGURES})
    _write([row], source=FactSource(source), reference=facts["source_reference"], actor=actor, at=at)


@transaction.atomic
def record_year_figures(
    rows: Sequence[YearFigures], *, source: FactSource, reference: str, actor: Member, at: datetime
) -> list[EnterpriseYear]:
    """
    Enter figures of a list's job or of the enterprise itself, or correct those of the same source; return the rows new or changed.

    The same figures again change nothing. One SELECT, one statement per thousand rows and kind of write.

    Raises:
        RoleMissing: declared figures are the enterprise's.
        FiguresByTwoPersons: a county's figures and, but for a job's list, the tax bureau's are proposed, see ``propose_year_figures``.
        InvalidInput: negative figures, impossible years, or an enterprise and year twice.

    Source: FP 1.1.2, 1.2.2.
    """
    if source == FactSource.COUNTY or (source == FactSource.TAX and actor.kind != MemberKind.JOB):
        raise FiguresByTwoPersons
    _require_source(rows, source=source, actor=actor, at=at)
    _check(rows, this_year=localdate(at).year)
    return _write(rows, source=source, reference=reference, actor=actor, at=at)


def _write(rows: Sequence[YearFigures], *, source: FactSource, reference: str, actor: Member, at: datetime) -> list[EnterpriseYear]:
    stored = _stored(rows, source=source)
    new, changed, events = [], [], []
    for row in rows:
        figures = {name: value for name in FIGURES if (value := getattr(row, name)) is not None}
        known = stored.get((row.enterprise.pk, row.year))
        if known is None:
            known = EnterpriseYear(enterprise=row.enterprise, year=row.year, source=source, source_reference=reference, **figures)
            new.append(known)
            before: dict[str, Any] = {}
        else:
            before = {name: value for name, value in snapshot(known, figures).items() if value != figures[name]}
            if not before:
                continue
            for name in before:
                setattr(known, name, figures[name])
            known.source_reference = reference
            changed.append(known)
        events.append(_event(row, known, before=before, actor=actor, at=at))
    with refused_as(Busy, "enterprise_year_once_per_source"):  # asked again, it finds what the other entered
        EnterpriseYear.objects.bulk_create(new, batch_size=1000)
    EnterpriseYear.objects.bulk_update(changed, [*FIGURES, "source_reference"], batch_size=1000)
    record_many(events)
    return new + changed


def _require_source(rows: Sequence[YearFigures], *, source: FactSource, actor: Member, at: datetime) -> None:
    """Let pass only whoever may speak for this source."""
    if source == FactSource.TAX:
        require(actor, InstitutionKind.CITY_SCIENCE, allow_job=True)
    elif source == FactSource.ENTERPRISE:
        for row in rows:
            require_enterprise(actor, row.enterprise)
    else:
        require(actor, InstitutionKind.COUNTY_INDUSTRY)
        if actor.institution is None:
            raise RoleMissing(needed="县级工信部门的经办人员")
        for row in rows:
            home = district_of(row.enterprise, on=localdate(at))
            if home.pk != actor.institution.district_id:
                raise NotOwnDistrict(district=home)


def _check(rows: Sequence[YearFigures], *, this_year: int) -> None:
    problems, seen = [], set()
    for place, row in enumerate(rows):
        if not FIRST_YEAR <= row.year <= this_year:
            problems.append(FieldProblem(f"{place}.year", "year", f"年度须在{FIRST_YEAR}年至{this_year}年之间。"))
        for name in FIGURES:
            if (getattr(row, name) or 0) < 0:
                problems.append(FieldProblem(f"{place}.{name}", "negative", "年度数据不能为负数。"))
        if (row.enterprise.pk, row.year) in seen:
            problems.append(FieldProblem(f"{place}.year", "twice", "同一企业同一年度出现两次。"))
        seen.add((row.enterprise.pk, row.year))
    if problems:
        raise InvalidInput(errors=problems)


def _stored(rows: Sequence[YearFigures], *, source: FactSource) -> dict[tuple[int, int], EnterpriseYear]:
    known = EnterpriseYear.objects.select_for_update(of=("self",)).filter(
        source=source, enterprise__in=[row.enterprise.pk for row in rows], year__in={row.year for row in rows}
    )
    return {(year.enterprise_id, year.year): year for year in known}


def _event(row: YearFigures, known: EnterpriseYear, *, before: dict[str, Any], actor: Member, at: datetime) -> NewEvent:
    after = snapshot(known, before or FIGURES) | {"year": row.year, "source": known.source, "reference": known.source_reference}
    scope = Scope(enterprise_id=row.enterprise.pk)
    return NewEvent(
        verb="enterprise.year_recorded", obj=row.enterprise, actor=actor, occurred_at=at, before=before, after=after, scope=scope
    )
