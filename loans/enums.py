"""States and kinds of applications, loans and movements."""

from django.db import models

from documents.requirements import words_of
from loans.papers import APPLICATION_PAPERS


class ApplicationState(models.TextChoices):
    """Where an application stands. Source: FP 1.6.2(1), FP 1.6.3; D7."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "已提交"
    ACCEPTED = "accepted", "已受理"
    SUPPLEMENT = "supplement", "待补充材料"
    UNDER_REVIEW = "under_review", "审查中"
    APPROVED = "approved", "已批复"
    CONDITIONS_MET = "conditions_met", "达到放款条件"
    CONTRACTED = "contracted", "已签约"
    REFUSED = "refused", "不予批复"
    WITHDRAWN = "withdrawn", "已撤回"
    LAPSED = "lapsed", "已失效"


# Whoever waits for the bank's decision: the 30 working days run in these states. Source: FP 1.6.3; D7.
AWAITING_DECISION = (ApplicationState.SUBMITTED, ApplicationState.ACCEPTED, ApplicationState.SUPPLEMENT, ApplicationState.UNDER_REVIEW)
# Approved and not yet a loan: what was approved is kept free under the caps. Source: D2, D3.
APPROVED_NOT_CONTRACTED = (ApplicationState.APPROVED, ApplicationState.CONDITIONS_MET)
BEFORE_CONTRACT = (ApplicationState.DRAFT, *AWAITING_DECISION, *APPROVED_NOT_CONTRACTED)


class RefusalReason(models.TextChoices):
    """Why a bank refuses; the enterprise reads the label. Source: FP 1.6.2(1)."""

    CREDIT_HISTORY = "credit_history", "征信或履约记录不符合要求"
    REPAYMENT_CAPACITY = "repayment_capacity", "还款来源或偿债能力不足"
    PROJECT_RISK = "project_risk", "项目风险较高或手续不全"
    SECURITY = "security", "增信措施不足"
    MATERIALS = "materials", "材料不实或未按要求补充"
    BANK_POLICY = "bank_policy", "不符合银行信贷政策"
    OTHER = "other", "其他(须说明)"


class SubmittedFor(models.TextChoices):
    """Who put the application in."""

    ENTERPRISE = "enterprise", "企业自行提交"
    BANK = "bank", "银行代为提交"
    COUNTY = "county", "县级部门代为提交"


# What lies with an application: every paper ever asked for, and what a bank asked for beside them.
Paper = models.TextChoices("Paper", [*words_of(APPLICATION_PAPERS), ("SUPPLEMENT", ("supplement", "补充材料"))], module=__name__)  # type: ignore[call-overload]


class MovementKind(models.TextChoices):
    """What changes a loan's balance."""

    DRAWDOWN = "drawdown", "放款"
    REPAYMENT = "repayment", "还本"
    OVERDUE = "overdue", "转逾期"
    CURE = "cure", "逾期转正常"
    REVERSAL = "reversal", "冲正"


class LoanStage(models.TextChoices):
    """Where a loan stands on a day; follows from its balance, so it is computed and never stored."""

    CONTRACTED = "contracted", "已签约未放款"
    DRAWN = "drawn", "已放款"
    OVERDUE = "overdue", "有逾期"
    SETTLED = "settled", "已结清"


class ProposalState(models.TextChoices):
    """Where a proposed movement stands between maker and checker."""

    WAITING = "waiting", "待复核"
    CONFIRMED = "confirmed", "复核通过"
    REFUSED = "refused", "复核不通过"
