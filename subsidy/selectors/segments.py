"""A line opened down to days × balance × rate, exactly as it was computed."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.dates import Period
from loans.models import Movement
from policy.selectors.versions import version_for
from subsidy.models import Line
from subsidy.rules import DatedRate, LoanInterest, PrincipalMovement, Segment, loan_interest, segments

CLAUSES = ("FP 1.4.1", "D10", "D11", "D14")
TRUST_CLAUSES = (*CLAUSES, "D35")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLine:
    """
    A line with what it is made of.

    Interest is Σ days × balance × ``base_share`` × rate / ``day_count``, rounded once per rate; ``interest`` is that sum again and
    equals the line's two figures. ``clauses`` are what the sum rests on.
    """

    line: Line
    period: Period
    segments: tuple[Segment, ...]
    enterprise_rate: Decimal
    base_share: Decimal
    day_count: int
    interest: LoanInterest
    clauses: tuple[str, ...]

    @property
    def ties(self) -> bool:
        """Return whether the segments give the line's figures to the cent."""
        figures = (self.line.days, self.line.bank_interest, self.line.enterprise_interest)
        return figures == (sum(part.days for part in self.segments), self.interest.bank, self.interest.enterprise)


def open_line(line: Line) -> OpenedLine:
    """
    Return the line opened to segments, from what its revision knew: later entries, also back-dated ones, do not show.

    Source: FP 1.4.1; D10, D11, D13, D14, D35.
    """
    settlement = line.revision.settlement
    terms = version_for(line.loan.policy_version).terms.subsidy
    period = line.period_of(settlement)
    parts = tuple(segments(_movements(line), _rates(line), period, earns_until=_ends_on(line))) if line.days else ()
    share = terms.base_share.of(settlement.mode)
    interest = loan_interest(parts, enterprise_rate=line.loan.enterprise_rate, base_share=share, day_count=terms.day_count)
    return OpenedLine(
        line=line,
        period=period,
        segments=parts,
        enterprise_rate=line.loan.enterprise_rate,
        base_share=share,
        day_count=terms.day_count,
        interest=interest,
        clauses=CLAUSES if share == 1 else TRUST_CLAUSES,
    )


def segments_of(line: Line) -> list[Segment]:
    """Return the line's segments: days, balance and bank rate. Source: FP 1.4.1; D10, D11."""
    return list(open_line(line).segments)


def _movements(line: Line) -> list[PrincipalMovement]:
    known = Movement.objects.filter(loan=line.loan_id, pk__lte=line.revision.movements_through)
    return [
        PrincipalMovement(on=on, amount=amount) for on, amount in known.values_list("value_on", "performing").order_by("value_on", "id")
    ]


def _rates(line: Line) -> list[DatedRate]:
    """Return the rates as known then; the first holds from the loan's first day, whenever that came to be. Source: D14."""
    first = [] if line.first_rate is None else [DatedRate(from_on=date.min, rate=line.first_rate)]
    later = [DatedRate(from_on=date.fromisoformat(on), rate=Decimal(rate)) for on, rate in sorted((line.later_rates or {}).items())]
    return first + later


def _ends_on(line: Line) -> date | None:
    """Return the first day that earned nothing, as known then."""
    return min((day for day in (line.earns_until, line.stopped_on) if day is not None), default=None)
