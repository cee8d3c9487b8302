"""A settlement opened: its revision, shares, lines, objections and payments, as far as the actor sees them."""

from dataclasses import dataclass

from django.db.models import QuerySet

from common.errors import NotVisible
from parties.models import Member
from subsidy.models import Line, Objection, Payment, Revision, Settlement, Share
from subsidy.selectors.visibility import (
    lines_visible_to,
    objections_visible_to,
    payments_visible_to,
    revisions_visible_to,
    settlements_visible_to,
    shares_visible_to,
    visible_or_404,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedSettlement:
    """
    What one member sees of a settlement.

    ``revision`` holds the sums over all counties and is ``None`` for a county; the query sets are cut to the member's own.
    """

    settlement: Settlement
    revision: Revision | None
    shares: QuerySet[Share]
    lines: QuerySet[Line]
    objections: QuerySet[Objection]
    payments: QuerySet[Payment]


def open_settlement(settlement_id: str, actor: Member) -> OpenedSettlement:
    """
    Return the settlement with its current revision, shares and lines, objections and payments.

    Raises:
        NotVisible: the actor may not open it.

    Source: FP 1.6.4; D41.
    """
    settlement = visible_or_404(settlements_visible_to(actor), settlement_id)
    current = settlement.current
    return OpenedSettlement(
        settlement=settlement,
        revision=revisions_visible_to(actor).filter(pk=settlement.current_id or 0).first(),
        shares=shares_visible_to(actor).filter(revision=current),
        lines=lines_visible_to(actor).filter(revision=current),
        objections=objections_visible_to(actor).filter(settlement=settlement),
        payments=payments_visible_to(actor).filter(settlement=settlement),
    )


def open_line_of(line_pk: int, actor: Member) -> Line:
    """
    Return a line the actor may open, ready for ``open_line``.

    Raises:
        NotVisible: the actor may not.
    """
    line = lines_visible_to(actor).select_related("loan__policy_version", "revision__settlement").filter(pk=line_pk).first()
    if line is None:
        raise NotVisible
    return line
