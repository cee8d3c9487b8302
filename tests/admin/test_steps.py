"""Steps: offered to whom, one call each, a sentence when refused."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from common.admin.display_values import page_of
from documents.models import Document
from loans.models import Application, Loan, Movement, Proposal
from parties.models import Enterprise, Member
from policy.models import CalendarNotice, NoticeProposal, PolicyVersion
from subsidy.models import Objection, Settlement
from tests.admin.world import BOTH, World
from tests.factories import MemberFactory, credit_code, seeded_district
from tests.loan_factories import noon
from tests.whitelist.cases import PDF
from tests.whitelist.lists import as_csv, tax_row
from whitelist.models import Batch, Entry, ImportFile, Project

LATE = {"late_reason": "系统故障"}
Login = Callable[[Member], Client]


@pytest.fixture
def successor(db: None) -> PolicyVersion:
    """A plan in force today, so that new cases may be opened."""
    first = PolicyVersion.objects.get(number=1)
    return PolicyVersion.objects.create(number=2, name="后续方案", valid_from=date(2026, 1, 1), terms=first.terms)


def do_url(case: Any, name: str) -> str:
    return f"{page_of(case).removesuffix('change/')}do/{name}/"


def offered(browser: Client, case: Any) -> set[str]:
    """Return the names of the steps the page offers."""
    return {url.rstrip("/").rsplit("/", 1)[1] for _, url in browser.get(page_of(case)).context["steps"]}


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


class TestOffered:
    def test_each_bureau_has_its_own_steps(self, world: World, login: Login) -> None:
        cases = world.queue()
        county, city, treasury = (login(one) for one in (world.desk.county, world.desk.industry, world.desk.treasury))
        waiting = cases["county_review"].entry
        assert offered(county, waiting) == {"pass-county", "return-from-county", "reject-by-county", "withdraw"}
        assert offered(city, waiting) == set()
        assert offered(city, cases["city_review"].entry) == {"pass-city", "return-from-city", "reject-by-city"}
        assert offered(county, cases["city_review"].entry) == {"withdraw"}
        assert offered(treasury, cases["consultation"].entry) == {"clear"}
        assert offered(city, cases["cleared"].entry) == {"publish", "reject-by-city", "send-back"}

    def test_a_handler_does_not_decide_and_a_viewer_does_nothing(self, world: World, login: Login) -> None:
        waiting = world.queue()["county_review"].entry
        handler = MemberFactory.serving("county_industry", district="晋江市")
        viewer = MemberFactory.serving("county_industry", district="晋江市", viewer=True)
        assert "pass-county" not in offered(login(handler), waiting)
        assert offered(login(viewer), waiting) == set()
        assert login(handler).get(do_url(waiting, "pass-county")).status_code == 403
        assert login(viewer).post(do_url(waiting, "pass-county")).status_code == 403
        waiting.refresh_from_db()
        assert waiting.state == "county_review"

    def test_the_lender_is_the_bank_and_a_bureau_moves_no_money(self, world: World, login: Login) -> None:
        loan = world.drawn
        assert {"repayment", "overdue", "reversal", "use-check"} <= offered(login(world.handler), loan)
        assert "drawdown" not in offered(login(world.handler), loan)  # drawn in full
        assert offered(login(world.desk.industry), loan) == set()


class TestWhitelist:
    @pytest.mark.clause("FP 1.6.1(1)")
    def test_a_county_registers_applies_and_reports(self, world: World, login: Login, successor: PolicyVersion) -> None:
        browser = login(world.desk.county)
        answer = browser.post("/admin/parties/enterprise/new/register/", self._enterprise())
        enterprise = Enterprise.objects.get(name="晋江智造有限公司")
        assert answer["Location"] == page_of(enterprise)
        browser.post("/admin/whitelist/project/new/register/", self._project(enterprise))
        project = Project.objects.get()
        assert project.total_investment == Decimal("120000000.00")  # typed with separators
        browser.post("/admin/whitelist/entry/new/project/", {"project": project.pk})
        entry = Entry.objects.get()
        refused = browser.post(do_url(entry, "submit"))
        assert refused.status_code == 409
        assert "缺少材料" in text(refused)
        for paper in ("白名单申请表", "营业执照", "投资项目备案（核准）文件", "企业委托书"):
            given = {"kind": paper, "file": SimpleUploadedFile("材料.pdf", PDF)}
            assert browser.post(f"/admin/documents/document/attach/whitelist.entry/{entry.public_id}/", given).status_code == 302
        assert Document.objects.count() == 4
        assert browser.post(do_url(entry, "submit")).status_code == 302
        entry.refresh_from_db()
        assert (entry.state, entry.is_eligible, entry.policy_version) == ("county_review", True, successor)
        browser.post(do_url(entry, "pass-county"))
        entry.refresh_from_db()
        assert entry.state == "city_review"

    def _enterprise(self) -> dict[str, Any]:
        return {
            "credit_code": credit_code(999_123),
            "name": "晋江智造有限公司",
            "industry_code": "C3429",
            "registered_on": "2015-06-01",
            "registered_capital": "50,000,000.00",
            "tax_home": seeded_district().pk,
            "registered_in_city": "on",
        }

    def _project(self, enterprise: Enterprise) -> dict[str, Any]:
        return {
            "enterprise": enterprise.credit_code,
            "code": "2601-350582-04-02-000001",
            "name": "数控加工线技改",
            "district": seeded_district().pk,
            "project_type": "technical_upgrade",
            "total_investment": "120,000,000",
        }

    def test_a_return_needs_a_reason_that_the_enterprise_reads(self, world: World, login: Login) -> None:
        waiting = world.queue()["county_review"].entry
        browser = login(world.desk.county)
        empty = browser.post(do_url(waiting, "return-from-county"), {"reason": ""})
        assert empty.status_code == 409
        assert "必填" in text(empty).split("qf-wrong")[1]
        browser.post(do_url(waiting, "return-from-county"), {"reason": "备案文件缺页"})
        waiting.refresh_from_db()
        assert (waiting.state, waiting.return_reason) == ("returned", "备案文件缺页")

    @pytest.mark.clause("FP 1.6.1(3)")
    def test_a_batch_is_published_from_the_list(self, world: World, login: Login, successor: PolicyVersion) -> None:
        first, second = world.queue()["cleared"].entry, world.queue()["cleared"].entry
        browser = login(world.desk.industry)
        asked = browser.post(
            "/admin/whitelist/entry/", {"action": "publish", "_selected_action": [first.pk, second.pk], "index": 0, "select_across": 0}
        )
        assert "已选 2 项" in text(asked)
        given = {"chosen": [first.pk, second.pk], "document_number": "泉工信〔2026〕3号"}
        answer = browser.post("/admin/whitelist/entry/bulk/publish/", given)
        batch = Batch.objects.get()
        assert answer["Location"] == page_of(batch)
        assert {entry.state for entry in batch.entries.all()} == {"published"}

    def test_one_that_is_not_ready_stops_the_whole_batch(self, world: World, login: Login, successor: PolicyVersion) -> None:
        cases = world.queue()
        ready, early = cases["cleared"].entry, cases["city_review"].entry
        browser = login(world.desk.industry)
        given = {"chosen": [ready.pk, early.pk], "document_number": "泉工信〔2026〕3号"}
        refused = browser.post("/admin/whitelist/entry/bulk/publish/", given)
        assert refused.status_code == 409
        assert "当前状态为“市级审核”，不能办理“发布”" in re.sub(r"</?a\b[^>]*>", "", text(refused))
        assert Batch.objects.count() == 0

    @pytest.mark.clause("FP 1.6.1(2)")
    def test_a_tax_list_is_checked_first_and_entered_after(self, world: World, login: Login) -> None:
        browser = login(world.desk.science)
        good, bad = tax_row(1), tax_row(2)
        bad[0] = "123"
        file = SimpleUploadedFile("税务名单.csv", as_csv([good, bad]))
        answer = browser.post("/admin/whitelist/importfile/new/check/", {"kind": "tax_list", "file": file, "as_of": "2024-02-01"})
        found = ImportFile.objects.get()
        assert answer["Location"] == page_of(found)
        page = text(browser.get(page_of(found)))
        assert "第3行" in page
        assert (found.accepted, found.refused) == (1, 1)
        assert not Enterprise.objects.exists()
        browser.post(do_url(found, "commit"))
        assert Enterprise.objects.get().credit_code == good[0]


class TestFinancing:
    @pytest.mark.clause("FP 1.6.3")
    @time_machine.travel(noon(date(2024, 4, 15)), tick=False)
    def test_a_bank_leads_an_application_to_a_drawn_loan(self, world: World, login: Login) -> None:
        application = world.application()
        bank = login(world.handler)
        refused = bank.post(do_url(application, "begin-review"), {"on": "2024-03-05"})
        assert refused.status_code == 409
        assert "请填写补录理由" in text(refused)
        bank.post(do_url(application, "begin-review"), {"on": "2024-03-05", **LATE})
        over = bank.post(do_url(application, "approve"), {"amount": "10,000,000.01", "on": "2024-03-20", **LATE})
        assert over.status_code == 409
        assert "10,000,000.00" in text(over)
        bank.post(do_url(application, "approve"), {"amount": "10,000,000.00", "on": "2024-03-20", **LATE})
        bank.post(do_url(application, "meet-conditions"), {"on": "2024-03-25", **LATE})
        contract = {
            "contract_number": "HT-1",
            "contract_amount": "10000000",
            "signed_on": "2024-04-01",
            "matures_on": "2029-04-01",
            "available_until": "2027-04-01",
            **LATE,
        }
        answer = bank.post(do_url(application, "contract"), contract)
        loan = Loan.objects.get()
        assert answer["Location"] == page_of(loan)
        drawdown = {"amount": "4,000,000.00", "value_on": "2024-04-10", "bank_reference": "LS1", "reason": "补记"}
        bank.post(do_url(loan, "drawdown"), drawdown)
        proposal = Proposal.objects.get()
        assert Movement.objects.count() == 0
        own = bank.post(do_url(proposal, "confirm"))
        assert own.status_code == 409
        assert "经办和复核不得为同一人" in text(own)
        checker = login(world.checker)
        assert "4,000,000.00" in text(checker.get(do_url(proposal, "confirm")))
        checker.post(do_url(proposal, "confirm"))
        loan.refresh_from_db()
        assert (loan.drawn, loan.performing) == (Decimal("4000000.00"), Decimal("4000000.00"))

    def test_a_second_click_changes_nothing_and_says_so(self, world: World, login: Login) -> None:
        application = world.application()
        bank = login(world.handler)
        assert bank.post(do_url(application, "accept"), {"on": "2024-03-04", **LATE}).status_code == 302
        again = bank.post(do_url(application, "accept"), {"on": "2024-03-04", **LATE}, follow=True)
        assert "当前状态不能办理“受理”" in text(again)
        application.refresh_from_db()
        assert application.state == "accepted"

    @pytest.mark.clause("FP 3.4")
    def test_after_the_plans_end_a_new_application_is_refused_in_a_sentence(self, world: World, login: Login) -> None:
        entry = world.listed.entry
        bank = login(world.handler)
        given = {
            "entry": entry.pk,
            "bank": world.bank.pk,
            "mode": "special",
            "category": "fixed_asset",
            "security": "secured",
            "amount_requested": "1000000",
            "term_months": "12",
        }
        refused = bank.post("/admin/loans/application/new/draft/", given)
        assert refused.status_code == 409
        assert Application.objects.count() == 0


class TestSettlement:
    @pytest.mark.clause("FP 1.6.4")
    def test_from_draft_to_paid_by_clicks(self, world: World, login: Login) -> None:
        settlement = world.settlement
        bank, city, treasury = login(world.handler), login(world.desk.industry), login(world.desk.treasury)
        assert offered(bank, settlement) == {"confirm", "reconcile"}
        shown = bank.get(do_url(settlement, "confirm"))
        assert settlement.current.sha256 in text(shown)
        stale = bank.post(do_url(settlement, "confirm"), {"sha256": "0" * 64})
        assert stale.status_code == 409
        assert "不是现行版次" in text(stale)
        bank.post(do_url(settlement, "confirm"), {"sha256": settlement.current.sha256})
        city.post(do_url(settlement, "review"), {"remark": ""})
        treasury.post(do_url(settlement, "file"), {"record_number": "泉财备〔2026〕1号", "on": ""})
        settlement.refresh_from_db()
        assert settlement.state == "filed"
        world.desk.industry.roles = BOTH
        for payment in settlement.payments.select_related("payer"):
            is_city = payment.payer.kind == "city_industry"
            maker = city if is_city else login(world.desk.county)
            checker = login(world.industry_checker if is_city else world.county_checker)
            maker.post(do_url(payment, "record"), {"paid_on": str(timezone.localdate()), "voucher": f"PZ{payment.pk}"})
            assert "人民币壹万叁仟贰佰伍拾元整" in text(checker.get(do_url(payment, "check")))
            checker.post(do_url(payment, "check"))
        settlement.refresh_from_db()
        assert settlement.state == "paid"

    def test_the_banks_own_figures_are_held_against_ours(self, world: World, login: Login) -> None:
        settlement, bank = world.settlement, login(world.handler)
        loan = world.drawn.contract_number
        file = SimpleUploadedFile("对账.csv", f"合同编号,贴息金额（元）\n{loan},26500.01\n".encode("utf-8-sig"))
        answer = bank.post(do_url(settlement, "reconcile"), {"file": file})
        found = settlement.reconciliations.get()
        assert answer["Location"] == page_of(found)
        page = text(bank.get(page_of(found)))
        assert "26,500.00" in page
        assert "26,500.01" in page
        assert "-0.01" in page
        assert "30天 × 10,000,000.00元" in page
        bank.post(do_url(found, "commit"))
        found.refresh_from_db()
        assert found.state == "committed"

    @pytest.mark.clause("D41")
    def test_a_county_objects_and_filing_waits_for_the_answer(self, world: World, login: Login) -> None:
        settlement = world.settlement
        bank, city, county = login(world.handler), login(world.desk.industry), login(world.desk.county)
        county.post(do_url(settlement, "object"), {"reason": "企业已迁出"})
        objection = Objection.objects.get()
        bank.post(do_url(settlement, "confirm"), {"sha256": settlement.current.sha256})
        city.post(do_url(settlement, "review"), {"remark": ""})
        treasury = login(world.desk.treasury)
        refused = treasury.post(do_url(settlement, "file"), {"record_number": "泉财备〔2026〕2号"})
        assert refused.status_code == 409
        assert "异议尚未处理" in text(refused)
        city.post(do_url(objection, "answer"), {"answer": "首次放款时归属晋江市。"})
        treasury.post(do_url(settlement, "file"), {"record_number": "泉财备〔2026〕2号"})
        assert Settlement.objects.get().state == "filed"


class TestRulebook:
    def test_a_typed_notice_is_checked_by_another_and_moves_the_calendar(self, world: World, login: Login) -> None:
        holidays = (
            "元旦 2027-01-01 2027-01-03\n春节 2027-02-05 2027-02-11\n清明节 2027-04-05\n劳动节 2027-05-01 2027-05-05\n端午节 2027-06-09"
        )
        given = {
            "kind": "whole_year",
            "year": "2027",
            "document_number": "国办发明电〔2026〕9号",
            "published_on": "2026-11-10",
            "off": f"{holidays}\n中秋节 2027-09-15\n国庆节 2027-10-01 2027-10-07",
            "makeup": "2027-02-14",
            "source_url": "",
        }
        browser, address = login(world.desk.treasury), "/admin/policy/calendarnotice/new/typed/"
        lacks = browser.post(address, given | {"off": "元旦 2027-01-01 2027-01-03"})
        assert "缺少：春节、清明节、劳动节、端午节、中秋节、国庆节" in text(lacks)
        assert "无法识别" in text(browser.post(address, given | {"off": "元旦 1月1日"}))
        answer = browser.post(address, given)
        proposal = NoticeProposal.objects.get()
        assert answer["Location"] == page_of(proposal)
        checker = login(world.industry_checker)
        shown = text(checker.get(do_url(proposal, "confirm")))
        assert "逐日变化" in shown
        assert "放假（国庆节补假）" in shown  # what the provisional year held
        assert login(world.desk.treasury).post(do_url(proposal, "confirm")).status_code == 403
        assert checker.post(do_url(proposal, "confirm")).status_code == 302
        notice = CalendarNotice.objects.get(year=2027, is_provisional=False)
        assert notice.proposal == proposal
        older = given | {"kind": "amends", "off": "劳动节 2027-04-30 2027-05-04", "makeup": "", "published_on": "2026-11-09"}
        assert "早于该通知" in text(browser.post(address, older))
        assert browser.post(address, older | {"confirmed": "on"}).status_code == 302

    @pytest.mark.clause("FP 3.3")
    def test_a_bureau_confirms_an_interpretation(self, world: World, login: Login) -> None:
        version = PolicyVersion.objects.get(number=1)
        given = {"decision": "D2", "confirmed_on": "2024-01-05", "document_number": "泉财函〔2024〕3号"}
        assert login(world.desk.treasury).post(do_url(version, "confirm"), given).status_code == 302
        assert "泉财函〔2024〕3号" in text(login(world.desk.industry).get(page_of(version)))
        assert login(world.handler).post(do_url(version, "confirm"), given).status_code == 403


class TestCalculators:
    def test_every_calculator_asks_and_a_subsidy_is_opened_to_segments(self, world: World, login: Login) -> None:
        browser = login(world.handler)
        page = browser.get("/admin/calculators/")
        for one in page.context["calculators"]:
            assert browser.get(f"/admin/calculators/{one.name}/").status_code == 200
            assert browser.get(f"/admin/calculators/{one.name}/?asked=1").status_code == 200
        asked = {
            "asked": "1",
            "movements": "2024-01-10 10,000,000\n2024-05-10 -2000000",
            "bank_rates": "2023-01-01 3.85%",
            "period__from_on": "2024-03-21",
            "period__until_on": "2024-06-21",
        }
        answer = text(browser.get("/admin/calculators/subsidy/", asked))
        assert "42,961.12" in answer
        assert "依据《实施方案》一(四)1" in answer
        wrong = text(browser.get("/admin/calculators/subsidy/", asked | {"movements": "2024-01-10 多少"}))
        assert "第1行" in wrong
        assert browser.get("/admin/calculators/none/").status_code == 404


pytestmark = pytest.mark.django_db
