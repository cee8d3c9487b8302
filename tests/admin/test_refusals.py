"""The admin tells the truth: what the database refused and why, what is missing and what broke, and never half a file."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import FieldError
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from audit.models import Event
from common.admin.forms import StepForm
from common.admin.step_views import StepView
from common.admin.steps import Step, allowed_for
from common.admin.visible import VisibleAdmin
from common.database import RULE_KEPT
from ledger.models import Account
from loans.models import Intent, Loan
from parties.models import Member
from tests.admin.world import World
from whitelist.models import Entry


def rows_in(answer: HttpResponse) -> list[tuple[Any, ...]]:
    """Return the rows of a file without its headings."""
    return list(openpyxl.load_workbook(BytesIO(answer.content), read_only=True).active.iter_rows(min_row=2, values_only=True))


Login = Callable[[Member], Client]


def refusals(run: Callable[[], Any], member: Member) -> list[str]:
    """Return what the form of a step says whose service does this."""

    def ran(_: Any) -> None:
        with transaction.atomic():
            run()

    request = RequestFactory().post("/")
    request.user = member.user
    form = StepForm({})
    assert form.is_valid()
    taken, _ = StepView(None, Step(name="x", label="办理", who=allowed_for(), run=ran)).take(request, None, form)
    assert not taken
    return [str(one) for one in form.non_field_errors()]


class TestWhatTheDatabaseRefuses:
    def test_a_constraint_speaks_its_own_sentence(self, world: World) -> None:
        loan = world.loan()
        said = refusals(lambda: Loan.objects.filter(pk=loan.pk).update(performing=-1), world.desk.industry)
        assert said == ["贷款余额不能为负数，累计放款不能超过合同金额。"]

    def test_without_a_sentence_it_is_a_plain_refusal(self, world: World) -> None:
        wrong = Intent(bank_id=world.bank.pk, entry_id=-1, recorded_on=date(2024, 3, 4), recorded_by=world.handler)

        def refer_to_nothing() -> None:
            wrong.save()
            connection.check_constraints()

        assert refusals(refer_to_nothing, world.desk.industry) == [RULE_KEPT]

    def test_a_trigger_refuses_and_nothing_breaks(self, world: World) -> None:
        loan = world.loan()
        assert refusals(loan.delete, world.desk.industry) == [RULE_KEPT]
        assert refusals(lambda: Loan.objects.filter(pk=loan.pk).update(contract_number="other"), world.desk.industry) == [RULE_KEPT]

    def test_a_fault_of_the_program_is_none_of_these(self, world: World) -> None:
        with pytest.raises(FieldError):
            refusals(lambda: Intent.objects.filter(nothing=1), world.desk.industry)


class TestWhatIsNotFound:
    @pytest.mark.parametrize("key", ["x", "1.5", "%00", "9" * 40, "00000000-0000-4000-8000-000000000001", "1%00"])
    def test_a_key_that_is_none_is_not_found(self, world: World, login: Login, key: str) -> None:
        assert login(world.desk.industry).get(f"/admin/loans/loan/{key}/change/").status_code == 404

    def test_a_fault_while_looking_is_a_failure_and_not_a_page_that_is_not_there(
        self, world: World, login: Login, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(self: VisibleAdmin, request: HttpRequest) -> Any:
            raise TypeError("programming error")

        browser = login(world.desk.industry)
        monkeypatch.setattr(VisibleAdmin, "get_queryset", broken)
        with pytest.raises(TypeError):
            browser.get("/admin/loans/loan/1/change/")


class TestFiles:
    def test_a_list_within_the_limit_goes_out_whole(self, world: World, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
        world.queue()
        monkeypatch.setattr("common.admin.export.MAX_ROWS", 50)
        answer = login(world.desk.industry).get(reverse("admin:whitelist_entry_export"))
        assert openpyxl.load_workbook(BytesIO(answer.content), read_only=True).active.max_row > 2

    def test_a_list_over_the_limit_says_so_and_is_not_cut(self, world: World, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
        world.queue()
        monkeypatch.setattr("common.admin.export.MAX_ROWS", 2)
        browser, address = login(world.desk.industry), f"{reverse('admin:whitelist_entry_export')}?kind__exact=project"
        count = Entry.objects.filter(kind="project").count()
        page = browser.get(address)
        assert "超过一次导出的上限 2 行，未生成文件" in page.content.decode()
        assert not Event.objects.filter(verb="exported").exists()
        files = page.context["files"]
        assert [(one.first, one.last) for one in files] == [(n, min(n + 1, count)) for n in range(1, count + 1, 2)]
        assert len(files) > 1
        world.queue()  # what comes later is in none of them
        found = [row for one in files for row in rows_in(browser.get(one.url))]
        monkeypatch.setattr("common.admin.export.MAX_ROWS", 500)
        whole = rows_in(browser.get(address))
        assert found == whole[-count:]
        assert len(whole) > count
        assert [event.after["rows"] for event in Event.objects.filter(verb="exported").order_by("pk")][:-1] == [
            one.last - one.first + 1 for one in files
        ]

    def test_a_file_behind_the_last_is_none_and_a_list_in_too_many_files_is_refused(
        self, world: World, login: Login, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world.queue()
        browser, address = login(world.desk.industry), reverse("admin:whitelist_entry_export")
        assert browser.get(f"{address}2/0/").status_code == 404
        assert login(world.handler).get(reverse("admin:audit_event_export_part", args=[1, 0])).status_code == 403
        monkeypatch.setattr("common.admin.export.MAX_ROWS", 1)
        monkeypatch.setattr("common.admin.export.MAX_FILES", 1)
        answer = browser.get(f"{address}?kind__exact=project")
        assert (answer.status_code, answer["Location"].rpartition("?")[2]) == (302, "kind__exact=project")
        (said,) = [str(one) for one in get_messages(answer.wsgi_request)]
        assert "超过一次导出的上限 1 行，未生成文件" in said

    def test_a_statement_over_the_limit_says_so_too(self, world: World, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
        world.paid()
        monkeypatch.setattr("ledger.admin.statement.MAX_ROWS", 0)
        browser = login(world.desk.industry)
        cut = []
        for account in Account.objects.values_list("pk", flat=True):
            answer = browser.get(f"/admin/ledger/account/{account}/statement/?from_on=2023-01-01&last_on=2026-01-01&as=xlsx")
            cut += [str(one) for one in get_messages(answer.wsgi_request)] if answer.status_code == 200 else []
        assert any("未生成文件" in one for one in cut)
