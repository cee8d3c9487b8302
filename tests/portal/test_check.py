"""我能不能申请、能借多少: the way through the questions, each verdict opened to its reasons, the sums of the calculators, nothing kept."""

import re
from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from calculators.selectors import ask
from policy.models import PolicyVersion
from portal.public.questions import QUESTIONS
from tests.loan_factories import ReturnRateFactory

WHERE = "/check/"
OPEN, ENDED = "2025-06-10 10:00+08:00", "2026-06-10 10:00+08:00"
PROJECT = {"for": "project", "industry": "C35", "city": "yes", "kind": "technical_upgrade", "upgrade": "no", "investment": "100000000"}
RD = {
    "for": "rd",
    "industry": "C35",
    "city": "yes",
    "honour": "none",
    "registered": "2015-03-02",
    "expense": "12,345,678.99",
    "credit": "no",
}
NEW = {key: RD[key] for key in ("for", "industry", "city", "honour", "credit")} | {"registered": "2025-02-03", "capital": "20000000"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_force() -> object:
    with time_machine.travel(OPEN, tick=False):
        yield


def said(client: Client, answers: dict[str, str]) -> str:
    answer = client.get(f"{WHERE}?{urlencode(answers)}")
    assert answer.status_code == 200
    return answer.content.decode()


def heading(page: str) -> str:
    found = re.search(r"<h1>(?:<label[^>]*>)?([^<]+)", page)
    assert found is not None
    return found[1]


def states(page: str) -> dict[str, str]:
    """Return the state of each condition by its clause's place."""
    lines = re.findall(r'<li class="card (\w+)">(.*?)</li>', page, re.DOTALL)
    return {re.findall(r'href="/basis/#([^"]+)"', text)[0] + text.split("<b>")[1][:4]: state for state, text in lines}


class TestWay:
    @pytest.mark.parametrize(("answers", "pages"), [(PROJECT, 6), (RD, 7), (NEW, 7)], ids=["project", "r&d", "newly registered"])
    def test_one_question_a_page_to_the_answer(self, client: Client, answers: dict[str, str], pages: int) -> None:
        given: dict[str, str] = {}
        asked: list[str] = []
        while (page := said(client, given)) and 'class="one"' in page:
            carried = re.findall(r'type="hidden" name="(\w+)"', page)
            assert set(carried) - {"asked"} == set(given)
            [name] = set(re.findall(r'name="(\w+)"', page)) - set(given) - {"viewport", "asked"}
            asked.append(name)
            given[name] = answers[name]
        assert asked == list(given)
        assert len(asked) == pages
        assert heading(page) == "按您的回答，符合列入条件"

    def test_an_answer_given_anew_keeps_the_others(self, client: Client) -> None:
        page = said(client, RD)
        change = next(found for found in re.findall(r'href="/check/\?([^"]+)"', page) if "city=" not in found)
        anew = client.get(f"{WHERE}?{change.replace('&amp;', '&')}").content.decode()
        assert heading(anew) == "贵公司在泉州市注册吗？"
        assert {"honour", "registered", "expense", "credit"} <= set(re.findall(r'type="hidden" name="(\w+)"', anew))

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            pytest.param({"for": ""}, "请选择“用途”。", id="nothing chosen"),
            pytest.param({"asked": "for"}, "请选择“用途”。", id="nothing chosen among buttons, which sends nothing"),
            pytest.param({"for": "boat"}, "请选择“用途”。", id="chosen what is not offered"),
            pytest.param(PROJECT | {"investment": "300万"}, "换算为元", id="a unit"),
            pytest.param(PROJECT | {"investment": "-1"}, "", id="less than nothing"),
            pytest.param(RD | {"registered": "2025-02-30"}, "", id="no such day"),
            pytest.param(RD | {"registered": "2026-01-01"}, "", id="not yet"),
            pytest.param(RD | {"industry": "<script>alert(1)</script>"}, "请选择“行业”。", id="markup"),
        ],
    )
    def test_what_cannot_be_read_is_said_at_the_top_and_at_the_field(self, client: Client, answers: dict[str, str], sentence: str) -> None:
        page = said(client, answers)
        assert "<title>有错误：" in page
        [told] = re.findall(r'<a href="#answer">([^<]+)</a>', page)
        assert sentence in told
        assert page.count(told) == 2
        assert 'id="answer"' in page
        assert "<script>alert" not in page

    def test_nothing_is_stored(self, client: Client) -> None:
        answer = client.get(f"{WHERE}?{urlencode(RD)}")
        assert not answer.cookies
        assert (Session.objects.count(), Event.objects.filter(verb="opened").count()) == (0, 0)


class TestVerdict:
    @pytest.mark.clause("FP 1.1.2")
    @pytest.mark.clause("FP 3.2")
    def test_each_condition_says_its_state_its_clause_and_what_to_do(self, client: Client) -> None:
        page = said(client, RD | {"expense": "1,860,000", "credit": "yes", "city": "unsure"})
        assert heading(page) == "按您的回答，有条件不符合"
        assert "上年度研发投入1,860,000.00元；2015-03-02注册）" in page  # nothing of a capital that was not asked
        assert sorted(states(page).values()) == ["failed", "failed", "met", "unknown"]
        assert page.count("可以怎么做：") == 3

    def test_what_nobody_knows_yet_is_no_refusal(self, client: Client) -> None:
        page = said(client, RD | {"expense": "unsure"})
        assert heading(page) == "还不能确定"
        assert "知道上年度研发费用以后才能算出" in page
        known = said(client, RD | {"expense": "unsure", "honour": "giant"})
        assert heading(known) == "按您的回答，符合列入条件"  # a little giant meets the condition with any expense

    @pytest.mark.clause("FP 3.1")
    def test_a_subsidised_project_is_refused_for_that_alone(self, client: Client) -> None:
        page = said(client, PROJECT | {"upgrade": "yes"})
        assert sorted(states(page).values()) == ["failed", "met", "met", "met"]
        assert "该项目已享受技改贴息" in page

    @pytest.mark.clause("FP 3.4")
    @pytest.mark.clause("D25")
    def test_after_the_end_nothing_new_is_taken_whoever_would_qualify(self, client: Client) -> None:
        with time_machine.travel(ENDED, tick=False):
            page = said(client, PROJECT)
        assert heading(page) == "条件符合，但目前不受理新的申请"
        assert "存续贷款继续执行原方案" in page
        assert "自2026-01-01起不再受理新的申请" in page


class TestSums:
    @pytest.mark.clause("FP 1.2.2")
    def test_the_limit_and_the_cost_are_the_calculators(self, client: Client) -> None:
        ReturnRateFactory(rate=Decimal("0.0350"), effective_on=date(2023, 1, 1))
        page = said(client, RD)
        asked = {"newly_registered": False, "last_year_rd_expense": "12345678.99"}
        limit = ask("rd-limit", asked, today=date(2025, 6, 10))["max_total"]
        assert limit == "6172839.49"  # half, the odd half cent dropped
        cost = {"amount": limit, "bank_rate": "0.0350", "cover_rate": "0.01"}
        told = ask("yearly-cost", cost, today=date(2025, 6, 10))
        for amount in (limit, told["enterprise_interest"], told["cover_fee"], told["total"], told["subsidy"], told["county"]):
            assert f"{Decimal(amount):,.2f}" in page
        other = said(client, RD | {"amount": "1,000,000"})
        assert "20,277.78" in other

    @pytest.mark.clause("FP 1.2.1")
    def test_a_project_has_its_two_parts(self, client: Client) -> None:
        page = said(client, PROJECT)
        for amount in ("80,000,000.00", "10,000,000.00", "90,000,000.00"):
            assert amount in page

    def test_a_newly_registered_enterprise_is_asked_for_its_capital(self, client: Client) -> None:
        page = said(client, NEW)
        assert "10,000,000.00" in page
        assert "新注册企业最多" in page

    def test_an_amount_that_cannot_be_read_is_said_and_the_limit_stands(self, client: Client) -> None:
        page = said(client, RD | {"amount": "很多"})
        assert 'href="#amount"' in page
        assert 'value="很多"' in page

    def test_however_little_is_known_the_queries_are_as_few(self, client: Client) -> None:
        def cost(answers: dict[str, str]) -> int:
            with CaptureQueriesContext(connection) as counted:
                said(client, answers)
            return len(counted)

        said(client, RD)
        unsure = {question.name: "unsure" for question in QUESTIONS if question.unsure}
        assert cost(RD | unsure) <= cost(RD)


def test_another_plan_other_answers(client: Client) -> None:
    terms = PolicyVersion.objects.get(number=1).terms
    terms["eligibility"] |= {"min_rd_expense": "1000000.00"}
    PolicyVersion.objects.create(number=2, name="后续方案", valid_from="2026-01-01", terms=terms)
    with time_machine.travel(ENDED, tick=False):
        assert heading(said(client, RD | {"expense": "1,860,000"})) == "按您的回答，符合列入条件"
