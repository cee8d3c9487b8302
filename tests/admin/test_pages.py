"""Lists and pages: who finds which, that reading is written down, and that lists cost the same however long they are."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from audit.models import Event
from common.admin.display_values import page_of
from common.admin.extension_points import EXTENSION_POINTS
from common.admin.visible import VisibleAdmin
from loans.enums import MovementKind
from parties.enums import InstitutionKind
from parties.models import Member
from quanzhou_fund.backoffice.navigation import SECTIONS
from subsidy.models import Line
from tests.admin.world import World
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import noon

Login = Callable[[Member], Client]
ROOT = Path(__file__).parents[2]
LONG = ("whitelist.entry", "loans.application", "loans.loan", "loans.movement", "subsidy.settlement", "subsidy.line", "subsidy.payment")
PAGES = sorted(model._meta.label_lower for model, page in admin.site._registry.items() if isinstance(page, VisibleAdmin))
OF_BANKS_ALONE = {"subsidy.sealedbid"}
OF_USER_ADMINISTRATORS = {"parties.rightschange"}


def list_url(label: str) -> str:
    return reverse(f"admin:{label.replace('.', '_')}_changelist")


class TestLists:
    def test_every_list_opens_and_goes_out_as_a_file(self, world: World, login: Login) -> None:
        world.queue()
        world.paid()
        city, bank = login(world.desk.industry), login(world.handler)
        manager = login(MemberFactory.serving("city_industry", admin=True))
        assert city.get(list_url("parties.rightschange")).status_code == 403
        for label in PAGES:
            browser = bank if label in OF_BANKS_ALONE else manager if label in OF_USER_ADMINISTRATORS else city
            assert browser.get(list_url(label)).status_code == 200, label
            book = openpyxl.load_workbook(BytesIO(browser.get(f"{list_url(label)}export/").content), read_only=True)
            assert [cell.value for cell in next(book.active.rows)], label

    def test_a_longer_list_costs_no_more_queries(
        self, world: World, login: Login, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        browser, few = login(world.desk.industry), {}
        world.paid()
        for label in LONG:
            browser.get(list_url(label))
            with django_assert_max_num_queries(20) as counted:
                assert browser.get(list_url(label)).status_code == 200
            few[label] = len(counted)
        world.queue()
        world.move(world.loan(amount_requested=Decimal("5000000.00")), MovementKind.DRAWDOWN, "5000000.00", date(2024, 7, 10))
        world.draft(2024, 3, noon(date(2024, 9, 22)))
        for label in LONG:
            with django_assert_max_num_queries(few[label]):
                assert browser.get(list_url(label)).status_code == 200

    def test_the_sidebar_names_every_page(self) -> None:
        named = {label for _, items in SECTIONS for label, _ in items}
        assert set(PAGES) - named == {"subsidy.line"}  # reached through its settlement

    def test_search_and_filters(self, world: World, login: Login) -> None:
        world.queue()
        browser = login(world.desk.industry)
        for name in ("enterprise__name", "state__exact=county_review", "kind__exact=project&district__id__exact=1"):
            query = f"q={name}" if "=" not in name else name
            assert browser.get(f"{list_url('whitelist.entry')}?{query}").status_code == 200


class TestWhoFindsWhat:
    def test_another_county_finds_nothing(self, world: World, login: Login) -> None:
        case = world.queue()["county_review"]
        assert login(world.desk.county).get(page_of(case.entry)).status_code == 200
        other = login(world.desk.other_county)
        assert other.get(page_of(case.entry)).status_code == 404
        assert other.get(page_of(case.project)).status_code == 404
        assert other.post(f"{page_of(case.entry).removesuffix('change/')}do/pass-county/").status_code == 404
        assert case.enterprise.name not in other.get(list_url("whitelist.entry")).content.decode()

    def test_another_bank_finds_nothing(self, world: World, login: Login) -> None:
        settlement, loan = world.paid(), world.drawn
        other = login(MemberFactory(institution=world.other_bank))
        own = login(world.handler)
        for case in (loan.application, loan, settlement, Line.objects.get()):
            assert own.get(page_of(case)).status_code == 200, case
            assert other.get(page_of(case)).status_code == 404, case

    def test_a_county_reads_its_own_share_and_no_sum_over_counties(self, world: World, login: Login) -> None:
        settlement = world.filed()
        page = login(world.desk.county).get(page_of(settlement)).content.decode()
        assert "13,250.00" in page
        assert "结算金额" not in page  # the sums over all counties
        assert settlement.current.sha256[:12] not in page
        assert "市级承担：" not in page  # nor by way of the history

    def test_names_of_other_houses_stay_in_the_house(self, world: World, login: Login) -> None:
        loan = world.drawn
        assert "林经办" in login(world.handler).get(page_of(loan)).content.decode()
        assert "林经办" in login(world.desk.industry).get(page_of(loan)).content.decode()
        assert "林经办" not in login(world.desk.county).get(page_of(loan)).content.decode()

    @pytest.mark.parametrize(
        ("kind", "closed"),
        [
            ("bank", {"whitelist.importfile", "audit.event", "parties.enterprise", "policy.deadline"}),
            ("guarantor", {"whitelist.entry", "loans.application", "subsidy.settlement", "audit.event"}),
            ("fund_manager", {"whitelist.importfile", "audit.event"}),
        ],
    )
    def test_pages_closed_to_a_kind_of_institution(self, kind: str, closed: set[str], world: World, login: Login) -> None:
        traits = {} if kind == "bank" else {kind: True}
        browser = login(MemberFactory(institution=InstitutionFactory(**traits)))
        assert {label for label in closed if browser.get(list_url(label)).status_code != 403} == set()
        home = browser.get("/admin/").content.decode()
        assert not [label for label in closed if f'href="{list_url(label)}"' in home]

    def test_every_institution_has_a_first_page(self, world: World, login: Login) -> None:
        for kind in InstitutionKind.values:
            traits = {name: True for name in ("guarantor", "fund_manager", "contributor") if name == kind}
            if traits or kind == "bank":
                member = MemberFactory(institution=InstitutionFactory(**traits))
            else:
                member = MemberFactory.serving(kind, district="晋江市" if kind.startswith("county") else None)
            assert login(member).get("/admin/").status_code == 200, kind


class TestReading:
    def test_opening_a_case_is_written_down(self, world: World, login: Login) -> None:
        loan = world.drawn
        login(world.desk.treasury).get(page_of(loan), REMOTE_ADDR="10.1.2.3")
        event = Event.objects.filter(verb="opened").latest("id")
        assert (event.object_type, event.object_id) == ("loans.loan", str(loan.public_id))
        assert (event.actor_id, event.source_address) == (world.desk.treasury.pk, "10.1.2.3")
        assert (event.bank_id, event.enterprise_id) == (loan.bank_id, loan.enterprise_id)

    def test_nothing_can_be_changed_but_by_steps(self, world: World, login: Login) -> None:
        entry = world.listed.entry
        browser = login(world.desk.industry)
        browser.post(page_of(entry), {"state": "draft", "list_year": 1999})
        entry.refresh_from_db()
        assert (entry.state, entry.list_year) == ("published", 2024)
        assert browser.get("/admin/whitelist/entry/add/").status_code == 403
        assert browser.get(f"/admin/whitelist/entry/{entry.pk}/delete/").status_code in (302, 403)
        assert browser.get("/admin/whitelist/entry/999999/change/").status_code == 404
        assert browser.get("/admin/whitelist/entry/abc/change/").status_code == 404

    @pytest.mark.clause("FP 1.4.1")
    def test_one_loan_from_the_whitelist_to_days_times_balance_times_rate(self, world: World, login: Login) -> None:
        """The way of a stranger: entry, application, loan, settlement, line, segments, clause, payment, ledger."""
        world.paid()
        browser, seen = login(world.desk.industry), []
        address = page_of(world.listed.entry)
        for wanted in ("RZ2024", "HT-RZ2024", "展开分段"):
            page = browser.get(address).content.decode()
            seen.append(page)
            address = re.search(rf'href="([^"]+)"[^>]*>[^<]*{wanted}', page)[1]  # type: ignore[index]
        line = browser.get(address).content.decode()
        assert "30天 × 10,000,000.00元 × 3.5% ÷ 360" in line
        assert "42天 × 8,000,000.00元 × 3.5% ÷ 360" in line
        assert "61,833.33" in line
        assert "35,333.33" in line
        assert "26,500.00" in line
        assert "分段合计与明细一致" in line
        assert "依据《实施方案》一(四)1" in line
        assert "已拨付" in seen[-1]
        settlement = browser.get(page_of(world.settlement)).content.decode()
        assert "泉财备〔2024〕1号" in settlement
        assert settlement.count("已支付") == 2
        payment = browser.get(page_of(world.settlement.payments.first())).content.decode()
        assert "人民币壹万叁仟贰佰伍拾元整" in payment
        entry = re.search(r'href="(/admin/ledger/entry/\d+/change/)"', payment)[1]  # type: ignore[index]
        assert "平衡" in browser.get(entry).content.decode()

    def test_a_page_costs_a_bounded_number_of_queries(
        self, world: World, login: Login, django_assert_max_num_queries: Callable[..., Any]
    ) -> None:
        settlement = world.paid()
        browser = login(world.desk.industry)
        for case in (world.listed.entry, world.drawn.application, world.drawn, settlement, Line.objects.get()):
            browser.get(page_of(case))
            with django_assert_max_num_queries(42):
                assert browser.get(page_of(case)).status_code == 200


class TestWords:
    def test_every_verb_of_the_log_has_a_chinese_word(self) -> None:
        """The log's words stand in the services; each is shown in Chinese."""
        shown = {path.parent.name for path in (*ROOT.glob("*/admin"), *ROOT.glob("*/admin.py"))}
        sources = [
            path for place in ("*/services*", "*/[a-z]*/services*") for path in ROOT.glob(place) if path.relative_to(ROOT).parts[0] in shown
        ]
        texts = [file.read_text() for path in sources for file in ([path] if path.is_file() else path.rglob("*.py"))]
        found = {verb for text in texts for verb in re.findall(r'verb="([a-z_.]+)"', text)}
        for text in texts:
            own = next(iter(re.findall(r'verb=f"([a-z_]+\.)\{verb\}"', text)), "")
            found |= {f"{own}{verb}" for verb in re.findall(r'\b_saved\([a-z]+, "([a-z_]+)"', text)}
            found |= {f"claim.{verb}" for verb in re.findall(r'\bsave_and_log_claim\([a-z]+, "([a-z_]+)"', text)}
        assert len(found) > 40
        assert {verb for verb in found if verb not in EXTENSION_POINTS.verbs} == set()
