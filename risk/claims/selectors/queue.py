"""Claims as people read them: the loss and how its split comes about, and each bank's queue with what holds it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet

from common.errors import DomainError
from common.money import ZERO
from parties.models import Institution
from policy.selectors.versions import version_for
from risk.breaker.selectors import BankStanding, standings
from risk.claims.rules.queue import why_held
from risk.claims.rules.shares import Shares
from risk.claims.rules.workings import Working, split_workings
from risk.claims.selectors.splits import computed_split, loss_of, uses_fee_pool
from risk.claims.selectors.standings import ClaimStanding, standings_of_claims
from risk.claims.transitions import WAITING_FOR_MONEY
from risk.enums import HoldReason
from risk.fees.pool import fee_pool_available
from risk.models import Claim


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """One claim in its bank's queue: its place, what it has had and still gets, and what holds it. Yuan."""

    claim: Claim
    place: int
    standing: ClaimStanding
    hold: HoldReason


@dataclass(frozen=True, slots=True, kw_only=True)
class BankQueue:
    """A bank with its queue in the order of payment."""

    bank: BankStanding
    claims: list[Queued]

    @property
    def payable(self) -> Decimal:
        """Return what the whole queue has yet to get, in yuan."""
        return sum((one.standing.payable.compensation for one in self.claims), ZERO)


def workings_of(claim: Claim) -> list[Working]:
    """
    Return how the split of a claim comes about, by the version frozen on its loan: as fixed, or as it would be fixed now.

    Raises:
        OverEnterpriseCap: above the last tier.

    Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D15, D22, D38.
    """
    pool: Decimal | None = None
    if uses_fee_pool(claim):
        fixed = claim.shares
        pool = fixed.fee_pool if fixed is not None else max(fee_pool_available(), ZERO)
    return split_workings(version_for(claim.loan.policy_version).terms, loss_of(claim, fee_pool=pool))


def queued(claims: "QuerySet[Claim]") -> "QuerySet[Claim]":
    """Return those of the claims that wait for money, in the order in which a bank's are paid: payable date, then id. Source: D20."""
    return claims.filter(state__in=WAITING_FOR_MONEY).order_by("payable_on", "id")


def hold_reason_of(claim: Claim, bank: BankStanding) -> HoldReason:
    """Return what keeps a queued claim from being paid today. Source: FP 1.5.3; D20."""
    earlier = Q(payable_on__lt=claim.payable_on) | Q(payable_on=claim.payable_on, pk__lt=claim.pk)
    held = queued(Claim.objects.filter(earlier, bank=claim.bank_id, needs_reapplication=True))
    return why_held(needs_reapplication=claim.needs_reapplication, is_behind=held.exists(), headroom=bank.headroom)


def queues_of(banks: "QuerySet[Institution]", claims: "QuerySet[Claim]", *, on: date) -> list[BankQueue]:
    """
    Return the queue of each of the banks that has one, in the order of payment (payable date, then id), with what holds each claim.

    ``claims``: those the reader may see. Splits not fixed yet are computed as if the pool were spent in that order. A handful of queries,
    however long the queues.

    Source: FP 1.5.3; D20.
    """
    waiting = list(queued(claims.filter(bank__in=banks)).select_related("loan__policy_version", "bad_debt").prefetch_related("parts"))
    found = standings_of_claims(waiting, expected=_expected(waiting))
    held_by: dict[int, list[Claim]] = {}
    for claim in waiting:
        held_by.setdefault(claim.bank_id, []).append(claim)
    known = standings(banks.filter(pk__in=held_by), on=on)
    return [BankQueue(bank=bank, claims=_queue(bank, held_by[bank.bank.pk], found)) for bank in known]


def _expected(claims: list[Claim]) -> dict[int, Shares]:
    """Return the splits not fixed yet; a claim above the last tier has none."""
    pool = max(fee_pool_available(), ZERO) if any(uses_fee_pool(claim) for claim in claims) else ZERO
    splits: dict[int, Shares] = {}
    for claim in claims:
        if claim.parts.all():
            continue
        try:
            splits[claim.pk] = computed_split(claim, fee_pool=pool if uses_fee_pool(claim) else None)
        except DomainError:
            continue
        pool -= splits[claim.pk].fee_pool
    return splits


def _queue(bank: BankStanding, claims: list[Claim], found: dict[int, ClaimStanding]) -> list[Queued]:
    queue: list[Queued] = []
    is_behind = False
    for place, claim in enumerate(claims, start=1):
        hold = why_held(needs_reapplication=claim.needs_reapplication, is_behind=is_behind, headroom=bank.headroom)
        queue.append(Queued(claim=claim, place=place, standing=found[claim.pk], hold=hold))
        is_behind = is_behind or claim.needs_reapplication
    return queue
