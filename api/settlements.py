"""Reads of settlements for programs: opened, line by line, and where the bank's figures differ."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from api.services.openings import open_row
from common.errors import NotVisible
from parties.models import Member
from subsidy.enums import ReconciliationState
from subsidy.models import Line, Settlement
from subsidy.selectors.freshness import is_outdated
from subsidy.selectors.overview import open_settlement
from subsidy.selectors.reconciliation import Difference, differences
from subsidy.selectors.segments import OpenedLine, open_line
from subsidy.selectors.visibility import lines_visible_to, reconciliations_visible_to, settlements_visible_to, visible_or_404


@transaction.atomic
def opened_settlement(rows: QuerySet[Settlement], *, settlement_id: UUID, actor: Member, at: datetime) -> Settlement:
    """
    Return the settlement with shares and payments, and write that the actor opened it.

    Raises:
        NotVisible: none such for this actor.

    Source: FP 1.6.4; D12, D41.
    """
    settlement = open_row(rows, object_id=settlement_id, actor=actor, at=at)
    opened = open_settlement(str(settlement_id), actor)
    settlement.beside = SettlementParts(  # type: ignore[attr-defined]  # read by its shape, as an annotation is
        shares=list(opened.shares.order_by("district__code")),
        payments=list(opened.payments),
        is_outdated=not settlement.is_final and is_outdated(settlement),
    )
    return settlement


@dataclass(frozen=True, slots=True)
class SettlementParts:
    """What hangs on a settlement."""

    shares: list[object]
    payments: list[object]
    is_outdated: bool


def lines_of(settlement_id: UUID, *, actor: Member) -> QuerySet[Line]:
    """
    Return the lines of the current revision.

    Raises:
        NotVisible: no such settlement for this actor.
    """
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id)
    return lines_visible_to(actor).filter(revision=settlement.current_id)


def opened_lines(settlement_id: UUID, loan_id: UUID, *, actor: Member) -> list[OpenedLine]:
    """
    Return the lines of one loan in the current revision, each down to days × balance × rate, oldest quarter first.

    Raises:
        NotVisible: no such settlement, or no such loan in it, for this actor.

    Source: FP 1.4.1; D10, D11, D13, D14.
    """
    lines = (
        lines_of(settlement_id, actor=actor).filter(loan__public_id=loan_id).select_related("loan__policy_version", "revision__settlement")
    )
    found = [open_line(line) for line in lines.order_by("year", "quarter")]
    if not found:
        raise NotVisible
    return found


def differences_of(settlement_id: UUID, *, actor: Member) -> list[Difference]:
    """
    Return where the figures the bank handed in last differ from ours; none when they agree or none were handed in.

    Raises:
        NotVisible: no such settlement for this actor.

    Source: FP 1.6.4.
    """
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id)
    taken = reconciliations_visible_to(actor).filter(settlement=settlement, state=ReconciliationState.COMMITTED)
    newest = taken.order_by("-committed_at", "-pk").first()
    return differences(newest) if newest is not None else []
