"""The first page: what waits for whom, the fund at a glance, the plan in force."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parties.models import Member
from policy.models import PolicyVersion
from policy.selectors.versions import version_on
from quanzhou_fund.backoffice.glance import cards, tables
from quanzhou_fund.backoffice.work_queues import work_queues_of
from risk.claims.services.examining import accept_claim, begin_review
from risk.fees.services import record_guarantee_fee
from risk.recoveries.services.records import check_recovery, record_recovery
from tests.admin.world import World
from tests.factories import EnterpriseFactory, MemberFactory
from tests.risk.scene import NOW, Scene, make_scene, yuan
from tests.risk.scene import TODAY as TODAY_OF_RISK

Login = Callable[[Member], Client]
TODAY = date(2024, 7, 1)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def heaps(member: Member, on: date = TODAY) -> dict[str, int]:
    return {one.label: one.count for one in work_queues_of(member, on=on)}


class TestWaiting:
    def test_each_bureau_finds_its_own_part_of_the_queue(self, world: World) -> None:
        world.queue()
        assert heaps(world.desk.county) == {"县级初审": 1}
        assert heaps(world.desk.other_county) == {}
        assert heaps(world.desk.industry) == {"市级审核（固定资产投资项目）": 1, "待发布（固定资产投资项目）": 1}
        assert heaps(world.desk.treasury) == {"征求意见待回复": 1}
        assert heaps(world.desk.science) == {}

    def test_a_bank_finds_new_applications_and_the_late_ones_first(self, world: World) -> None:
        world.application()
        [new] = work_queues_of(world.handler, on=date(2024, 3, 4))
        assert (new.label, new.count, new.is_urgent) == ("新申请待受理", 1, False)
        late = work_queues_of(world.handler, on=date(2024, 6, 3))[0]
        assert (late.label, late.is_urgent) == ("已超过批复期限", True)
        assert heaps(world.desk.industry, date(2024, 6, 3))["超过30个工作日未批复的申请"] == 1

    def test_an_application_is_due_soon_five_working_days_before(self, world: World) -> None:
        application = world.application()
        assert application.deadline is not None
        assert application.deadline.due_on == date(2024, 4, 15)
        assert "5个工作日内到期" not in heaps(world.handler, date(2024, 4, 3))
        assert heaps(world.handler, date(2024, 4, 9))["5个工作日内到期"] == 1

    def test_a_settlement_waits_for_one_after_the_other(self, world: World) -> None:
        draft = world.settlement
        assert heaps(world.handler)["贴息结算待确认"] == 1
        assert heaps(world.desk.county)["本县承担金额待核对（备案前可提出异议）"] == 1
        world.filed()
        assert heaps(world.desk.industry)["贴息待支付"] == 1
        assert heaps(world.desk.county) == {"贴息待支付": 1}
        assert draft.payments.count() == 2

    def test_nothing_waits_for_who_only_reads(self, world: World) -> None:
        world.queue()
        assert work_queues_of(MemberFactory.serving("city_industry", viewer=True), on=TODAY) == []


class TestRiskWaiting:
    """Each person finds its part of the sharing of risk."""

    def test_a_claim_waits_for_one_after_the_other(self, scene: Scene) -> None:
        scene.disburse(90_000_000)
        claim = scene.filed(scene.bad(scene.loan(5_000_000)))
        assert claim.deadline is not None
        assert (claim.deadline.due_on, heaps(scene.guarantor_handler, TODAY_OF_RISK)) == (date(2025, 3, 24), {"补偿申请待审核": 1})
        soon = heaps(scene.guarantor_handler, date(2025, 3, 18))
        assert soon["补偿审核5个工作日内到期"] == 1
        late = work_queues_of(scene.guarantor_handler, on=date(2025, 3, 25))[0]
        assert (late.label, late.is_urgent) == ("补偿审核已超过期限", True)
        begin_review(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
        accept_claim(claim_id=claim.public_id, actor=scene.guarantor_handler, at=NOW)
        assert heaps(scene.guarantor_handler, TODAY_OF_RISK) == {"补偿待提请支付": 1}
        assert heaps(scene.treasury_handler, TODAY_OF_RISK).get("补偿待提请支付") is None  # the guarantor pays this one
        scene.proposed(claim)
        assert heaps(scene.guarantor_checker, TODAY_OF_RISK) == {"补偿支付待复核": 1}
        assert "补偿支付待复核" not in heaps(scene.guarantor_handler, TODAY_OF_RISK)

    def test_each_heap_leads_to_what_it_counts(self, scene: Scene, login: Login) -> None:
        scene.disburse(90_000_000)
        scene.filed(scene.bad(scene.loan(2_000_000)))
        scene.proposed(scene.accepted(scene.bad(scene.loan(2_000_000))))
        debt = scene.bad(scene.loan(1_000_000))
        scene.paid(scene.accepted(debt))
        scene.recovered(debt, 100_000)
        given = {"amount": yuan(1_000), "charged_on": TODAY_OF_RISK, "voucher": "DB1", "actor": scene.guarantor_handler, "at": NOW}
        record_guarantee_fee(guarantee_id=debt.loan.guarantee.pk, **given)
        for member in (scene.handler, scene.guarantor_checker, scene.guarantor_handler):
            found = work_queues_of(member, on=TODAY_OF_RISK)
            assert found
            for heap in found:
                page = login(member).get(heap.url)
                assert (page.status_code, page.context["cl"].result_count) == (200, heap.count), heap.label

    def test_what_came_back_is_checked_and_returned_in_time(self, scene: Scene) -> None:
        scene.disburse(90_000_000)
        bad_debt = scene.bad(scene.loan(5_000_000))
        scene.paid(scene.accepted(bad_debt))
        given = {"costs": yuan(0), "received_on": TODAY_OF_RISK, "bank_reference": "ZC9", "actor": scene.handler, "at": NOW}
        recovery = record_recovery(bad_debt_id=bad_debt.public_id, amount=yuan(1_000_000), **given)
        assert heaps(scene.checker, TODAY_OF_RISK)["追偿收回待复核"] == 1
        assert "追偿收回待复核" not in heaps(scene.handler, TODAY_OF_RISK)
        check_recovery(recovery_id=recovery.public_id, actor=scene.checker, at=NOW)
        assert heaps(scene.handler, TODAY_OF_RISK)["追偿款待退回"] == 1
        assert work_queues_of(scene.handler, on=date(2025, 6, 2))[0].label == "追偿款退回已超过期限"

    def test_a_suspended_bank_is_seen_by_those_who_watch_and_applies_anew(self, scene: Scene) -> None:
        scene.disburse(40_000_000)
        scene.paid(scene.accepted(scene.bad(scene.loan(5_000_000))))
        for member in (scene.city_handler, scene.treasury_handler, MemberFactory.serving("regulator"), scene.handler):
            assert heaps(member, TODAY_OF_RISK)["熔断（暂停补偿）的银行"] == 1
        assert heaps(scene.handler, TODAY_OF_RISK)["补偿待重新申请"] == 1
        stranger = Member.objects.filter(institution=scene.other_bank()).first()
        assert stranger is not None
        assert heaps(stranger, TODAY_OF_RISK) == {}


class TestGlance:
    def test_losses_stand_beside_what_was_paid_and_came_back(self, scene: Scene) -> None:
        scene.fill_pool(70_000)
        scene.disburse(95_000_000)
        bad_debt = scene.bad(scene.loan(5_000_000))
        scene.paid(scene.accepted(bad_debt))
        scene.recovered(bad_debt, 1_000_000, 100_000)
        found = {card.label: card for card in cards(scene.city_handler, on=TODAY_OF_RISK, version=None)}
        assert found["坏账净额"].value.amount == Decimal("410.00")
        assert found["坏账净额"].note == "1笔；坏账率 4.10%"
        assert found["已支付补偿"].value.amount == Decimal("400.00")
        assert found["追偿收回"].value.amount == Decimal("90.00")
        assert found["排队待支付补偿"].value.amount == 0
        assert found["增信费用池余额"].value.amount == Decimal("7.00")
        assert "增信费用池余额" not in {card.label for card in cards(scene.handler, on=TODAY_OF_RISK, version=None)}
        stranger = Member.objects.filter(institution=scene.other_bank()).first()
        assert stranger is not None
        assert "坏账净额" not in {card.label for card in cards(stranger, on=TODAY_OF_RISK, version=None)}

    def test_the_queue_is_what_is_yet_to_be_paid_of_it(self, scene: Scene) -> None:
        scene.disburse(40_000_000)
        scene.paid(scene.accepted(scene.bad(scene.loan(5_000_000))))
        found = {card.label: card for card in cards(scene.guarantor_handler, on=TODAY_OF_RISK, version=None)}
        assert (found["排队待支付补偿"].value.amount, found["排队待支付补偿"].note) == (Decimal("400.00"), "1笔")
        assert found["坏账净额"].note == "1笔"  # the plan's rate is a bank's, not a guarantor's

    def test_quotas_stand_beside_the_plans_minimum(self, world: World) -> None:
        world.paid()
        found = {card.label: card for card in cards(world.desk.industry, on=TODAY, version=version_on(TODAY))}
        assert found["银行额度合计"].value.amount == Decimal("200000.00")  # two modes of a billion, in 万元
        assert found["银行额度合计"].share == 20
        assert found["累计放款"].value.amount == Decimal("1000.00")
        assert found["贷款余额"].value.amount == Decimal("800.00")
        assert found["已拨付贴息"].value.amount == Decimal("2.65")

    def test_a_bank_sees_its_own_figures_only(self, world: World) -> None:
        world.paid()
        other = MemberFactory(institution=world.other_bank)
        assert {card.label: card for card in cards(other, on=TODAY, version=None)}["累计放款"].value.amount == 0
        assert tables(other) == []
        [districts, banks] = tables(world.desk.industry)
        assert [row.cells[0] for row in districts.rows] == ["晋江市"]
        assert [row.cells[0] for row in banks.rows] == ["泉州银行"]


class TestPage:
    def test_the_number_of_queries_does_not_grow_with_the_fund(self, world: World, login: Login, django_assert_max_num_queries) -> None:
        browser = login(world.desk.industry)
        browser.get("/admin/")
        with django_assert_max_num_queries(45) as few:
            assert browser.get("/admin/").status_code == 200
        world.queue()
        world.paid()
        with django_assert_max_num_queries(len(few) + 2):
            assert browser.get("/admin/").status_code == 200

    def test_nor_with_its_losses(self, scene: Scene, login: Login, django_assert_num_queries: Callable[..., Any]) -> None:
        def lose() -> None:
            scene.paid(scene.accepted(scene.bad(scene.loan(5_000_000))))

        for member in (scene.city_handler, scene.treasury_checker, scene.checker, scene.guarantor_checker):
            lose()
            browser = login(member)
            browser.get("/admin/")
            with CaptureQueriesContext(connection) as few:
                browser.get("/admin/")
            lose()
            with django_assert_num_queries(len(few)):
                assert browser.get("/admin/").status_code == 200

    def test_people_of_enterprises_are_shown_the_way_to_the_portal(self, login: Login) -> None:
        answer = login(MemberFactory.of(EnterpriseFactory())).get("/admin/", follow=True)
        assert answer.redirect_chain[0][0].startswith("/admin/login/")
        assert "企业服务门户" in answer.content.decode()

    def test_a_member_whose_time_is_over_does_not_get_in(self, login: Login) -> None:
        former = MemberFactory.serving("city_industry", until_on=date(2024, 1, 1))
        assert login(former).get("/admin/").status_code == 302

    def test_the_end_of_the_plan_stands_on_every_page(self, world: World, login: Login) -> None:
        page = login(world.desk.industry).get("/admin/policy/clause/").content.decode()
        assert "已实施期满" in page

    def test_a_demonstration_version_is_named_on_every_page(self, world: World, login: Login) -> None:
        PolicyVersion.objects.create(
            number=9, name="演示延续方案", valid_from=timezone.localdate(), terms=PolicyVersion.objects.get(number=1).terms
        )
        browser = login(world.desk.industry)
        for address in ("/admin/", "/admin/whitelist/entry/", "/admin/calculators/", "/admin/login/"):
            assert "演示延续方案" in browser.get(address, follow=True).content.decode(), address


def test_wrong_password_and_right_one(db: None) -> None:
    member = MemberFactory.serving("city_treasury")
    member.user.set_password("泉州-right-password")
    member.user.save()
    browser = Client()
    wrong = browser.post("/admin/login/", {"username": member.user.username, "password": "wrong"})
    assert wrong.status_code == 200
    right = browser.post("/admin/login/?next=/admin/", {"username": member.user.username, "password": "泉州-right-password"})
    assert (right.status_code, right["Location"]) == (302, "/admin/")


pytestmark = pytest.mark.django_db
