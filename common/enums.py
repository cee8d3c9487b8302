"""Words of the plan that every app shares."""

from django.db import models


class Mode(models.TextChoices):
    """The two ways the fund lends. Source: FP 1.3."""

    SPECIAL = "special", "专项贷款"
    TRUST = "trust", "信托服务"


class Category(models.TextChoices):
    """What a loan finances; project financing has two parts with caps of their own. Source: FP 1.2, D39."""

    FIXED_ASSET = "fixed_asset", "固定资产投资贷款"
    WORKING_CAPITAL = "working_capital", "流动资金贷款"
    RD = "rd", "企业研发投入贷款"


class Security(models.TextChoices):
    """Whether a loan stands on credit alone; only credit R&D loans have the plan's cover. Source: FP 1.5.2; D36."""

    CREDIT = "credit", "信用"
    SECURED = "secured", "担保或抵质押"


class Size(models.TextChoices):
    """Enterprise size by 工信部联企业〔2011〕300号. Source: D29."""

    LARGE = "large", "大型"
    MEDIUM = "medium", "中型"
    SMALL = "small", "小型"
    MICRO = "micro", "微型"
