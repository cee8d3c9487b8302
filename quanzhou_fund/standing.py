"""How the system stands: signs of life and of work left lying, each beside the limit from which somebody must look."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Min
from django.utils import timezone
from redis import Redis
from redis.exceptions import RedisError

from api.models import WebhookMessage
from audit.models import Event
from jobs.models import Heartbeat, Job
from jobs.services import MOST_SKEW_SECONDS
from notices.models import EmailDelivery
from quanzhou_fund.broker import SET_ASIDE
from quanzhou_fund.database_watch import LONGEST_WRITE_SECONDS, oldest_write_seconds
from quanzhou_fund.schedule import JOB_OF, Queue
from whitelist.enums import DeliveryState, Transport
from whitelist.models import Delivery

PROCESSES: Mapping[str, str] = {"beat": "定时任务调度"} | {
    f"worker:{queue}": label
    for queue, label in zip(Queue, ("后台任务（资金）", "后台任务（推送）", "后台任务（批量）", "后台任务（邮件）"), strict=True)
}
QUEUE_LABELS: Mapping[Queue, str] = dict(zip(Queue, ("资金", "推送", "批量", "邮件"), strict=True))
QUEUE_LIMITS: Mapping[Queue, float] = {Queue.MONEY: 120, Queue.OUTBOX: 300, Queue.BULK: 3600, Queue.MAIL: 900}
SILENT_SECONDS, UNSEALED_SECONDS, UNDELIVERED_SECONDS, OVERDUE_SECONDS = 120.0, 300.0, 3600.0, 900.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One figure. ``value`` is ``None`` where it cannot be known; ``metric`` and ``of`` name it for machines, ``label`` for people."""

    metric: str
    label: str
    value: float | None
    limit: float
    of: str = ""

    @property
    def is_bad(self) -> bool:
        """Return whether somebody must look: beyond its limit, or unknown."""
        return self.value is None or self.value > self.limit


def signs(*, at: datetime) -> list[Sign]:
    """Return every sign; the ages in seconds."""
    return [*_processes(at), *_writing(), *_waiting_rows(at), *_queues(), *_jobs(at)]


def _processes(at: datetime) -> Iterator[Sign]:
    seen = {beat.name: beat for beat in Heartbeat.objects.all()}
    for name, label in PROCESSES.items():
        beat = seen.get(name)
        age = _age(beat.seen_at, at) if beat is not None else None
        yield Sign(metric="heartbeat_age_seconds", of=name, label=f"{label}：距最近运行", value=age, limit=SILENT_SECONDS)
        if beat is not None:
            skew = abs(beat.skew_seconds)
            yield Sign(metric="clock_skew_seconds", of=name, label=f"{label}：时钟偏差", value=skew, limit=MOST_SKEW_SECONDS)


def _waiting_rows(at: datetime) -> Iterator[Sign]:
    unsealed = Event.objects.filter(seal__isnull=True).aggregate(oldest=Min("recorded_at"))["oldest"]
    yield Sign(metric="oldest_unsealed_seconds", label="最早未封存的审计事件", value=_age(unsealed, at), limit=UNSEALED_SECONDS)
    for kind, (label, oldest) in _undelivered().items():
        value = _age(oldest, at)
        yield Sign(metric="oldest_undelivered_seconds", of=kind, label=f"最早未送达的{label}", value=value, limit=UNDELIVERED_SECONDS)


def _writing() -> Iterator[Sign]:
    """Yield the age of the oldest transaction that writes, named long jobs apart: feed and seals wait for it."""
    oldest = oldest_write_seconds(with_long_jobs=False)
    yield Sign(metric="oldest_write_seconds", label="最久的写入事务", value=oldest, limit=LONGEST_WRITE_SECONDS)


def _undelivered() -> dict[str, tuple[str, datetime | None]]:
    """Return the moment of the oldest event, announcement and notice that did not arrive, of receivers that are still sent to."""
    waiting = WebhookMessage.objects.filter(sent_at__isnull=True, webhook__disabled_at__isnull=True, webhook__client__is_active=True)
    event = waiting.order_by("event").values_list("event", flat=True).first()
    told = Event.objects.filter(pk=event).values_list("recorded_at", flat=True).first() if event is not None else None
    pending = Delivery.objects.filter(state=DeliveryState.PENDING, channel__transport=Transport.HTTP, channel__is_active=True)
    announced = pending.aggregate(oldest=Min("announcement__made_at"))["oldest"]
    mails = EmailDelivery.objects.filter(sent_at__isnull=True, given_up_at__isnull=True)
    noticed = mails.aggregate(oldest=Min("notice__created_at"))["oldest"]
    return {"webhook": ("事件推送", told), "whitelist": ("白名单推送", announced), "email": ("邮件", noticed)}


def _queues() -> Iterator[Sign]:
    """Yield length and age of each queue; unknown where Redis does not answer."""
    lengths: dict[Queue, float | None] = dict.fromkeys(Queue)
    ages: dict[Queue, float | None] = dict.fromkeys(Queue)
    set_aside: float | None = None
    try:
        with _broker() as client:
            for queue in Queue:
                lengths[queue] = client.llen(queue)
                ages[queue] = _age_of_message(client.lindex(queue, -1))
            set_aside = client.llen(SET_ASIDE)
    except RedisError:
        pass
    for queue in Queue:
        label = QUEUE_LABELS[queue]
        yield Sign(metric="queue_length", of=queue, label=f"{label}队列：等待的任务数", value=lengths[queue], limit=10_000)
        yield Sign(metric="queue_age_seconds", of=queue, label=f"{label}队列：最长等待", value=ages[queue], limit=QUEUE_LIMITS[queue])
    yield Sign(metric="messages_set_aside", label="队列中搁置的外来消息数", value=set_aside, limit=0)


def _jobs(at: datetime) -> Iterator[Sign]:
    for job in Job.objects.filter(name__in=JOB_OF).order_by("name"):
        overdue = max(_age(job.due_at, at), 0.0)
        yield Sign(metric="job_overdue_seconds", of=job.name, label=f"定时任务 {job.name}：逾期", value=overdue, limit=OVERDUE_SECONDS)
        yield Sign(metric="job_failures", of=job.name, label=f"定时任务 {job.name}：连续失败次数", value=job.failures, limit=2)


def _age(moment: datetime | None, at: datetime) -> float:
    """Return the seconds since a moment, 0 where there is none."""
    return max((at - moment).total_seconds(), 0.0) if moment is not None else 0.0


def _age_of_message(raw: bytes | None) -> float:
    """Return how long a message waits; 0 for none, and for one that does not say."""
    try:
        queued_at = float(json.loads(raw)["headers"]["queued_at"]) if raw else None
    except (ValueError, KeyError, TypeError):
        queued_at = None
    return max(time.time() - queued_at, 0.0) if queued_at is not None else 0.0


def _broker() -> Redis:
    """Return a connection to the queues, waited for no longer than the cache is."""
    return Redis.from_url(settings.CELERY_BROKER_URL, **settings.REDIS_WAITS)


def bad_signs() -> list[Sign]:
    """Return the signs that somebody must look at now."""
    return [sign for sign in signs(at=timezone.now()) if sign.is_bad]
