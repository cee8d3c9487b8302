"""The return rates of running loans follow the decisions: those that reach them, and those entered after the day they took effect."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery

from audit.services import NewEvent, record_many
from loans.models import Loan, LoanRate
from loans.rules.dates import RateDecision, rates_of_loan
from loans.selectors.visible import scope_of
from parties.access import require
from parties.enums import InstitutionKind
from parties.models import Member
from policy.models import ReturnRate

NEW_RATES = """
INSERT INTO loans_loanrate (loan_id, from_on, rate, return_rate_id)
SELECT loan.id, GREATEST(decided.running_loans_from, loan.first_drawdown_on), decided.rate, decided.id
FROM policy_returnrate AS decided
JOIN loans_loan AS loan ON loan.first_drawdown_on IS NOT NULL
JOIN policy_returnrate AS first_rate ON first_rate.id = loan.return_rate_id
WHERE decided.running_loans_from IS NOT NULL AND first_rate.effective_on < decided.effective_on
  AND loan.first_drawdown_on < decided.effective_on
  AND loan.earns_until > decided.running_loans_from
  AND NOT EXISTS (
    SELECT FROM policy_returnrate AS later
    WHERE later.effective_on > decided.effective_on AND later.running_loans_from <= decided.running_loans_from
  )
ON CONFLICT (loan_id, from_on) DO NOTHING
RETURNING return_rate_id
"""
OLD_RATES = """
DELETE FROM loans_loanrate AS dated
USING policy_returnrate AS decided, policy_returnrate AS own
WHERE own.id = dated.return_rate_id AND decided.running_loans_from IS NOT NULL
  AND own.effective_on < decided.effective_on AND own.running_loans_from >= decided.running_loans_from
  AND dated.from_on >= decided.running_loans_from
  AND dated.from_on > (SELECT first_drawdown_on FROM loans_loan WHERE id = dated.loan_id)
"""


@transaction.atomic
def apply_return_rates(*, actor: Member, at: datetime) -> int:
    """
    Give running loans the dated rate of every decision that reaches them; return how many rates were added.

    A later decision that begins no later than an earlier one takes its place. A decision entered after the day it took effect also holds
    for the loans first drawn since that day: they were fixed by the rate before it. One event per decision, and one per loan fixed anew;
    settlements filed meanwhile are adjusted by the next.

    Source: FP 1.4.2; D13, D14.
    """
    require(actor, InstitutionKind.FUND_OFFICE, InstitutionKind.CITY_INDUSTRY, allow_job=True)
    fixed_anew = _fix_anew(actor=actor, at=at)
    if not ReturnRate.objects.filter(running_loans_from__isnull=False).exists():
        return fixed_anew
    with connection.cursor() as cursor:
        cursor.execute(OLD_RATES)
        cursor.execute(NEW_RATES)
        reached = Counter(decision for (decision,) in cursor.fetchall())
    _log_reach(reached, actor=actor, at=at)
    return fixed_anew + sum(reached.values())


def _fix_anew(*, actor: Member, at: datetime) -> int:
    """Fix the rate of loans anew for whose first drawdown a decision was entered only later; return how many. Source: D14."""
    in_force = ReturnRate.objects.filter(effective_on__lte=OuterRef("first_drawdown_on")).order_by("-effective_on")
    fixed_before = Loan.objects.annotate(in_force=Subquery(in_force.values("pk")[:1])).exclude(return_rate=F("in_force"))
    keys = list(fixed_before.filter(first_drawdown_on__isnull=False).values_list("pk", flat=True))
    if not keys:
        return 0
    loans = list(
        Loan.objects.select_related("return_rate", "application__entry").filter(pk__in=keys, first_drawdown_on__isnull=False)
        .order_by("pk").select_for_update(of=("self",), no_key=True)
    )  # fmt: skip
    decisions = list(ReturnRate.objects.order_by("effective_on"))
    before = {loan.pk: loan.return_rate.rate if loan.return_rate else None for loan in loans}
    rates = [rate for loan in loans for rate in _rates(loan, decisions)]
    Loan.objects.bulk_update(loans, ["return_rate"])
    LoanRate.objects.filter(loan__in=loans).delete()
    LoanRate.objects.bulk_create(rates)
    record_many(
        [
            NewEvent(
                verb="loan.return_rate_fixed_anew",
                obj=loan,
                actor=actor,
                occurred_at=at,
                before={"return_rate": before[loan.pk]},
                after={"return_rate": loan.return_rate.rate if loan.return_rate else None},
                remark=f"回报利率决定 {loan.return_rate.document_number} 在首次放款后录入" if loan.return_rate else "",
                scope=scope_of(loan),
            )
            for loan in loans
        ]
    )
    return len(loans)


def _rates(loan: Loan, decisions: Sequence[ReturnRate]) -> list[LoanRate]:
    """Set the loan's rate in memory and return its dated rates, not saved."""
    assert loan.first_drawdown_on is not None
    by_id = {decision.pk: decision for decision in decisions}
    known = [RateDecision(id=d.pk, rate=d.rate, effective_on=d.effective_on, running_loans_from=d.running_loans_from) for d in decisions]
    dated = rates_of_loan(known, first_drawdown_on=loan.first_drawdown_on)
    loan.return_rate = by_id[dated[0].decision_id]
    return [LoanRate(loan=loan, from_on=r.from_on, rate=r.rate, return_rate=by_id[r.decision_id]) for r in dated]


def _log_reach(reached: Counter[int], *, actor: Member, at: datetime) -> None:
    """Write one event per decision: how many loans it gave a new rate."""
    record_many(
        [
            NewEvent(
                verb="return_rate.reached_running_loans",
                obj=decision,
                actor=actor,
                occurred_at=at,
                after={"loans": reached[decision.pk], "rate": decision.rate, "from_on": decision.running_loans_from},
            )
            for decision in ReturnRate.objects.filter(pk__in=reached)
        ]
    )
