"""A settlement from draft to paid: steps, refusals, objections, payments."""

from datetime import date
from decimal import Decimal

import pytest
from django_fsm import TransitionNotAllowed

from audit.models import Event
from common.enums import Mode
from common.errors import NotAllowed, NotVisible, ReasonMissing, VoucherMissing
from ledger.enums import Purpose
from ledger.models import Entry
from ledger.selectors import balance_of
from ledger.services import account_of
from notices.models import Notice
from parties.access import ProgramChecksOwnHouse, SamePerson
from parties.models import Institution
from parties.selectors import institution_of_kind, system_member
from subsidy.models import Payment, Settlement
from subsidy.services.drafts import (
    LaterSettlementExists,
    NotADraft,
    NothingToSettle,
    QuarterNotOver,
    draft_due_settlements,
    draft_settlement,
    quarters_over,
    refresh_settlement,
)
from subsidy.services.objections import ObjectionPending, TooLateToObject, answer_objection, raise_objection, withdraw_objection
from subsidy.services.payments import PaidOutsidePeriod, VoucherUsed, check_payment, record_payment, return_payment
from subsidy.services.steps import (
    EarlierSettlementOpen,
    ObjectionOpen,
    RecordNumberMissing,
    RecordNumberUsed,
    RevisionOutdated,
    RevisionStale,
    StepBackDated,
    confirm_settlement,
    file_settlement,
    review_settlement,
    send_back_settlement,
)
from tests.factories import InstitutionFactory, MemberFactory
from tests.subsidy.conftest import AT
from tests.subsidy.factories import People, drafted, filed, make_loan, move, noon, paid, set_stop

pytestmark = pytest.mark.django_db
JULY = noon(2024, 7, 5)


def test_everybody_is_told_what_waits_for_them(draft: Settlement, people: People) -> None:
    filed(draft, people, at=JULY)
    told = Notice.objects.order_by("id").values_list("kind", "institution__kind")
    assert list(told) == [
        ("settlement_draft", "bank"),
        ("settlement_share", "county_industry"),
        ("payment_due", "city_industry"),
        ("payment_due", "county_industry"),
    ]


def anew(settlement: Settlement) -> Settlement:
    return Settlement.objects.select_related("current").get(pk=settlement.pk)


def confirm(settlement: Settlement, people: People) -> Settlement:
    settlement = anew(settlement)
    assert settlement.current is not None
    return confirm_settlement(settlement_id=str(settlement.public_id), sha256=settlement.current.sha256, actor=people.bank_handler, at=JULY)


@pytest.mark.clause("FP 1.6.4")
@pytest.mark.clause("D41")
def test_from_draft_to_paid(draft: Settlement, people: People, bank: Institution) -> None:
    settlement = filed(draft, people, at=JULY)
    assert {(p.payer.kind, p.amount) for p in settlement.payments.all()} == {
        ("city_industry", Decimal("14694.45")),
        ("county_industry", Decimal("14694.44")),
    }
    settlement = paid(settlement, people, at=noon(2024, 7, 20))
    assert (settlement.state, settlement.paid_on) == ("paid", date(2024, 7, 20))
    assert balance_of(account_of(bank, Purpose.CURRENT)) == Decimal("29388.89")
    county = institution_of_kind("county_industry", district=draft.current.lines.get().district)  # type: ignore[union-attr]
    assert balance_of(account_of(county, Purpose.SUBSIDY_BUDGET)) == Decimal("-14694.44")
    assert {entry.clause for entry in Entry.objects.all()} == {"FP 1.6.4"}
    verbs = list(Event.objects.filter(object_id=str(settlement.public_id)).order_by("id").values_list("verb", flat=True))
    assert verbs == ["settlement.drafted", "settlement.confirmed", "settlement.reviewed", "settlement.filed", "settlement.paid"]


@pytest.mark.clause("FP 1.6.4")
@pytest.mark.clause("D35")
def test_trust_mode_goes_through_the_fund_manager(bank: Institution, people: People) -> None:
    manager = InstitutionFactory(fund_manager=True)
    trustee = MemberFactory(institution=manager)
    make_loan(bank, mode=Mode.TRUST)
    settlement = drafted(bank, people, year=2024, quarter=2, at=AT, mode=Mode.TRUST)
    assert settlement.current is not None
    assert settlement.current.subsidy == Decimal("27919.44")  # 76,475.00 - 48,555.56 on 95 %
    with pytest.raises(NotAllowed):
        confirm(settlement, people)
    settlement = filed(settlement, people, at=JULY, claimant=trustee)
    settlement = paid(settlement, people, at=JULY)
    assert settlement.state == "paid"
    on_trust = account_of(manager, Purpose.TRUST)
    assert balance_of(on_trust) == Decimal("27919.44")
    passing_on = settlement.payments.get(kind="pass_on")
    assert (passing_on.payer, passing_on.payee, passing_on.amount) == (manager, bank, Decimal("27919.44"))
    paid(settlement, people, at=JULY)
    assert balance_of(on_trust) == 0
    assert balance_of(account_of(bank, Purpose.CURRENT)) == Decimal("27919.44")


class TestDraft:
    def test_twice_is_once(self, draft: Settlement, bank: Institution, people: People) -> None:
        assert drafted(bank, people, year=2024, quarter=2, at=JULY) == draft
        assert draft.revisions.count() == 1

    def test_not_before_the_quarter_is_over(self, bank: Institution, people: People) -> None:
        make_loan(bank)
        with pytest.raises(QuarterNotOver, match="2024-06-20"):
            drafted(bank, people, year=2024, quarter=2, at=noon(2024, 6, 20))
        assert drafted(bank, people, year=2024, quarter=2, at=noon(2024, 6, 21)).period.last_on == date(2024, 6, 20)

    def test_nothing_to_settle_leaves_no_trace(self, bank: Institution, people: People) -> None:
        make_loan(bank, [(date(2024, 6, 21), "100")])
        with pytest.raises(NothingToSettle):
            drafted(bank, people, year=2024, quarter=2, at=AT)
        assert not Settlement.objects.exists()
        assert not Event.objects.filter(verb="settlement.drafted").exists()

    def test_no_settlement_behind_a_later_one(self, draft: Settlement, bank: Institution, people: People) -> None:
        with pytest.raises(LaterSettlementExists):
            drafted(bank, people, year=2024, quarter=1, at=AT)

    def test_a_bank_does_not_draft(self, bank: Institution, people: People) -> None:
        with pytest.raises(NotAllowed):
            draft_settlement(bank=bank, mode=Mode.SPECIAL, year=2024, quarter=2, actor=people.bank_handler, at=AT)

    def test_the_job_catches_up_every_missed_quarter_and_is_idempotent(self, bank: Institution) -> None:
        InstitutionFactory(fund_manager=True)
        make_loan(bank)
        make_loan(InstitutionFactory(), [(date(2024, 5, 1), "5000000")], mode=Mode.TRUST)
        job = system_member()
        drafts = draft_due_settlements(actor=job, at=noon(2024, 9, 22))
        assert sorted((s.year, s.quarter, s.mode) for s in drafts) == [
            (2024, 1, "special"),
            (2024, 2, "special"),
            (2024, 2, "trust"),
            (2024, 3, "special"),
            (2024, 3, "trust"),
        ]
        assert draft_due_settlements(actor=job, at=noon(2024, 9, 23)) == []

    def test_one_banks_are_drafted_by_themselves(self, bank: Institution) -> None:
        other = InstitutionFactory()
        make_loan(bank)
        make_loan(other)
        job = system_member()
        assert {one.bank for one in draft_due_settlements(actor=job, at=noon(2024, 6, 22), bank=other)} == {other}
        assert {one.bank for one in draft_due_settlements(actor=job, at=noon(2024, 6, 22))} == {bank}

    @pytest.mark.clause("D10")
    def test_quarters_begin_on_the_21st(self) -> None:
        assert quarters_over(date(2024, 3, 20), date(2024, 6, 20)) == [(2024, 1)]
        assert quarters_over(date(2024, 3, 21), date(2024, 6, 20)) == []
        assert quarters_over(date(2023, 12, 21), date(2024, 6, 21)) == [(2024, 1), (2024, 2)]

    def test_the_job_computes_an_outdated_draft_anew(self, draft: Settlement) -> None:
        loan = draft.current.lines.get().loan  # type: ignore[union-attr]
        move(loan, [(date(2024, 6, 1), "-1000000")])
        draft_due_settlements(actor=system_member(), at=noon(2024, 6, 23))
        settlement = anew(draft)
        assert settlement.current is not None
        assert (settlement.current.number, settlement.revisions.count()) == (2, 2)
        assert settlement.current.subsidy < draft.current.subsidy  # type: ignore[union-attr]
        draft_due_settlements(actor=system_member(), at=noon(2024, 6, 24))
        assert settlement.revisions.count() == 2

    def test_a_stop_makes_a_draft_outdated(self, draft: Settlement) -> None:
        set_stop(draft.current.lines.get().loan, date(2024, 5, 1))  # type: ignore[union-attr]
        draft_due_settlements(actor=system_member(), at=noon(2024, 6, 23))
        assert anew(draft).current.lines.get().days == 41  # type: ignore[union-attr]

    def test_refreshing_without_news_keeps_the_revision(self, draft: Settlement, people: People) -> None:
        again = refresh_settlement(settlement_id=str(draft.public_id), actor=people.industry, at=AT)
        assert (again.current, draft.revisions.count()) == (draft.current, 1)
        assert draft.current.lines.count() == 1  # type: ignore[union-attr]

    def test_only_a_draft_is_computed_anew(self, draft: Settlement, people: People) -> None:
        confirm(draft, people)
        with pytest.raises(NotADraft):
            refresh_settlement(settlement_id=str(draft.public_id), actor=people.industry, at=AT)


class TestSteps:
    @pytest.mark.clause("D13")
    def test_a_stale_hash_is_refused(self, draft: Settlement, people: People) -> None:
        old = draft.current.sha256  # type: ignore[union-attr]
        move(draft.current.lines.get().loan, [(date(2024, 6, 1), "-1000000")])  # type: ignore[union-attr]
        refresh_settlement(settlement_id=str(draft.public_id), actor=people.industry, at=AT)
        with pytest.raises(RevisionStale, match="第2版"):
            confirm_settlement(settlement_id=str(draft.public_id), sha256=old, actor=people.bank_handler, at=JULY)
        assert anew(draft).state == "draft"

    def test_another_bank_does_not_find_it(self, draft: Settlement) -> None:
        with pytest.raises(NotVisible):
            confirm_settlement(
                settlement_id=str(draft.public_id),
                sha256=draft.current.sha256,
                actor=MemberFactory(),
                at=JULY,  # type: ignore[union-attr]
            )

    def test_a_second_confirmation_is_refused(self, draft: Settlement, people: People) -> None:
        confirm(draft, people)
        with pytest.raises(TransitionNotAllowed):
            confirm(draft, people)
        assert Event.objects.filter(verb="settlement.confirmed").count() == 1

    def test_only_the_industry_bureau_reviews(self, draft: Settlement, people: People) -> None:
        confirm(draft, people)
        with pytest.raises(NotAllowed):
            review_settlement(settlement_id=str(draft.public_id), actor=people.bank_handler, at=JULY)
        with pytest.raises(NotAllowed):
            review_settlement(settlement_id=str(draft.public_id), actor=people.treasury, at=JULY)

    @pytest.mark.clause("D13")
    def test_sending_back_opens_a_revision_and_keeps_the_old(self, draft: Settlement, people: People) -> None:
        confirm(draft, people)
        with pytest.raises(ReasonMissing):
            send_back_settlement(settlement_id=str(draft.public_id), reason=" ", actor=people.industry, at=JULY)
        send_back_settlement(settlement_id=str(draft.public_id), reason="利息有误", actor=people.industry, at=JULY)
        settlement = anew(draft)
        assert (settlement.state, settlement.confirmed_on, settlement.current.number) == ("draft", None, 2)  # type: ignore[union-attr]
        assert settlement.current.reason == "利息有误"  # type: ignore[union-attr]
        assert [revision.lines.count() for revision in settlement.revisions.all()] == [1, 1]
        with pytest.raises(RevisionStale):
            confirm_settlement(
                settlement_id=str(draft.public_id),
                sha256=draft.current.sha256,
                actor=people.bank_handler,
                at=JULY,  # type: ignore[union-attr]
            )

    def test_what_is_filed_is_not_sent_back(self, draft: Settlement, people: People) -> None:
        filed(draft, people, at=JULY)
        with pytest.raises(TransitionNotAllowed):
            send_back_settlement(settlement_id=str(draft.public_id), reason="晚了", actor=people.industry, at=JULY)
        assert draft.revisions.count() == 1

    def test_filing_needs_a_number_and_a_day_after_the_review(self, draft: Settlement, people: People) -> None:
        confirm(draft, people)
        number = str(draft.public_id)
        with pytest.raises(TransitionNotAllowed):
            file_settlement(settlement_id=number, record_number="备1", actor=people.treasury, at=JULY)
        review_settlement(settlement_id=number, actor=people.industry, at=JULY)
        with pytest.raises(RecordNumberMissing):
            file_settlement(settlement_id=number, record_number="", actor=people.treasury, at=JULY)
        for on in (date(2024, 7, 4), date(2024, 7, 6)):
            with pytest.raises(StepBackDated):
                file_settlement(settlement_id=number, record_number="备1", actor=people.treasury, at=JULY, on=on)
        with pytest.raises(NotAllowed):
            file_settlement(settlement_id=number, record_number="备1", actor=people.industry, at=JULY)
        assert not Payment.objects.exists()
        assert file_settlement(settlement_id=number, record_number="备1", actor=people.bank_handler, at=JULY).state == "filed"

    def test_a_record_number_files_one_settlement(self, draft: Settlement, people: People) -> None:
        number = filed(draft, people, at=JULY).record_number
        other = InstitutionFactory()
        make_loan(other)
        second, others = drafted(other, People(other), year=2024, quarter=2, at=AT), People(other)
        confirm(second, others)
        review_settlement(settlement_id=str(second.public_id), actor=people.industry, at=JULY)
        with pytest.raises(RecordNumberUsed, match=number):
            file_settlement(settlement_id=str(second.public_id), record_number=number, actor=people.treasury, at=JULY)

    def test_earlier_quarters_come_first(self, bank: Institution, people: People) -> None:
        make_loan(bank)
        first = drafted(bank, people, year=2024, quarter=1, at=AT)
        second = drafted(bank, people, year=2024, quarter=2, at=AT)
        with pytest.raises(EarlierSettlementOpen, match="2024年第1季度"):
            confirm(second, people)
        filed(first, people, at=JULY)
        with pytest.raises(RevisionOutdated):
            confirm(second, people)
        refresh_settlement(settlement_id=str(second.public_id), actor=people.industry, at=JULY)
        assert confirm(second, people).state == "confirmed"


class TestObjections:
    @pytest.mark.clause("D41")
    def test_an_objection_stands_in_the_way_of_filing_until_answered(self, draft: Settlement, people: People) -> None:
        county = MemberFactory.serving("county_industry", district="晋江市")
        objection = raise_objection(settlement_id=str(draft.public_id), reason="企业已迁出", actor=county, at=AT)
        assert Notice.objects.get(institution__kind="city_industry").kind == "settlement_objection"
        with pytest.raises(ObjectionPending):
            raise_objection(settlement_id=str(draft.public_id), reason="再提", actor=county, at=AT)
        with pytest.raises(ObjectionOpen, match="晋江市"):
            filed(draft, people, at=JULY)
        with pytest.raises(NotAllowed):
            answer_objection(objection_id=str(objection.public_id), answer="维持", actor=county, at=JULY)
        answer_objection(objection_id=str(objection.public_id), answer="首次放款时所得税归属为晋江", actor=people.industry, at=JULY)
        with pytest.raises(TransitionNotAllowed):
            withdraw_objection(objection_id=str(objection.public_id), actor=county, at=JULY)
        filing = file_settlement(settlement_id=str(draft.public_id), record_number="备1", actor=people.treasury, at=JULY)
        assert filing.state == "filed"
        with pytest.raises(TooLateToObject):
            raise_objection(settlement_id=str(draft.public_id), reason="晚了", actor=county, at=JULY)

    def test_a_county_withdraws_its_own(self, draft: Settlement, people: People) -> None:
        county = MemberFactory.serving("county_treasury", district="晋江市")
        objection = raise_objection(settlement_id=str(draft.public_id), reason="核对中", actor=county, at=AT)
        with pytest.raises(NotAllowed):
            withdraw_objection(objection_id=str(objection.public_id), actor=people.industry, at=AT)
        assert withdraw_objection(objection_id=str(objection.public_id), actor=county, at=AT).state == "withdrawn"
        assert filed(draft, people, at=JULY).state == "filed"

    def test_a_county_without_a_share_does_not_find_the_settlement(self, draft: Settlement) -> None:
        with pytest.raises(NotVisible):
            raise_objection(
                settlement_id=str(draft.public_id), reason="无关", actor=MemberFactory.serving("county_industry", district="石狮市"), at=AT
            )

    def test_a_bank_does_not_object(self, draft: Settlement, people: People) -> None:
        with pytest.raises(NotAllowed):
            raise_objection(settlement_id=str(draft.public_id), reason="不同意", actor=people.bank_handler, at=AT)


class TestPayments:
    @pytest.fixture
    def due(self, draft: Settlement, people: People) -> Payment:
        return filed(draft, people, at=JULY).payments.get(payer__kind="city_industry")

    def test_maker_is_not_checker(self, due: Payment) -> None:
        both = MemberFactory(institution=due.payer, roles=["handler", "checker"])
        record_payment(payment_id=str(due.public_id), paid_on=date(2024, 7, 5), voucher="凭1", actor=both, at=JULY)
        with pytest.raises(SamePerson):
            check_payment(payment_id=str(due.public_id), actor=both, at=JULY)
        program = MemberFactory(institution=due.payer, program=True, user=None, roles=["checker"])
        with pytest.raises(ProgramChecksOwnHouse):
            check_payment(payment_id=str(due.public_id), actor=program, at=JULY)
        assert not Entry.objects.exists()
        assert Payment.objects.get(pk=due.pk).state == "recorded"

    def test_a_handler_does_not_check_and_strangers_do_not_pay(self, due: Payment, people: People) -> None:
        with pytest.raises(NotAllowed):
            record_payment(payment_id=str(due.public_id), paid_on=date(2024, 7, 5), voucher="凭1", actor=people.treasury, at=JULY)
        record_payment(payment_id=str(due.public_id), paid_on=date(2024, 7, 5), voucher="凭1", actor=people.industry, at=JULY)
        with pytest.raises(NotAllowed):
            check_payment(payment_id=str(due.public_id), actor=MemberFactory(institution=due.payer), at=JULY)

    def test_a_second_check_books_nothing(self, due: Payment, people: People) -> None:
        record_payment(payment_id=str(due.public_id), paid_on=date(2024, 7, 5), voucher="凭1", actor=people.industry, at=JULY)
        check_payment(payment_id=str(due.public_id), actor=people.industry_checker, at=JULY)
        with pytest.raises(TransitionNotAllowed):
            check_payment(payment_id=str(due.public_id), actor=people.industry_checker, at=JULY)
        assert Entry.objects.count() == 1
        assert Settlement.objects.get().state == "filed"  # the county has yet to pay

    def test_a_checker_gives_it_back_with_a_reason(self, due: Payment, people: People) -> None:
        number = str(due.public_id)
        record_payment(payment_id=number, paid_on=date(2024, 7, 5), voucher="凭1", actor=people.industry, at=JULY)
        with pytest.raises(ReasonMissing):
            return_payment(payment_id=number, reason="", actor=people.industry_checker, at=JULY)
        back = return_payment(payment_id=number, reason="凭证号有误", actor=people.industry_checker, at=JULY)
        assert (back.state, back.voucher, back.made_by) == ("due", "", None)

    def test_voucher_and_day_are_checked(self, due: Payment, people: People) -> None:
        number = str(due.public_id)
        with pytest.raises(VoucherMissing):
            record_payment(payment_id=number, paid_on=date(2024, 7, 5), voucher=" ", actor=people.industry, at=JULY)
        for paid_on in (date(2024, 7, 4), date(2024, 7, 6)):
            with pytest.raises(PaidOutsidePeriod):
                record_payment(payment_id=number, paid_on=paid_on, voucher="凭1", actor=people.industry, at=JULY)
        assert Payment.objects.get(pk=due.pk).state == "due"

    def test_a_voucher_pays_once(self, due: Payment, people: People) -> None:
        record_payment(payment_id=str(due.public_id), paid_on=date(2024, 7, 5), voucher="凭1", actor=people.industry, at=JULY)
        other = InstitutionFactory()
        make_loan(other)
        others = People(other)
        second = filed(drafted(other, others, year=2024, quarter=2, at=AT), others, at=JULY).payments.get(payer=due.payer)
        with pytest.raises(VoucherUsed, match="凭1"):
            record_payment(payment_id=str(second.public_id), paid_on=date(2024, 7, 5), voucher="凭1", actor=people.industry, at=JULY)

    def test_nothing_to_pay_is_paid_at_once(self, bank: Institution, people: People) -> None:
        make_loan(bank, rates=[(date(2024, 1, 15), Decimal("0.0195"))])
        settlement = filed(drafted(bank, people, year=2024, quarter=2, at=AT), people, at=JULY)
        assert (settlement.state, settlement.payments.count()) == ("paid", 0)
