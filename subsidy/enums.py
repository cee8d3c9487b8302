"""Where a settlement, a payment, an objection and a tender stand."""

from django.db import models


class SettlementState(models.TextChoices):
    """Where a settlement stands. Source: FP 1.6.4; D13, D41."""

    DRAFT = "draft", "待确认"
    CONFIRMED = "confirmed", "待审核"
    REVIEWED = "reviewed", "待备案"
    FILED = "filed", "已备案待拨付"
    PAID = "paid", "已拨付"


SETTLEMENT_OPEN = (SettlementState.DRAFT, SettlementState.CONFIRMED, SettlementState.REVIEWED)
SETTLEMENT_FINAL = (SettlementState.FILED, SettlementState.PAID)


class PaymentKind(models.TextChoices):
    """Whether a budget pays its share, or the fund manager passes it on to the bank. Source: FP 1.6.4; D35, D41."""

    SHARE = "share", "拨付"
    PASS_ON = "pass_on", "转付银行"


class PaymentState(models.TextChoices):
    """Where a payment stands; it counts when another person of the payer has checked it. Source: D41."""

    DUE = "due", "待支付"
    RECORDED = "recorded", "待复核"
    PAID = "paid", "已支付"


class ObjectionState(models.TextChoices):
    """Whether an objection still stands in the way of filing. Source: D41."""

    OPEN = "open", "待答复"
    WITHDRAWN = "withdrawn", "已撤回"
    ANSWERED = "answered", "已答复"


class TenderState(models.TextChoices):
    """Where a tender stands: bids under seal until two persons open them. Source: FP 1.4.2."""

    OPEN = "open", "投标中"
    CLOSED = "closed", "已截止待开标"
    OPENING = "opening", "待确认开标"
    OPENED = "opened", "已开标待定标"
    AWARDED = "awarded", "已定标"


BIDS_READABLE = (TenderState.OPENED, TenderState.AWARDED)


class SealedBidKind(models.TextChoices):
    """What a bank hands in: a bid, or that it takes its bid back. Source: FP 1.4.2."""

    BID = "bid", "投标"
    WITHDRAWAL = "withdrawal", "撤回投标"


class SealedBidState(models.TextChoices):
    """Where a sealed bid stands; only a checked one that nothing replaced counts. Source: FP 1.4.2."""

    MADE = "made", "待复核"
    SENT_BACK = "sent_back", "已退回"
    CHECKED = "checked", "有效"
    SUPERSEDED = "superseded", "已被取代"


class PaperBidState(models.TextChoices):
    """Where a bid on paper stands; it counts when another person has checked it. Source: FP 1.4.2."""

    MADE = "made", "待复核"
    SENT_BACK = "sent_back", "已退回"
    CHECKED = "checked", "已列入开标记录"


class BidSource(models.TextChoices):
    """How a bid came: under seal, on paper, or typed by staff before bids were sealed. Source: FP 1.4.2."""

    SEALED = "sealed", "电子密封"
    PAPER = "paper", "纸质"
    TYPED = "typed", "补录"


class ReconciliationState(models.TextChoices):
    """Whether a bank's file was only checked or taken over."""

    CHECKED = "checked", "已校验"
    COMMITTED = "committed", "已入库"
