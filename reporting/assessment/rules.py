"""Both tests of a year by whole numbers, and which bank the plan would have leave, with the working."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from policy.terms.model import Response
from reporting.response_rates.rules import is_at_least


class Criterion(StrEnum):
    """By what two banks are told apart, in this order. Source: D9."""

    RATE = "rate"
    SME_RATE = "sme_rate"
    MEAN_DAYS = "mean_days"
    APPLICATIONS = "applications"
    MEETING = "meeting"  # nothing told them apart


class Test(StrEnum):
    """Which of the plan's two tests. Source: FP 2.2.1, FP 2.2.2."""

    __test__ = False  # no test of pytest's
    ALL = "all"
    SME = "sme"


@dataclass(frozen=True, slots=True, kw_only=True)
class BankYear:
    """
    A bank's locked year: enterprises in time and matured, of all sizes and of micro to medium ones, and its applications.

    ``decision_days`` is the sum of working days to the decision over ``decisions`` applications; ``applications`` are those that matured.
    """

    bank_id: int
    in_time: int
    matured: int
    sme_in_time: int
    sme_matured: int
    decision_days: int
    decisions: int
    applications: int

    def pair(self, test: Test) -> tuple[int, int]:
        """Return numerator and denominator of a test."""
        return (self.in_time, self.matured) if test == Test.ALL else (self.sme_in_time, self.sme_matured)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """
    What one test comes to. ``passes`` of ``None``: not applicable, no enterprise matured.

    ``compared`` are the banks with enough matured enterprises, the one to leave first; ``too_few`` the others. ``named`` is empty where
    the test passes or nobody can be compared, and holds several banks where nothing tells them apart; ``decided_by`` is what singled
    them out.
    """

    test: Test
    in_time: int
    matured: int
    threshold: Decimal
    passes: bool | None
    compared: tuple[BankYear, ...] = ()
    too_few: tuple[BankYear, ...] = ()
    named: tuple[int, ...] = ()
    decided_by: Criterion | None = None


def proposal(test: Test, *, fund: tuple[int, int], banks: Sequence[BankYear], terms: Response) -> Proposal:
    """
    Return whether the fund keeps the threshold and, where it does not, which bank leaves: the lowest rate of those with enough enterprises.

    Ties: the lower rate of micro to medium enterprises, the longer mean of days to the decision, more applications; then the meeting.

    Source: FP 2.2.1, FP 2.2.2; D8, D9, D45.
    """
    in_time, matured = fund
    threshold = terms.threshold_rate if test == Test.ALL else terms.sme_threshold_rate
    passes = is_at_least(in_time, matured, threshold=threshold)
    enough = [bank for bank in banks if bank.pair(test)[1] >= terms.min_applications]
    compared = tuple(sorted(enough, key=lambda bank: _order(bank, test)))
    too_few = tuple(bank for bank in banks if bank not in enough)
    named, decided_by = _named(compared, test) if passes is False else ((), None)
    return Proposal(
        test=test, in_time=in_time, matured=matured, threshold=threshold, passes=passes, compared=compared, too_few=too_few,
        named=named, decided_by=decided_by,
    )  # fmt: skip


def mean_days(bank: BankYear) -> Fraction:
    """Return the mean of working days to the decision; 0 of a bank that decided nothing. Source: D9, D45."""
    return Fraction(bank.decision_days, bank.decisions) if bank.decisions else Fraction(0)


def _order(bank: BankYear, test: Test) -> tuple[Fraction, Fraction, Fraction, int]:
    """Return by what banks are put in order, the one to leave first; exact, so that rounding makes no tie."""
    sme = Fraction(bank.sme_in_time, bank.sme_matured) if bank.sme_matured else Fraction(2)  # without any: not the lower of the two
    return Fraction(*bank.pair(test)), sme, -mean_days(bank), -bank.applications


_CRITERIA = (Criterion.RATE, Criterion.SME_RATE, Criterion.MEAN_DAYS, Criterion.APPLICATIONS)


def _named(compared: Sequence[BankYear], test: Test) -> tuple[tuple[int, ...], Criterion | None]:
    """Return the first of the order with what sets it apart from the second, or all that are level to the end."""
    if not compared:
        return (), None
    keys = [_order(bank, test) for bank in compared]
    level = [bank for bank, key in zip(compared, keys, strict=True) if key == keys[0]]
    if len(level) > 1:
        return tuple(bank.bank_id for bank in level), Criterion.MEETING
    if len(keys) == 1:
        return (compared[0].bank_id,), Criterion.RATE
    apart = next(i for i, (first, second) in enumerate(zip(keys[0], keys[1], strict=True)) if first != second)
    return (compared[0].bank_id,), _CRITERIA[apart]
