"""Where the bank's own figures differ from ours, both sums side by side."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from common.money import ZERO
from loans.models import Loan
from subsidy.models import BankFigure, Reconciliation
from subsidy.selectors.segments import OpenedLine, open_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One loan on which we and the bank do not agree. Yuan; ``theirs`` or ``ours`` is ``None`` where that side does not have the loan."""

    loan: Loan
    ours: Decimal | None
    theirs: Decimal | None
    lines: tuple[OpenedLine, ...]

    @property
    def amount(self) -> Decimal:
        """Return ours less theirs."""
        return (self.ours or ZERO) - (self.theirs or ZERO)


def differences(reconciliation: Reconciliation) -> list[Difference]:
    """
    Return the loans whose subsidy in the file is not ours, by contract number, each opened to segments.

    Ours is what the file's revision says of the loan, adjustments included.

    Source: FP 1.6.4.
    """
    revision = reconciliation.revision
    sums = revision.lines.values("loan").annotate(total=Sum("subsidy")).order_by()
    ours = {row["loan"]: row["total"] for row in sums}
    theirs = dict(BankFigure.objects.filter(reconciliation=reconciliation).values_list("loan", "subsidy"))
    apart = [loan for loan in ours.keys() | theirs.keys() if ours.get(loan) != theirs.get(loan)]
    lines: dict[int, list[OpenedLine]] = {}
    chosen = revision.lines.filter(loan__in=apart).select_related("loan__policy_version", "revision__settlement")
    for line in chosen.order_by("year", "quarter"):
        lines.setdefault(line.loan_id, []).append(open_line(line))
    loans = Loan.objects.select_related("enterprise").filter(pk__in=apart).order_by("contract_number")
    return [
        Difference(loan=loan, ours=ours.get(loan.pk), theirs=theirs.get(loan.pk), lines=tuple(lines.get(loan.pk, ()))) for loan in loans
    ]
