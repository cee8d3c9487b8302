"""Whatever a party opens, no value of a competitor's is in it."""

from collections.abc import Callable

from django.test import Client
from django.urls import reverse

from documents.models import Document
from loans.models import Loan
from notices.models import Notice
from parties.models import Member
from subsidy.models import Line
from tests.privacy.market import Market
from tests.privacy.sweep import Said, ask, back_office

Login = Callable[[Member], Client]
REGISTER = ("/parties/institution/", "/policy/", "/do/guarantee/")  # who takes part is public, and chosen from


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
    special = {f"甲{party}密" for party in "银县企担"} | amounts(one.project_amount, one.rd_amount, one.bid_volume, one.quota)
    return {
        "bank": theirs | cross | sums | {"乙行备案号"} | {"乙正担保", "乙正银行"},
        "county": theirs | {"乙企坊", "乙正担保"},
        "guarantor": theirs | cross | sums | {"乙企坊", "乙正担保", "乙正银行"},
        "fund_manager": (theirs | cross | special) - amounts(one.rd_amount, two.rd_amount),  # a trust bank's bad debts are told to it
    }[reader]


def own(market: Market, reader: str) -> set[str]:
    """Return what the same party must have read on the way, so that the sweep cannot pass on empty pages."""
    banks = {f"甲银密{text}" for text in (
        "补充要求", "流水drawdown", "检查情况", "分类理由", "追偿说明", "额度文", "对账.csv", "渠道", "程序", "尽责办法", "文", "一号员",
    )} | {"甲行备案号", "3.1117", "甲担密补正要求", "甲担密收费凭证"}  # fmt: skip
    banks |= {f"{figure}.00" for figure in (market.one.project_amount, market.one.rd_amount, market.one.bid_volume, market.one.quota)}
    county = {"甲县密异议理由", "甲县密撤回说明", "甲县密凭证", "甲行备案号", "交银密合同", "甲银密合同", "甲企密联系人"}
    return {
        "bank": banks,
        "county": county,
        "guarantor": {"甲担密补正要求", "甲担密退回理由", "甲担密收费凭证", "甲银密研发合同", "甲担密保函"},
        "fund_manager": {"泉工信〔2024〕1号", "甲企坊项目"},
    }[reader]


def reader_of(market: Market, reader: str) -> Member:
    """Return the person."""
    return {
        "bank": market.one.bankers[0],
        "county": market.one.county[0],
        "guarantor": market.one.guarantors[0],
        "fund_manager": market.trustee,
    }[reader]


def leaks(said: list[Said], forbidden: set[str]) -> dict[str, list[str]]:
    """Return by forbidden value the addresses that gave it away; who takes part, and the rules, are public."""
    found: dict[str, list[str]] = {}
    for one in said:
        if not any(part in one.address for part in REGISTER):
            for value in forbidden:
                if value in one.text.replace(f'value="{value}"', ""):
                    found.setdefault(value, []).append(one.address)
    return found


def test_the_back_office_shows_no_value_of_a_competitor(market: Market, login: Login) -> None:
    given_away, unseen = {}, {}
    for reader in ("bank", "county", "guarantor", "fund_manager"):
        said = list(back_office(login(reader_of(market, reader))))
        assert {one.status for one in said} <= {200, 302, 403, 404}
        given_away[reader] = leaks(said, foreign(market, reader))
        everything = "\n".join(one.text for one in said)
        unseen[reader] = {value for value in own(market, reader) if value not in everything}
    assert not any(given_away.values()), given_away
    assert not any(unseen.values()), unseen


def test_notices_and_mails_are_each_partys_own(market: Market) -> None:
    parties = {"bank": market.one.bank, "county": market.one.county[0].institution, "guarantor": market.one.guarantor}
    for reader, party in parties.items():
        sent = Notice.objects.filter(institution=party)
        assert sent.exists(), reader
        text = "\n".join(f"{notice.title} {notice.body}" for notice in sent).replace(",", "")
        assert {value for value in foreign(market, reader) if value in text} == set(), reader


def test_the_portal_shows_an_enterprise_its_own_alone(market: Market, login: Login) -> None:
    browser = login(market.one.person)
    said = [ask(browser, reverse("portal:loans"))]
    for loan in Loan.objects.all():
        said.append(ask(browser, reverse("portal:loan", args=[loan.public_id])))
        for line in Line.objects.filter(loan=loan):
            said.append(ask(browser, reverse("portal:subsidy", args=[loan.public_id, line.pk])))
    said += [ask(browser, reverse("document-download", args=[one.public_id])) for one in Document.objects.all()]
    theirs = {f"乙{party}密" for party in "银县企担"} | {"乙企坊", "乙正担保"} | amounts(market.two.project_amount, market.two.rd_amount)
    assert leaks(said, theirs) == {}
    everything = "\n".join(one.text for one in said)
    assert {"甲银密合同", "交银密合同"} <= {value for value in ("甲银密合同", "交银密合同") if value in everything}
