"""The figures of banks and claims, always computed from the records themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import accumulate
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from common.enums import Category, Mode
from common.fields import MoneyField
from common.money import ZERO
from ledger.enums import Purpose
from ledger.models import Account
from ledger.selectors import balances_of
from ledger.services import account_of
from loans.models import Loan, Movement
from loans.models.loans import OUTSTANDING
from parties.enums import InstitutionKind
from parties.models import Institution
from parties.selectors import institution_of_kind
from policy.selectors import version_on
from policy.terms import Terms
from risk.enums import MoneyStep, Payer, ReturnState
from risk.models import BadDebt, Claim, PaymentPart, Recovery, Return, Share
from risk.rules import (
    NOTHING,
    Headroom,
    Position,
    Radar,
    Shares,
    finally_borne,
    headroom,
    next_net,
    radar,
    still_payable,
)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BankStanding:
    """One bank's figures, state, cap and the way to each limit. ``overdue`` is principal not yet recognised as bad. Yuan."""

    bank: Institution
    position: Position
    headroom: Headroom
    overdue: Decimal
    radar: Radar


def _total(rows: QuerySet[Any], field: str) -> Decimal:
    total: Decimal | None = rows.order_by().aggregate(total=Sum(field))["total"]
    return total or ZERO


def position_of(bank: Institution, *, without_exempt: bool = False) -> Position:
    """
    Return a bank's figures as they stand now, both modes together.

    ``without_exempt`` leaves out debts exempt by the regulator's finding: the regulator's figure, never the fund's.

    Source: FP 1.5.3, FP 1.7; D19, D20.
    """
    return _position(_with_sums(Institution.objects.filter(pk=bank.pk), without_exempt=without_exempt).get())


def standing_of_bank(bank: Institution, *, on: date) -> BankStanding:
    """
    Return where a bank stands by the version in force on a day, or the last one.

    Source: FP 1.5.3; D19, D20, D38.
    """
    (found,) = standings(Institution.objects.filter(pk=bank.pk), on=on)
    return replace(found, bank=bank)


def standings(banks: "QuerySet[Institution]", *, on: date) -> list[BankStanding]:
    """
    Return where each of the banks stands, in the order given, in one query whatever their number.

    Source: FP 1.5.3; D19, D20, D34, D38.
    """
    terms = version_on(on).terms
    return [_standing(bank, terms) for bank in _with_sums(banks)]


def _with_sums(banks: "QuerySet[Institution]", *, without_exempt: bool = False) -> "QuerySet[Institution]":
    """Return the banks, each with one correlated sum per figure."""
    loans, debts = Loan.objects.filter(bank=OuterRef("pk")), BadDebt.objects.filter(bank=OuterRef("pk"))
    checked = Recovery.objects.filter(bank=OuterRef("pk"), step=MoneyStep.CHECKED)
    if without_exempt:
        debts, checked = debts.exclude(exemption__is_exempt=True), checked.exclude(bad_debt__exemption__is_exempt=True)
    return banks.annotate(
        disbursed_sum=_sum_of(loans, "drawn", "bank"),
        overdue_sum=_sum_of(loans.filter(bad_debt__isnull=True), "overdue", "bank"),
        bad_debt_sum=_sum_of(debts, "principal", "bank"),
        recovered_sum=_sum_of(checked, "net", "bank"),
        paid_sum=_sum_of(PaymentPart.objects.filter(payment__claim__bank=OuterRef("pk")), "amount", "payment__claim__bank"),
        back_sum=_sum_of(Return.objects.filter(recovery__bank=OuterRef("pk"), state=ReturnState.PAID), "amount", "recovery__bank"),
    )


def _sum_of(rows: QuerySet[Any], field: str, by: str) -> Coalesce:
    sums = rows.order_by().values(by).annotate(total=Sum(field)).values("total")
    return Coalesce(Subquery(sums, output_field=MoneyField()), ZERO, output_field=MoneyField())


def _position(bank: Institution) -> Position:
    row = vars(bank)
    return Position(
        disbursed=row["disbursed_sum"],
        bad_debt=row["bad_debt_sum"],
        recovered=row["recovered_sum"],
        compensated=row["paid_sum"] - row["back_sum"],
    )


def _standing(bank: Institution, terms: Terms) -> BankStanding:
    position, overdue = _position(bank), vars(bank)["overdue_sum"]
    return BankStanding(
        bank=bank,
        position=position,
        headroom=headroom(terms, position),
        overdue=overdue,
        radar=radar(terms, position, overdue=overdue),
    )


def recovered_of_debt(bad_debt: BadDebt) -> Decimal:
    """Return the net recovery of a bad debt, whatever claim it came under, in yuan. Source: FP 1.5.1; D19, D21."""
    return _total(Recovery.objects.filter(bad_debt=bad_debt, step=MoneyStep.CHECKED), "net")


def next_net_of(recovery: Recovery) -> Decimal:
    """Return what a recovery adds to the cumulative net recovery of its debt, were it checked now, in yuan. Source: D21."""
    checked = Recovery.objects.filter(bad_debt=recovery.bad_debt_id, step=MoneyStep.CHECKED).exclude(pk=recovery.pk)
    sums = checked.order_by().aggregate(*(Sum(name, default=ZERO) for name in ("amount", "costs", "net")))
    return next_net(recovered=sums["amount__sum"] + recovery.amount, costs=sums["costs__sum"] + recovery.costs, counted=sums["net__sum"])


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


def fee_pool_account() -> Account:
    """Return the ledger account of the one fee pool, held by the fund office, opening it the first time. Source: FP 1.5.2(2); D23."""
    return account_of(institution_of_kind(InstitutionKind.FUND_OFFICE), Purpose.FEE_POOL)


def fee_pool_accounts() -> QuerySet[Account]:
    """Return the pool's account for reading: none before anything was booked on it, for nothing is opened by looking."""
    return Account.objects.filter(purpose=Purpose.FEE_POOL, institution__kind=InstitutionKind.FUND_OFFICE)


def fee_pool_balance(*, on: date | None = None) -> Decimal:
    """Return what lies in the pool: fees collected and not spent, in yuan. Source: FP 1.5.2(2); D23."""
    return sum(balances_of(fee_pool_accounts().values_list("pk", flat=True), on=on).values(), ZERO)


def fee_pool_available(*, on: date | None = None) -> Decimal:
    """
    Return what the pool may still promise: fees collected and not spent, less what fixed splits have promised and not yet paid.

    Source: FP 1.5.2(2); D20, D23.
    """
    return fee_pool_balance(on=on) - fee_pool_promised()


def fee_pool_promised() -> Decimal:
    """Return what the pool owes to claims whose split is fixed and that are not paid off, in yuan. Source: D20."""
    promised = Share.objects.filter(payer=Payer.FEE_POOL, amount__gt=0, claim__paid_on__isnull=True)
    claims = Claim.objects.filter(pk__in=promised.values("claim"))
    return sum((standing.payable.fee_pool for standing in standings_of_claims(claims).values()), ZERO)


def highest_rd_total(enterprise_id: int, *, on: date) -> Decimal:
    """
    Return an enterprise's highest outstanding R&D principal in special mode, all banks together, up to and including a day. Yuan.

    Source: FP 1.5.2(1); D15.
    """
    of_enterprise = Q(loan__enterprise=enterprise_id, loan__mode=Mode.SPECIAL, loan__category=Category.RD)
    days = Movement.objects.filter(of_enterprise, value_on__lte=on).order_by("value_on").values("value_on")
    changes = days.annotate(moved=Sum(OUTSTANDING, output_field=MoneyField()))
    return max(accumulate((row["moved"] for row in changes), initial=ZERO))
