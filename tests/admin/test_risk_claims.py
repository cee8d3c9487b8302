"""The pages of risk: a claim walked by its people through both workflows, refused to others, opened down to each yuan."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.admin.display_values import page_of
from common.enums import Category, Mode, Security
from documents.models import Document
from loans.enums import MovementKind
from loans.models import Loan
from parties.models import Member
from parties.selectors import system_member
from risk.claims.transitions import ClaimState
from risk.classification.services import suggest_classes
from risk.enums import ClaimPaper, MoneyStep, ReturnState
from risk.models import BadDebt, Claim, Classification, ClassificationSuggestion, Payment, Recovery, Return
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import move
from tests.risk.papers import PROJECT_PAPERS, RD_PAPERS
from tests.risk.scene import PDF, Scene, make_scene, yuan

Login = Callable[[Member], Client]
LISTS = (ClassificationSuggestion, Classification, BadDebt, Claim, Payment, Recovery, Return)


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def list_url(model: type[Model]) -> str:
    return reverse(f"admin:risk_{model._meta.model_name}_changelist")


def do_url(case: Any, name: str) -> str:
    return f"{page_of(case).removesuffix('change/')}do/{name}/"


def take(browser: Client, case: Any, name: str, **given: Any) -> str:
    """Take a step as a person does: the button is on the page, the form opens, the form is sent; return the next page."""
    address = do_url(case, name)
    assert f'href="{address}"' in browser.get(page_of(case)).content.decode(), name
    assert browser.get(address).status_code == 200
    answer = browser.post(address, given, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def refused(browser: Client, case: Any, name: str, **given: Any) -> str:
    """Send a step that the domain refuses; return the page with the sentence."""
    answer = browser.post(do_url(case, name), given)
    assert answer.status_code == 409
    return str(answer.content.decode())


def upload(browser: Client, bad_debt: BadDebt, kinds: Any) -> None:
    address = reverse("admin:documents_document_attach", args=["risk.baddebt", bad_debt.public_id])
    for kind in kinds:
        file = SimpleUploadedFile(f"{ClaimPaper(kind).label}.pdf", PDF)
        assert browser.post(address, {"kind": kind, "file": file}).status_code == 302


def today() -> str:
    return timezone.localdate().isoformat()


@pytest.mark.clause("FP 1.5.2(1)")
@pytest.mark.clause("FP 1.5.3")
def test_an_rd_claim_from_the_overdue_loan_to_the_last_yuan_returned(scene: Scene, login: Login) -> None:
    scene.disburse(200_000_000)
    loan = scene.loan(10_000_000)
    move(loan, MovementKind.OVERDUE, loan.balance.performing, timezone.localdate() - timedelta(days=99))
    bank, checker = login(scene.handler), login(scene.checker)
    guarantor, guarantor_checker = login(scene.guarantor_handler), login(scene.guarantor_checker)

    bad_debt = _recognised(bank, loan)
    claim = _filed(bank, bad_debt)
    _paid(bank, claim, guarantor, guarantor_checker)
    page = _closed(bank, checker, claim)
    for word in ("提交补偿申请", "要求补正", "复核支付", "付清", "进入追偿", "结案"):
        assert word in page


def _recognised(bank: Client, loan: Loan) -> BadDebt:
    page = bank.get(page_of(loan)).content.decode()
    assert "100天" in page
    assert "按逾期天数至少归为次级" in page
    assert "请填写理由" in refused(bank, loan, "classify", grade="loss", on=today(), reason="")
    page = take(bank, loan, "classify", grade="loss", on=today(), reason="借款人停产")
    assert "借款人停产" in page
    page = take(bank, loan, "recognise", on=today(), reason="借款人停产，无力偿还")
    assert "10,000,000.00" in page
    assert "尚缺6项：借款合同" in page
    assert f'href="{do_url(loan, "recognise")}"' not in bank.get(page_of(loan)).content.decode()
    return BadDebt.objects.get()


def _filed(bank: Client, bad_debt: BadDebt) -> Claim:
    assert "缺少材料：借款合同、放款凭证" in refused(bank, bad_debt, "file", amount="10000000.00")
    upload(bank, bad_debt, RD_PAPERS)
    page = bank.get(page_of(bad_debt)).content.decode()
    assert "材料齐备" in page
    assert Document.objects.first().sha256 in page
    assert "不超过尚未收回的坏账本金" in refused(bank, bad_debt, "file", amount="10,000,000.01")
    take(bank, bad_debt, "file", amount="10,000,000.00")
    return Claim.objects.get()


def _paid(bank: Client, claim: Claim, guarantor: Client, guarantor_checker: Client) -> None:
    take(guarantor, claim, "begin-review")
    take(guarantor, claim, "ask-supplement", what="催收记录缺第二次催收")
    assert "催收记录缺第二次催收" in bank.get(page_of(claim)).content.decode()
    take(bank, claim, "supply")
    take(guarantor, claim, "begin-review")
    page = take(guarantor, claim, "accept")
    assert "损失分担（预计，首次支付时确定）" in page
    take(guarantor, claim, "propose-payment")
    assert guarantor.get(do_url(claim, "release")).status_code == 403  # a handler does not check
    page = take(guarantor_checker, claim, "return-payment", reason="凭证影像不清")
    assert "凭证影像不清" in page
    take(guarantor, claim, "propose-payment")
    page = take(guarantor_checker, claim, "release")
    assert "担保公司按档次承担：10,000,000.00 × 80.00% = 8,000,000.00" in page
    assert "合计等于损失，与规则重算一致" in page
    assert "10000000元" not in page


def _closed(bank: Client, checker: Client, claim: Claim) -> str:
    take(bank, claim, "recover", amount="1,250,000.00", costs="250,000.00", received_on=today(), bank_reference="ZC1")
    recovery = Recovery.objects.get()
    assert bank.post(do_url(recovery, "check")).status_code == 403  # a handler does not check
    take(checker, recovery, "check")
    page = bank.get(page_of(claim)).content.decode()
    assert "累计追回净额 1,000,000.00 元" in page
    owed = Return.objects.get()
    assert owed.amount == yuan(800_000)
    page = take(bank, owed, "record", returned_on=today(), voucher="PZ0001")
    take(checker, owed, "send-back", reason="凭证号有误")
    take(bank, owed, "record", returned_on=today(), voucher="PZ0002")
    page = take(checker, owed, "check")
    assert "人民币捌拾万元整" in page
    page = take(bank, claim, "close", reason="追偿终结")
    assert Claim.objects.get().state == ClaimState.CLOSED
    return page


@pytest.mark.clause("FP 1.5.1")
def test_a_project_loan_is_recovered_first_and_the_rest_certified_and_shared(scene: Scene, login: Login) -> None:
    scene.disburse(200_000_000)
    bad_debt = scene.bad(scene.loan(10_000_000, mode=Mode.TRUST, category=Category.FIXED_ASSET, security=Security.SECURED))
    scene.recovered(bad_debt, 4_000_000)
    bank, checker = login(scene.handler), login(scene.checker)
    assert bank.get(do_url(bad_debt, "file")).status_code == 302  # another way: recovered first
    take(bank, bad_debt, "pursue")
    claim = Claim.objects.get()
    upload(bank, bad_debt, PROJECT_PAPERS)
    wrong = refused(bank, claim, "propose-loss", amount="6000000.01", evidence_kind="court", evidence_number="(2025)闽05执1号")
    assert "不超过尚未收回的坏账本金 6,000,000.00 元" in wrong
    assert "该字段是必填项" in refused(bank, claim, "propose-loss", amount="6000000.00", evidence_kind="court", evidence_number="")
    loss = {"amount": "6000000.00", "evidence_kind": "court", "evidence_number": "(2025)闽05执1号"}
    take(bank, claim, "propose-loss", **loss)
    assert bank.post(do_url(claim, "certify")).status_code == 403
    take(checker, claim, "send-back", reason="裁定未生效")
    take(bank, claim, "propose-loss", **loss)
    page = take(checker, claim, "certify")
    assert "政府承担：6,000,000.00 × 5.00% = 300,000.00" in page
    treasury, treasury_checker = login(scene.treasury_handler), login(scene.treasury_checker)
    take(treasury, claim, "propose-payment")
    page = take(treasury_checker, claim, "release")
    assert "150,000.00" in page
    assert page.count("查看凭证") >= 2
    assert Claim.objects.get().state == ClaimState.PAID


@pytest.mark.clause("FP 1.5.3")
@pytest.mark.clause("D20")
def test_what_the_cap_holds_back_is_written_out_and_waits_in_the_queue(scene: Scene, login: Login) -> None:
    scene.disburse(85_000_000)
    first, second = (scene.bad(scene.loan(8_000_000 if i == 0 else 7_000_000)) for i in range(2))
    claims = [scene.accepted(one) for one in (first, second)]
    paid = [scene.paid(claim) for claim in claims]
    city = login(scene.city_handler)
    page = city.get(reverse("admin:risk_claim_queue")).content.decode()
    assert [claim.state for claim in paid] == [ClaimState.QUEUED, ClaimState.QUEUED]
    assert "熔断，暂停补偿" in page
    assert page.index(paid[0].number) < page.index(paid[1].number)
    assert "熔断期间暂停补偿，剩余可补偿按零计。再追回" in page
    assert "后可重新申请" in page
    own = city.get(page_of(paid[0])).content.decode()
    assert "超过 10.00% 熔断" in own
    assert "（坏账 15,000,000.00 − 追回 0.00）÷ 累计放款 100,000,000.00" in own
    outside = login(scene.guarantor_handler).get(page_of(paid[0])).content.decode()
    assert "熔断" in outside
    assert "100,000,000.00" not in outside  # the bank's totals are not the guarantor's affair
    queue = login(scene.guarantor_handler).get(reverse("admin:risk_claim_queue")).content.decode()
    assert paid[0].number in queue
    assert "补偿上限 10,000,000.00" not in queue


@pytest.mark.clause("D20")
def test_a_payment_shows_the_cap_at_its_moment(scene: Scene, login: Login) -> None:
    scene.disburse(90_000_000)
    claim = scene.paid(scene.accepted(scene.bad(scene.loan(9_000_000))))
    payment = Payment.objects.get()
    page = login(scene.treasury_handler).get(page_of(payment)).content.decode()
    assert "累计放款 × 10.00%" in page
    assert "9,900,000.00" in page
    assert "人民币柒佰贰拾万元整" in page
    own = login(scene.city_handler).get(page_of(claim)).content.decode()
    assert "99,000,000.00 × 10.00% − 已补偿 0.00" in own
    entry = re.search(r'href="(/admin/ledger/entry/\d+/change/)"', own)[1]  # type: ignore[index]
    assert "7,200,000.00" in login(scene.city_handler).get(entry).content.decode()


@pytest.mark.clause("FP 1.5.2(2)")
def test_a_trust_claim_shows_the_pool_first_and_what_is_recovered_by_payer(scene: Scene, login: Login) -> None:
    scene.disburse(200_000_000)
    scene.fill_pool(300_000)
    bad_debt = scene.bad(scene.loan(1_000_000, mode=Mode.TRUST))
    claim = scene.paid(scene.accepted(bad_debt))
    scene.recovered(bad_debt, 100_000)
    page = login(scene.treasury_handler).get(page_of(claim)).content.decode()
    assert "费池可用 300,000.00，先行抵扣 300,000.00" in page
    assert "政府承担：700,000.00 × 50.00% = 350,000.00" in page
    assert "其中县级财政：350,000.00 × 50.00% = 175,000.00" in page
    assert "25,000.00" in page
    assert "坏账损失先从增信服务费中抵扣" in page  # the clause in its own words
    assert "市级财政 175,000.00元" in page  # in the log of what was proposed
    assert login(scene.trustee).get(page_of(claim)).status_code == 200  # the fund manager reads trust loans


def test_the_suggestion_is_answered_by_the_bank(scene: Scene, login: Login) -> None:
    loan = scene.loan(1_000_000)
    move(loan, MovementKind.OVERDUE, loan.balance.performing, timezone.localdate() - timedelta(days=99))
    suggest_classes(actor=system_member(), at=timezone.now())
    suggestion = ClassificationSuggestion.objects.get()
    assert "建议次级" in login(scene.handler).get(page_of(loan)).content.decode()
    assert login(scene.city_handler).get(do_url(suggestion, "decide")).status_code == 403
    page = take(login(scene.handler), suggestion, "decide", grade="substandard", on=today(), reason="")
    assert "按逾期天数" in page
    suggestion.refresh_from_db()
    assert suggestion.state == "taken"


class TestWhoFindsWhat:
    def whole(self, scene: Scene) -> dict[type[Model], Any]:
        """Return one of each thing of one paid, partly recovered claim."""
        scene.disburse(200_000_000)
        bad_debt = scene.bad(scene.loan(10_000_000))
        scene.paid(scene.accepted(bad_debt))
        scene.recovered(bad_debt, 1_000_000)
        return {model: model._default_manager.first() for model in LISTS if model is not ClassificationSuggestion}

    def test_each_kind_of_institution_opens_each_page_it_may(self, scene: Scene, login: Login) -> None:
        cases = self.whole(scene)
        loan = cases[BadDebt].loan
        everybody = [scene.handler, scene.checker, scene.guarantor_handler, scene.city_handler, scene.treasury_checker]
        everybody += [MemberFactory.serving(kind) for kind in ("city_science", "city_finance_office", "regulator", "central_bank")]
        everybody += [MemberFactory.serving(kind, district=loan.district.name) for kind in ("county_industry", "county_treasury")]
        for member in everybody:
            browser = login(member)
            for model, case in cases.items():
                assert browser.get(list_url(model)).status_code == 200, (member.party, model)
                assert browser.get(page_of(case)).status_code == 200, (member.party, model)
            assert browser.get(page_of(loan)).status_code == 200
            assert browser.get(reverse("admin:risk_claim_queue")).status_code == 200

    def test_another_bank_county_and_guarantor_find_nothing(self, scene: Scene, login: Login) -> None:
        cases = self.whole(scene)
        others = [
            MemberFactory(institution=scene.other_bank()),
            MemberFactory(institution=InstitutionFactory(guarantor=True)),
            MemberFactory.serving("county_industry", district="石狮市"),
            MemberFactory(institution=InstitutionFactory(fund_manager=True)),  # the loan is of the special mode
        ]
        name = cases[BadDebt].loan.enterprise.name
        for member in others:
            browser = login(member)
            for model, case in cases.items():
                assert browser.get(page_of(case)).status_code == 404, (member.party, model)
                assert name not in browser.get(list_url(model)).content.decode()
            assert browser.post(do_url(cases[Claim], "close"), {"reason": "试"}).status_code == 404
            assert name not in browser.get(reverse("admin:risk_claim_queue")).content.decode()

    def test_the_contributor_finds_no_page_of_risk(self, scene: Scene, login: Login) -> None:
        browser = login(MemberFactory(institution=InstitutionFactory(contributor=True)))
        for model in LISTS:
            assert browser.get(list_url(model)).status_code == 403

    def test_steps_are_refused_to_the_wrong_people(self, scene: Scene, login: Login) -> None:
        scene.disburse(200_000_000)
        claim = scene.filed(scene.bad(scene.loan(10_000_000)))
        wrong = {"begin-review": scene.handler, "withdraw": scene.guarantor_handler, "propose-payment": scene.handler}
        for name, member in wrong.items():
            assert login(member).post(do_url(claim, name), {"reason": "试"}).status_code == 403, name
        for member in (scene.city_handler, scene.treasury_handler, MemberFactory.serving("regulator")):
            page = login(member).get(page_of(claim)).content.decode()
            assert "/do/" not in page.replace("/do/attach/", ""), member.party
        claim.refresh_from_db()
        assert claim.state == ClaimState.FILED
        late = login(scene.guarantor_handler).get(do_url(claim, "accept"), follow=True).content.decode()
        assert "当前状态不能办理" in late

    def test_whoever_proposed_the_payment_does_not_release_it(self, scene: Scene, login: Login) -> None:
        scene.disburse(200_000_000)
        claim = scene.accepted(scene.bad(scene.loan(10_000_000)))
        browser = login(scene.guarantor_checker)
        take(browser, claim, "propose-payment")
        assert "经办和复核不得为同一人，请由本单位其他复核人员办理" in refused(browser, claim, "release")
        assert not Payment.objects.exists()


class TestLists:
    def test_search_filters_and_files(self, scene: Scene, login: Login) -> None:
        TestWhoFindsWhat().whole(scene)
        browser = login(scene.city_handler)
        claim = Claim.objects.get()
        asked = {
            Claim: f"q={claim.number}&kind__exact=rd&bank__id__exact={scene.bank.pk}&loan__district__id__exact={claim.loan.district_id}",
            BadDebt: "classification__grade__exact=loss&claims__state__exact=recovering",
            Classification: "latest=yes&grade__exact=loss",
            Recovery: f"step__exact={MoneyStep.CHECKED}&q=ZC",
            Return: f"state__exact={ReturnState.DUE}&answers__payer__exact=guarantor",
            Payment: f"claim__bank__id__exact={scene.bank.pk}&parts__payer__exact=guarantor",
        }
        for model, query in asked.items():
            page = browser.get(f"{list_url(model)}?{query}")
            assert page.status_code == 200
            assert claim.loan.enterprise.name in page.content.decode(), model
            book = openpyxl.load_workbook(BytesIO(browser.get(f"{list_url(model)}export/?{query}").content), read_only=True)
            assert len(list(book.active.rows)) == 2, model
        assert claim.number not in browser.get(f"{list_url(Claim)}?state__exact=refused").content.decode()
        sheet = openpyxl.load_workbook(BytesIO(browser.get(f"{list_url(Payment)}export/").content), read_only=True).active
        heads, cells = ([cell.value for cell in row] for row in sheet.rows)
        assert Decimal(str(cells[heads.index("担保公司")])) == Decimal(8_000_000)
        assert cells[heads.index("企业")] == claim.loan.enterprise.name

    def test_lists_and_the_queue_cost_the_same_however_long(self, scene: Scene, login: Login) -> None:
        scene.disburse(20_000_000)

        def more(count: int) -> None:
            for _ in range(count):
                bad_debt = scene.bad(scene.loan(1_000_000))
                scene.paid(scene.accepted(bad_debt))
                scene.recovered(bad_debt, 50_000)

        more(2)
        bank = login(scene.handler)
        addresses = [*(list_url(model) for model in LISTS), reverse("admin:risk_claim_queue")]
        few = {address: queries(bank, address) for address in addresses}
        more(5)
        assert Claim.objects.filter(state__in=["queued", "part_paid"]).count() > 1
        for address in addresses:
            assert queries(bank, address) <= max(few[address], 1) + (6 if address.endswith("queue/") else 0), address
        case = Claim.objects.order_by("id")[0]
        assert queries(bank, page_of(case)) <= 60
        assert queries(login(scene.city_handler), page_of(case)) <= 60


def queries(browser: Client, address: str) -> int:
    browser.get(address)
    with CaptureQueriesContext(connection) as counted:
        assert browser.get(address).status_code == 200
    return len(counted)
