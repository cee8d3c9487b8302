"""Words of the risk app: who bears a loss, classes of loans, kinds of claims. A claim's states: ``claims.transitions``."""

from django.db import models

from documents.requirements import words_of
from risk.papers import CLAIM_PAPERS


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


class SuggestionState(models.TextChoices):
    """What became of a suggested class."""

    OPEN = "open", "待银行确认"
    TAKEN = "taken", "已按建议调整"
    OVERRULED = "overruled", "银行另行认定"
    OUTDATED = "outdated", "已不适用"


class ClaimKind(models.TextChoices):
    """The two ways to a compensation. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2)."""

    RD = "rd", "先补偿后追偿（研发贷款）"
    PROJECT = "project", "先追偿后分担（项目贷款）"


class EvidenceKind(models.TextChoices):
    """What proves that a project loan's rest cannot be recovered. Source: FP 1.5.1."""

    COURT = "court", "法院终结执行裁定"
    BANKRUPTCY = "bankruptcy", "破产清算裁定或分配结果"


# What lies with a claim: every paper ever asked for, and what an examiner asked for beside them.
ClaimPaper = models.TextChoices("ClaimPaper", [*words_of(CLAIM_PAPERS), ("SUPPLEMENT", ("supplement", "补正材料"))], module=__name__)  # type: ignore[call-overload]


class MoneyStep(models.TextChoices):
    """Where a record of money stands between maker and checker."""

    RECORDED = "recorded", "待复核"
    CHECKED = "checked", "已复核"
    RETURNED = "returned", "复核退回"


class ReturnState(models.TextChoices):
    """Where the return of public money stands. Source: D21, D37."""

    DUE = "due", "待退回"
    RECORDED = "recorded", "待复核"
    PAID = "paid", "已退回"


class HoldReason(models.TextChoices):
    """Why a released claim is not paid yet. Source: FP 1.5.3; D20."""

    RUNS = "runs", "可支付，待付款"
    SUSPENDED = "suspended", "熔断，暂停补偿"
    CAP = "cap", "补偿上限已用完"
    REAPPLY = "reapply", "已有余额，待银行重新申请"
    BEHIND = "behind", "排在未付清的申请之后"


class WorkingStep(models.TextChoices):
    """A step of the sum that splits a loss. Source: FP 1.5.1, FP 1.5.2(1), FP 1.5.2(2); D22."""

    TIER = "tier", "担保公司按档次承担"
    POOL = "pool", "增信服务费先行承担"
    GOVERNMENT = "government", "政府承担"
    COUNTY = "county", "其中县级财政"
    CITY = "city", "其中市级财政"
    REST = "rest", "合作银行承担其余"


class BreakerCause(models.TextChoices):
    """What made somebody look at the breaker."""

    RECOGNITION = "recognition", "认定坏账"
    PAYMENT = "payment", "支付补偿"
    RECOVERY = "recovery", "追偿收回"
    REAPPLICATION = "reapplication", "重新申请补偿"
    DAILY = "daily", "每日核对"


class ExemptionState(models.TextChoices):
    """Where the question of exemption stands. Source: FP 1.7."""

    CHECKING = "checking", "逐项核查"
    CONCLUDED = "concluded", "机构已作结论"
    FOUND = "found", "监管已核查"
