"""What stands in the way of a step of an application."""

from common.errors import DomainError


class StepOutOfOrder(DomainError):
    """A step dated before the one it follows."""

    code = "step_out_of_order"
    sentence = "{step}日期 {on} 早于上一步的日期 {previous}，请核对日期。"
    clause = "FP 1.6.3"


class ApprovedMoreThanRequested(DomainError):
    """A bank cannot approve more than was asked for, nor nothing."""

    code = "approved_more_than_requested"
    sentence = "批复金额须大于 0 且不超过申请金额 {requested} 元，请核对。"
    clause = "FP 1.6.3"


class RefusalUnexplained(DomainError):
    """The enterprise is owed a reason it can read."""

    code = "refusal_unexplained"
    sentence = "不予批复须选择原因；选择“其他”的须填写说明。"
    clause = "FP 1.6.2(1)"
    status = 400


class ApprovalLapsed(DomainError):
    """The approval was not turned into a contract in time."""

    code = "approval_lapsed"
    sentence = "批复已于 {lapses_on} 失效，不能再办理后续手续，请重新申请。"
    clause = "FP 1.6.3"


class NotYetLapsed(DomainError):
    """The approval still holds."""

    code = "not_yet_lapsed"
    sentence = "批复的有效期到 {lapses_on} 前，尚未失效。"
    clause = "FP 1.6.3"
