"""A bad debt with what hangs on it; a recovery as it was shared."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from api.services.openings import open_row
from common.money import ZERO
from parties.models import Member
from risk.claims.rules.compensation import finally_borne
from risk.claims.rules.shares import Shares
from risk.claims.selectors.papers import missing_papers, required_papers
from risk.enums import MoneyStep, Payer
from risk.models import BadDebt, Recovery
from risk.recoveries.selectors import recovered_of_debt


@dataclass(frozen=True, slots=True, kw_only=True)
class BadDebtParts:
    """What hangs on a bad debt."""

    recovered: Decimal
    claim_ids: list[UUID]
    papers_required: list[str]
    papers_missing: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """One payer's part of a recovery, and what of it goes back to that payer. Yuan."""

    payer: Payer
    amount: Decimal
    returned: Decimal


@transaction.atomic
def opened_bad_debt(rows: QuerySet[BadDebt], *, bad_debt_id: UUID, actor: Member, at: datetime) -> BadDebt:
    """
    Return a bad debt with what came back, its claims and the papers that a claim needs, and write that the actor opened it.

    Raises:
        NotVisible: none such for this actor.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3.
    """
    bad_debt = open_row(rows, object_id=bad_debt_id, actor=actor, at=at)
    bad_debt.beside = BadDebtParts(  # type: ignore[attr-defined]  # read by its shape, as an annotation is
        recovered=recovered_of_debt(bad_debt),
        claim_ids=list(bad_debt.claims.order_by("id").values_list("public_id", flat=True)),
        papers_required=[paper.value for paper in required_papers(bad_debt, on=localdate(at))],
        papers_missing=[paper.value for paper in missing_papers(bad_debt, on=localdate(at))],
    )
    return bad_debt


@transaction.atomic
def opened_recovery(rows: QuerySet[Recovery], *, recovery_id: UUID, actor: Member, at: datetime) -> Recovery:
    """
    Return a recovery with what of it is whose, and write that the actor opened it.

    Raises:
        NotVisible: none such for this actor.

    Source: FP 1.5.2(2); D21.
    """
    recovery = open_row(rows, object_id=recovery_id, actor=actor, at=at)
    full = recovery.claim.shares if recovery.claim is not None else None
    recovery.shared = _shared(recovery, full) if full is not None else []  # type: ignore[attr-defined]  # as an annotation is
    return recovery


def _shared(recovery: Recovery, full: Shares) -> list[Shared]:
    """Return each payer's part: what it bears less after this recovery than before. Source: D21."""
    earlier = Recovery.objects.filter(claim=recovery.claim_id, step=MoneyStep.CHECKED, position__lt=recovery.position)
    so_far = sum(earlier.values_list("net", flat=True), ZERO)
    before, after = (min(total, full.total) for total in (so_far, so_far + recovery.net))
    parts = finally_borne(full, recovered=before) - finally_borne(full, recovered=after)
    parts += Shares(bank=recovery.net - parts.total)  # beyond what was claimed all is the bank's
    back: dict[str, Decimal] = {}
    for payer, amount in recovery.returns.values_list("answers__payer", "amount"):
        back[payer] = back.get(payer, ZERO) + amount
    return [
        Shared(payer=payer, amount=part, returned=back.get(payer.value, ZERO)) for payer, part in parts.items() if part or payer in back
    ]
