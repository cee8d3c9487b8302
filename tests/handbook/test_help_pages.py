"""The help as its readers meet it: what each finds, what a search answers, and where a page's link leads."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import quote, unquote

import pytest
from django.test import Client

from handbook.pages import UNKNOWN_YET, UnknownPlaceholder, filled, page_of, search
from handbook.rendering import render
from handbook.sources import BadHandbook, explained_steps, handbooks, read, readable_by
from handbook.templatetags.help_links import with_steps
from parties.enums import COUNTY_KINDS, InstitutionKind
from parties.models import Member
from tests.factories import MemberFactory
from tests.handbook.test_never_untrue import by_slug
from tests.project.test_named_steps import kinds

pytestmark = pytest.mark.django_db
TODAY = date(2025, 3, 3)


def member_of(kind: InstitutionKind) -> Member:
    if kind == InstitutionKind.BANK:
        return MemberFactory()
    return MemberFactory.serving(kind, district="晋江市" if kind in COUNTY_KINDS else None)


@pytest.fixture
def browser() -> Callable[[InstitutionKind], Client]:
    def opened(kind: InstitutionKind) -> Client:
        client = Client()
        client.force_login(member_of(kind).user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return opened


def test_the_public_reads_what_is_public_alone() -> None:
    client = Client()
    text = client.get("/help/").content.decode()
    shown = {one.slug for one in handbooks() if f"/help/{one.slug}/" in text}
    assert shown == {one.slug for one in handbooks() if "public" in one.readers}
    assert client.get("/help/enterprise/").status_code == 200
    for slug in {one.slug for one in handbooks()} - shown:
        assert client.get(f"/help/{slug}/").status_code == 404


@pytest.mark.parametrize(
    ("kind", "own", "foreign"), [(InstitutionKind.BANK, "bank", "guarantor"), (InstitutionKind.COUNTY_TREASURY, "county", "bank")]
)
def test_a_house_finds_its_own_handbook_first_and_no_other_houses(
    browser: Callable[..., Client], kind: InstitutionKind, own: str, foreign: str
) -> None:
    client = browser(kind)
    text = client.get("/help/").content.decode()
    assert text.index(f"/help/{own}/") < text.index("/help/quick-start/")
    assert client.get(f"/help/{own}/").status_code == 200
    answer = client.get(f"/help/{foreign}/")
    assert answer.status_code == 404
    assert "阅读范围" in answer.content.decode()


def test_a_step_opens_its_paragraph_in_the_handbook_of_the_house(browser: Callable[..., Client]) -> None:
    bank = browser(InstitutionKind.BANK).get("/help/here/loans.application/受理/")
    assert unquote(bank["Location"]) == "/help/bank/#step-融资申请-受理"
    county = browser(InstitutionKind.COUNTY_INDUSTRY).get("/help/here/loans.application/受理/")
    assert county["Location"] == "/help/pages/#page-loans-application"  # not the county's step: its page instead


def test_pages_that_nothing_explains_lead_to_the_list(browser: Callable[..., Client]) -> None:
    client = browser(InstitutionKind.BANK)
    assert client.get("/help/here/admin-index/")["Location"] == "/help/quick-start/#page-admin-index"
    assert client.get("/help/here/nothing-known/")["Location"] == "/help/"
    assert client.get("/help/here/loans.nothing/").status_code == 404


def test_the_link_of_every_admin_page_leads_to_what_is_said_of_it(browser: Callable[..., Client]) -> None:
    client = browser(InstitutionKind.CITY_INDUSTRY)
    for address, anchor in (
        ("/admin/", "page-admin-index"),
        ("/admin/whitelist/entry/", "page-whitelist-entry"),
        ("/admin/calculators/", "page-admin-calculators"),
    ):
        text = client.get(address).content.decode()
        link = text.split("本页说明")[0].rpartition('href="')[2].split('"')[0]
        assert client.get(link)["Location"].endswith(f"#{anchor}"), address


def test_a_search_finds_every_word_in_either_width_and_says_where(browser: Callable[..., Client]) -> None:
    text = browser(InstitutionKind.BANK).get("/help/", {"q": "批复期限　工作台"}).content.decode()
    assert "/help/bank/#" in text
    found = search(handbooks(), "ＥＸＣＥＬ", today=TODAY)
    assert found
    assert "Excel" in found[0].excerpt
    assert search(handbooks(), "   ", today=TODAY) == []
    assert "没有找到" in Client().get("/help/", {"q": "<b>没有的词</b>"}).content.decode()


def test_a_search_shows_nothing_of_handbooks_the_reader_does_not_find() -> None:
    assert "/help/bank/" not in Client().get("/help/", {"q": "投标"}).content.decode()


def test_what_is_asked_is_shown_as_text() -> None:
    assert "<script>" not in Client().get("/help/", {"q": "<script>alert(1)</script>"}).content.decode()


def test_numbers_are_those_of_the_version_in_force() -> None:
    assert "30个工作日" in page_of(by_slug()["bank"], today=TODAY).html
    assert UNKNOWN_YET in page_of(by_slug()["bank"], today=date(1999, 1, 1)).html


def test_an_unknown_value_is_an_error() -> None:
    with pytest.raises(UnknownPlaceholder):
        filled("{{ clock.no_such_days }}", {"clock.approval_working_days": "30个工作日"})


def test_what_is_written_cannot_bring_a_script() -> None:
    html = render('<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror="y">').html
    assert "<script" not in html
    assert "javascript:alert" not in html.replace("[x](javascript:alert(1))", "")
    assert "<img" not in html


@pytest.mark.parametrize("written", ["no head", "---\ntitle: x\n---\n", "---\ntitle: x\nsummary: y\nreaders: strangers\nplace: 1\n---\n"])
def test_a_head_that_nobody_understands_is_refused(written: str) -> None:
    with pytest.raises(BadHandbook):
        read("some", written)


def test_administrators_read_what_is_theirs() -> None:
    mine = readable_by(kind=InstitutionKind.FUND_OFFICE, roles=frozenset({"system"}), is_enterprise=False)
    assert {"administrators", "quick-start"} <= {one.slug for one in mine}


def test_a_sentence_that_names_a_step_leads_to_it(browser: Callable[..., Client]) -> None:
    link = f'<a class="qf-link" href="/help/steps/{quote("受理")}/" target="_blank" rel="noopener">受理</a>'
    assert with_steps("请先办理“受理”，或返回“<b>别处</b>”。") == f"请先办理“{link}”，或返回“&lt;b&gt;别处&lt;/b&gt;”。"
    client = browser(InstitutionKind.BANK)
    assert unquote(client.get("/help/steps/受理/")["Location"]) == "/help/bank/#step-融资申请-受理"
    assert unquote(client.get("/help/steps/答复异议/")["Location"]) == "/help/?q=答复异议"  # another house's


def test_every_step_that_a_refusal_names_is_explained() -> None:
    named = {word for kind in kinds() for word in re.findall(r"办理“([^{”]+)”", kind.sentence)}
    assert named
    assert named <= explained_steps()
