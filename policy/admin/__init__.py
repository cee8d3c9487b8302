"""The rulebook on screen: clauses, versions with every parameter, rates, calendar, deadlines."""

from common.admin.extension_points import EXTENSION_POINTS
from common.transitions import verb_labels
from policy.admin import calendar, deadlines, rates, register, versions
from policy.notice_transitions import NOTICE_STEPS

EXTENSION_POINTS.cite = register.cite
EXTENSION_POINTS.verbs |= {
    "policy_version.added": "录入政策版本",
    "policy_version.publication_date_set": "录入发布日期",
    "policy_version.end_set": "调整政策止期",
    "policy_version.term_added": "补记条款参数",
    "interpretation.confirmed": "确认解释口径",
    "return_rate.enacted": "公布回报利率",
    "calendar.notice_proposed": "录入放假安排",
    **verb_labels(NOTICE_STEPS),
    "calendar.notice_entered": "放假安排生效",
    "deadline.moved": "期限顺延",
}

__all__ = ["calendar", "deadlines", "rates", "register", "versions"]
