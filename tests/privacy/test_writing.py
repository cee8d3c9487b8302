"""What a party asks to be done with another's case is refused, and no row of it changes."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.db.models import CharField, UniqueConstraint
from django.test import Client
from django.urls import reverse

from audit.models import Event
from audit.services import OPENED
from common.enums import Category, Security
from documents.models import Document
from loans.enums import MovementKind
from loans.movement_steps import NewMovement
from loans.services.contracts import GuaranteeDiffers, record_guarantee
from loans.services.proposals import confirm_proposals, propose_movements
from notices.models import Notice, NoticeRead
from parties.models import Member
from risk.fees.services import record_guarantee_fee
from tests.api.caller import Caller
from tests.loan_factories import ApplicationFactory, EntryFactory, LoanFactory
from tests.privacy.bodies import Bodies
from tests.privacy.market import NOW, Market
from tests.privacy.sweep import Said, ask, filled, identifiers_told, interface_addresses, pages, route

Login = Callable[[Member], Client]
WORDS = ("reason", "remark", "what", "voucher", "finding", "record_number", "answer", "reference", "opinion")
FILLED = {"amount": "1,000.00", "paid_on": "2025-03-10", "on": "2025-03-10", "grade": "loss"} | dict.fromkeys(WORDS, "理由")


OFFICES = {"django", "oauth2_provider", "axes", "django_otp", "unfold"}
# Numbers and words that the product, its keepers or the state make; nobody of the market types them.
MADE_HERE = {
    "account_code_once", "application_number", "channel_code", "claim_number", "clause_id", "clientsecret_sha256", "decision_id",
    "district_code", "district_name", "email_delivery_once", "entry_key_once", "exemption_item_once", "heartbeat_name", "institution_code",
    "institution_name", "institution_short_name", "job_name", "loginsession_session_key", "notice_key", "reconciliation_file_once",
    "correction_waits_once", "recovery_code_once", "refusal_counted_once", "rights_change_waits_once", "seal_digest",
}  # fmt: skip


def named_writes() -> Iterator[tuple[str, str]]:
    """Yield method and address of everything a program may change of a case that the address names."""
    for method in ("post", "put", "patch", "delete"):
        yield from ((method, path) for path in interface_addresses(method) if "<" in path)


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


def callers(market: Market) -> dict[str, Caller]:
    """Return a program of each kind of house; the last two are the others whose cases are asked for."""
    found = {"bank": market.one.bank, "guarantor": market.one.guarantor, "fund_manager": market.trustee.institution}
    found |= {"other_bank": market.two.bank, "other_guarantor": market.two.guarantor}
    return {name: Caller.of(house) for name, house in found.items()}


def test_no_program_does_anything_to_anothers_case(market: Market) -> None:
    """
    Every address that names a case, asked with a good body, answers for each case that only others are told of as for one of nobody.

    Nothing is changed by it, and nothing of the case is in the answer. The same body does get as far as the case: none is a bad request.
    """
    programs = callers(market)
    told = {name: identifiers_told([caller]) for name, caller in programs.items()}
    bodies = Bodies.described(programs["bank"].http)
    before, logged, tried = state_of_everything(), events(), 0
    for reader in ("bank", "guarantor", "fund_manager", "other_bank"):
        foreign = not_told(told, reader)
        for method, path in named_writes():
            nobodys = bodies.sent(programs[reader], method, path, re.sub("<[^>]+>", str(uuid4()), path))
            for address in filled(path, foreign):
                answer = bodies.sent(programs[reader], method, path, address)
                assert answer.status in (403, 404), (reader, method, address, answer.text)
                assert (answer.status, problem_of(answer)) == (nobodys.status, problem_of(nobodys)), (reader, address)
                tried += answer.status == 404
    assert tried > 200
    assert events() == logged
    assert state_of_everything() == before


def not_told(told: dict[str, dict[str, list[str]]], reader: str) -> dict[str, list[str]]:
    """Return by resource what others are told of and the reader is not."""
    own = told[reader]
    names = {name for found in told.values() for name in found}
    every = {name: {one for found in told.values() for one in found.get(name, [])} for name in names}
    return {name: sorted(every[name] - set(own.get(name, []))) for name in names if name != "entries"}


def problem_of(answer: Said) -> tuple[str, str]:
    """Return code and sentence of a refusal."""
    found = json.loads(answer.text[answer.text.index("{") :])
    return found["code"], found["detail"]


def test_what_a_body_names_of_anothers_is_answered_as_what_nobody_has(market: Market) -> None:
    """Cases named in a body instead of the address: an entry not published, a notice of another's, a loan of another's in a file."""
    programs, nobody = callers(market), str(uuid4())
    bank = programs["bank"]
    unlisted = EntryFactory(state="cleared", published_on=None, batch=None, expires_on=None, list_year=2024)
    bodies = Bodies.described(bank.http)
    before, logged = state_of_everything(), events()
    for path in ("intents/", "applications/"):
        given = [bodies.sent(bank, "post", path, path, entry_id=entry) for entry in (str(unlisted.public_id), nobody)]
        assert [one.status for one in given] == [404, 404], given
        assert problem_of(given[0]) == problem_of(given[1])
    others = Notice.objects.filter(institution=market.two.bank).order_by("-pk")[0].pk
    read = [bodies.sent(bank, "post", "notices/read/", "notices/read/", ids=[one]) for one in (others, 999_999_999)]
    assert read[0].status == read[1].status
    assert not NoticeRead.objects.filter(notice_id=others).exists()
    assert events() == logged
    assert state_of_everything() == before


def test_a_number_another_house_used_is_free_or_refused_without_a_name(market: Market) -> None:
    """Banks, guarantors and counties choose their numbers each for themselves; only the guarantor's own letter stands once."""
    (maker, checker), loan = market.one.bankers, market.project["甲"]
    taken = {"amount": Decimal("1000.00"), "value_on": date(2025, 3, 3), "bank_reference": "乙银密流水repayment", "reason": "补记"}
    proposed = propose_movements([NewMovement(loan_id=loan.public_id, **taken)], kind=MovementKind.REPAYMENT, actor=maker, at=NOW)
    assert confirm_proposals([proposed[0].public_id], actor=checker, at=NOW)
    fee = {"amount": Decimal("518.00"), "charged_on": date(2025, 3, 10), "voucher": "乙担密收费凭证"}
    guaranteed = market.rd["甲"].guarantee
    assert record_guarantee_fee(guarantee_id=guaranteed.pk, **fee, actor=market.one.guarantors[0], at=NOW)
    application = ApplicationFactory(
        contracted=True, entry=market.one.rd_entry, bank=market.one.bank, category=Category.RD, security=Security.CREDIT
    )
    loan = LoanFactory(application=application, contract_number="乙银密研发合同")
    with pytest.raises(GuaranteeDiffers) as refused:
        record_guarantee(
            loan_id=loan.public_id, guarantor_id=market.two.guarantor.public_id, number="乙担密保函", fee_rate=Decimal("0.005"),
            is_batch_scheme=True, actor=maker, at=NOW,
        )  # fmt: skip
    assert "乙" not in refused.value.message.replace("乙担密保函", "")


PARTIES = {"bank", "institution", "guarantor", "payer", "client", "entry", "application", "loan", "claim", "tender", "webhook", "upload"}
COMMON = {  # numbers that are everybody's, and why
    "project_code": "the state's number of a project",
    "enterprise_credit_code": "the state's number of an enterprise",
    "user_username": "one door for all; whose it is is not told",
    "tender_once_per_document": "the offices' alone",
    "settlement_record_number_once": "the treasury's alone",
    "import_file_once": "the offices' alone",
    "stacking_record_once": "the offices' alone",
    "tax_row_once_per_file": "the offices' alone",
}


def test_numbers_that_parties_choose_are_theirs() -> None:
    """A new uniqueness over a text that somebody types is within a house, or is named here with its reason."""
    shared = set()
    for model in apps.get_models():
        if model.__module__.split(".")[0] in OFFICES:
            continue
        texts = {field.name for field in model._meta.fields if isinstance(field, CharField) and not field.choices}
        for rule in model._meta.constraints:
            if isinstance(rule, UniqueConstraint) and set(rule.fields) & texts and not set(rule.fields) & PARTIES:
                shared.add(rule.name)
        shared |= {f"{model._meta.model_name}_{field.name}" for field in model._meta.fields if field.unique and field.name in texts}
    assert shared == set(COMMON) | MADE_HERE
