"""The fee pool: what lies in it, what it has promised, what it may still promise."""

from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from common.money import ZERO
from ledger.enums import Purpose
from ledger.models import Account
from ledger.selectors import balances_of
from ledger.services import account_of
from parties.enums import InstitutionKind
from parties.selectors import institution_of_kind
from risk.claims.selectors.standings import standings_of_claims
from risk.enums import Payer
from risk.models import Claim, Share


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
