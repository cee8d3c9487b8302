"""A claim with its sharing, what is paid, what is held back and why."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from api.services.openings import open_row
from common.errors import DomainError
from parties.models import Institution, Member
from risk.breaker.selectors import standing_of_bank
from risk.claims.rules.shares import NOTHING, Shares
from risk.claims.rules.sharing import clause_of
from risk.claims.selectors.queue import hold_reason_of, queued
from risk.claims.selectors.splits import expected_split
from risk.claims.selectors.standings import ClaimStanding, standing_of_claim
from risk.claims.services.splits import institution_of
from risk.claims.transitions import GIVEN_UP, WAITING_FOR_MONEY
from risk.enums import HoldReason, Payer
from risk.models import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one payer bears of a loss, and where its money stands. Yuan."""

    payer: Payer
    institution: Institution
    clause: str
    amount: Decimal
    recovered: Decimal
    paid: Decimal
    payable: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How a loss is shared; ``problem`` says why it cannot be said yet."""

    is_fixed: bool
    parts: list[Part]
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """What of a released claim is not paid, why, and what would change it. Yuan."""

    amount: Decimal
    reason: str
    position: int
    cap_left: Decimal
    recovery_to_reopen: Decimal
    disbursement_to_reopen: Decimal
    return_for_room: Decimal
    disbursement_for_room: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimMoney:
    """What is computed beside a claim. Yuan."""

    split: Split | None
    paid_total: Decimal
    payable_total: Decimal
    recovered_total: Decimal
    held_back: HeldBack | None


SHARING_NEEDS = ("loan__policy_version", "loan__district", "loan__guarantee__guarantor", "reviewer")


@transaction.atomic
def opened_claim(rows: QuerySet[Claim], *, claim_id: UUID, actor: Member, at: datetime, on: date) -> Claim:
    """
    Return a claim with its sharing, what is paid and held back as ``money``, and write that the actor opened it.

    Raises:
        NotVisible: none such for this actor.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2), FP 1.5.3; D15-D22.
    """
    found = rows.select_related(*SHARING_NEEDS).prefetch_related("parts__institution")
    claim = open_row(found, object_id=claim_id, actor=actor, at=at)
    is_shared = claim.amount is not None and claim.state not in GIVEN_UP
    full, problem = _expected(claim) if is_shared else (NOTHING, "")
    standing = standing_of_claim(claim, full)
    payable = standing.payable.compensation
    money = ClaimMoney(
        split=_split(claim, standing, problem=problem) if is_shared else None,
        paid_total=standing.paid.compensation,
        payable_total=payable,
        recovered_total=standing.recovered,
        held_back=_held_back(claim, payable, on=on) if claim.state in WAITING_FOR_MONEY else None,
    )
    claim.money = money  # type: ignore[attr-defined]  # read by its shape, as an annotation is
    return claim


def _expected(claim: Claim) -> tuple[Shares, str]:
    """Return the split of the loss as fixed or as it would be now, or nothing and why it cannot be said."""
    try:
        return expected_split(claim), ""
    except DomainError as refusal:
        return NOTHING, refusal.message


def _split(claim: Claim, standing: ClaimStanding, *, problem: str) -> Split:
    if problem:
        return Split(is_fixed=False, parts=[], problem=problem)
    fixed = {row.payer: row for row in claim.parts.all()}
    clause = clause_of(mode=claim.loan.mode, category=claim.loan.category)
    borne, payable = standing.due, standing.payable
    parts = [
        Part(
            payer=payer,
            institution=fixed[payer].institution if payer in fixed else institution_of(claim, payer),
            clause=fixed[payer].clause if payer in fixed else clause,
            amount=amount,
            recovered=amount - borne.of(payer),
            paid=standing.paid.of(payer),
            payable=payable.of(payer),
        )
        for payer, amount in standing.full.items()
        if amount or payer == Payer.BANK
    ]
    return Split(is_fixed=bool(fixed), parts=parts)


def _held_back(claim: Claim, payable: Decimal, *, on: date) -> HeldBack:
    """Return why a released claim is not paid, and its place in the bank's queue. Source: FP 1.5.3; D20."""
    queue = list(queued(Claim.objects.filter(bank=claim.bank_id)).values_list("pk", flat=True))
    bank = standing_of_bank(claim.bank, on=on)
    position = queue.index(claim.pk) + 1
    hold = hold_reason_of(claim, bank)
    return HeldBack(
        amount=payable,
        reason="queue" if hold == HoldReason.BEHIND else hold.value,
        position=position,
        cap_left=bank.headroom.cap_left,
        recovery_to_reopen=bank.radar.recovery_to_reopen,
        disbursement_to_reopen=bank.radar.disbursement_to_reopen,
        return_for_room=bank.radar.return_for_room,
        disbursement_for_room=bank.radar.disbursement_for_room,
    )
