"""Whose settlements a member sees: a bank its own, a county those it bears a share of, the fund manager those of trust mode."""

from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from common.enums import Mode
from common.errors import NotVisible
from common.rows import one_or_none
from parties.access import sees_all
from parties.enums import COUNTY_KINDS, InstitutionKind
from parties.models import Member
from subsidy.models import BankFigure, Line, Objection, Payment, Reconciliation, Revision, Settlement, Share

Row = TypeVar("Row", bound=Model)


def settlements_visible_to(actor: Member) -> QuerySet[Settlement]:
    """
    Return the settlements the actor may open.

    A county sees those whose current revision it bears a share of; of the sums it sees its own share only, so give it
    ``shares_visible_to`` and ``lines_visible_to``, never the revision.

    Source: FP 1.6.4; D41.
    """
    settlements = Settlement.objects.select_related("bank", "current")
    if _is_county(actor):
        own = Share.objects.filter(revision=OuterRef("current"), district=actor.institution.district_id)  # type: ignore[union-attr]
        return settlements.filter(Exists(own))
    return settlements.filter(_of(actor, ""))


def settlements_with_papers_visible_to(actor: Member) -> QuerySet[Settlement]:
    """Return the settlements whose papers the actor opens: a county none, since a paper speaks of all counties. Source: D41."""
    settlements = settlements_visible_to(actor)
    return settlements.none() if _is_county(actor) else settlements


def revisions_visible_to(actor: Member) -> QuerySet[Revision]:
    """Return the revisions, with the sums over all counties, the actor may open; a county none."""
    return Revision.objects.filter(_of(actor, "settlement__")).select_related("settlement__bank", "computed_by")


def lines_visible_to(actor: Member) -> QuerySet[Line]:
    """Return the lines the actor may open: a county's and an enterprise's are those of its own loans in current revisions."""
    lines = Line.objects.select_related("loan__enterprise", "district", "revision__settlement__bank")
    if actor.enterprise_id is not None:
        return lines.filter(loan__enterprise=actor.enterprise_id, revision__in=_current())
    if _is_county(actor):
        return lines.filter(district=actor.institution.district_id, revision__in=_current())  # type: ignore[union-attr]
    return lines.filter(_of(actor, "revision__settlement__"))


def shares_visible_to(actor: Member) -> QuerySet[Share]:
    """Return the shares the actor may see: a county its own, of current revisions. Source: D41."""
    shares = Share.objects.select_related("district", "revision__settlement__bank")
    if _is_county(actor):
        return shares.filter(district=actor.institution.district_id, revision__in=_current())  # type: ignore[union-attr]
    return shares.filter(_of(actor, "revision__settlement__"))


def objections_visible_to(actor: Member) -> QuerySet[Objection]:
    """Return the objections the actor may see: a county its own. Source: D41."""
    objections = Objection.objects.select_related("settlement__bank", "district", "raised_by", "resolved_by")
    if _is_county(actor):
        return objections.filter(district=actor.institution.district_id)  # type: ignore[union-attr]
    return objections.filter(_of(actor, "settlement__"))


def payments_visible_to(actor: Member) -> QuerySet[Payment]:
    """Return the payments the actor may see: of settlements it sees, a county those its own district's bureau makes. Source: D41."""
    payments = Payment.objects.select_related("settlement__bank", "payer", "payee", "made_by", "checked_by")
    if _is_county(actor):
        return payments.filter(payer__district=actor.institution.district_id)  # type: ignore[union-attr]
    return payments.filter(_of(actor, "settlement__"))


def reconciliations_visible_to(actor: Member) -> QuerySet[Reconciliation]:
    """Return the banks' files the actor may open; a county none."""
    return Reconciliation.objects.filter(_of(actor, "settlement__")).select_related("settlement__bank", "revision")


def bank_figures_visible_to(actor: Member) -> QuerySet[BankFigure]:
    """Return the banks' own figures the actor may see; a county none."""
    return BankFigure.objects.filter(_of(actor, "reconciliation__settlement__")).select_related("loan")


def visible_or_404(rows: QuerySet[Row], public_id: UUID | str, *, lock: bool = False) -> Row:
    """
    Return the row, locked for change if asked.

    Raises:
        NotVisible: the actor sees no such row.
    """
    chosen = rows.select_for_update(of=("self",)) if lock else rows
    row = one_or_none(chosen.filter(public_id=public_id))
    if row is None:
        raise NotVisible
    return row


def _of(actor: Member, settlement: str) -> Q:
    """Return the condition on a settlement, reached by the prefix, that the actor may open it as a whole."""
    if sees_all(actor):
        return Q()
    if actor.institution is not None and actor.institution.kind == InstitutionKind.BANK:
        return Q(**{f"{settlement}bank": actor.institution_id})
    if actor.institution is not None and actor.institution.kind == InstitutionKind.FUND_MANAGER:
        return Q(**{f"{settlement}mode": Mode.TRUST})
    return Q(pk__in=[])


def _is_county(actor: Member) -> bool:
    return actor.institution is not None and actor.institution.kind in COUNTY_KINDS


def _current() -> Any:
    return Settlement.objects.filter(current__isnull=False).values("current")
