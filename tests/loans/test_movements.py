"""Recording movements: happy, twice, refused without a trace, back-dated, reversed; what the first drawdown fixes."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from common.enums import Mode
from common.errors import NotVisible, ReasonMissing
from loans.enums import LoanStage
from loans.models import Loan, LoanRate, Movement
from loans.rules.balances import Balance, BalanceBelowZero, DrawnOverContract, NotYetDrawn, stage_of
from loans.rules.caps import OverCap
from loans.rules.dates import MaturityTooLate
from loans.selectors.balances import balances_on
from loans.selectors.visible import loans_visible_to, movements_visible_to
from loans.services.approval import EntryRemoved
from loans.services.contracts import record_guarantee
from loans.services.movements import record
from loans.services.movements.batch import (
    AmountInvalid,
    CheckerMissing,
    CheckerOfAnotherHouse,
    DuplicateMovement,
    MovementDated,
    NewReversal,
    ReferenceMissing,
    ReferenceReused,
)
from loans.services.movements.drawdowns import GuaranteeMissing, NotAvailable
from loans.services.movements.record import (
    AlreadyReversed,
    record_cures,
    record_drawdowns,
    record_overdues,
    record_repayments,
    record_reversals,
)
from parties.access import RoleMissing, SamePerson
from parties.models import TaxHome
from parties.selectors import NoTaxHome
from policy.selectors.rates import NoReturnRate
from tests.factories import InstitutionFactory, MemberFactory, seeded_district
from tests.loan_factories import EntryFactory, ReturnRateFactory, noon
from whitelist.models import Entry

pytestmark = pytest.mark.django_db

DRAWN_ON = date(2024, 4, 10)


@pytest.fixture
def loan(scene):
    return scene.signed()


@pytest.fixture
def drawn(scene, loan):
    scene.draw(loan, "6000000.00", DRAWN_ON)
    return Loan.objects.get(pk=loan.pk)


def traces() -> tuple[object, ...]:
    loans = Loan.objects.order_by("pk").values_list("pk", "performing", "overdue", "drawn", "first_drawdown_on", "district_id")
    return Movement.objects.count(), Event.objects.count(), LoanRate.objects.count(), list(loans)


def refuses(error, write):
    """Hold that a refusal leaves no trace, and return it."""
    before = traces()
    with pytest.raises(error) as refused:
        write()
    assert traces() == before
    return refused.value


# drawdowns


@pytest.mark.clause("FP 1.4.1")
def test_the_first_drawdown_fixes_rate_county_and_end(scene, loan):
    ReturnRateFactory(rate=Decimal("0.033000"), effective_on=date(2024, 4, 10), decided_on=date(2024, 4, 1))
    home = TaxHome.objects.get(enterprise=scene.enterprise)
    TaxHome.objects.filter(pk=home.pk).update(until_on=date(2024, 4, 10))
    TaxHome.objects.create(enterprise=scene.enterprise, district=seeded_district("石狮市"), from_on=date(2024, 4, 10))
    scene.draw(loan, "6000000.00", DRAWN_ON)
    loan = Loan.objects.get(pk=loan.pk)
    assert loan.first_drawdown_on == DRAWN_ON
    assert loan.district.name == "石狮市"
    assert loan.return_rate.rate == Decimal("0.033")
    assert loan.earns_until == date(2029, 4, 1)
    assert list(loan.rates.values_list("from_on", "rate")) == [(DRAWN_ON, Decimal("0.033000"))]


@pytest.mark.clause("D12")
@pytest.mark.clause("D14")
def test_later_drawdowns_keep_what_the_first_fixed(scene, drawn):
    ReturnRateFactory(rate=Decimal("0.030000"), effective_on=date(2024, 5, 1), decided_on=date(2024, 5, 1))
    TaxHome.objects.filter(enterprise=scene.enterprise).update(until_on=date(2024, 5, 1))
    TaxHome.objects.create(enterprise=scene.enterprise, district=seeded_district("石狮市"), from_on=date(2024, 5, 1))
    scene.draw(drawn, "4000000.00", date(2024, 5, 20))
    loan = Loan.objects.get(pk=drawn.pk)
    assert (loan.drawn, loan.district.name, loan.return_rate.rate) == (10_000_000, "晋江市", Decimal("0.035"))
    assert loan.rates.count() == 1


def test_without_county_or_rate_nothing_is_drawn(scene, loan):
    TaxHome.objects.filter(enterprise=scene.enterprise).update(until_on=date(2024, 4, 10))
    refuses(NoTaxHome, lambda: scene.draw(loan, "1.00", DRAWN_ON))


def test_without_a_rate_in_force_nothing_is_drawn(scene, loan, monkeypatch):
    monkeypatch.setattr("loans.services.movements.drawdowns.rates_of_loan", lambda decisions, first_drawdown_on: [])
    refuses(NoReturnRate, lambda: scene.draw(loan, "1.00", DRAWN_ON))


@pytest.mark.clause("FP 1.4.1")
def test_the_term_is_checked_again_at_the_first_drawdown(scene):
    loan = scene.sign(scene.conditions_met(), matures_on=date(2029, 4, 11))
    refuses(MaturityTooLate, lambda: scene.draw(loan, "1.00", DRAWN_ON))
    scene.draw(loan, "1.00", date(2024, 4, 11))


@pytest.mark.parametrize(
    ("on", "allowed"),
    [
        pytest.param(date(2024, 4, 1), True, id="签约当日"),
        pytest.param(date(2025, 3, 31), True, id="可提款期最后一日"),
        pytest.param(date(2025, 4, 1), False, id="可提款期结束日"),
    ],
)
def test_availability(scene, loan, on, allowed):
    if allowed:
        assert scene.draw(loan, "1.00", on).value_on == on
    else:
        refuses(NotAvailable, lambda: scene.draw(loan, "1.00", on))


def test_nothing_is_drawn_before_the_contract(scene, loan):
    item = scene.item(loan, "1.00", date(2024, 3, 31), reason="补记")
    write = {"actor": scene.handler, "checked_by": scene.checker, "at": noon(date(2024, 4, 2))}
    refuses(NotAvailable, lambda: record_drawdowns([item], **write))


def test_the_contract_is_the_limit(scene, drawn):
    refuses(DrawnOverContract, lambda: scene.draw(drawn, "4000000.01", date(2024, 5, 20)))
    scene.draw(drawn, "4000000.00", date(2024, 5, 20))


@pytest.mark.clause("FP 1.5.2(1)")
def test_a_credit_rd_loan_is_drawn_only_with_its_guarantee(scene):
    loan = scene.signed(rd=True)
    refuses(GuaranteeMissing, lambda: scene.draw(loan, "1.00", DRAWN_ON))
    given = {"number": "DB-1", "fee_rate": Decimal("0.01"), "is_batch_scheme": True, "actor": scene.handler, "at": noon(DRAWN_ON)}
    record_guarantee(loan_id=loan.public_id, guarantor_id=InstitutionFactory(guarantor=True).public_id, **given)
    scene.draw(loan, "1.00", DRAWN_ON)


@pytest.mark.clause("D27")
def test_expiry_lets_draw_and_removal_does_not(scene, loan):
    Entry.objects.filter(pk=scene.entry.pk).update(state="expired", expired_on=date(2024, 4, 5), expiry_cause="term_over")
    scene.draw(loan, "1.00", DRAWN_ON)
    Entry.objects.filter(pk=scene.entry.pk).update(state="removed", removed_on=date(2024, 5, 1), removal_reason="停产")
    refuses(EntryRemoved, lambda: scene.draw(loan, "1.00", date(2024, 5, 2)))
    late = scene.item(loan, "1.00", date(2024, 4, 30), reason="移出前已放款，补记")
    record_drawdowns([late], actor=scene.handler, checked_by=scene.checker, at=noon(date(2024, 5, 2)))


@pytest.mark.clause("FP 1.3")
def test_trust_drawdowns_are_put_up_five_to_ninety_five(scene):
    loan = scene.signed(mode=Mode.TRUST)
    movement = scene.draw(loan, "1000000.10", DRAWN_ON)
    assert (movement.contribution.government, movement.contribution.bank) == (Decimal("50000.00"), Decimal("950000.10"))
    refuses(RoleMissing, lambda: record_drawdowns([scene.item(loan, "1.00", DRAWN_ON)], actor=scene.handler, at=noon(DRAWN_ON)))
    back = [NewReversal(movement_id=movement.public_id, bank_reference="R1", reason="误记")]
    (reversal,) = record_reversals(back, actor=scene.trustee, checked_by=scene.trustee_checker, at=noon(DRAWN_ON))
    assert (reversal.contribution.government, reversal.contribution.bank) == (Decimal("-50000.00"), Decimal("-950000.10"))


# maker and checker


def test_money_moves_only_with_a_second_person_of_the_house(scene, loan):
    def draw(actor, checker):
        return record_drawdowns([scene.item(loan, "1.00", DRAWN_ON)], actor=actor, checked_by=checker, at=noon(DRAWN_ON))

    refuses(CheckerMissing, lambda: draw(scene.handler, None))
    refuses(SamePerson, lambda: draw(scene.checker, scene.checker))
    refuses(CheckerOfAnotherHouse, lambda: draw(scene.handler, MemberFactory(checker=True)))
    refuses(RoleMissing, lambda: draw(scene.handler, MemberFactory(institution=scene.bank)))
    assert draw(scene.handler, scene.checker)[0].checked_by == scene.checker


def test_a_program_of_the_bank_needs_no_second_person(scene, loan):
    program = MemberFactory(institution=scene.bank, program=True, user=None)
    (movement,) = record_drawdowns([scene.item(loan, "1.00", DRAWN_ON)], actor=program, at=noon(DRAWN_ON))
    assert (movement.made_by_kind, movement.checked_by) == ("program", None)


def test_another_bank_s_loan_does_not_exist(scene, loan):
    refuses(NotVisible, lambda: record_drawdowns([scene.item(loan, "1.00", DRAWN_ON)], actor=MemberFactory(), at=noon(DRAWN_ON)))
    refuses(RoleMissing, lambda: record_repayments([scene.item(loan, "1.00", DRAWN_ON)], actor=scene.owner, at=noon(DRAWN_ON)))


# form


@pytest.mark.parametrize(
    ("amount", "days", "reference", "reason", "refused"),
    [
        ("0.00", 0, "A", "", AmountInvalid),
        ("-1.00", 0, "A", "", AmountInvalid),
        ("1.001", 0, "A", "", AmountInvalid),
        ("1.00", 0, " ", "", ReferenceMissing),
        ("1.00", 1, "A", "", MovementDated),
        ("1.00", -1, "A", " ", ReasonMissing),
    ],
)
def test_movements_that_could_never_stand(scene, drawn, amount, days, reference, reason, refused):
    today = date(2024, 7, 1)
    item = scene.item(drawn, amount, today + timedelta(days), reference=reference, reason=reason)
    refuses(refused, lambda: record_repayments([item], actor=scene.handler, at=noon(today)))


# twice


@pytest.mark.parametrize("service", ["record_repayments", "record_drawdowns"])
def test_the_same_reference_again_gives_the_same_movement(scene, drawn, service):
    item = scene.item(drawn, "1000.00", date(2024, 7, 1), reference="FT-1")
    given = {"actor": scene.handler, "checked_by": scene.checker, "at": noon(date(2024, 7, 1))}
    first = getattr(record, service)([item], **given)
    before = traces()
    assert getattr(record, service)([item], **given) == first
    assert getattr(record, service)([item, item], **given) == first * 2
    assert traces() == before


def test_a_reference_with_other_content_is_refused(scene, drawn):
    given = {"actor": scene.handler, "at": noon(date(2024, 7, 1))}
    record_repayments([scene.item(drawn, "1000.00", date(2024, 7, 1), reference="FT-1")], **given)
    other = scene.item(drawn, "1000.01", date(2024, 7, 1), reference="FT-1")
    refuses(ReferenceReused, lambda: record_repayments([other], **given))
    refuses(ReferenceReused, lambda: record_overdues([scene.item(drawn, "1000.00", date(2024, 7, 1), reference="FT-1")], **given))
    wide = scene.item(drawn, "1000.00", date(2024, 7, 1), reference="ｆｔ－１")
    assert [one.bank_reference for one in record_repayments([wide], **given)] == ["FT-1"]  # the same, however it is written
    pair = [scene.item(drawn, amount, date(2024, 7, 1), reference="FT-2") for amount in ("1.00", "2.00")]
    assert refuses(ReferenceReused, lambda: record_repayments(pair, **given)).errors[0].field == "items.1.bank_reference"


def test_a_batch_stands_or_falls_as_one_and_names_the_item(scene, drawn):
    items = [scene.item(drawn, amount, date(2024, 7, 1)) for amount in ("1000.00", "2000.00", "9000000.00")]
    refused = refuses(BalanceBelowZero, lambda: record_repayments(items, actor=scene.handler, at=noon(date(2024, 7, 1))))
    assert refused.errors[0].field == "items.2.amount"


# repayments, overdue, cure


@pytest.mark.clause("FP 1.6.3")
def test_a_repayment_settles_overdue_first(scene, drawn):
    at = noon(date(2024, 7, 1))
    record_overdues([scene.item(drawn, "1000000.00", date(2024, 7, 1))], actor=scene.handler, at=at)
    movement = scene.repay(drawn, "1500000.00", date(2024, 7, 10))
    assert (movement.overdue, movement.performing) == (Decimal("-1000000.00"), Decimal("-500000.00"))
    assert balances_on([drawn.pk], date(2024, 7, 5))[drawn.pk] == Balance(
        performing=Decimal(5_000_000), overdue=Decimal(1_000_000), drawn=Decimal(6_000_000)
    )
    drawn.refresh_from_db()
    assert drawn.balance.outstanding == 4_500_000


def test_overdue_is_cured_up_to_what_is_overdue(scene, drawn):
    given = {"actor": scene.handler, "at": noon(date(2024, 7, 1))}
    record_overdues([scene.item(drawn, "1000000.00", date(2024, 7, 1))], **given)
    refuses(BalanceBelowZero, lambda: record_cures([scene.item(drawn, "1000000.01", date(2024, 7, 1))], **given))
    record_cures([scene.item(drawn, "1000000.00", date(2024, 7, 1))], **given)
    drawn.refresh_from_db()
    assert (drawn.performing, drawn.overdue) == (6_000_000, 0)


def test_a_late_repayment_counts_from_its_value_date(scene, drawn):
    scene.repay(drawn, "1000000.00", date(2024, 9, 1))
    scene.repay(drawn, "2000000.00", date(2024, 6, 1), at=date(2024, 10, 1), reason="补记6月还款")
    assert balances_on([drawn.pk], date(2024, 5, 31))[drawn.pk].outstanding == 6_000_000
    assert balances_on([drawn.pk], date(2024, 6, 1))[drawn.pk].outstanding == 4_000_000
    refuses(BalanceBelowZero, lambda: scene.repay(drawn, "3000000.01", date(2024, 7, 1), at=date(2024, 10, 1), reason="补记"))
    refuses(NotYetDrawn, lambda: scene.repay(drawn, "1.00", date(2024, 4, 9), at=date(2024, 10, 1), reason="补记"))


# reversals


def reverse(scene, movement, *, reference="CZ-1", reason="误记", on=date(2024, 8, 1)):
    item = NewReversal(movement_id=movement.public_id, bank_reference=reference, reason=reason)
    return record_reversals([item], actor=scene.handler, checked_by=scene.checker, at=noon(on))[0]


def test_a_reversal_takes_back_on_the_same_day(scene, drawn):
    movement = scene.repay(drawn, "1000000.00", date(2024, 7, 1))
    reversal = reverse(scene, movement)
    assert (reversal.value_on, reversal.performing, reversal.recorded_on) == (date(2024, 7, 1), 1_000_000, date(2024, 8, 1))
    assert balances_on([drawn.pk], date(2024, 7, 1))[drawn.pk].outstanding == 6_000_000
    assert reverse(scene, movement) == reversal
    refuses(AlreadyReversed, lambda: reverse(scene, movement, reference="CZ-2"))
    refuses(AlreadyReversed, lambda: reverse(scene, reversal, reference="CZ-3"))


def test_reversals_that_cannot_be(scene, drawn):
    drawdown = drawn.movements.get()
    movement = scene.repay(drawn, "1000000.00", date(2024, 7, 1))
    refuses(BalanceBelowZero, lambda: reverse(scene, drawdown))
    refuses(ReasonMissing, lambda: reverse(scene, movement, reason=" "))
    refuses(ReferenceMissing, lambda: reverse(scene, movement, reference=" "))
    item = NewReversal(movement_id=movement.public_id, bank_reference="CZ-1", reason="误记")
    refuses(CheckerMissing, lambda: record_reversals([item], actor=scene.handler, at=noon(date(2024, 8, 1))))
    twice = [item, NewReversal(movement_id=movement.public_id, bank_reference="CZ-2", reason="误记")]
    given = {"checked_by": scene.checker, "at": noon(date(2024, 8, 1))}
    refuses(DuplicateMovement, lambda: record_reversals(twice, actor=scene.handler, **given))
    refuses(NotVisible, lambda: record_reversals([item], actor=MemberFactory(), **given))


def test_taking_back_the_first_drawdown_releases_and_the_next_fixes_anew(scene, drawn):
    reverse(scene, drawn.movements.get(), on=date(2024, 4, 11))
    loan = Loan.objects.get(pk=drawn.pk)
    assert (loan.first_drawdown_on, loan.return_rate, loan.district, loan.earns_until, loan.rates.count()) == (None, None, None, None, 0)
    scene.draw(loan, "6000000.00", date(2024, 4, 12))
    assert Loan.objects.get(pk=drawn.pk).first_drawdown_on == date(2024, 4, 12)


def test_an_earlier_drawdown_moves_what_the_first_fixed(scene, drawn):
    item = scene.item(drawn, "1.00", date(2024, 4, 5), reason="漏记")
    record_drawdowns([item], actor=scene.handler, checked_by=scene.checker, at=noon(date(2024, 4, 11)))
    loan = Loan.objects.get(pk=drawn.pk)
    assert loan.first_drawdown_on == date(2024, 4, 5)
    assert list(loan.rates.values_list("from_on", flat=True)) == [date(2024, 4, 5)]
    assert Event.objects.filter(verb="loan.first_drawdown_fixed").count() == 2


# reading


def test_balances_and_stages_on_any_day_are_one_query(scene, drawn):
    scene.repay(drawn, "6000000.00", date(2024, 7, 1))
    with CaptureQueriesContext(connection) as queries:
        rows = {day: Loan.objects.with_balances(day).get(pk=drawn.pk) for day in (date(2024, 4, 9), DRAWN_ON, date(2025, 4, 1))}
    assert len(queries) == 3
    assert [row.stage_then for row in rows.values()] == [LoanStage.CONTRACTED, LoanStage.DRAWN, LoanStage.SETTLED]
    for day, row in rows.items():
        then = Balance(performing=row.performing_then, overdue=row.overdue_then, drawn=row.drawn_then)
        held = stage_of(then, contract_amount=row.contract_amount, is_available=day < row.available_until)
        assert (row.stage_then, row.outstanding_then) == (held, then.outstanding)  # the expression says what the rule says
    assert rows[DRAWN_ON].outstanding_then == 6_000_000
    with CaptureQueriesContext(connection) as queries:
        assert balances_on(Loan.objects.all(), DRAWN_ON)[drawn.pk].outstanding == 6_000_000
    assert len(queries) == 1
    drawn.refresh_from_db()
    assert drawn.stage_on(date(2025, 4, 1)) == LoanStage.SETTLED
    assert balances_on([drawn.pk], date(2024, 1, 1)) == {drawn.pk: Balance()}


def test_each_party_sees_its_own_loans(scene, drawn):
    trust = scene.signed(mode=Mode.TRUST)
    rd = scene.signed(rd=True)
    guarantor = InstitutionFactory(guarantor=True)
    given = {"number": "DB-1", "fee_rate": Decimal("0.01"), "is_batch_scheme": True, "actor": scene.handler, "at": noon(DRAWN_ON)}
    record_guarantee(loan_id=rd.public_id, guarantor_id=guarantor.public_id, **given)
    everyone = {drawn, trust, rd}
    for actor in (scene.handler, scene.owner, scene.county, scene.city):
        assert set(loans_visible_to(actor)) == everyone
        assert movements_visible_to(actor).count() == 1
    assert set(loans_visible_to(scene.trustee)) == {trust}
    assert set(loans_visible_to(MemberFactory(institution=guarantor))) == {rd}
    for stranger in (MemberFactory(), MemberFactory.serving("county_treasury", district="石狮市")):
        assert not loans_visible_to(stranger).exists()
        assert not movements_visible_to(stranger).exists()
    assert loans_visible_to(MemberFactory.serving("county_treasury", district="晋江市")).count() == 3


# caps at a drawdown


@pytest.mark.clause("FP 1.2.2")
def test_a_drawdown_within_its_approval_passes_unless_the_cap_shrank(scene):
    loan = scene.signed(rd=True, mode=Mode.TRUST)
    scene.draw(loan, "4000000.00", DRAWN_ON)
    Entry.objects.filter(pk=scene.rd_entry.pk).update(state="expired", expired_on=date(2024, 7, 1), expiry_cause="next_list")
    EntryFactory(
        rd=True, enterprise=scene.enterprise, published_on=date(2024, 7, 1), list_year=2025, last_year_rd_expense=Decimal("10000000")
    )
    refused = refuses(OverCap, lambda: scene.draw(loan, "1000000.01", date(2024, 7, 2)))
    assert refused.errors[0].code == "rd_total"
    scene.draw(loan, "1000000.00", date(2024, 7, 2))
