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
    """Whether bids are still taken. Source: FP 1.4.2."""

    OPEN = "open", "投标中"
    CLOSED = "closed", "已定标"


class ReconciliationState(models.TextChoices):
    """Whether a bank's file was only checked or taken over."""

    CHECKED = "checked", "已校验"
    COMMITTED = "committed", "已入库"
