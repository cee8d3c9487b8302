"""What the database's limits on time mean to the product: work that is allowed to take longer, and refusals that pass by themselves."""

from collections.abc import Mapping

from django.db import OperationalError, connection

from common.errors import DomainError

# What a transaction may be doing for longer than others, by the name under which the monitor knows it. Nothing else writes for 5 seconds.
LONG_JOBS: Mapping[str, str] = {
    "check_list": "核对部门名单",
    "close_days": "台账日结",
    "commit_list": "名单入库",
    "draft_settlement": "编制结算",
}
LONG_MARK = "long:"  # before the name, in application_name
LONGEST = "30min"  # of one statement of such a job
BUSY = frozenset({
    "40001",  # serialisation failure
    "40P01",  # deadlock
    "55P03",  # lock not available: lock_timeout
    "57014",  # query cancelled: statement_timeout
    "25P03",  # idle in transaction
    "25P04",  # transaction_timeout
})  # fmt: skip


class Busy(DomainError):
    """The rows are held by somebody else for longer than a person waits; nothing was done."""

    code = "try_again"
    sentence = "该事项正在由另一项操作处理，未作任何更改，请稍后重试。"
    status = 503
    retry_after = 1


class UnknownLongJob(Exception):
    """The name is not in the table of long jobs."""


def allow_long_work(name: str) -> None:
    """
    Let the statements of the transaction under way take their time, and tell the monitor its name; both end with the transaction.

    Raises:
        UnknownLongJob: ``LONG_JOBS`` does not know the name.
    """
    if name not in LONG_JOBS:
        raise UnknownLongJob(name)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('statement_timeout', %s, true), set_config('transaction_timeout', '0', true),"
            " set_config('application_name', %s, true)",
            [LONGEST, f"{LONG_MARK}{name}"],
        )


def is_busy(error: BaseException) -> bool:
    """Return whether the database gave up for lack of time or for somebody else's lock, so that the same again may succeed."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in BUSY
