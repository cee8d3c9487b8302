"""
The locks of risk, always taken in this order: bank, claim, the record itself (recovery, return, fee), loan, fee pool, then the books.

Everything that is paid to a bank, or that changes what may be paid, holds the bank's row, so that two payments at once see each other.
"""

from parties.enums import InstitutionKind
from parties.models import Institution
from parties.selectors import institution_of_kind
from risk.models import BankRisk, Claim, FeePool


def lock_bank(bank: Institution | int) -> BankRisk:
    """Return the bank's row of risk, locked until the transaction ends. First in the order. Source: FP 1.5.3; D20."""
    key = bank if isinstance(bank, int) else bank.pk
    BankRisk.objects.bulk_create([BankRisk(bank_id=key)], ignore_conflicts=True)
    return BankRisk.objects.select_for_update(of=("self",)).select_related("bank").get(bank=key)


def lock_claim(claim: Claim) -> Claim:
    """Return the claim fetched anew and locked; the bank's row is held already. Second in the order."""
    rows = Claim.objects.select_related("loan__policy_version", "loan__district", "loan__enterprise", "bank", "bad_debt", "deadline")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=claim.pk)


def lock_fee_pool() -> FeePool:
    """Return the row of the fee pool, locked until the transaction ends; opened the first time. After any loan. Source: FP 1.5.2(2)."""
    holder = institution_of_kind(InstitutionKind.FUND_OFFICE)
    FeePool.objects.bulk_create([FeePool(holder=holder)], ignore_conflicts=True)
    return FeePool.objects.select_for_update().get(holder=holder)
