"""The SQL of a settlement against the pure rules and the worked examples."""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from common.dates import Period
from common.enums import Mode
from loans.models import Loan, LoanRate
from parties.models import Institution
from subsidy.models import Settlement
from subsidy.rules import DatedRate, LoanInterest, PrincipalMovement, loan_interest, segments
from subsidy.selectors.segments import open_line
from subsidy.services.computation import LoanWithoutRate, compute_revision, known_through
from tests.factories import InstitutionFactory, MemberFactory
from tests.subsidy.factories import make_loan, move, noon
from tests.translations import subsidy_cases, version_1

pytestmark = pytest.mark.django_db
Q2 = Period(date(2024, 3, 21), date(2024, 6, 21))


@pytest.fixture
def bank() -> Institution:
    return InstitutionFactory()


def computed(bank: Institution, period: Period = Q2, mode: str = Mode.SPECIAL) -> Settlement:
    """Return a settlement of any period, computed."""
    settlement = Settlement.objects.create(
        bank=bank,
        mode=mode,
        year=period.last_on.year,
        quarter=(period.last_on.month + 2) // 3,
        from_on=period.from_on,
        until_on=period.until_on,
    )
    actor = MemberFactory.serving("city_industry")
    settlement.current = compute_revision(settlement, reason="", horizon=known_through(), actor=actor, at=noon(2026, 1, 1))
    settlement.save()
    return settlement


def by_rule(loan: Loan, period: Period, *, mode: str = Mode.SPECIAL) -> tuple[int, LoanInterest]:
    """Return what the pure rule says of a loan: days and interest."""
    moved = [PrincipalMovement(on, amount) for on, amount in loan.movements.values_list("value_on", "performing")]
    rates = [DatedRate(rate.from_on, rate.rate) for rate in LoanRate.objects.filter(loan=loan)]
    ends_on = min(day for day in (loan.earns_until, loan.subsidy_stopped_on) if day)
    parts = segments(moved, rates, period, earns_until=ends_on)
    terms = version_1().subsidy
    share = terms.base_share.of(mode)
    interest = loan_interest(parts, enterprise_rate=loan.enterprise_rate, base_share=share, day_count=terms.day_count)
    return sum(part.days for part in parts), interest


@pytest.mark.clause("FP 1.4.1")
@pytest.mark.clause("D10")
@pytest.mark.clause("D11")
@pytest.mark.parametrize("case", subsidy_cases(), ids=lambda case: case["name"])
def test_vectors_through_the_database(bank: Institution, case: dict[str, Any]) -> None:
    asked, answer = case["asked"], case["answer"]
    period = Period(date.fromisoformat(asked["period"]["from"]), date.fromisoformat(asked["period"]["until"]))
    changes = [(date.fromisoformat(m["on"]), m["amount"]) for m in asked["movements"]]
    rates = [(date.fromisoformat(r["from"]), Decimal(r["rate"])) for r in asked["bank_rates"]]
    ends = [date.fromisoformat(asked[key]) for key in ("matures_on",) if asked.get(key)]
    stop = date.fromisoformat(asked["stopped_on"]) if asked.get("stopped_on") else None
    make_loan(bank, changes, rates=rates, earns_until=min(ends, default=None), stopped_on=stop)
    revision = computed(bank, period).current
    assert revision is not None
    lines = list(revision.lines.all())
    assert (revision.city, revision.county) == (Decimal(answer["city"]), Decimal(answer["county"]))
    if not answer["eligible_days"]:
        assert lines == []
        return
    line = lines[0]
    assert line.days == answer["eligible_days"]
    assert line.bank_interest == Decimal(answer["bank_interest"])
    assert line.enterprise_interest == Decimal(answer["enterprise_interest"])
    assert line.subsidy == Decimal(answer["subsidy"])
    assert list(line.flags) == answer["flags"]
    if period.from_on.day != 21:  # the calendar quarter is given for comparison; no settlement has it
        return
    opened = open_line(line)
    assert opened.ties
    assert [(str(s.from_on), str(s.until_on), s.days, s.balance) for s in opened.segments] == [
        (s["from"], s["until"], s["days"], Decimal(s["balance"])) for s in answer["segments"]
    ]


def _random_loans(bank: Institution, mode: str, chance: random.Random) -> list[Loan]:
    loans = []
    for _ in range(60):
        first = date(2023, 11, 1) + timedelta(days=chance.randrange(220))
        balance, changes, on = Decimal(0), [], first
        for _ in range(chance.randrange(1, 8)):
            amount = Decimal(chance.randrange(1, 3 * 10**9)).scaleb(-2)
            change = amount if not balance or chance.random() < 0.4 else -min(balance, amount)
            changes.append((on, change))
            balance += change
            on += timedelta(days=chance.choice([0, 0, 1, 7, 30, 45]))
        rates = [(first, Decimal(chance.randrange(15000, 40000)).scaleb(-6))]
        if chance.random() < 0.3:
            rates.append((first + timedelta(days=chance.randrange(1, 200)), Decimal("0.0295")))
        ends = first + timedelta(days=chance.choice([30, 90, 150, 1800]))
        stop = first + timedelta(days=chance.randrange(1, 200)) if chance.random() < 0.2 else None
        loans.append(make_loan(bank, changes, mode=mode, rates=rates, earns_until=ends, stopped_on=stop))
    return loans


@pytest.mark.clause("D11")
@pytest.mark.clause("D35")
@pytest.mark.parametrize("mode", Mode.values)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sql_agrees_with_the_rule_on_any_loans(bank: Institution, mode: str, seed: int) -> None:
    loans = _random_loans(bank, mode, random.Random(seed))
    lines = {line.loan_id: line for line in computed(bank, mode=mode).current.lines.all()}  # type: ignore[union-attr]
    earning = 0
    for loan in loans:
        days, interest = by_rule(loan, Q2, mode=mode)
        line = lines.pop(loan.pk, None)
        if not days:
            assert line is None
            continue
        earning += 1
        assert line is not None
        assert (line.days, line.bank_interest, line.enterprise_interest) == (days, interest.bank, interest.enterprise)
        assert line.subsidy == interest.subsidy
        assert open_line(line).ties
    assert not lines
    assert earning > 20


@pytest.mark.clause("D12")
def test_county_rounds_down_on_the_sum_and_the_city_takes_the_odd_cent(bank: Institution) -> None:
    # one day of 180,000.00 at 3.15 % less 2 %: 15.75 - 10.00 = 5.75; of 180,360.00: 15.78 - 10.02 = 5.76
    for amount in ("180000", "180000", "180360"):
        make_loan(bank, [(date(2024, 6, 20), amount)], district="石狮市")
    make_loan(bank, [(date(2024, 6, 20), "180000")], district="安溪县")
    shares = {share.district.name: share for share in computed(bank).current.shares.all()}  # type: ignore[union-attr]
    assert (shares["石狮市"].subsidy, shares["石狮市"].city, shares["石狮市"].county) == tuple(map(Decimal, ("17.26", "8.63", "8.63")))
    assert (shares["安溪县"].subsidy, shares["安溪县"].city, shares["安溪县"].county) == tuple(map(Decimal, ("5.75", "2.88", "2.87")))


def test_other_banks_and_the_other_mode_stay_out(bank: Institution) -> None:
    make_loan(bank)
    make_loan(bank, mode=Mode.TRUST)
    make_loan(InstitutionFactory())
    assert computed(bank).current.line_count == 1  # type: ignore[union-attr]


def test_a_loan_with_principal_but_no_rate_is_refused(bank: Institution) -> None:
    make_loan(bank)
    bare = make_loan(bank, rates=[])
    with pytest.raises(LoanWithoutRate, match=bare.contract_number):
        computed(bank)


def test_what_is_recorded_after_the_horizon_is_not_in_the_sum(bank: Institution) -> None:
    loan = make_loan(bank)
    settlement = Settlement.objects.create(bank=bank, mode="special", year=2024, quarter=2, from_on=Q2.from_on, until_on=Q2.until_on)
    horizon = known_through()
    move(loan, [(date(2024, 4, 1), "-9000000")])
    actor = MemberFactory.serving("city_industry")
    revision = compute_revision(settlement, reason="", horizon=horizon, actor=actor, at=noon(2026, 1, 1))
    line = revision.lines.get()
    assert line.bank_interest == Decimal("80500.00")  # 10,000,000 x 3.15 % x 92 / 360
    assert open_line(line).ties


def test_no_statement_grows_with_the_loans(bank: Institution, django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        make_loan(bank)
    settlement = Settlement.objects.create(bank=bank, mode="special", year=2024, quarter=2, from_on=Q2.from_on, until_on=Q2.until_on)
    actor = MemberFactory.serving("city_industry")
    horizon = known_through()
    with django_assert_max_num_queries(20):
        compute_revision(settlement, reason="", horizon=horizon, actor=actor, at=noon(2026, 1, 1))


def test_half_cents_are_rounded_exactly(bank: Institution) -> None:
    # 100.00 x 0.018 x 1 / 360 = 0.005 exactly: up; at a rate a millionth lower it is below the half cent: down
    make_loan(bank, [(date(2024, 6, 20), "100")], rates=[(date(2024, 6, 20), Decimal("0.018"))])
    make_loan(bank, [(date(2024, 6, 20), "100")], rates=[(date(2024, 6, 20), Decimal("0.017999"))])
    lines = computed(bank).current.lines.order_by("loan_id")  # type: ignore[union-attr]
    assert [line.bank_interest for line in lines] == [Decimal("0.01"), Decimal("0.00")]


def test_the_digest_changes_with_a_single_figure(bank: Institution) -> None:
    loan = make_loan(bank)
    one = computed(bank).current
    move(loan, [(date(2024, 6, 20), "-0.01")])
    again = compute_revision(
        Settlement.objects.get(bank=bank),
        reason="",
        horizon=known_through(),
        actor=MemberFactory.serving("city_industry"),
        at=noon(2026, 1, 1),
    )
    assert one is not None
    assert one.content_sha256 == again.content_sha256  # a cent for a day is no cent of interest
    move(loan, [(date(2024, 6, 1), "-100000")])
    changed = compute_revision(
        Settlement.objects.get(bank=bank),
        reason="",
        horizon=known_through(),
        actor=MemberFactory.serving("city_industry"),
        at=noon(2026, 1, 1),
    )
    assert changed.content_sha256 != one.content_sha256
    assert len({one.sha256, again.sha256, changed.sha256}) == 3
    with connection.cursor() as cursor:
        cursor.execute("SHOW DateStyle")
        assert cursor.fetchone()[0].startswith("ISO")
