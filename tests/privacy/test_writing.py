"""What a party asks to be done with another's case is refused, and no row of it changes."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import Event
from audit.services import OPENED
from documents.models import Document
from parties.models import Member
from tests.api.caller import Caller
from tests.privacy.market import Market
from tests.privacy.sweep import ask, filled, identifiers_told, interface_addresses, pages, route

Login = Callable[[Member], Client]
WORDS = ("reason", "remark", "what", "voucher", "finding", "record_number", "answer", "reference", "opinion")
FILLED = {"amount": "1,000.00", "paid_on": "2025-03-10", "on": "2025-03-10", "grade": "loss"} | dict.fromkeys(WORDS, "理由")


def state_of_everything() -> dict[str, Any]:
    """Return every row of every page's model, so that any change shows."""
    return {model._meta.label_lower: list(model._default_manager.order_by("pk").values()) for model, _ in pages() if model is not Event}


def events() -> int:
    return Event.objects.exclude(verb=OPENED).count()


def foreign_rows(member: Member) -> list[tuple[Any, Any, Any]]:
    """Return page, row and steps of what the member does not see, the last of each kind."""
    found = []
    for model, page in pages():
        seen = set(type(page).visible_to(member).values_list("pk", flat=True))
        rows = model._default_manager.exclude(pk__in=seen).order_by("-pk")[:1]
        found += [(model, row, page) for row in rows]
    return found


@pytest.mark.parametrize("reader", ["bank", "county", "guarantor"])
def test_no_step_is_taken_on_anothers_case(reader: str, market: Market, login: Login) -> None:
    member = {"bank": market.one.bankers[0], "county": market.one.county[0], "guarantor": market.one.guarantors[0]}[reader]
    browser, before, logged = login(member), state_of_everything(), events()
    rows, tried = foreign_rows(member), 0
    for model, row, page in rows:
        for step in page.all_steps:
            answer = browser.post(route(model, "do", row.pk, step.name), FILLED)
            assert answer.status_code in (403, 404), (model, step.name, answer.status_code)
            tried += 1
        if page.papers and hasattr(row, "public_id"):
            address = reverse("admin:documents_document_attach", args=[model._meta.label_lower, row.public_id])
            assert browser.post(address, {"kind": "其他材料"}).status_code in (403, 404)
        for step in page.bulk_steps:  # what is not seen is not among the chosen
            browser.post(route(model, "bulk", step.name), FILLED | {"chosen": [row.pk]})
    assert tried > 25
    assert events() == logged
    assert state_of_everything() == before


def test_no_paper_of_anothers_case_is_handed_out(market: Market, login: Login) -> None:
    own, theirs = {"甲", "交"}, {"乙"}
    for reader, mine in (("bank", {"甲"}), ("county", own), ("guarantor", {"甲"})):
        member = {"bank": market.one.bankers[0], "county": market.one.county[0], "guarantor": market.one.guarantors[0]}[reader]
        browser, opened = login(member), set()
        for document in Document.objects.all():
            said = ask(browser, reverse("document-download", args=[document.public_id]))
            assert said.status in (200, 404)
            if said.status == 200:
                opened.add(document.filename[0])
        assert opened == mine, reader
        assert not opened & theirs
        assert browser.get(reverse("document-download", args=[uuid4()])).status_code == 404


def test_no_program_asks_anything_of_anothers_case(market: Market) -> None:
    """Every address that names a case answers what only others are told of as what nobody has, and changes nothing."""
    mine, *others = (Caller.of(party) for party in (market.one.bank, market.two.bank, market.two.guarantor))
    own, theirs = identifiers_told([mine]), identifiers_told(others)
    foreign = {name: [one for one in found if one not in own.get(name, [])] for name, found in theirs.items()} | {
        "papers": theirs["papers"]
    }
    before, logged, refused, nobodys = state_of_everything(), events(), {}, {}

    def status(method: str, address: str) -> int:
        given = {"headers": mine.headers | {"idempotency-key": str(uuid4())}, "content_type": "application/json"}
        return int(getattr(mine.http, method)(f"/api/v1/{address}", data="{}", **given).status_code)

    for method in ("post", "put", "patch", "delete"):
        for path in interface_addresses(method):
            for address in filled(path, foreign)[:1] if "<" in path else ():
                refused[path] = status(method, address)
                nobodys[path] = status(method, re.sub("<[^>]+>", str(uuid4()), path))
    assert len(refused) > 20
    assert {path for path, found in refused.items() if found not in (400, 404)} == set()  # 400: the body is read before the case
    assert list(refused.values()).count(404) > 5
    assert refused == nobodys
    assert events() == logged
    assert state_of_everything() == before
