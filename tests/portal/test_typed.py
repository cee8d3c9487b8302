"""What is typed on the pages of enterprises and of the public: every form there is, found by walking, tried with hostile values."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from html import unescape
from html.parser import HTMLParser
from typing import Any, NamedTuple

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from common.admin.forms import CodeInput, CountInput, DayInput, MoneyInput, NumberInput
from common.texts import UNREADABLE
from logins.forms import EnrolForm, IdentityForm, LoginWithCode, OneTimeCode, PasswordForm
from parties import views
from parties.models import Member
from portal.forms import EnterpriseLogin
from portal.public.day_views import DaysForm
from portal.public.questions import QUESTIONS
from tests.admin.test_texts import HIDDEN
from tests.admin.test_typed import NO_NUMBER, TWO_MEANINGS
from tests.admin.world import World
from tests.portal.public_pages import public_pages

Login = Callable[[Member], Client]
OPEN = "2025-06-10 10:00+08:00"
WRONG = (
    "page=x", "page=-1", "page=99999999999999999999", "kind=%00", "batch=x", "q=%00", "start=2206-01-01&days=1e5", "for=x",
    "amount=1000%EF%BC%8C50",
)  # fmt: skip
FREE = (
    "<script>alert(1)</script>",
    "'; DROP TABLE x; --",
    "\\",
    "%",
    "𠮷",
    "甲\u200b乙\u202e丙",
    "\x00",
    "a" * 3000,
    "(?e)a",
    "{{7*7}}",
    " ",
    "１２３",
)
MISTYPED = ("0026-11-28", "0202-01-01", "2206-11-28", "9999-12-31", "٢٠٢٤-01-05", "2024-1-5", "24-1-5", "2024-02-30")
HOSTILE = tuple(dict.fromkeys((*NO_NUMBER, *TWO_MEANINGS, *MISTYPED, *FREE)))
# One way through the questions of 我能不能申请 that ends in an answer, and one for projects.
WALKS = (
    "for=rd&industry=C35&city=yes&honour=none&registered=2015-03-02&expense=1860000&credit=no",
    "for=project&industry=C35&city=yes&kind=key&upgrade=no&investment=900000000",
)


TYPED = ("text", "search", "date", "number", "email", "tel", "url")  # a password is kept as it is, and never shown


class Place(NamedTuple):
    """One field of one form."""

    form: str
    name: str
    field: forms.Field


def places() -> list[Place]:
    """Return every field that the portal, the doors and the public's pages declare."""
    declared = (
        EnterpriseLogin,
        LoginWithCode,
        PasswordForm,
        EnrolForm,
        IdentityForm,
        DaysForm,
        views.CodeForm,
        views.PasswordForm,
    )
    found = [Place(form.__name__, name, field) for form in declared for name, field in form.base_fields.items()]
    return [*found, *(Place("check", question.name, question.form_field()) for question in QUESTIONS)]


def taken(place: Place, value: str) -> Any:
    """Return what a field takes a value for, ``None`` where it refuses it."""
    try:
        return deepcopy(place.field).clean(value)
    except ValidationError:
        return None


def kind(*classes: type[forms.Field]) -> list[Place]:
    return [place for place in places() if isinstance(place.field, classes)]


class TestDeclared:
    def test_every_number_and_day_is_read_by_the_one_reader(self) -> None:
        numbers = kind(forms.IntegerField, forms.DecimalField, forms.FloatField)
        assert [place[:2] for place in numbers if not isinstance(place.field, (NumberInput, CountInput))] == []
        assert [place[:2] for place in kind(forms.DateField) if not isinstance(place.field, DayInput)] == []
        assert {place.name for place in kind(MoneyInput)} >= {"expense", "investment"}
        assert len(kind(DayInput)) >= 3
        assert [place.name for place in kind(CodeInput)] == ["code", "code"]
        assert [place.form for place in kind(OneTimeCode)] == ["EnrolForm"]
        assert isinstance(LoginWithCode().fields["otp_token"], OneTimeCode)

    def test_no_page_cuts_what_is_pasted(self) -> None:
        assert "maxlength" not in "".join(str(field) for field in (*LoginWithCode(), *EnterpriseLogin(), *DaysForm(), *views.CodeForm()))
        assert "maxlength" not in str(OneTimeCode(max_length=40).widget.render("code", "x"))

    @pytest.mark.parametrize("value", [*NO_NUMBER, *TWO_MEANINGS])
    def test_no_number_is_taken_for_another(self, value: str) -> None:
        for place in kind(NumberInput, CountInput):
            assert taken(place, value) is None, place

    @pytest.mark.parametrize("value", MISTYPED)
    def test_no_day_is_taken_for_another(self, value: str) -> None:
        for place in kind(DayInput):
            assert taken(place, value) is None, place

    @pytest.mark.parametrize("mark", HIDDEN)
    def test_a_login_name_and_a_code_are_freed_of_what_nobody_sees(self, mark: str) -> None:
        for place in kind(CodeInput):
            assert taken(place, f"ＡＢ{mark} 12") == "AB12"
        form = EnterpriseLogin(data={"username": f"ｑｙ{mark}1", "password": "x"})
        form.fields["username"].required = True
        form.cleaned_data = {"username": f"ｑｙ{mark}1"}
        assert form.clean_username() == "qy1"


class Form(NamedTuple):
    """One form of a page: where it goes, how, and what it begins with by name; of what people type, the names."""

    action: str
    method: str
    begins: dict[str, str]
    typed: tuple[str, ...]


class Forms(HTMLParser):
    """The forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.found.append(Form(given.get("action", ""), given.get("method", "get").lower(), {}, ()))
        elif tag in ("input", "textarea", "select") and given.get("name") and self.found:
            last, name = self.found[-1], given["name"]
            if given.get("type") not in ("radio", "checkbox", "submit"):
                last.begins[name] = given.get("value", "")
            is_typed = tag == "textarea" or (
                tag == "input" and given.get("type", "text") in ("text", "search", "date", "number", "password")
            )
            self.found[-1] = last._replace(typed=(*last.typed, name) if is_typed else last.typed)


def forms_of(browser: Client, address: str) -> list[Form]:
    page = browser.get(address, follow=True)
    assert page.status_code == 200, address
    reader = Forms()
    reader.feed(page.content.decode())
    return [form._replace(action=form.action or address) for form in reader.found]


def sent(browser: Client, form: Form, name: str, value: str) -> Any:
    given = form.begins | {name: value}
    send = browser.get if form.method == "get" else browser.post
    return send(form.action.partition("#")[0], given)


def judge(answer: Any, form: Form, name: str, value: str) -> None:
    """Hold that a page answers, tells nothing hidden back, draws no markup of others and shows no amount or day that nobody typed."""
    place = (form.action, name, value[:40])
    assert answer.status_code < 500, place
    text = unescape(answer.content.decode())
    assert "<script>alert(1)" not in answer.content.decode(), place
    assert UNREADABLE.isdisjoint(text), place
    if value in TWO_MEANINGS or value in NO_NUMBER:
        for wrong in ("100,050.00", "50,000,000.00", "350,000,050.00", "100050", "1,000,000.00 元，", "3,000,000.00 元"):
            assert wrong not in re.sub(r"是否为 [0-9,.]+ 元", "", text), place


def walked(browser: Client, addresses: Iterator[str] | list[str]) -> tuple[int, int]:
    """Send every hostile value by every field of every form of the pages; return how many fields and values."""
    fields = sends = 0
    seen: set[tuple[str, str]] = set()
    for address in addresses:
        for form in forms_of(browser, address):
            for name in form.typed:
                if (form.action, name) in seen:
                    continue
                seen.add((form.action, name))
                fields += 1
                for value in FREE if form.method == "post" else HOSTILE:
                    judge(sent(browser, form, name, value), form, name, value)
                    sends += 1
    return fields, sends


def walk_addresses() -> list[str]:
    """Return each page of the questions, one more answered than on the last, and the answers."""
    found = []
    for walk in WALKS:
        parts = walk.split("&")
        found += [f"{reverse('public:check')}?{'&'.join(parts[:place])}" for place in range(1, len(parts) + 1)]
    return found


@pytest.mark.django_db
class TestPages:
    @time_machine.travel(OPEN)
    def test_the_public_types_what_it_likes(self, world: World) -> None:
        assert world.listed.entry
        addresses = [*public_pages(), *walk_addresses(), reverse("help:index"), reverse("portal:login"), reverse("account:forgotten")]
        fields, sends = walked(Client(), addresses)
        assert fields >= 10
        assert sends > fields * len(FREE)

    @time_machine.travel(OPEN)
    def test_an_enterprise_types_what_it_likes(self, world: World, login: Login) -> None:
        browser = login(world.listed.member)
        addresses = [reverse(name) for name in ("portal:loans", "portal:standing", "account:home", "account:password", "account:enrol")]
        fields, _ = walked(browser, addresses)
        assert fields >= 4

    @pytest.mark.parametrize("address", ["public:whitelist", "public:batches", "public:working-days", "public:check"])
    @time_machine.travel(OPEN)
    def test_a_wrong_address_is_a_page(self, address: str, world: World) -> None:
        browser = Client()
        for query in WRONG:
            assert browser.get(f"{reverse(address)}?{query}").status_code in (200, 404), query
