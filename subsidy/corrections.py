"""Return rates and tenders typed wrong are put right; and which settlements go back first. See ``parties.corrections``."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, Q

from common.dates import BEGINS, HAPPENED, SHANGHAI
from common.enums import Category
from common.errors import FieldProblem, InvalidInput
from loans.models import Loan, LoanRate, UseOfFundsCheck
from loans.services.return_rates import apply_return_rates
from parties.corrections import Correctable, Facts, register_rest, register_table
from parties.models import Member
from parties.selectors import system_member
from policy.access import KEEPERS
from policy.locks import Lock, hold
from policy.models import ReturnRate
from policy.services.rates import RateNotLater, RunningLoansBeforeEffect
from subsidy.enums import SettlementState, TenderState
from subsidy.models import RateDecision, Settlement, Tender
from subsidy.rules import WeightedRate, blended_rate
from subsidy.services.tenders import HOLDERS, ClosingTooEarly

WEIGHTS = ("fixed_asset_weight", "rd_weight")
WAITING_TO_BE_FILED = (SettlementState.CONFIRMED, SettlementState.REVIEWED)


def settlements_of_rate(row: ReturnRate, before: Facts, after: Facts | None) -> Iterable[str]:
    """
    Return the settlements, confirmed and not yet filed, that were computed by the rate: they are sent back first.

    Filed ones stand for good; the next settlement adjusts them by itself. Source: FP 1.4.2; D13, D14.
    """
    days = [facts[name] for facts in (before, after or {}) for name in ("effective_on", "running_loans_from") if facts.get(name)]
    same = after is not None and all(before[name] == after[name] for name in ("effective_on", "running_loans_from"))
    if same or not days:
        return
    waiting = Settlement.objects.filter(state__in=WAITING_TO_BE_FILED, until_on__gt=min(days)).select_related("bank")
    for one in waiting.order_by("year", "quarter", "bank"):
        yield f"贴息结算 {one}（{one.get_state_display()}）已按此利率计算，须先退回重算"


def loans_of_rate(row: ReturnRate, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the loans whose return rate was fixed by the rate whose weights would change. Source: FP 1.4.2; D14."""
    fixed = Loan.objects.filter(Q(return_rate=row) | Q(rates__return_rate=row)).select_related("bank").distinct()
    for loan in fixed.order_by("first_drawdown_on", "id"):
        yield f"贷款 {loan.contract_number}（{loan.bank}）已按此利率核定，须先冲正放款；不能冲正的，请另作决定，自更晚的日期起执行"


def settlements_of_use_check(row: UseOfFundsCheck, before: Facts, after: Facts | None) -> Iterable[str]:
    """Return the settlements, confirmed and not yet filed, that were computed by the day of misuse. Source: FP 1.6.3; D11, D13."""
    days = {facts["misuse_from"] for facts in (before, after or {"misuse_from": None})}
    if len(days) == 1:
        return
    first = min(day for day in days if day is not None)
    waiting = Settlement.objects.filter(state__in=WAITING_TO_BE_FILED, bank=row.loan.bank_id, mode=row.loan.mode, until_on__gt=first)
    for one in waiting.select_related("bank").order_by("year", "quarter"):
        yield f"贴息结算 {one}（{one.get_state_display()}）已按此计算，须先退回重算"


def _has_decision(member: Member, row: ReturnRate) -> bool:
    return RateDecision.objects.filter(return_rate=row).exists()


def _weights(row: ReturnRate, part: str) -> dict[str, Any]:
    """Return the weights of the decision behind a rate, with what follows from them; ``None`` of a rate without tenders."""
    decision = RateDecision.objects.filter(return_rate=row).first()
    facts = {name: getattr(decision, name, None) for name in (*WEIGHTS, "weights_given")}
    return facts | {"rate": row.rate, "weights": row.weights}


def _weighed(row: ReturnRate, facts: Facts) -> Facts:
    """Return the weights with the rate that follows from them."""
    decision = RateDecision.objects.select_related("fixed_asset", "rd").get(return_rate=row)
    if any(facts[name] < 0 for name in WEIGHTS):
        raise InvalidInput(errors=[FieldProblem(WEIGHTS[0], "negative", "权重不得为负。")])
    results = {Category.FIXED_ASSET: decision.fixed_asset.result, Category.RD: decision.rd.result}
    parts = [WeightedRate(rate or Decimal(0), facts[name]) for rate, name in zip(results.values(), WEIGHTS, strict=True)]
    weights = {category.value: str(facts[name]) for category, name in zip(results, WEIGHTS, strict=True)}
    return {**facts, "weights_given": True, "rate": blended_rate(parts), "weights": weights}


def _put_weights(row: ReturnRate, part: str, facts: Facts, *, actor: Member, at: datetime) -> None:
    """Write the checked weights into the decision, and the rate into the rulebook."""
    given = {name: facts[name] for name in (*WEIGHTS, "weights_given", "rate")}
    RateDecision.objects.filter(return_rate=row).update(**given)
    row.rate, row.weights = facts["rate"], facts["weights"]
    row.save(update_fields=["rate", "weights"])


def _check_rate(row: ReturnRate, facts: Mapping[str, Any]) -> None:
    """Refuse a day beyond a neighbour's, one that leaves loans without a rate, and running loans before the rate's own day."""
    hold(Lock.RATES)
    effective_on: date = facts["effective_on"]
    running = facts["running_loans_from"]
    if running is not None and running < effective_on:
        raise RunningLoansBeforeEffect(running_loans_from=running, effective_on=effective_on)
    others = ReturnRate.objects.exclude(pk=row.pk)
    for other in others:
        if (other.effective_on < row.effective_on) != (other.effective_on < effective_on) or other.effective_on == effective_on:
            raise RateNotLater(effective_on=other.effective_on)
    bare = Loan.objects.filter(first_drawdown_on__lt=effective_on, first_drawdown_on__gte=row.effective_on)
    if not others.filter(effective_on__lt=effective_on).exists() and bare.exists():
        sentence = f"{row.effective_on} 至 {effective_on} 之间已有首次放款的贷款，更正后这些贷款没有可适用的回报利率。"
        raise InvalidInput(errors=[FieldProblem("effective_on", "no_return_rate", sentence)])


def _clear_rate(row: ReturnRate) -> None:
    """Take away the decision behind a rate that does not hold yet, and what running loans would have got by it."""
    RateDecision.objects.filter(return_rate=row).delete()
    LoanRate.objects.filter(return_rate=row).delete()


def _settle_rate(row: ReturnRate, before: Facts, after: Facts | None, *, at: datetime) -> None:
    """Fix the rates of loans anew by the decisions as they stand now. Source: FP 1.4.2; D14."""
    if after is not None:
        RateDecision.objects.filter(return_rate=row).update(decided_on=row.decided_on)
        if all(before[name] == after[name] for name in ("effective_on", "running_loans_from")):
            return
        LoanRate.objects.filter(return_rate=row, from_on__gt=F("loan__first_drawdown_on")).delete()
    apply_return_rates(actor=system_member(), at=at)


def _check_tender(row: Tender, facts: Mapping[str, Any]) -> None:
    """
    Refuse to move what an award rests on, once bidding is over, and to bring the closing forward.

    Banks may have bid for the closing they knew, and nobody may learn whether they did. Source: FP 1.4.2.
    """
    moved = any(facts[name] != getattr(row, name) for name in ("opened_on", "closes_at", "planned_volume"))
    if moved and row.state != TenderState.OPEN:
        raise InvalidInput(errors=[FieldProblem("closes_at", "closed", "投标已截止，日期和计划规模不能更正；只能更正名称和文号。")])
    closes_at: datetime | None = facts["closes_at"]
    if closes_at is not None and row.closes_at is not None and closes_at < row.closes_at:
        sentence = "截止时间只能推迟，不能提前；如需提前，请以新的文号另行招标。"
        raise InvalidInput(errors=[FieldProblem("closes_at", "earlier", sentence)])
    if closes_at is not None and closes_at.astimezone(SHANGHAI).date() < facts["opened_on"]:
        raise ClosingTooEarly(field="closes_at")


register_table(
    Correctable(
        name="return_rate",
        label="银行回报利率",
        model=ReturnRate,
        facts=("effective_on", "running_loans_from", "decided_on", "document_number"),
        keepers=KEEPERS,
        clause="FP 1.4.2, D14",
        begins="effective_on",
        days={"effective_on": BEGINS, "running_loans_from": BEGINS, "decided_on": HAPPENED},
        check=_check_rate,
        clear=_clear_rate,
        settle=_settle_rate,
    ),
    Correctable(
        name="tender",
        label="利率招标",
        model=Tender,
        facts=("name", "document_number", "opened_on", "closes_at", "planned_volume"),
        keepers=HOLDERS,
        clause="FP 1.4.2",
        days={"opened_on": BEGINS},
        removable=False,
        check=_check_tender,
    ),
)
register_table(
    Correctable(
        name="rate_weights",
        label="综合利率权重",
        model=ReturnRate,
        facts_model=RateDecision,
        facts=WEIGHTS,
        step="put-weights-right",
        keepers=HOLDERS,
        clause="FP 1.4.2, D14",
        begins="effective_on",
        removable=False,
        may=_has_decision,
        complete=_weighed,
        find=_weights,
        put=_put_weights,
    ),
)
register_rest("return_rate", settlements_of_rate)
register_rest("rate_weights", loans_of_rate)
register_rest("use_check", settlements_of_use_check)
