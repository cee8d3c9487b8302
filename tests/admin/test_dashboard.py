"""The first page: what waits for whom, the fund at a glance, the plan in force."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from parties.models import Member
from policy.models import PolicyVersion
from policy.selectors import version_on
from quanzhou_fund.backoffice.glance import cards, tables
from quanzhou_fund.backoffice.waiting import waiting_for
from tests.admin.world import World
from tests.factories import EnterpriseFactory, MemberFactory

Login = Callable[[Member], Client]
TODAY = date(2024, 7, 1)


def heaps(member: Member, on: date = TODAY) -> dict[str, int]:
    return {one.label: one.count for one in waiting_for(member, on=on)}


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
        [new] = waiting_for(world.handler, on=date(2024, 3, 4))
        assert (new.label, new.count, new.is_urgent) == ("新申请待受理", 1, False)
        late = waiting_for(world.handler, on=date(2024, 6, 3))[0]
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
        assert waiting_for(MemberFactory.serving("city_industry", viewer=True), on=TODAY) == []


class TestGlance:
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
        with django_assert_max_num_queries(32) as few:
            assert browser.get("/admin/").status_code == 200
        world.queue()
        world.paid()
        with django_assert_max_num_queries(len(few) + 2):
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
