"""Whose response rates a member sees: a bank its own rate, place and cases; the fund manager the trust mode's; the city all."""

from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from common.enums import Mode
from common.errors import NotVisible
from common.rows import one_or_none
from parties.access import sees_all
from parties.enums import InstitutionKind
from parties.models import Member
from reporting.enums import DecisionState, ModeScope
from reporting.models import ParticipationDecision, RateObjection, ResponseYear

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateReach:
    """Which cells a member reads: of one bank, or of all; in both modes, or in the trust mode alone."""

    bank_id: int | None = None  # all banks, and the fund as a whole, where there is none
    modes: tuple[ModeScope, ...] = tuple(ModeScope)

    def allows(self, *, bank_id: int | None, mode: ModeScope) -> bool:
        """Return whether a cell is within reach; ``bank_id`` of ``None`` is the fund."""
        return mode in self.modes and (self.bank_id is None or bank_id == self.bank_id)


def rate_reach_of(actor: Member) -> RateReach | None:
    """Return which rates the actor reads; ``None`` for none: counties, guarantors and enterprises. Source: FP 1.6.5."""
    institution = actor.institution
    if sees_all(actor):
        return RateReach()
    if institution is None or actor.is_administrator:
        return None
    if institution.kind == InstitutionKind.BANK:
        return RateReach(bank_id=institution.pk)
    return RateReach(modes=(ModeScope.TRUST,)) if institution.kind == InstitutionKind.FUND_MANAGER else None


def response_years_visible_to(actor: Member) -> QuerySet[ResponseYear]:
    """Return the years whose statistics the actor opens; what of them, ``rate_reach_of`` says. Source: FP 1.6.5."""
    related = ("trust_deadline", "dispute_deadline", "policy_version", "trust_signed_by", "published_by", "locked_by")
    years = ResponseYear.objects.select_related(*related)
    return years if rate_reach_of(actor) is not None else years.none()


def rate_objections_visible_to(actor: Member) -> QuerySet[RateObjection]:
    """Return the objections the actor may see: a bank its own, the fund manager those of the trust mode, the city all. Source: D43."""
    objections = RateObjection.objects.select_related("year", "application__enterprise", "bank", "deadline", "filed_by", "proposed_by")
    reach = rate_reach_of(actor)
    if reach is None:
        return objections.none()
    of_bank = Q() if reach.bank_id is None else Q(bank=reach.bank_id)
    of_mode = Q() if ModeScope.BOTH in reach.modes else Q(application__mode=Mode.TRUST)
    return objections.filter(of_bank, of_mode)


def participation_decisions_visible_to(actor: Member) -> QuerySet[ParticipationDecision]:
    """Return the decisions the actor may see: the city all, a bank those on itself once they are confirmed. Source: D9, D45."""
    decisions = ParticipationDecision.objects.select_related("bank", "year", "made_by", "checked_by")
    if sees_all(actor):
        return decisions
    institution = actor.institution
    if institution is None or institution.kind != InstitutionKind.BANK:
        return decisions.none()
    return decisions.filter(bank=institution, state=DecisionState.CONFIRMED)


def visible_or_404(rows: QuerySet[Row], public_id: UUID | str, *, lock: bool = False) -> Row:
    """
    Return the one row, locked where it is to change.

    Raises:
        NotVisible: none such for this actor.
    """
    found = one_or_none((rows.select_for_update(of=("self",), no_key=True) if lock else rows).filter(public_id=public_id))
    if found is None:
        raise NotVisible
    return found
