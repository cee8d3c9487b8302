"""What accounts are for, and what entries say happened."""

from django.db import models


class Purpose(models.TextChoices):
    """What an account of a party counts; a party has at most one account of each purpose."""

    SUBSIDY_BUDGET = "subsidy_budget", "贴息预算"
    COMPENSATION_BUDGET = "compensation_budget", "风险补偿预算"
    GUARANTEE = "guarantee", "代偿资金"
    FEE_POOL = "fee_pool", "增信服务费"
    TRUST = "trust", "信托专户"
    CURRENT = "current", "往来款"


class EntryKind(models.TextChoices):
    """What an entry says happened."""

    SUBSIDY_PAYMENT = "subsidy_payment", "拨付贴息"
    SUBSIDY_PASS_ON = "subsidy_pass_on", "转付贴息"
    COMPENSATION = "compensation", "支付风险补偿"
    RECOVERY_RETURN = "recovery_return", "退回追偿款"
    ENHANCEMENT_FEE = "enhancement_fee", "收取增信服务费"
    GUARANTEE_FEE = "guarantee_fee", "收取担保费"
    REVERSAL = "reversal", "冲正"
