"""Quotas, use of funds, opening a case."""

from datetime import date
from decimal import Decimal

import pytest

from audit.models import Event
from common.enums import Mode
from common.errors import InvalidInput, NotVisible
from loans.models import BankQuota, Loan, UseOfFundsCheck
from loans.selectors.visible import quotas_visible_to, use_checks_visible_to
from loans.services.applications import NoSuchBank
from loans.services.movements.record import record_drawdowns
from loans.services.openings import open_loan
from loans.services.quotas import QuotaNotLater, set_bank_quota
from loans.services.use_of_funds import NothingDrawn, record_use_check
from notices.models import Notice
from parties.access import RoleMissing
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import noon

pytestmark = pytest.mark.django_db

AT = noon(date(2024, 9, 1))


# quotas


def quota(actor, bank, **given):
    wanted = {"mode": Mode.SPECIAL, "amount": Decimal("500000000.00"), "from_on": date(2024, 1, 1), "document_number": "泉工信〔2024〕9号"}
    return set_bank_quota(bank_id=bank.public_id, actor=actor, at=AT, **(wanted | given))


@pytest.mark.clause("FP 1.3")
@pytest.mark.clause("D40")
def test_a_new_quota_ends_the_one_before():
    city, bank = MemberFactory.serving("city_industry"), InstitutionFactory()
    first = quota(city, bank)
    assert quota(city, bank) == first
    second = quota(city, bank, from_on=date(2025, 1, 1), amount=Decimal("800000000.00"))
    first.refresh_from_db()
    assert (first.until_on, second.until_on) == (date(2025, 1, 1), None)
    with pytest.raises(QuotaNotLater):
        quota(city, bank, from_on=date(2024, 6, 1))
    with pytest.raises(QuotaNotLater):
        quota(city, bank, from_on=date(2025, 1, 1))
    assert BankQuota.objects.count() == 2
    assert set(quotas_visible_to(city)) == {first, second} == set(quotas_visible_to(MemberFactory(institution=bank)))
    assert not quotas_visible_to(MemberFactory()).exists()


@pytest.mark.parametrize(
    "given", [{"amount": Decimal(-1)}, {"until_on": date(2024, 1, 1)}, {"document_number": " "}], ids=["负数", "止不晚于起", "无文号"]
)
def test_quotas_that_cannot_be(given):
    with pytest.raises(InvalidInput):
        quota(MemberFactory.serving("city_industry"), InstitutionFactory(), **given)


def test_only_the_city_sets_quotas_and_only_for_banks():
    bank = InstitutionFactory()
    with pytest.raises(RoleMissing):
        quota(MemberFactory(institution=bank), bank)
    city = MemberFactory.serving("city_industry")
    with pytest.raises(NoSuchBank):
        quota(city, city.institution)
    assert not BankQuota.objects.exists()


# use of funds


@pytest.fixture
def drawn(scene):
    loan = scene.signed()
    scene.draw(loan, "6000000.00", date(2024, 4, 10))
    return Loan.objects.get(pk=loan.pk)


def check(scene, loan, **given):
    wanted = {"finding": "与用途一致", "is_misuse": False, "actor": scene.handler, "at": AT}
    return record_use_check(loan_id=loan.public_id, **(wanted | given))


MISUSE = {"finding": "转入关联企业", "is_misuse": True, "misuse_from": date(2024, 8, 1)}


@pytest.mark.clause("FP 1.6.3")
def test_the_bank_follows_the_money(scene, drawn):
    assert check(scene, drawn).checked_on == date(2024, 9, 1)
    drawn.refresh_from_db()
    assert drawn.subsidy_stopped_on is None
    assert Event.objects.order_by("id").last().verb == "loan.use_checked"
    assert use_checks_visible_to(scene.county).count() == 1
    assert not use_checks_visible_to(MemberFactory()).exists()


@pytest.mark.clause("D11")
def test_misuse_stops_the_subsidy_from_its_day_and_is_reported(scene, drawn):
    check(scene, drawn, **MISUSE)
    drawn.refresh_from_db()
    assert drawn.subsidy_stopped_on == date(2024, 8, 1)
    told = Notice.objects.filter(kind="misuse").values_list("institution__kind", flat=True)
    assert sorted(told) == ["city_industry", "county_industry"]
    check(scene, drawn, **(MISUSE | {"misuse_from": date(2024, 8, 5)}))
    check(scene, drawn)
    drawn.refresh_from_db()
    assert drawn.subsidy_stopped_on == date(2024, 8, 1)
    check(scene, drawn, **(MISUSE | {"misuse_from": date(2024, 7, 1)}))
    drawn.refresh_from_db()
    assert drawn.subsidy_stopped_on == date(2024, 7, 1)
    assert Event.objects.filter(verb="loan.subsidy_stopped").count() == 2


@pytest.mark.parametrize(
    "given",
    [
        pytest.param({"finding": " "}, id="无检查情况"),
        pytest.param({"is_misuse": True}, id="挪用无起始日"),
        pytest.param(MISUSE | {"misuse_from": date(2024, 4, 9)}, id="早于首次放款"),
        pytest.param(MISUSE | {"misuse_from": date(2024, 9, 2)}, id="晚于检查日"),
        pytest.param({"misuse_from": date(2024, 8, 1)}, id="未挪用而有起始日"),
    ],
)
def test_checks_that_cannot_be(scene, drawn, given):
    with pytest.raises(InvalidInput):
        check(scene, drawn, **given)
    assert not UseOfFundsCheck.objects.exists()


def test_who_checks_and_what(scene, drawn):
    with pytest.raises(NothingDrawn):
        check(scene, scene.signed())
    with pytest.raises(RoleMissing):
        check(scene, drawn, actor=scene.city)
    with pytest.raises(NotVisible):
        check(scene, drawn, actor=MemberFactory())


def test_in_trust_mode_the_bank_follows_the_money_too(scene):
    loan = scene.signed(mode=Mode.TRUST)
    scene.draw(loan, "1000.00", date(2024, 4, 10))
    check(scene, loan)
    with pytest.raises(RoleMissing):
        check(scene, loan, actor=scene.trustee)


def test_opening_a_loan_is_written_down(scene, drawn):
    assert open_loan(loan_id=drawn.public_id, actor=scene.county, at=AT) == drawn
    event = Event.objects.order_by("id").last()
    assert (event.verb, event.object_id, event.bank_id) == ("opened", str(drawn.public_id), scene.bank.pk)
    with pytest.raises(NotVisible):
        open_loan(loan_id=drawn.public_id, actor=MemberFactory(), at=AT)


def test_a_service_killed_at_its_last_statement_leaves_nothing(scene, monkeypatch):
    loan = scene.signed()

    class Killed(BaseException):
        pass

    def die(events):
        raise Killed

    item = scene.item(loan, "6000000.00", date(2024, 4, 10))
    given = {"actor": scene.handler, "checked_by": scene.checker, "at": noon(date(2024, 4, 10))}
    with monkeypatch.context() as patch:
        patch.setattr("loans.services.movements.record.record_many", die)
        with pytest.raises(Killed):
            record_drawdowns([item], **given)
    untouched = Loan.objects.get(pk=loan.pk)
    assert (untouched.drawn, untouched.first_drawdown_on, untouched.rates.count()) == (0, None, 0)
    record_drawdowns([item], **given)
    assert Loan.objects.get(pk=loan.pk).drawn == 6_000_000
