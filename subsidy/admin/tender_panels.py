"""The blocks of a tender's page: the own bank's bids, who opened, the opening record."""

from typing import Any

from django.http import HttpRequest

from common.admin.display_values import Badge, Hash, Link, Money, Rate, Small, joined, link_to, page_of
from common.admin.panels import Fact, Facts, Row, Table, facts, table
from parties.access import sees_all
from parties.models import Member
from subsidy.enums import BIDS_READABLE, BidSource, PaperBidState
from subsidy.models import Bid, Tender
from subsidy.selectors.tenders import bids_visible_to, paper_bids_visible_to, sealed_bids_visible_to
from subsidy.services.openings import digest_of, statement_of

RECEIPT_NOTE = "回执为投标内容的 SHA-256 摘要，请留存。开标后，开标记录公布校验原文，对其计算 SHA-256 应与回执一致。"
HOW_TO_CHECK = "校验原文为“招标标识|银行代号|利率(%)|规模(元)|随机数”，其 SHA-256 即该行投标时取得的回执。"


def own_bids(request: HttpRequest, member: Member, tender: Tender) -> Table | None:
    """Return what the member's bank handed in, without rate or volume; ``None`` for others."""
    rows = list(sealed_bids_visible_to(member).filter(tender=tender))
    if not rows:
        return None
    lines = [
        (Link(bid.get_kind_display(), page_of(bid)), Badge(bid.get_state_display(), _tone(bid.state)), link_to(request, bid.made_by),
         bid.made_at, link_to(request, bid.checked_by), bid.checked_at, Hash(bid.receipt))
        for bid in rows
    ]  # fmt: skip
    heads = ("事项", "状态", "经办", "经办时间", "复核", "复核时间", "投标回执")
    return table("本行投标", heads, lines, clause="FP 1.4.2", note="未在截止前复核的投标不计。利率和规模加密保存，开标前不能查看。")


def opening(request: HttpRequest, member: Member, tender: Tender) -> Facts | None:
    """Return who proposed and who confirmed the opening, to who reads all bids."""
    if not sees_all(member) or tender.opening_proposed_by is None:
        return None
    digest = digest_of(_sealed(tender)) if tender.state in BIDS_READABLE else ""
    return facts(
        request, tender, "开标办理", "closed_at", "opening_proposed_by", "opening_proposed_at", "opening_confirmed_by", "bids_opened_at",
        Fact("开标记录摘要", Hash(digest), "电子密封投标校验原文按文本排序逐行相连的 SHA-256，与办理记录一致"), clause="FP 1.4.2",
    )  # fmt: skip


def record_of(member: Member, tender: Tender) -> Table | None:
    """Return the opening record as far as the member reads it: a bank its own line, who sees every case all of them."""
    if tender.state not in BIDS_READABLE:
        return None
    found = list(bids_visible_to(member).filter(tender=tender).order_by("rate", "bank__code"))
    if not found and not sees_all(member):
        return None
    rows = [
        Row(
            cells=(
                bid.bank.name,
                Rate(bid.rate),
                Money(bid.volume),
                bid.submitted_at or bid.submitted_on,
                Badge(bid.get_source_display(), "plain" if bid.source == BidSource.SEALED else "warn"),
                _proof(bid),
            )
        )
        for bid in found
    ]
    title = "开标记录" if sees_all(member) else "本行开标结果"
    heads = ("银行", "投标利率", "投标规模", "投标时间", "方式", "校验")
    return table(title, heads, rows, clause="FP 1.4.2", note=HOW_TO_CHECK, empty="本次招标没有投标。")


def paper(request: HttpRequest, member: Member, tender: Tender) -> Table | None:
    """Return the bids on paper that are not in the opening record yet, to who reads all bids."""
    rows = [
        (link_to(request, bid, bid.bank.name), bid.received_at, bid.register_number, Badge(bid.get_state_display(), _tone(bid.state)))
        for bid in paper_bids_visible_to(member).filter(tender=tender).exclude(state=PaperBidState.CHECKED)
    ]
    return table("未列入开标记录的纸质投标", ("银行", "收件时间", "收件登记号", "状态"), rows, clause="FP 1.4.2") if rows else None


def _proof(bid: Bid) -> Any:
    """Return what the receipt is checked with."""
    if bid.sealed is not None:
        return joined((Hash(bid.sealed.receipt), Small(statement_of(bid))))
    return f"收件登记号 {bid.paper.register_number}" if bid.paper is not None else "启用密封投标前由工作人员录入"


def _sealed(tender: Tender) -> list[Bid]:
    return list(tender.bids.filter(source=BidSource.SEALED).select_related("tender", "bank"))


def _tone(state: str) -> str:
    return {"checked": "good", "made": "busy"}.get(state, "plain")
