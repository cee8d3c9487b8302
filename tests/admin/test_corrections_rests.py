"""What goes first before a row is put right, the row before it, and the way of a correction over the screen."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from common.admin.display_values import page_of
from common.enums import Category, Mode
from common.errors import InvalidInput
from loans.models import BankQuota, LoanRate
from loans.services.quotas import set_bank_quota
from parties.models import Correction, Member
from parties.services.corrections import RestsOnIt, confirm_correction, propose_correction, remove_row
from parties.services.enterprises import change_tax_home
from policy.models import ReturnRate
from subsidy.models import RateDecision, Tender
from subsidy.services.steps import confirm_settlement
from tests.admin.corrected import AHEAD, AT, HELD, TODAY, city, county, proposed, sample, tender
from tests.factories import (
    BankParticipationFactory,
    EnterpriseFactory,
    InstitutionFactory,
    MemberFactory,
    seeded_district,
)
from tests.loan_factories import LoanFactory, ReturnRateFactory, noon

pytestmark = pytest.mark.django_db
Login = Callable[[Member], Client]


class TestTheRowBefore:
    def quotas(self) -> tuple[BankQuota, BankQuota, Member]:
        bank, actor = InstitutionFactory(), city()
        days = (date(2023, 1, 1), AHEAD)
        first, second = (
            set_bank_quota(
                bank_id=bank.public_id,
                mode=Mode.SPECIAL,
                amount=Decimal("1000000.00"),
                from_on=day,
                document_number="甲",
                actor=actor,
                at=AT,
            )
            for day in days
        )
        return first, second, actor

    def test_holds_on_once_the_next_is_removed(self) -> None:
        first, second, actor = self.quotas()
        first.refresh_from_db()
        assert first.until_on == AHEAD
        remove_row(table="bank_quota", row_id=second.pk, reason="年份有误", actor=actor, at=AT)
        first.refresh_from_db()
        assert first.until_on is None

    def test_holds_until_the_day_of_its_document(self) -> None:
        first, second, actor = self.quotas()
        until = TODAY + timedelta(days=300)
        remove_row(table="bank_quota", row_id=second.pk, reason="年份有误", actor=actor, at=AT, earlier_until_on=until)
        first.refresh_from_db()
        assert first.until_on == until

    @pytest.mark.parametrize("moved", [-20, 20])
    def test_ends_where_the_next_now_begins(self, moved: int) -> None:
        enterprise, actor = EnterpriseFactory(district="晋江市"), city()
        second = change_tax_home(
            enterprise_id=enterprise.public_id, district=seeded_district("石狮市"), from_on=HELD, reason="迁址", actor=actor, at=AT
        )
        day = HELD + timedelta(days=moved)
        correction = propose_correction(table="tax_home", row_id=second.pk, changes={"from_on": day}, reason="误", actor=actor, at=AT)
        confirm_correction(correction_id=correction.public_id, actor=city(checker=True), at=AT)
        assert list(enterprise.tax_homes.values_list("from_on", "until_on")) == [(date(2023, 1, 1), day), (day, None)]

    def test_a_day_inside_an_earlier_period_is_a_sentence(self) -> None:
        one = sample("participation")
        earlier = BankParticipationFactory(bank=one.row.bank, from_on=date(2023, 1, 1), until_on=date(2024, 1, 1))
        correction = proposed("participation", one, changes={"from_on": date(2023, 6, 1)})
        with pytest.raises(InvalidInput) as refused:
            confirm_correction(correction_id=correction.public_id, actor=one.checker, at=AT)
        assert "重叠" in refused.value.errors[0].detail
        earlier.refresh_from_db()
        assert earlier.until_on == date(2024, 1, 1)


class TestWhatRestsOnIt:
    def test_a_county_that_a_drawdown_fixed(self) -> None:
        ReturnRateFactory()
        loan = LoanFactory(drawn_on=date(2024, 4, 10))
        row = loan.enterprise.tax_homes.get()
        with pytest.raises(RestsOnIt) as refused:
            propose_correction(
                table="tax_home", row_id=row.pk, changes={"district_id": seeded_district("石狮市").pk}, reason="误", actor=city(), at=AT
            )
        (line,) = refused.value.errors
        assert loan.contract_number in line.detail
        assert "须先由银行冲正放款" in line.detail

    def test_an_application_taken_in_a_period(self) -> None:
        loan = LoanFactory()
        row = BankParticipationFactory(bank=loan.bank, mode=loan.mode)
        with pytest.raises(RestsOnIt) as refused:
            propose_correction(
                table="participation", row_id=row.pk, changes={"from_on": date(2024, 5, 1)}, reason="误", actor=city(), at=AT
            )
        assert loan.application.number in refused.value.errors[0].detail

    def test_an_entry_that_was_judged_by_the_founding_day(self, world: Any) -> None:
        entry = world.listed.entry
        assert entry.submitted_on is not None
        with pytest.raises(RestsOnIt) as refused:
            propose_correction(
                table="enterprise", row_id=entry.enterprise_id, changes={"registered_on": entry.submitted_on - timedelta(days=2)},
                reason="误", actor=city(), at=AT,
            )  # fmt: skip
        assert "按原成立日期核对" in refused.value.errors[0].detail

    def test_the_rates_of_loans_follow_a_rate_that_moved(self) -> None:
        ReturnRateFactory(rate=Decimal("0.040000"))
        wrong = ReturnRateFactory(effective_on=date(2024, 3, 1), rate=Decimal("0.035000"))
        loan = LoanFactory(drawn_on=date(2024, 4, 10))
        assert loan.return_rate == wrong
        correction = propose_correction(
            table="return_rate", row_id=wrong.pk, changes={"effective_on": date(2024, 5, 1)}, reason="误", actor=city(), at=AT
        )
        confirm_correction(correction_id=correction.public_id, actor=city(checker=True), at=AT)
        loan.refresh_from_db()
        assert loan.return_rate.rate == Decimal("0.040000")
        assert [rate.rate for rate in LoanRate.objects.filter(loan=loan)] == [Decimal("0.040000")]

    def test_a_rate_under_loans_needs_another_before_it(self) -> None:
        rate = ReturnRateFactory()
        LoanFactory(drawn_on=date(2024, 4, 10))
        with pytest.raises(InvalidInput):
            propose_correction(
                table="return_rate", row_id=rate.pk, changes={"effective_on": date(2024, 5, 1)}, reason="误", actor=city(), at=AT
            )

    def test_settlements_not_filed_yet_go_back_first(self, world: Any) -> None:
        from_on = world.settlement
        confirm_settlement(settlement_id=from_on.public_id, sha256=from_on.current.sha256, actor=world.checker, at=noon(date(2024, 7, 1)))
        rate = ReturnRate.objects.get()
        with pytest.raises(RestsOnIt) as refused:
            propose_correction(
                table="return_rate", row_id=rate.pk, changes={"effective_on": date(2023, 2, 1)}, reason="误", actor=city(), at=AT
            )
        assert "须先退回重算" in refused.value.errors[0].detail
        assert str(from_on) in refused.value.errors[0].detail


def test_a_decision_goes_with_its_rate_and_in_no_other_way() -> None:
    one = sample("return_rate", AHEAD)
    research = tender(HELD)
    fixed = Tender.objects.create(
        category=Category.FIXED_ASSET, name="固定资产贷款招标", document_number="泉财〔2026〕9号", opened_on=HELD,
        closes_at=AT + timedelta(days=200), planned_volume=Decimal("500000000.00"), recorded_by=one.maker,
    )  # fmt: skip
    decision = RateDecision.objects.create(
        fixed_asset=fixed, rd=research, fixed_asset_weight=1, rd_weight=1, weights_given=False, rate=one.row.rate,
        return_rate=one.row, decided_on=HELD, recorded_at=AT, recorded_by=one.maker,
    )  # fmt: skip
    for change in (decision.delete, lambda: RateDecision.objects.update(decided_on=TODAY)):
        with pytest.raises(DatabaseError, match="checked correction"), transaction.atomic():
            change()
    remove_row(table="return_rate", row_id=one.row.pk, reason="年份有误", actor=one.maker, at=AT)
    assert not RateDecision.objects.exists()
    assert not ReturnRate.objects.filter(pk=one.row.pk).exists()


class TestOnScreen:
    def test_typed_proposed_checked_and_read(self, login: Login) -> None:
        one = sample("bank_quota")
        browser, page = login(one.maker), page_of(one.row)
        step = page.replace("change/", "do/put-right/")
        form = browser.get(step).content.decode()
        assert 'value="1000000000.00"' in form
        asked = {"amount": "90，000，000", "from_on": HELD.isoformat(), "until_on": "", "document_number": one.row.document_number}
        assert browser.post(step, asked).status_code == 409  # no reason
        made = browser.post(step, asked | {"reason": "多打一个零"}, follow=True).content.decode()
        assert "请本单位另一名复核人员复核" in made
        correction = Correction.objects.get()
        checks = login(one.checker)
        assert "更正事项待复核" in checks.get("/admin/").content.decode()
        preview = checks.get(page_of(correction).replace("change/", "do/confirm/")).content.decode()
        assert "人民币玖仟万元整" in preview
        assert "人民币壹拾亿元整" in preview
        checks.post(page_of(correction).replace("change/", "do/confirm/"))
        assert BankQuota.objects.get().amount == Decimal("90000000.00")
        assert "1,000,000,000.00" in browser.get(page_of(correction)).content.decode()

    def test_a_countys_figures_hold_once_a_second_person_checked_them(self, login: Login) -> None:
        enterprise, maker = EnterpriseFactory(), county()
        asked = {"year": "2023", "rd_expense": "3500000，50", "reference": "核定表"}
        step = page_of(enterprise).replace("change/", "do/figures/")
        assert login(maker).post(step, asked).status_code == 409
        assert login(maker).post(step, asked | {"rd_expense": "3,500,000.50"}).status_code == 302
        assert not enterprise.years.exists()
        correction = Correction.objects.get()
        checker = MemberFactory(institution=maker.institution, checker=True)
        login(checker).post(page_of(correction).replace("change/", "do/confirm/"))
        assert [(row.rd_expense, row.source) for row in enterprise.years.all()] == [(Decimal("3500000.50"), "county")]

    def test_what_rests_on_it_is_listed_on_the_form(self, login: Login) -> None:
        ReturnRateFactory()
        loan = LoanFactory(drawn_on=date(2024, 4, 10))
        row = loan.enterprise.tax_homes.get()
        step = page_of(row).replace("change/", "do/put-right/")
        asked = {"district": seeded_district("石狮市").pk, "from_on": row.from_on.isoformat(), "reason": "误"}
        page = login(city()).post(step, asked).content.decode()
        assert "须先处理下列 1 项" in page
        assert loan.contract_number in page
