"""What the payers of claims bear, have paid and have yet to pay, computed from the records themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from common.money import ZERO
from risk.claims.rules.compensation import finally_borne, still_payable
from risk.claims.rules.shares import NOTHING, Shares
from risk.enums import MoneyStep
from risk.models import Claim, PaymentPart, Recovery, Return, Share


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimStanding:
    """What a claim's payers bear, have paid net of returns, and have yet to pay. Yuan."""

    full: Shares
    recovered: Decimal
    paid: Shares

    @property
    def due(self) -> Shares:
        """Return what each finally bears after the recoveries so far."""
        return finally_borne(self.full, recovered=self.recovered)

    @property
    def payable(self) -> Shares:
        """Return what each has yet to pay."""
        return still_payable(self.full, recovered=self.recovered, paid=self.paid)


def standing_of_claim(claim: Claim, full: Shares | None = None) -> ClaimStanding:
    """Return what a claim's payers bear, paid and owe; ``full`` is the split where it is not fixed yet. Source: D20, D21."""
    return standings_of_claims([claim], expected={} if full is None else {claim.pk: full})[claim.pk]


def standings_of_claims(claims: Iterable[Claim], *, expected: Mapping[int, Shares] | None = None) -> dict[int, ClaimStanding]:
    """
    Return the standing of each claim by its key, in the same few queries whatever their number.

    Recovered is the cumulative net recovery that lessens a claim's loss, at most that loss: a bank that claimed less than it lost bears
    the rest, and what comes back beyond the claim is the bank's. Paid is net of everything returned or due back. ``expected``: splits, by
    claim, that are not fixed yet.

    Source: D20, D21.
    """
    amounts = {claim.pk: claim.amount or ZERO for claim in claims}
    keys = list(amounts)
    full = _shares_by_claim(Share.objects.filter(claim__in=keys), "claim", "payer")
    paid = _shares_by_claim(PaymentPart.objects.filter(payment__claim__in=keys), "payment__claim", "payer")
    back = _shares_by_claim(Return.objects.filter(answers__payment__claim__in=keys), "answers__payment__claim", "answers__payer")
    counted = Recovery.objects.filter(claim__in=keys, step=MoneyStep.CHECKED).order_by().values("claim").annotate(total=Sum("net"))
    recovered = {row["claim"]: row["total"] for row in counted}
    return {
        key: ClaimStanding(
            full=full.get(key) or (expected or {}).get(key, NOTHING),
            recovered=min(recovered.get(key, ZERO), amounts[key]),
            paid=paid.get(key, NOTHING) - back.get(key, NOTHING),
        )
        for key in keys
    }


def _shares_by_claim(rows: QuerySet[Any], claim: str, payer: str) -> dict[int, Shares]:
    """Return the sums of each claim's payers."""
    parts: dict[int, dict[str, Decimal]] = {}
    for row in rows.order_by().values(claim, payer).annotate(total=Sum("amount")):
        parts.setdefault(row[claim], {})[row[payer]] = row["total"]
    return {key: Shares.from_parts(found) for key, found in parts.items()}


def next_position(claim: Claim) -> int:
    """Return the number of the next payment or recovery of a claim, in the order in which they came. The claim is locked."""
    return claim.payments.count() + Recovery.objects.filter(claim=claim, step=MoneyStep.CHECKED).count() + 1
