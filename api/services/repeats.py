"""A write asked twice under one key is done once; its answer is kept in the write's own transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from api.models import ApiClient, KeptAnswer
from common.envelopes import CannotOpen, open_envelope, seal_envelope
from common.errors import DomainError

KEPT_FOR = timedelta(days=100)  # at least 90 are promised
DELETED_AT_ONCE = 10_000
PURPOSE = "answer"


class KeyReused(DomainError):
    """The key stands for another request."""

    code = "idempotency_key_reused"
    sentence = "幂等键 {key} 已用于另一请求，请为新的请求使用新的幂等键。"
    status = 422


class KeyInUse(DomainError):
    """The first request under the key is still being worked on."""

    code = "idempotency_key_in_use"
    sentence = "幂等键 {key} 的请求正在处理，请稍候用同一幂等键重试。"
    retry_after = 1


class AnswerUnreadable(DomainError):
    """The kept answer does not open: its key is missing, or somebody altered the row. The write is not done again."""

    code = "kept_answer_unreadable"
    sentence = (
        "幂等键 {key} 的请求此前已经办成，没有再次办理，但当时的答复暂时无法读取。请稍后用同一幂等键重试；急需结果的，请查询所办事项。"
    )
    status = 503
    retry_after = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An answer as it goes out: status, JSON text, the address of a new object."""

    status: int
    body: str
    location: str = ""
    is_repeat: bool = False


def answer_once(
    *,
    client: ApiClient,
    key: str,
    request_sha256: str,
    at: datetime,
    answer: Callable[[], Answer],
    before: Callable[[], None] | None = None,
) -> Answer:
    """
    Return the answer kept under the key, or do the write and keep its answer, both or neither.

    ``answer`` does the write in one transaction; what it raises undoes everything and is not kept. ``before`` asks what takes its time
    (a scanner, a parser, DNS) before that transaction; it is not asked for a request that was answered.

    Raises:
        KeyReused: the key stands for another request.
        KeyInUse: the same request is under way.
        AnswerUnreadable: it was done, and the key of its answer is missing.
    """
    if before is not None and not KeptAnswer.objects.filter(client=client, key=key).exists():
        before()
    return _answered(client=client, key=key, request_sha256=request_sha256, at=at, answer=answer)


@transaction.atomic
def _answered(*, client: ApiClient, key: str, request_sha256: str, at: datetime, answer: Callable[[], Answer]) -> Answer:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM api_hold_key(%s, %s)", [client.pk, key])
        is_held, kept_sha256, status, body, location = cursor.fetchone()
    if not is_held:
        raise KeyInUse(key=key)
    if kept_sha256 is not None:
        if kept_sha256 != request_sha256:
            raise KeyReused(key=key)
        return Answer(status=status, body=_opened(body, client=client, key=key), location=location, is_repeat=True)
    given = answer()
    KeptAnswer.objects.create(
        client=client,
        key=key,
        request_sha256=request_sha256,
        status=given.status,
        body=seal_envelope(given.body.encode(), bound=_bound(client, key), purpose=PURPOSE, keys=settings.ANSWER_KEYS),
        location=given.location,
        kept_at=at,
    )
    return given


def forget_old_answers(*, at: datetime) -> int:
    """Delete answers kept for longer than promised, a bounded number per transaction, and return how many."""
    forgotten = 0
    while True:
        oldest = KeptAnswer.objects.filter(kept_at__lt=at - KEPT_FOR).order_by("kept_at").values("pk")[:DELETED_AT_ONCE]
        deleted, _ = KeptAnswer.objects.filter(pk__in=list(oldest.values_list("pk", flat=True))).delete()
        forgotten += deleted
        if deleted < DELETED_AT_ONCE:
            return forgotten


def _opened(sealed: str, *, client: ApiClient, key: str) -> str:
    try:
        return open_envelope(sealed, bound=_bound(client, key), purpose=PURPOSE, keys=settings.ANSWER_KEYS).decode()
    except CannotOpen:
        raise AnswerUnreadable(key=key) from None


def _bound(client: ApiClient, key: str) -> str:
    return f"{client.pk}|{key}"
