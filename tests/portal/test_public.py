"""What the public reads: the plan of the day in its own figures, each with its clause, and what is said when no plan is open."""

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from common.enums import Mode
from parties.models import Institution
from policy.models import Confirmation, Decision, PolicyVersion
from reporting.durations.selectors import steps_taken_by
from tests.factories import BankParticipationFactory, InstitutionFactory, MemberFactory
from tests.loan_factories import ReturnRateFactory
from tests.portal.public_pages import public_pages
from tests.whitelist.cases import Desk, listed_rd

OPEN, ENDED, BEFORE = "2025-06-10 10:00+08:00", "2026-06-10 10:00+08:00", "2022-06-10 10:00+08:00"

pytestmark = pytest.mark.django_db


def said(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


@pytest.fixture
def successor() -> PolicyVersion:
    """A plan with other figures, from 2026 on."""
    first = PolicyVersion.objects.get(number=1)
    terms = first.terms
    terms["loan"] |= {"enterprise_rate": "0.0175", "max_term_years": 7}
    terms["rd_cap"] |= {"existing_amount": "45000000.00"}
    return PolicyVersion.objects.create(number=2, name="后续方案", valid_from="2026-01-01", terms=terms)


class TestFigures:
    @time_machine.travel(OPEN, tick=False)
    def test_the_first_page_speaks_the_figures_of_the_version_in_force(self, client: Client) -> None:
        page = said(client, "/")
        for figure in ("只付 2% 的年利息", "最长 5 年", "30,000万元", "总投资的 80%", "3,000万元", "200万元", "最长 30 个工作日"):
            assert figure in page, figure
        assert "目前不受理新的申请" not in page

    @pytest.mark.usefixtures("successor")
    @time_machine.travel(ENDED, tick=False)
    def test_another_version_another_page(self, client: Client) -> None:
        page = said(client, "/") + said(client, "/faq/")
        for figure in ("只付 1.75% 的年利息", "最长 7 年", "存量企业研发贷款 4,500万元"):
            assert figure in page, figure
        assert "3,000万元" not in page

    @time_machine.travel(OPEN, tick=False)
    def test_what_a_year_costs_is_what_the_calculator_says(self, client: Client) -> None:
        assert "例如借" not in said(client, "/")  # no rate of the banks is decided yet
        ReturnRateFactory(rate=Decimal("0.0350"), effective_on=date(2023, 1, 1))
        page = said(client, "/")
        assert "20,277.78" in page  # 1 M × 2 % × 365 ÷ 360
        assert "15,208.33" in page  # 35,486.11 − 20,277.78


class TestBasis:
    @time_machine.travel(OPEN, tick=False)
    def test_every_citation_leads_to_its_wording(self, client: Client) -> None:
        register = said(client, reverse("public:basis"))
        for address in ("/", "/faq/"):
            for place in {part.split('"')[0] for part in said(client, address).split('href="/basis/#')[1:]}:
                assert f'id="{place}"' in register, (address, place)

    @pytest.mark.clause("FP 3.3")
    @time_machine.travel(OPEN, tick=False)
    def test_a_confirmed_interpretation_names_who_confirmed_it(self, client: Client) -> None:
        assert "已确认" not in said(client, "/basis/").split("其余为暂行口径")[1]
        treasury = MemberFactory.serving("city_treasury")
        Confirmation.objects.create(
            version=PolicyVersion.objects.get(number=1),
            decision=Decision.objects.get(pk="D10"),
            institution=Institution.objects.get(pk=treasury.institution_id),
            confirmed_on=date(2024, 5, 6),
            document_number="泉财函〔2024〕7号",
            recorded_by=treasury,
        )
        page = said(client, "/basis/")
        assert "2024-05-06 确认，泉财函〔2024〕7号" in page


@pytest.mark.clause("FP 1.3")
@time_machine.travel(OPEN, tick=False)
def test_banks_that_take_new_business_are_named_and_those_that_left_are_not(client: Client) -> None:
    running, left = InstitutionFactory(name="某在办银行"), InstitutionFactory(name="某退出银行")
    BankParticipationFactory(bank=running, mode=Mode.TRUST)
    BankParticipationFactory(bank=left, mode=Mode.TRUST, until_on=date(2025, 6, 10))
    special, trust = said(client, "/contacts/").split("<h3>信托服务模式</h3>")
    assert "某在办银行" in trust
    assert "某在办银行" not in special
    assert "某退出银行" not in special + trust


@time_machine.travel(OPEN, tick=False)
def test_what_was_decided_stands_with_its_document_newest_first(client: Client) -> None:
    batch = listed_rd(Desk()).batch
    assert batch is not None
    rate = ReturnRateFactory(rate=Decimal("0.0350"), effective_on=date(2024, 7, 1))
    later = ReturnRateFactory(rate=Decimal("0.0287"), effective_on=date(2025, 9, 1), decided_on=date(2025, 8, 1))
    page = said(client, "/notices/")
    for told in (batch.document_number, rate.document_number, "3.50%", "自2023-01-01起施行", "年放假和调休安排"):
        assert told in page
    assert "2.87%" not in page  # decided on a day to come
    assert later.rate
    days = re.findall(r'<p class="small">(\d{4}-\d\d-\d\d)', page)
    assert days == sorted(days, reverse=True)
    assert client.get("/notices/").content.count(b"<li><p") == len(days)


class TestNoOpenVersion:
    @pytest.mark.clause("FP 3.4")
    @pytest.mark.clause("D25")
    @time_machine.travel(ENDED, tick=False)
    def test_every_page_says_that_nothing_new_is_taken_and_running_loans_go_on(self, client: Client) -> None:
        for address in public_pages():
            page = said(client, address)
            assert "目前不受理新的申请" in page, address
            assert "实施期满" in page, address
            assert "存续贷款继续执行原方案" in page, address

    @pytest.mark.clause("FP 3.4")
    @time_machine.travel(BEFORE, tick=False)
    def test_before_the_first_version_no_figure_is_told(self, client: Client) -> None:
        for address in public_pages():
            page = said(client, address)
            assert "尚无生效的实施方案版本" in page, address
        assert "年利息" not in said(client, "/")


def test_the_public_is_given_no_cookie(client: Client) -> None:
    for address in public_pages():
        answer = client.get(address)
        assert not answer.cookies, address
        assert "Cookie" not in answer.get("Vary", ""), address
        if address == "/check/":  # its address carries what somebody typed
            assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"private", "no-store"}
            continue
        assert {part.strip() for part in answer["Cache-Control"].split(",")} == {"public", "max-age=60"}, address


@time_machine.travel(OPEN, tick=False)
def test_the_days_of_a_whole_year_are_read_once_an_hour(client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as counted:
            said(client, "/")
        return len(counted)

    cost()  # the register is read once a process
    steps_taken_by.cache_clear()
    first = cost()
    assert cost() <= first - 5  # a query a step, and that for the calendar
    with time_machine.travel("2025-06-10 11:00+08:00", tick=False):
        assert cost() == first


def test_the_footer_names_the_house(client: Client, settings: object) -> None:
    settings.SITE = {"owner": "泉州市某局", "code": "3505000001", "icp": "闽ICP备0001号", "police": "闽公网安备0002号"}  # type: ignore[attr-defined]
    page = said(client, "/")
    for part in ("主办单位：泉州市某局", "网站标识码：3505000001", "闽ICP备0001号", "闽公网安备0002号"):
        assert part in page
