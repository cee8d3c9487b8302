"""A form is taken once, and writes only what its person changed: every step of every page, and the steps in which it went wrong."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.http import HttpResponse, QueryDict
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from audit.models import Event
from common.admin.forms import StepForm
from common.admin.once import TOKEN, sent_of
from common.admin.revisions import ROW, ROW_MOVED, SEEN, edited_of, marks
from common.admin.step_views import StepView
from common.admin.steps import StepContext
from common.database import WaitsInTransaction, require_no_transaction
from loans.enums import MovementKind
from loans.models import UseOfFundsCheck
from logins.models import TakenForm
from logins.services.taken_forms import KEPT_FOR
from logins.tasks import forget_sessions
from parties.admin.forms import RightsForm
from parties.enums import Role
from parties.models import Enterprise, Member, RightsChange
from parties.selectors import operator
from parties.services.rights import confirm_change
from tests.admin.fields import step_forms
from tests.admin.test_steps import do_url
from tests.admin.walk import Met, sent_by, steps_met
from tests.admin.world import World
from tests.factories import MemberFactory
from whitelist.models import Project

Login = Callable[[Member], Client]
TEMPLATES = Path(__file__).parents[2] / "templates"
CHECK = {"checked_on": "2024-08-01", "finding": "按合同用途使用", "is_misuse": "no", "misuse_from": ""}


def opened(browser: Client, address: str) -> dict[str, Any]:
    """Return everything a page sends back when nothing is typed, as a browser would."""
    page = browser.get(address)
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    given = {name: "on" if value is True else value for name, value in shown.items() if value not in (None, False)}
    return given | dict(page.context["carried"])


def said(answer: HttpResponse) -> str:
    return unescape(answer.content.decode())


@pytest.fixture
def met(world: World) -> list[Met]:
    world.queue()
    world.paid()
    return list(steps_met())


class TestEveryStep:
    def test_a_form_sent_twice_is_taken_once(self, world: World, met: list[Met]) -> None:
        member, twice = world.desk.industry, []
        for one in met:
            if one.obj is ...:
                continue
            calls: list[StepContext] = []
            view = StepView(one.page, replace(one.step, run=calls.append))
            request = sent_by(member, **{TOKEN: str(uuid4())})
            for _ in range(2):
                form = one.form(member, QueryDict(), {})
                form.is_valid()
                form._errors = {}
                assert view.take(request, one.obj, form) == (True, None), one
            twice += [str(one)] if len(calls) != 1 or view.earlier is None else []
        assert twice == []
        assert len([one for one in met if one.obj is not ...]) > 60

    def test_a_form_opened_before_a_change_is_not_taken(self, world: World, met: list[Met]) -> None:
        member, taken, fields = world.desk.industry, [], 0
        for one in met:
            if one.obj in (None, ...) or one.step.form.refuses_old:  # those their service refuses: TestRights
                continue
            carries = marks(one.form(member))
            assert carries, one
            fields += len(carries.keys() - {ROW})
            calls: list[StepContext] = []
            view = StepView(one.page, replace(one.step, run=calls.append))
            request = sent_by(member, **{SEEN: str(dict.fromkeys(carries, "other")).replace("'", '"')})
            form = one.form(member, QueryDict(), {})
            form.is_valid()
            form._errors = {}
            form.cleaned_data |= dict.fromkeys(form.edited, "mine")
            done, _ = view.take(request, one.obj, form)
            taken += [str(one)] if done or calls or not view.is_stale or form.is_valid() else []
        assert taken == []
        assert fields > 15

    def test_every_page_that_asks_carries_token_and_marks(self, world: World, login: Login, met: list[Met]) -> None:
        browser = login(world.desk.industry)
        pages = [browser.get(do_url(one.obj, one.step.name)) for one in met if not isinstance(one.obj, list) and one.obj not in (None, ...)]
        asking = [page for page in pages if page.status_code == 200]
        assert len(asking) > 4
        for page in asking:
            assert f'name="{TOKEN}"' in said(page)
            assert re.search(rf'name="{SEEN}" value="\{{"', said(page))


class TestRevisions:
    @pytest.fixture
    def enterprise(self, world: World) -> Enterprise:
        return world.listed.enterprise

    def test_a_form_begins_with_columns_and_no_others(self, world: World, enterprise: Enterprise) -> None:
        class Form(StepForm):
            def prepare(self) -> None:
                self.fields |= {"name": forms.CharField(), "remark": forms.CharField()}
                self.first(name=self.obj.name, remark="x")

        assert edited_of(Form(obj=enterprise)) == ["name"]

    def test_what_a_colleague_changed_meanwhile_stays(self, world: World, login: Login, enterprise: Enterprise) -> None:
        browser, address = login(world.desk.county), do_url(enterprise, "change")
        first, second = opened(browser, address), opened(browser, address)
        assert browser.post(address, second | {"registered_capital": "88,000,000.00"}).status_code == 302
        assert browser.post(address, first | {"contact_phone": "0595-1"}).status_code == 302
        enterprise.refresh_from_db()
        assert (enterprise.registered_capital, enterprise.contact_phone) == (Decimal("88000000.00"), "0595-1")
        last = Event.objects.filter(verb="enterprise.changed").latest("id")
        assert last.after.keys() == {"contact_phone"}

    def test_the_same_field_moved_asks_with_both_values_and_loses_nothing(self, world: World, login: Login, enterprise: Enterprise) -> None:
        browser, address = login(world.desk.county), do_url(enterprise, "change")
        first, second = opened(browser, address), opened(browser, address)
        browser.post(address, second | {"registered_capital": "88,000,000.00", "contact_name": "乙", "is_little_giant": "on"})
        mine = first | {"registered_capital": "77,000,000.00", "contact_phone": "0595-2"}
        answer = browser.post(address, mine)
        assert answer.status_code == 409
        assert "已由他人改为“88,000,000.00 元”，您填写的是“77,000,000.00 元”" in said(answer)
        form = answer.context["form"]
        kept = {name: form[name].value() for name in ("registered_capital", "contact_phone", "contact_name", "is_little_giant")}
        assert kept == {"registered_capital": "77,000,000.00", "contact_phone": "0595-2", "contact_name": "乙", "is_little_giant": True}
        enterprise.refresh_from_db()
        assert (enterprise.registered_capital, enterprise.contact_phone) == (Decimal("88000000.00"), "")
        again = {name: "on" if form[name].value() is True else form[name].value() for name in form.fields if form[name].value()}
        assert browser.post(address, again | dict(answer.context["carried"])).status_code == 302
        enterprise.refresh_from_db()
        assert (enterprise.registered_capital, enterprise.contact_name, enterprise.is_little_giant) == (Decimal("77000000.00"), "乙", True)

    def test_a_project_keeps_what_a_colleague_wrote(self, world: World, login: Login) -> None:
        project = world.queue()["draft"].project
        browser, address = login(world.desk.county), do_url(project, "correct")
        first = opened(browser, address)
        Project.objects.filter(pk=project.pk).update(total_investment=Decimal("5.00"))
        assert browser.post(address, first | {"name": "新名称"}).status_code == 302
        project.refresh_from_db()
        assert (project.name, project.total_investment) == ("新名称", Decimal("5.00"))

    def test_a_case_that_moved_is_shown_before_it_is_decided(self, world: World, login: Login) -> None:
        loan = world.drawn
        browser, address = login(world.handler), do_url(loan, "use-check")
        first = opened(browser, address) | CHECK
        world.move(loan, MovementKind.REPAYMENT, "1000.00", date(2024, 7, 15))
        answer = browser.post(address, first)
        assert answer.status_code == 409
        assert ROW_MOVED in said(answer)
        assert answer.context["form"]["finding"].value() == CHECK["finding"]
        assert not UseOfFundsCheck.objects.exists()
        assert browser.post(address, CHECK | dict(answer.context["carried"])).status_code == 302


class TestSecrets:
    def test_a_sealed_bid_is_kept_nowhere(self, world: World, met: list[Met]) -> None:
        secret = {str(one): one.step.form for one in met if one.step.form.is_secret}
        assert secret.keys() == {"subsidy.tender:bid", "subsidy.sealedbid:check"}
        form = secret["subsidy.tender:bid"](QueryDict("rate=3.85&volume=100"), member=world.handler)
        assert form.is_valid()
        pages = [sent_by(world.handler, **{TOKEN: token}) for token in ("a", "a", "b")]
        sent = [sent_of(page, step="x", form=form, at=timezone.now()) for page in pages]
        assert sent[0].content == sent[1].content != sent[2].content  # no digest tells that two bids are the same
        assert all(one.is_empty for one in sent)
        step = {"label": "提交投标"}
        assert "data-kept" not in render_to_string("case/form.html", {"form": form, "step": step})
        assert "data-kept" in render_to_string("case/form.html", {"form": StepForm(), "step": step})

    def test_no_step_asks_for_a_password_or_a_code_that_opens_something(self) -> None:
        asked = [(name, field) for name, form in step_forms().items() for field in form.base_fields.items()]
        opening = [
            name for name, (key, field) in asked if isinstance(field.widget, forms.PasswordInput) or key in {"password", "otp_token"}
        ]
        assert opening == []

    def test_every_form_that_is_sent_carries_what_it_must_or_is_a_door(self) -> None:
        doors = re.compile(r"login|logout|account/|handover")
        sending = re.compile(r"<form[^>]*method=\"post\"[^>]*>.*?</form>", re.DOTALL)
        bare = [
            str(path.relative_to(TEMPLATES))
            for path in sorted(TEMPLATES.rglob("*.html"))
            for form in sending.findall(path.read_text(encoding="utf-8"))
            if not doors.search(f"{path.relative_to(TEMPLATES)} {form.splitlines()[0]}") and "carried.items" not in form
        ]
        assert bare == []


class TestRights:
    def test_every_change_of_rights_carries_the_mark_of_what_it_was_opened_on(self, met: list[Met]) -> None:
        proposing = [one for one in met if one.step.done == "已提出，待安全管理员确认后生效。" and one.obj is not None]
        assert {str(one) for one in proposing} >= {
            "parties.member:roles", "parties.member:end", "parties.member:reset", "parties.member:reset-second-factor",
            "parties.institution:exempt", "parties.institution:end-exemption", "api.apiclient:renew", "api.apiclient:change",
        }  # fmt: skip
        assert [str(one) for one in proposing if not issubclass(one.step.form, RightsForm)] == []

    def test_an_older_form_of_rights_is_refused_always(self, world: World, login: Login) -> None:
        clerk, chief = world.handler, MemberFactory(institution=world.bank, admin=True)
        security = MemberFactory(institution=operator(), roles=[Role.SECURITY])
        browser, address = login(chief), do_url(clerk, "roles")
        old = opened(browser, address)
        browser.post(address, opened(browser, address) | {"roles": ["viewer"], "reason": "调岗"})
        confirm_change(change_id=RightsChange.objects.get().public_id, actor=security, at=timezone.now())
        for given in (old | {"reason": "兼岗"}, old | {"roles": ["handler", "checker"], "reason": "兼岗"}):
            for _ in range(2):
                answer = browser.post(address, given)
                assert answer.status_code == 409
                assert "的权限在此之后已经变动，本次内容作废" in said(answer)
                given |= dict(answer.context["carried"])
        assert RightsChange.objects.count() == 1


class TestTwice:
    def test_submit_back_submit_is_one_check_and_says_so(self, world: World, login: Login) -> None:
        browser, address = login(world.handler), do_url(world.drawn, "use-check")
        given = opened(browser, address) | CHECK
        first, second = browser.post(address, given), browser.post(address, given, follow=True)
        assert first.status_code == 302
        assert "同样的内容已于" in said(second)
        assert UseOfFundsCheck.objects.count() == 1

    def test_the_same_content_on_a_new_page_is_the_first(self, world: World, login: Login) -> None:
        browser, address = login(world.handler), do_url(world.drawn, "use-check")
        for _ in range(2):
            browser.post(address, opened(browser, address) | CHECK)
        assert UseOfFundsCheck.objects.count() == 1
        other = CHECK | {"finding": "第二次检查，情况同上"}
        assert browser.post(address, opened(browser, address) | other).status_code == 302
        assert browser.post(address, opened(browser, address) | CHECK).status_code == 302  # after another one it is new again
        assert UseOfFundsCheck.objects.count() == 3

    def test_another_content_under_a_token_that_was_taken_is_kept_on_the_page(self, world: World, login: Login) -> None:
        browser, address = login(world.handler), do_url(world.drawn, "use-check")
        given = opened(browser, address) | CHECK
        browser.post(address, given)
        answer = browser.post(address, given | {"finding": "另一次"})
        assert answer.status_code == 409
        assert "如需另行办理" in said(answer)
        assert UseOfFundsCheck.objects.count() == 1
        assert browser.post(address, given | {"finding": "另一次"} | dict(answer.context["carried"])).status_code == 302

    def test_a_decision_sent_again_after_it_moved_the_case_is_told_as_taken(self, world: World, login: Login) -> None:
        entry = world.queue()["county_review"].entry
        browser, address = login(world.desk.county), do_url(entry, "pass-county")
        given = opened(browser, address)
        assert browser.post(address, given).status_code == 302
        assert "提交并办理“县级初审通过”，本次未重复办理" in said(browser.post(address, given, follow=True))

    def test_a_refused_form_may_be_sent_again(self, world: World, login: Login) -> None:
        browser, address = login(world.handler), do_url(world.drawn, "use-check")
        given = opened(browser, address) | CHECK
        assert browser.post(address, given | {"is_misuse": "yes"}).status_code == 409
        assert not TakenForm.objects.exists()
        assert browser.post(address, given).status_code == 302

    def test_only_a_file_is_read_outside_the_forms_transaction(self, world: World, met: list[Met]) -> None:
        one = next(one for one in met if str(one) == "whitelist.importfile:check")
        asked = replace(one.step, run=lambda context: require_no_transaction("reader"))

        def send(**files: Any) -> bool:
            form = one.form(world.desk.industry, QueryDict(), files)
            form.is_valid()
            form._errors = {}
            return StepView(one.page, asked).take(sent_by(world.desk.industry, **files), None, form)[0]

        assert send(file=SimpleUploadedFile("a.csv", b"x"))
        with pytest.raises(WaitsInTransaction):
            send()

    def test_what_was_kept_is_cleaned_with_the_sessions(self, world: World, login: Login) -> None:
        browser, address = login(world.handler), do_url(world.drawn, "use-check")
        browser.post(address, opened(browser, address) | CHECK)
        forget_sessions()
        assert TakenForm.objects.count() == 1
        TakenForm.objects.update(at=timezone.now() - KEPT_FOR - timedelta(hours=1))
        forget_sessions()
        assert not TakenForm.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_one(world: World, login: Login) -> None:
    address, browser = do_url(world.drawn, "use-check"), login(world.handler)
    pages = [opened(browser, address) | CHECK for _ in range(2)]  # two pages of one person: other tokens, the same content
    people = [login(world.handler) for _ in range(4)]

    def send(n: int) -> int:
        try:
            return people[n].post(address, pages[n % 2]).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(send, range(4))) == {302}
    assert UseOfFundsCheck.objects.count() == 1
