"""Whatever a party opens, no value of a competitor's is in it."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from audit.selectors import history_of
from documents.models import Document
from loans.models import Loan
from notices.models import Notice
from parties.models import Member
from parties.reading import told_events
from subsidy.models import Line, Payment, Settlement
from tests.api.caller import Caller
from tests.privacy.market import Market
from tests.privacy.sweep import Said, ask, back_office, identifiers_told, interface, route
from tests.steady import steady as steady

Login = Callable[[Member], Client]
PERSONS = {"银": ("一号员", "二号员"), "县": ("一号员", "二号员"), "担": ("一号员", "二号员"), "企": ("经办",)}  # each its own house's
REGISTER = (
    "/policy/",
    "/do/guarantee/",
    "/do/put-guarantee-right/",
    "/api/v1/institutions/",
    "/api/v1/schema/",
)  # who takes part is public, and chosen from


def amounts(*figures: int) -> set[str]:
    """Return how pages, files and programs write amounts."""
    return {text for figure in figures for text in (f"{figure}.00", f"{figure / 10_000:.2f}万", f">{figure}<")}


def foreign(market: Market, reader: str) -> set[str]:
    """Return what must not be read by one of 甲's parties."""
    one, two = market.one, market.two
    theirs = {f"乙{party}密" for party in "银县企担"} | {"3.2229", "0.032229"}
    theirs |= amounts(two.project_amount, two.rd_amount, two.bid_volume, two.quota, two.base_amount, two.project_amount - 1_000_000)
    cross = {"交银密"} | amounts(9_370_119, 8_370_119)
    project = one.project_amount - 1_000_000
    sums = amounts(one.project_amount + 9_370_119, project + 8_370_119, one.project_amount + 8_370_119, project + 9_370_119)
    bureaus = {"甲局密", "乙局密", f"{one.rd_expense}", f"{two.rd_expense}"}  # no lender reads the way to the list
    special = {f"甲{party}密" for party in "银县企担"} | amounts(one.project_amount, one.rd_amount, one.bid_volume, one.quota)
    people = {f"甲{party}密{name}" for party, names in PERSONS.items() for name in names}
    ones = amounts(one.project_amount, one.rd_amount, one.bid_volume, one.quota, one.base_amount, project) | {"3.1117", "0.031117"}
    others = {
        reader: {name for name in people if not name.startswith(f"甲{own}密")}
        for reader, own in (("bank", "银"), ("other_bank", "无"), ("county", "县"), ("county_treasury", "县"), ("guarantor", "担"))
    }
    shut = {
        "bank": theirs | cross | sums | bureaus | {"乙行备案号", "乙正担保", "乙正银行"},
        "other_bank": ones
        | sums
        | bureaus
        | {"甲银密", "甲担密", "甲行备案号", "甲正担保", "甲正银行"},  # it lends to 甲's enterprise, in 甲's county
        "county": theirs | {"乙企坊", "乙正担保", "乙局密"},
        "county_treasury": theirs | {"乙企坊", "乙正担保", "乙局密"},
        "contributor": theirs | cross | special | bureaus,
        "guarantor": theirs | cross | sums | bureaus | {"乙企坊", "乙正担保", "乙正银行"},
        "fund_manager": (theirs | cross | special | bureaus)
        - amounts(one.rd_amount, two.rd_amount),  # a trust bank's bad debts are told to it
    }[reader]
    return shut | others.get(reader, set())


def own(market: Market, reader: str) -> set[str]:
    """Return what the same party must have read on the way, so that the sweep cannot pass on empty pages."""
    banks = {f"甲银密{text}" for text in (
        "补充要求", "流水drawdown", "检查情况", "分类理由", "追偿说明", "额度文", "率异议", "对账.csv", "渠道", "程序", "尽责办法",
        "文", "一号员",
    )} | {"甲行备案号", "3.1117", "甲担密补正要求", "甲担密收费凭证"}  # fmt: skip
    banks |= {f"{figure}.00" for figure in (market.one.project_amount, market.one.rd_amount, market.one.bid_volume, market.one.quota)}
    county = {
        "甲县密异议理由",
        "甲县密撤回说明",
        "甲县密凭证",
        "甲行备案号",
        "交银密合同",
        "甲银密合同",
        "甲企密联系人",
        "甲局密意见说明",
        "甲局密认定理由",
    }
    return {
        "bank": banks,
        "other_bank": {"交银密合同", "乙银密合同", "乙银密补充要求", "乙行备案号", "3.2229", "9370119.00"},
        "county": county,
        "county_treasury": {"甲县密凭证", "甲行备案号"},
        "contributor": set(),
        "guarantor": {"甲担密补正要求", "甲担密退回理由", "甲担密收费凭证", "甲银密研发合同", "甲担密保函"},
        "fund_manager": {"泉工信〔2024〕1号", "甲企坊项目"},
    }[reader]


def reader_of(market: Market, reader: str) -> Member:
    """Return the person."""
    return {
        "bank": market.one.bankers[0],
        "other_bank": market.two.bankers[0],
        "county": market.one.county[0],
        "county_treasury": market.one.county_treasury,
        "guarantor": market.one.guarantors[0],
        "fund_manager": market.trustee,
        "contributor": market.contributor,
    }[reader]


def leaks(said: list[Said], forbidden: set[str]) -> dict[str, list[str]]:
    """Return by forbidden value the addresses that gave it away; who takes part, and the rules, are public."""
    found: dict[str, list[str]] = {}
    for one in said:
        if not any(part in one.address for part in REGISTER):
            for value in forbidden:
                if value in one.text and value in one.text.replace(f'value="{value}"', ""):
                    found.setdefault(value, []).append(one.address)
    return found


@pytest.mark.usefixtures("steady")
@pytest.mark.parametrize("reader", ["bank", "other_bank", "county", "county_treasury", "guarantor", "fund_manager", "contributor"])
def test_the_back_office_shows_no_value_of_a_competitor(reader: str, market: Market, login: Login) -> None:
    member = reader_of(market, reader)
    said = list(back_office(login(member), member))
    assert {one.status for one in said} <= {200, 302, 403, 404}
    assert leaks(said, foreign(market, reader)) == {}
    everything = "\n".join(one.text for one in said)
    assert {value for value in own(market, reader) if value not in everything} == set()


def test_the_interface_tells_no_value_of_a_competitor(market: Market) -> None:
    """Every list and object of the interface, by the addresses it has: lists as the caller, objects by everybody's identifiers."""
    readers = {reader: Caller.of(reader_of(market, reader).institution) for reader in ("bank", "other_bank", "guarantor", "fund_manager")}
    identifiers = identifiers_told([*readers.values(), Caller.of(market.two.guarantor)])
    for reader, caller in readers.items():
        said = list(interface(caller, identifiers))
        assert {answer.status for answer in said} <= {200, 400, 403, 404}
        assert leaks(said, foreign(market, reader)) == {}
        everything = "\n".join(answer.text for answer in said)
        assert {value for value in told(market, reader) if value not in everything} == set()


def told(market: Market, reader: str) -> set[str]:
    """Return what a program must have read of its own."""
    amount = f"{market.one.project_amount}.00"
    return {
        "bank": {"甲银密流水drawdown", "甲银密检查情况", "甲银密分类理由", "甲银密追偿流水", "甲银密合同", "甲行备案号", amount},
        "other_bank": {"交银密合同", "乙银密合同", "乙行备案号", "9370119.00"},
        "guarantor": {"甲担密收费凭证", "甲银密研发合同"},
        "fund_manager": {"甲企坊项目"},
    }[reader]


def test_notices_and_mails_are_each_partys_own(market: Market) -> None:
    parties = {"bank": market.one.bank, "county": market.one.county[0].institution, "guarantor": market.one.guarantor}
    for reader, party in parties.items():
        sent = Notice.objects.filter(institution=party)
        assert sent.exists(), reader
        text = "\n".join(f"{notice.title} {notice.body}" for notice in sent).replace(",", "")
        assert {value for value in foreign(market, reader) if value in text} == set(), reader


def test_the_portal_shows_an_enterprise_its_own_alone(market: Market, login: Login) -> None:
    browser = login(market.one.person)
    said = [ask(browser, reverse("portal:loans")), ask(browser, reverse("portal:standing"))]
    for loan in Loan.objects.all():
        said.append(ask(browser, reverse("portal:loan", args=[loan.public_id])))
        said.append(ask(browser, reverse("portal:application", args=[loan.application.public_id])))
        for line in Line.objects.filter(loan=loan):
            said.append(ask(browser, reverse("portal:subsidy", args=[loan.public_id, line.pk])))
    said += [ask(browser, reverse("document-download", args=[one.public_id])) for one in Document.objects.all()]
    theirs = {f"乙{party}密" for party in "银县企担"} | {"乙企坊", "乙正担保"} | amounts(market.two.project_amount, market.two.rd_amount)
    assert leaks(said, theirs) == {}
    everything = "\n".join(one.text for one in said)
    assert {"甲银密合同", "交银密合同"} <= {value for value in ("甲银密合同", "交银密合同") if value in everything}


def test_a_county_reads_nothing_of_another_countys_payment(market: Market, login: Login) -> None:
    """Whoever pays last completes the settlement; on the third loan both counties pay."""
    settlement = Settlement.objects.get(pk=market.settlements["乙"].pk)
    last = history_of(settlement).get(verb="settlement.paid")
    counties = [side.county[0] for side in market.sides]
    assert {one.institution_id for one in counties} <= set(Payment.objects.filter(settlement=settlement).values_list("payer", flat=True))
    assert {one.party_id == last.party_id for one in counties} == {True, False}
    for one in counties:
        told = told_events(history_of(settlement), one).filter(pk=last.pk)
        assert told.exists() == (one.party_id == last.party_id)
        page = login(one).get(route(Settlement, "change", settlement.pk)).content.decode()
        others = [str(other.institution) for other in counties if other is not one]
        assert [name for name in others if name in page] == []
        day = settlement.paid_on.isoformat()  # type: ignore[union-attr]
        assert day not in login(one).get(route(Settlement, "changelist")).content.decode()
    assert day in login(market.industry).get(route(Settlement, "changelist")).content.decode()
