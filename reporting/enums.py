"""What becomes of an application in the response rate, and states of what hangs on it."""

from django.db import models


class Outcome(models.TextChoices):
    """How one application counts in the response rate. Source: FP 2.2.1; D7, D8, D42."""

    IN_TIME = "in_time", "按时达到放款条件"
    LATE = "late", "逾期达到放款条件"
    REFUSED = "refused", "不予批复"
    UNMET = "unmet", "期满未达到放款条件"
    WITHDRAWN = "withdrawn", "期满前企业撤回"
    NOT_MATURED = "not_matured", "未到期"
    WITHOUT_INTENT = "without_intent", "无合作意向"
    EXCLUDED = "excluded", "经异议认定不计入"


# What makes an enterprise count; the others are listed apart.
COUNTED = (Outcome.IN_TIME, Outcome.LATE, Outcome.REFUSED, Outcome.UNMET)


class SizeScope(models.TextChoices):
    """Over which applications a rate is taken, by the size frozen on them. Source: FP 2.2.1, FP 2.2.2; D29."""

    ALL = "all", "全部企业"
    SME = "sme", "中小微企业"


class ModeScope(models.TextChoices):
    """Over which mode a rate is taken."""

    BOTH = "both", "两种模式合计"
    SPECIAL = "special", "专项贷款模式"
    TRUST = "trust", "信托服务模式"


class YearState(models.TextChoices):
    """Where a year's statistics stand. Source: FP 1.6.5; D43."""

    RUNNING = "running", "进行中"
    TRUST_SIGNED = "trust_signed", "信托部分已报送"
    DISPUTED = "disputed", "银行核对中"
    LOCKED = "locked", "已锁定"


class ObjectionState(models.TextChoices):
    """Where a bank's objection stands. Source: D43."""

    FILED = "filed", "待答复"
    PROPOSED = "proposed", "答复待复核"
    ANSWERED = "answered", "已答复"
    WITHDRAWN = "withdrawn", "已撤回"


class Verdict(models.TextChoices):
    """What becomes of an objection. Source: D43."""

    CHANGED = "changed", "予以调整"
    UPHELD = "upheld", "维持原结果"


class Ruling(models.TextChoices):
    """As what an application counts by a decision; the same words as ``Outcome``. Source: D43."""

    IN_TIME = Outcome.IN_TIME.value, "计为按时达到放款条件"
    EXCLUDED = Outcome.EXCLUDED.value, "不计入响应率"


class DecisionKind(models.TextChoices):
    """What a decision does to a bank's part. Source: FP 2.2.1; D9."""

    REMOVE = "remove", "取消参与资格"
    REINSTATE = "reinstate", "恢复参与资格"


class DecisionState(models.TextChoices):
    """Where a decision on a bank's part stands. Source: D9, D45."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已确认"
    SENT_BACK = "sent_back", "已退回"
