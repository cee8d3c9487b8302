"""What the database refuses, and what its limits on time mean: sentences for people, and work that is allowed to take longer."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from django.apps import apps
from django.db import DatabaseError, IntegrityError, InternalError, OperationalError, connection

from common.errors import DomainError

# What a transaction may be doing for longer than others, by the name under which the monitor knows it. Nothing else writes for 5 seconds.
LONG_JOBS: Mapping[str, str] = {
    "check_list": "核对部门名单",
    "close_days": "台账日结",
    "commit_list": "名单入库",
    "draft_settlement": "编制结算",
    "lock_response_year": "锁定年度响应率",
}
RAISED = "P0001"  # by a trigger, pgtrigger's among them
RULE_KEPT = "与已有记录或数据规则冲突，未作任何更改。请核对编号、流水号、日期和当前状态后重试。"
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


def take_turn(place: str, *key: object) -> None:
    """
    Wait until nobody else is at this place under this key; the turn ends with the transaction.

    Who comes second looks after the first has written, and so finds the first one's row instead of running into its uniqueness.
    """
    named = ":".join(str(part) for part in (place, *key))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [named])


@contextmanager
def refused_as(refusal: Callable[[], DomainError], *constraints: str) -> Iterator[None]:
    """
    Say in the product's words what somebody else wrote first.

    ``constraints`` are names of uniquenesses, or the beginnings of names (``table_column_``). The transaction is over: who catches the
    refusal rolls back.
    """
    try:
        yield
    except IntegrityError as error:
        if constraint_of(error).startswith(constraints):
            raise refusal() from error
        raise


def constraint_of(error: DatabaseError) -> str:
    """Return the name of the constraint that was broken, empty where there is none."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""


class WaitsInTransaction(RuntimeError):
    """Somebody outside is asked while a transaction is open: every lock it holds would hang on a network, or on a file's parser."""


_nobody_waits: ContextVar[bool] = ContextVar("nobody_waits", default=False)


def require_no_transaction(asking: str) -> None:
    """
    Let pass who holds nothing in the database; stands before everything that waits for another machine or process.

    Ask first, then open the transaction with the answer. A test's own transaction around it does not count.

    Raises:
        WaitsInTransaction.
    """
    if not _nobody_waits.get() and any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
        raise WaitsInTransaction(asking)


@contextmanager
def nobody_waits() -> Iterator[None]:
    """Let a load that fills a database nobody works in yet ask within its transactions."""
    token = _nobody_waits.set(True)
    try:
        yield
    finally:
        _nobody_waits.reset(token)


def is_busy(error: BaseException) -> bool:
    """Return whether the database gave up for lack of time or for somebody else's lock, so that the same again may succeed."""
    return isinstance(error, OperationalError) and getattr(error.__cause__, "pgcode", None) in BUSY


def is_refusal(error: BaseException) -> bool:
    """Return whether a constraint or a trigger of the database refused what was to be written."""
    if isinstance(error, IntegrityError):
        return True
    return isinstance(error, InternalError) and getattr(error.__cause__, "pgcode", None) == RAISED


def sentence_of(error: DatabaseError) -> str | None:
    """Return the sentence of the constraint that was broken, ``None`` where it says nothing for people."""
    name = constraint_of(error)
    rules = (rule for model in apps.get_models() for rule in model._meta.constraints if rule.name == name)
    said = getattr(next(rules, None), "violation_error_message", None)
    return str(said) if said and "%" not in str(said) else None
