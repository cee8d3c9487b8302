"""One quarter's settlement through the service, beside the same arithmetic as one hand-written statement; and how it grows."""

from argparse import Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median
from zoneinfo import ZoneInfo

from django.db import connection

from benchmarks.database import checkpoint, scratch, triggers_at_rest, use
from benchmarks.measure import Result, Timings, at_most, say, seconds, timed
from benchmarks.portfolio import Kind, World, add_loans, world
from common.enums import Mode
from parties.models import Institution, Member
from parties.selectors import system_member
from subsidy.services.drafts import draft_settlement

YEAR, QUARTER = 2024, 2
FROM_ON, UNTIL_ON = date(2024, 3, 21), date(2024, 6, 21)
AT = datetime(2024, 6, 21, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
# Drawn from February on: of each loan's four movements some lie before the quarter, most in it, and for late loans the last after it.
KIND = Kind(drawn_on=date(2024, 2, 1), drawn_within_days=45)
WRITTEN = ("subsidy_line", "subsidy_share", "subsidy_revision", "subsidy_settlement", "bench_line")

# The table has the columns, keys, checks, foreign keys and indexes of the product's, but no triggers.
_TABLE = """
CREATE TABLE bench_revision (id bigint PRIMARY KEY);
INSERT INTO bench_revision VALUES (1);
CREATE TABLE bench_line (LIKE subsidy_line INCLUDING ALL);
ALTER TABLE bench_line ADD FOREIGN KEY (revision_id) REFERENCES bench_revision DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE bench_line ADD FOREIGN KEY (loan_id) REFERENCES loans_loan DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE bench_line ADD FOREIGN KEY (district_id) REFERENCES parties_district DEFERRABLE INITIALLY DEFERRED;
"""
_BY_HAND = """
WITH stretch AS (
    SELECT m.loan_id, GREATEST(m.value_on, %(from_on)s) AS from_on,
        lead(GREATEST(m.value_on, %(from_on)s), 1, LEAST(%(until_on)s, l.earns_until, l.subsidy_stopped_on)) OVER w AS until_on,
        sum(m.performing) OVER w AS balance
    FROM loans_loan l JOIN loans_movement m ON m.loan_id = l.id AND m.value_on < LEAST(%(until_on)s, l.earns_until, l.subsidy_stopped_on)
    WHERE l.bank_id = %(bank)s AND l.mode = 'special' AND LEAST(l.earns_until, l.subsidy_stopped_on) > %(from_on)s
    WINDOW w AS (PARTITION BY m.loan_id ORDER BY m.value_on, m.id ROWS UNBOUNDED PRECEDING)
), rate AS (
    SELECT loan_id, rate, from_on, lead(from_on, 1, 'infinity') OVER (PARTITION BY loan_id ORDER BY from_on) AS until_on FROM loans_loanrate
), earned AS (
    SELECT s.loan_id, max(rate) AS rate, sum(days) AS days, sum(balance * rate * days) AS bank, sum(balance * days) AS principal
    FROM stretch s JOIN rate r ON r.loan_id = s.loan_id AND r.from_on < s.until_on AND r.until_on > s.from_on
    CROSS JOIN LATERAL (SELECT LEAST(s.until_on, r.until_on) - GREATEST(s.from_on, r.from_on) AS days) AS d
    WHERE s.until_on > s.from_on AND s.balance > 0
    GROUP BY s.loan_id
), interest AS (
    SELECT e.loan_id, e.rate, e.days, l.district_id, l.earns_until, l.subsidy_stopped_on,
        round(e.bank / 360, 2) AS bank, round(e.principal * l.enterprise_rate / 360, 2) AS enterprise
    FROM earned e JOIN loans_loan l ON l.id = e.loan_id
)
INSERT INTO bench_line (revision_id, loan_id, district_id, year, quarter, days, earns_until, stopped_on, first_rate, county_share,
    bank_interest, enterprise_interest, settled, subsidy)
SELECT 1, loan_id, district_id, 2024, 2, days, earns_until, subsidy_stopped_on, rate, 0.5, bank, enterprise, 0,
    GREATEST(bank - enterprise, 0)
FROM interest
"""


@dataclass(frozen=True, slots=True)
class Place:
    """A database with so many loans, and who settles them."""

    database: str
    loans: int
    bank: Institution
    actor: Member

    def service(self) -> None:
        """Draft the settlement as the job does."""
        draft_settlement(bank=self.bank, mode=Mode.SPECIAL, year=YEAR, quarter=QUARTER, actor=self.actor, at=AT)

    def by_hand(self) -> None:
        """Run the one hand-written statement."""
        with connection.cursor() as cursor:
            cursor.execute(_BY_HAND, {"bank": self.bank.pk, "from_on": FROM_ON, "until_on": UNTIL_ON})

    def undo(self) -> None:
        """Take back what both wrote."""
        with triggers_at_rest(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")  # where a transaction goes on, nothing is pending
            cursor.execute(f"TRUNCATE {', '.join(WRITTEN)} CASCADE")
        checkpoint()


def measure(options: Namespace) -> Iterator[Result]:
    """Yield the service beside the statement for each number of loans, then the largest beside the smallest."""
    with ExitStack() as stack:
        places = [_loaded(stack, loans) for loans in sorted(options.loans)]
        timings = _in_turn(places, options.rounds)
        for place, taken in zip(places, timings, strict=True):
            yield taken.times(f"settlement of {place.loans:,} loans: service, hand-written statement", bar=at_most(1.5))
        if len(places) > 1:
            yield _growth(places, timings)


def _loaded(stack: ExitStack, loans: int) -> Place:
    """Return a database with so many loans, dropped with the stack."""
    name = stack.enter_context(scratch(f"settlement_{loans}"))
    here: World = world()
    with connection.cursor() as cursor:
        cursor.execute(_TABLE)
    add_loans(here, loans, KIND)
    return Place(name, loans, here.bank, system_member())


def _in_turn(places: list[Place], rounds: int) -> list[Timings]:
    """Return the times of both at each place; rounds go from place to place, so that the machine's load falls on all alike."""
    timings = [Timings([], []) for _ in places]
    for number in range(rounds + 1):
        for place, taken in zip(places, timings, strict=True):
            use(place.database)
            place.undo()
            ours = beside = 0.0
            for is_ours in (True, False) if number % 2 else (False, True):
                if is_ours:
                    ours = timed(place.service)
                else:
                    beside = timed(place.by_hand)
            _require_same(place)
            if number:  # the first round warms up
                taken.ours.append(ours)
                taken.beside.append(beside)
            say(f"round {number}/{rounds}, {place.loans:,} loans: {ours:.2f} s, by hand {beside:.2f} s")
    return timings


def _growth(places: list[Place], timings: list[Timings]) -> Result:
    """Return the line that compares the most loans with the fewest; linear growth would be their quotient."""
    few, many = timings[0].ours, timings[-1].ours
    quotient = places[-1].loans / places[0].loans
    return Result(
        name=f"settlement of {places[-1].loans:,} loans, of {places[0].loans:,} ({quotient:g} times fewer)",
        ours=seconds(median(many)),
        beside=seconds(median(few)),
        ratio=median(more / less for more, less in zip(many, few, strict=True)),
        bar=at_most(1.2 * quotient),
    )


def _require_same(place: Place) -> None:
    """Refuse to compare two computations that do not agree to the cent."""
    sums = "count(*), sum(days), sum(bank_interest), sum(enterprise_interest), sum(subsidy)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {sums} FROM subsidy_line UNION SELECT {sums} FROM bench_line")
        found = cursor.fetchall()
    if len(found) != 1 or found[0][0] < place.loans:
        raise SystemExit(f"the two computations differ: {found}")
