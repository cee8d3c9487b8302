"""Words of the risk app: who bears a loss, classes of loans, states of claims."""

from django.db import models


class Payer(models.TextChoices):
    """Who bears a part of a loss. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2)."""

    BANK = "bank", "合作银行"
    GUARANTOR = "guarantor", "政府性融资担保公司"
    FEE_POOL = "fee_pool", "增信服务费"
    CITY = "city", "市级财政"
    COUNTY = "county", "县级财政"


class BreakerState(models.TextChoices):
    """Where a bank stands by its bad-debt rate. Source: FP 1.5.3; D19, D34."""

    NO_DATA = "no_data", "尚无放款"
    NORMAL = "normal", "正常"
    WARNING = "warning", "警示"
    SUSPENDED = "suspended", "熔断（暂停补偿）"


class Grade(models.TextChoices):
    """The five classes of a loan, best first. Source: FP 1.5.3; D19."""

    NORMAL = "normal", "正常"
    SPECIAL_MENTION = "special_mention", "关注"
    SUBSTANDARD = "substandard", "次级"
    DOUBTFUL = "doubtful", "可疑"
    LOSS = "loss", "损失"

    @property
    def is_non_performing(self) -> bool:
        """Return whether the class counts as 不良, so that the debt may be recognised as bad. Source: FP 1.5.3; D19."""
        return self in NON_PERFORMING


NON_PERFORMING = (Grade.SUBSTANDARD, Grade.DOUBTFUL, Grade.LOSS)
