"""Files and texts that are parsed for people: a bomb is a sentence on the form, costs nothing, and changes nothing. Walked, not listed."""

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audit.models import Event
from common.admin.steps import Step
from common.admin.visible import VisibleAdmin
from common.strict_json import MOST_NAMES
from parties.models import Member
from policy.models import CalendarDay, CalendarNotice, NoticeProposal, PolicyVersion
from tests.factories import MemberFactory
from whitelist.models import ImportFile

Login = Callable[[Member], Client]
MOST_ANSWERED = 200_000  # bytes of a page, whatever was sent
NOTICE = {
    "year": 2027,
    "document_number": "国办发明电〔2026〕9号",
    "published_on": "2026-11-04",
    "off": [
        ["2026-12-31", "2027-01-02", "元旦"], ["2027-02-05", "2027-02-12", "春节"], ["2027-04-03", "2027-04-05", "清明节"],
        ["2027-05-01", "2027-05-05", "劳动节"], ["2027-06-09", "2027-06-11", "端午节"], ["2027-09-15", "2027-09-17", "中秋节"],
        ["2027-10-01", "2027-10-07", "国庆节"],
    ],
    "makeup_workdays": ["2027-01-03", "2027-02-20"],
}  # fmt: skip
VERSION = {"name": "下一期方案", "document_number": "泉工信〔2027〕1号", "valid_from": "2027-01-01", "valid_until": "2029-01-01"}
LONG = "9" * 5_000
# What follows is written into an otherwise true file behind its opening bracket, or stands alone.
BOMBS = {
    "200,000 brackets": b"[" * 200_000,
    "objects in each other": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a number of 5,000 digits": LONG.encode(),
    "a value of 5,000 digits": f'{{"year": {LONG}, "risk": {LONG}, '.encode(),
    "a name twice": b'{"off": [], "off": [], "risk": {}, "risk": {}, ',
    "half a character": b'{"source_url": "\\ud800", ',
    "a million bytes of unknown names": b"{" + b"".join(b'"x%06d": 1, ' % i for i in range(75_000)),
    "as many unknown names as an object may have": b"{" + b"".join(b'"x%03d": 1, ' % i for i in range(MOST_NAMES - 60)),
    "an unknown name of a million bytes": b'{"' + b"x" * 1_000_000 + b'": 1, ',
    "a value of a million bytes": b'{"year": "' + b"9" * 300_000 + b'", "published_on": "' + b"x" * 300_000 + b'", ',
    "a list of a million bytes": b'{"off": [' + b"[1]," * 90_000 + b'[1]], "fund": [' + b"[1]," * 9_000 + b"[1]], ",
}


def bombs(true: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """Yield each bomb, in the file of an honest person where it leaves room for one."""
    rest = json.dumps(true).encode()[1:]
    for name, bomb in BOMBS.items():
        yield name, bomb + rest if bomb.endswith(b", ") else bomb


def counts() -> list[int]:
    """Return how many rows there are of what a file could have entered."""
    return [model.objects.count() for model in (PolicyVersion, CalendarNotice, NoticeProposal, CalendarDay, ImportFile, Event)]


def refused(browser: Client, address: str, given: dict[str, Any], *, what: str) -> str:
    """Return the page of a form that was refused with a sentence, after checking that it is small and nothing changed."""
    before = counts()
    answer = browser.post(address, given)
    page = answer.content.decode()
    assert (answer.status_code, counts()) == (409, before), what
    assert "qf-error" in page or "qf-wrong" in page, what
    typed = sum(len(value) for value in given.values() if isinstance(value, str))  # a form gives back what was typed
    assert len(page) < MOST_ANSWERED + typed, (what, len(page))
    return page


@pytest.mark.clause("D6")
def test_a_notice_of_days_off_is_no_bomb(login: Login) -> None:
    browser, address = login(MemberFactory.serving("city_industry")), reverse("admin:policy_calendarnotice_new", args=["file"])
    for what, content in bombs(NOTICE):
        page = refused(browser, address, {"kind": "whole_year", "file": SimpleUploadedFile("2027.json", content)}, what=what)
        assert page.count("qf-wrong") <= 1, what  # the file alone is at fault
    answer = browser.post(address, {"kind": "whole_year", "file": SimpleUploadedFile("2027.json", json.dumps(NOTICE).encode())})
    assert (answer.status_code, NoticeProposal.objects.filter(year=2027).count()) == (302, 1)


@pytest.mark.clause("FP 3.4")
def test_a_policy_version_is_no_bomb(login: Login) -> None:
    browser, address = login(MemberFactory.serving("city_industry")), reverse("admin:policy_policyversion_new", args=["add"])
    terms = PolicyVersion.objects.get(number=1).terms
    for what, content in bombs(terms):
        page = refused(browser, address, VERSION | {"file": SimpleUploadedFile("terms.json", content)}, what=what)
        if what.startswith("as many"):
            assert "以上只列出前 100 处" in page
    answer = browser.post(address, VERSION | {"file": SimpleUploadedFile("terms.json", json.dumps(terms).encode())})
    assert (answer.status_code, PolicyVersion.objects.filter(name="下一期方案").count()) == (302, 1)


def test_what_is_too_long_is_refused_before_it_is_parsed(login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = login(MemberFactory.serving("city_industry"))
    monkeypatch.setattr("common.strict_json.json", SimpleNamespace(loads=lambda *args, **options: pytest.fail("parsed")))
    content = BOMBS["a million bytes of unknown names"]
    notice, version = reverse("admin:policy_calendarnotice_new", args=["file"]), reverse("admin:policy_policyversion_new", args=["add"])
    refused(browser, notice, {"file": SimpleUploadedFile("x.json", content)}, what="notice")
    refused(browser, version, VERSION | {"file": SimpleUploadedFile("x.json", content)}, what="version")


def file_steps() -> Iterator[tuple[VisibleAdmin, Step, bool]]:
    """Yield every step whose form takes a file, and whether it registers something new."""
    for page in admin.site._registry.values():
        if isinstance(page, VisibleAdmin):
            for step, is_new in [*((one, True) for one in page.new_steps), *((one, False) for one in page.steps)]:
                if any(isinstance(field, forms.FileField) for field in step.form.base_fields.values()):
                    yield page, step, is_new


def test_the_walk_knows_every_form_that_takes_a_file() -> None:
    """Steps on a case are held by the tests of their readers; a new one belongs here and there."""
    known = {(page.model._meta.label, step.name, is_new) for page, step, is_new in file_steps()}
    assert known == {
        ("policy.CalendarNotice", "file", True),
        ("policy.PolicyVersion", "add", True),
        ("whitelist.ImportFile", "check", True),
        ("subsidy.Settlement", "reconcile", False),  # tests/subsidy/test_reconciliation.py
        ("subsidy.Tender", "paper-bid", False),  # a paper, judged by its first bytes: tests/documents
    }


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx", "xls", "txt"])
def test_a_bomb_under_any_name_is_a_sentence_on_every_form_that_takes_a_file(login: Login, ending: str) -> None:
    kinds = ("city_industry", "city_science")
    people = [login(MemberFactory.serving(kind)) for kind in kinds]
    content = BOMBS["200,000 brackets"]
    for page, step, is_new in file_steps():
        if not is_new:
            continue
        address = reverse(f"admin:{page.model._meta.app_label}_{page.model._meta.model_name}_new", args=[step.name])
        browser = next(one for one in people if one.get(address).status_code == 200)
        given = VERSION | {"kind": "tax_list", "file": SimpleUploadedFile(f"x.{ending}", content)}
        refused(browser, address, given, what=f"{address} {ending}")


def test_texts_that_are_parsed_are_short(login: Login) -> None:
    """A line of days, a line of networks: the text is bounded before it is split."""
    browser = login(MemberFactory.serving("city_industry"))
    given = {"year": "2027", "document_number": "x", "published_on": "2026-11-04"}
    address = reverse("admin:policy_calendarnotice_new", args=["typed"])
    for text in ("元旦 2027-01-01\n" * 20_000, "[" * 200_000, LONG):
        refused(browser, address, given | {"off": text, "makeup": text}, what="days off")
    keeper = login(MemberFactory(admin=True))
    program = {"name": "x", "client_id": "0" * 24, "scopes": ["read"], "requests_per_minute": "60", "reason": "x"}
    for text in ("10.0.0.0/24\n" * 60_000, "[" * 200_000, f"{LONG}/24"):
        refused(keeper, reverse("admin:api_apiclient_new", args=["open"]), program | {"networks": text}, what="networks")
