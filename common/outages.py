"""What the product says when something it stands on is gone, full or used up: each a refusal that passes by itself, nothing half done."""

import errno
from typing import ClassVar

from django.db import InterfaceError, OperationalError

from common.errors import DomainError

GONE_CLASSES = ("08", "57P")  # connection failures; the server goes down, comes up, or ended our session
FULL_CODES = ("53100",)
USED_UP_CODES = ("53300", "53400")
FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT)


class Outage(DomainError):
    """Something that the product stands on is not there now."""

    status = 503
    retry_after: ClassVar[int]  # seconds


class DatabaseGone(Outage):
    """PostgreSQL does not answer, or ended the session in the middle of the work; what was not committed did not happen."""

    code = "database_unavailable"
    sentence = "系统暂时无法访问数据库，请稍后重试；重试前请先核对该事项是否已办理。"
    retry_after = 10


class ConnectionsUsedUp(Outage):
    """PostgreSQL takes no further session now."""

    code = "database_busy"
    sentence = "当前办理人数过多，未作任何更改，请稍后重试。"
    retry_after = 5


class StorageFull(Outage):
    """The disk of the database or of the uploaded papers is full."""

    code = "storage_full"
    sentence = "系统存储空间不足，未作任何更改，请联系系统管理员处理后重试。"
    retry_after = 60


def outage_of(error: BaseException) -> Outage | None:
    """Return the refusal that an error of the database or the file system comes to; ``None`` for any other error."""
    if isinstance(error, OSError) and error.errno in FULL_ERRNOS:
        return StorageFull()
    if isinstance(error, InterfaceError):  # used after the server had ended it
        return DatabaseGone()
    if not isinstance(error, OperationalError):
        return None
    code = getattr(error.__cause__, "pgcode", None)
    if code in FULL_CODES:
        return StorageFull()
    if code in USED_UP_CODES or "too many clients" in str(error) or "remaining connection slots" in str(error):
        return ConnectionsUsedUp()  # refused while connecting: libpq gives no code there
    return DatabaseGone() if code is None or code.startswith(GONE_CLASSES) else None
