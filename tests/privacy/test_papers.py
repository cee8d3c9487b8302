"""Papers: a way to add one is offered where one can be added, to whom, and nowhere else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from documents.models import Document
from parties.models import Member
from tests.privacy.market import Market, paper
from tests.privacy.sweep import ask, pages, route, some

Login = Callable[[Member], Client]
OFFERED = re.compile(re.escape(reverse("admin:documents_document_attach", args=["a.b", "0" * 8 + "-0000-0000-0000-" + "0" * 12])).replace(
    re.escape("a.b"), r"([a-z]+\.[a-z]+)").replace(re.escape("00000000-0000-0000-0000-000000000000"), "([0-9a-f-]{36})"))  # fmt: skip
KINDS = {
    "bank": {"loans.application", "loans.loan", "risk.baddebt", "risk.claim", "risk.recovery", "subsidy.payment", "subsidy.settlement"},
    "county": {"whitelist.entry", "loans.application", "loans.loan", "subsidy.payment"},
    "city": {"whitelist.entry", "loans.application", "loans.loan", "subsidy.payment", "subsidy.settlement"},
}


def people(market: Market) -> dict[str, Member]:
    return {"bank": market.one.bankers[0], "county": market.one.county[0], "city": market.industry}


@pytest.mark.parametrize("reader", KINDS)
def test_a_paper_is_taken_wherever_a_page_offers_to_take_one(reader: str, market: Market, login: Login) -> None:
    member = people(market)[reader]
    browser, took = login(member), set()
    for model, page in pages():
        for row in some(type(page).visible_to(member).order_by("pk"))[-1:]:
            said = ask(browser, route(model, "change", row.pk))
            for offer in OFFERED.finditer(said.text):
                assert browser.get(offer[0]).status_code == 200, offer[0]
                given: dict[str, Any] = {"kind": "其他材料", "file": SimpleUploadedFile("新材料.pdf", paper("新"))}
                answer = browser.post(offer[0], given)
                assert answer.status_code == 302, (offer[0], answer.status_code)
                assert Document.objects.filter(owner_type=offer[1], owner_id=offer[2], filename="新材料.pdf").exists()
                took.add(offer[1])
    assert took >= KINDS[reader]


def test_a_case_without_papers_takes_none(market: Market, login: Login) -> None:
    """What nobody may open through its case is not laid with it either: neither asked for nor taken."""
    for label, row, reader in (
        ("whitelist.entry", market.one.project_entry, market.one.bankers[0]),
        ("whitelist.batch", market.one.project_entry.batch, market.industry),
        ("subsidy.settlement", market.settlements["甲"], market.one.county[0]),
    ):
        address = reverse(
            "admin:documents_document_attach", args=[label, str(getattr(row, "public_id", None) or market.project["甲"].public_id)]
        )
        before = Document.objects.count()
        browser = login(reader)
        assert browser.get(address).status_code == 404, label
        given = {"kind": "其他材料", "file": SimpleUploadedFile("新材料.pdf", paper("新"))}
        assert browser.post(address, given).status_code == 404, label
        assert Document.objects.count() == before
