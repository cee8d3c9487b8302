"""What a drawdown needs beyond room in its contract: availability, guarantee, listing, caps; and what the first one fixes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from common.enums import Mode
from common.errors import DomainError
from loans.models import Contribution, Guarantee, Loan, LoanRate, Movement
from loans.rules.balances import RunningBalance
from loans.rules.caps import require_headroom
from loans.rules.dates import RateDecision, contribution_of, earning_end, rates_of_loan, require_maturity
from loans.selectors.caps import CommitmentSnapshot, case_of_loan
from loans.services.approval import EntryRemoved
from loans.services.locks import locked_commitment_snapshot
from loans.services.movements.batch import Item, at_item
from parties.models import TaxHome
from parties.selectors import NoTaxHome
from policy.models import ReturnRate
from policy.selectors.rates import NoReturnRate
from policy.selectors.versions import version_for
from whitelist.selectors.entries import is_open_for_drawdown

FROZEN_FIELDS = ["first_drawdown_on", "return_rate", "district", "earns_until"]


class NotAvailable(DomainError):
    """Outside the days on which the contract lets draw."""

    code = "not_available"
    sentence = "合同 {contract_number} 的可提款期为 {signed_on} 至 {available_until}（不含），{value_on} 不能放款。"
    clause = "FP 1.6.3"


class GuaranteeMissing(DomainError):
    """A special-mode credit R&D loan without its guarantee."""

    code = "guarantee_missing"
    sentence = "合同 {contract_number} 为专项贷款模式的企业研发投入信用贷款，首次放款前须先登记担保。"
    clause = "FP 1.5.2(1)"


def require_drawable(items: Sequence[Item], *, of: int) -> None:
    """
    Refuse drawdowns outside the availability period, without the guarantee they need, or of an entry off the list.

    Raises:
        NotAvailable, GuaranteeMissing, EntryRemoved.

    Source: FP 1.5.2(1), FP 1.6.1(3), FP 1.6.3; D27, D36, D37.
    """
    needing = [item.row.loan_id for item in items if item.row.loan.needs_guarantee]
    guaranteed = set(Guarantee.objects.filter(loan__in=needing).values_list("loan_id", flat=True)) if needing else set()
    for item in items:
        loan = item.row.loan
        with at_item(item.position, of=of):
            if not loan.signed_on <= item.row.value_on < loan.available_until:
                raise NotAvailable(
                    contract_number=loan.contract_number,
                    signed_on=loan.signed_on,
                    available_until=loan.available_until,
                    value_on=item.row.value_on,
                    field="value_on",
                )
            if loan.needs_guarantee and loan.pk not in guaranteed:
                raise GuaranteeMissing(contract_number=loan.contract_number)
            _require_listed(loan, on=item.row.value_on)


def _require_listed(loan: Loan, *, on: date) -> None:
    """Refuse a drawdown of an entry removed by that day; expiry stops applications only. Source: D27."""
    entry = loan.application.entry
    if not is_open_for_drawdown(entry) and (entry.removed_on is None or entry.removed_on <= on):
        raise EntryRemoved(entry=entry)


def require_caps(items: Sequence[Item], *, today: date, of: int) -> None:
    """
    Check every cap for every drawdown, under locks, each item after those before it.

    What the loan itself keeps free does not stand in its own way, so a drawdown within its approval passes unless a cap shrank.

    Raises:
        OverCap: with the headroom left, per cap and clause.

    Source: FP 1.2.1, FP 1.2.2, FP 1.3; D2, D3, D38-D40.
    """
    cases = {item.row.loan_id: case_of_loan(item.row.loan) for item in items}
    snapshot: CommitmentSnapshot = locked_commitment_snapshot(cases.values(), on=today)
    kept = {item.row.loan_id: item.row.loan.committed_on(today).undrawn for item in items}
    for item in items:
        loan, amount = item.row.loan_id, item.row.amount
        with at_item(item.position, of=of):
            require_headroom(snapshot.headroom(cases[loan], freed=kept[loan]), amount=amount)
        freed = min(amount, kept[loan])
        kept[loan] -= freed
        snapshot.draw(cases[loan], amount, freed=freed)


def fix_first_drawdowns(balances: Mapping[int, RunningBalance], loans: Sequence[Loan]) -> list[Loan]:
    """
    Fix rate, county and end of subsidy of the loans whose first drawdown day is new, and return those loans.

    A reversal or a back-dated drawdown may move the first day: everything is then fixed anew by that day, or released where nothing is
    drawn any more.

    Raises:
        MaturityTooLate: the contract runs longer than the plan allows, counted from that day.
        NoTaxHome, NoReturnRate: the county or the rate of that day is not known.

    Source: FP 1.4.1, FP 1.4.2; D11, D12, D14, D39.
    """
    moved = [loan for loan in loans if balances[loan.pk].first_drawdown_on != loan.first_drawdown_on]
    if not moved:
        return []
    fixed_before = [loan for loan in moved if loan.first_drawdown_on is not None]
    decisions = list(ReturnRate.objects.order_by("effective_on"))
    homes = _tax_homes(moved)
    rates: list[LoanRate] = []
    for loan in moved:
        first_on = balances[loan.pk].first_drawdown_on
        if first_on is None:
            loan.first_drawdown_on = loan.return_rate = loan.district = loan.earns_until = None
            continue
        rates += _fix(loan, first_on, decisions, homes[loan.enterprise_id])
    Loan.objects.bulk_update(moved, FROZEN_FIELDS)
    if fixed_before:
        LoanRate.objects.filter(loan__in=fixed_before).delete()
    LoanRate.objects.bulk_create(rates)
    return moved


def _fix(loan: Loan, first_on: date, decisions: Sequence[ReturnRate], homes: Sequence[TaxHome]) -> list[LoanRate]:
    """Set what the first drawdown fixes on one loan, in memory, and return its dated rates."""
    max_years = version_for(loan.policy_version).terms.loan.max_term_years
    require_maturity(matures_on=loan.matures_on, first_drawdown_on=first_on, max_term_years=max_years)
    home = next((h for h in homes if h.from_on <= first_on and (h.until_on is None or first_on < h.until_on)), None)
    if home is None:
        raise NoTaxHome(enterprise=loan.enterprise.name, on=first_on)
    by_id = {decision.pk: decision for decision in decisions}
    dated = rates_of_loan(
        [RateDecision(id=d.pk, rate=d.rate, effective_on=d.effective_on, running_loans_from=d.running_loans_from) for d in decisions],
        first_drawdown_on=first_on,
    )
    if not dated:
        raise NoReturnRate(day=first_on)
    loan.first_drawdown_on, loan.district = first_on, home.district
    loan.return_rate = by_id[dated[0].decision_id]
    loan.earns_until = earning_end(matures_on=loan.matures_on, first_drawdown_on=first_on, max_term_years=max_years)
    return [LoanRate(loan=loan, from_on=r.from_on, rate=r.rate, return_rate=by_id[r.decision_id]) for r in dated]


def _tax_homes(loans: Sequence[Loan]) -> Mapping[int, list[TaxHome]]:
    homes: dict[int, list[TaxHome]] = defaultdict(list)
    for home in TaxHome.objects.filter(enterprise__in={loan.enterprise_id for loan in loans}).select_related("district"):
        homes[home.enterprise_id].append(home)
    return homes


def contributions_of(movements: Sequence[Movement], loans: Mapping[int, Loan]) -> list[Contribution]:
    """Return who put up each trust-mode drawdown, not saved; a reversal takes the same parts back. Source: FP 1.3; D35."""
    trusts = [movement for movement in movements if loans[movement.loan_id].mode == Mode.TRUST and movement.drawn != 0]
    found = []
    for movement in trusts:
        share = version_for(loans[movement.loan_id].policy_version).terms.risk.government_contribution.trust
        government, bank = contribution_of(movement.amount, government_share=share)
        sign = 1 if movement.drawn > 0 else -1
        found.append(Contribution(movement=movement, government=sign * government, bank=sign * bank))
    return found
