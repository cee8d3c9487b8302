"""Subscribing to events, putting them into the outbox, sending them."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.timezone import localtime

from api.event_types import VERB_OF
from api.feed import as_json, read_events
from api.feed_positions import FeedPosition, read_horizon
from api.models import ApiClient, Webhook, WebhookMessage
from api.webhook_calls import Called, CheckedUrl, call
from api.webhook_secrets import put_new_secret, put_under_first_key, secret_of
from audit.models import Event
from audit.services import Scope, record
from common.errors import DomainError, FieldProblem, InvalidInput, NotVisible
from notices.services import notify
from parties.enums import InstitutionKind
from parties.models import Member
from parties.selectors import system_member

MOST_WEBHOOKS = 10  # of one client
AT_ONCE = 500
LEASE = timedelta(minutes=2)  # longer than a call can take; after it another worker may send to this address
SILENT_WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 60, 300, 900, 1800))  # of the whole address; then the last one again
REFUSALS_LIKE_SILENCE = 3  # in a row: the receiver refuses not one message but all
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 60, 300, 1800, 7200, 18000, 36000))  # then the last one again
GIVE_UP_AFTER = timedelta(days=5)


class TooManyWebhooks(DomainError):
    """The client has as many as it may."""

    code = "too_many_webhooks"
    sentence = "每个接口程序最多登记 {most} 个接收地址，请先删除不用的。"


@transaction.atomic
def add_webhook(*, client: ApiClient, address: CheckedUrl, types: Sequence[str], at: datetime) -> Webhook:
    """
    Send events from now on to an address; the same address again changes the types only.

    Raises:
        TooManyWebhooks.
        InvalidInput: a type there is not.
    """
    url = address.url
    unknown = [name for name in types if name not in VERB_OF]
    if unknown:
        raise InvalidInput(errors=[FieldProblem("types", "unknown", f"没有事件类型 {'、'.join(unknown)}。")])
    ApiClient.objects.select_for_update(no_key=True).get(pk=client.pk)
    webhook = Webhook.objects.filter(client=client, url=url).first()
    if webhook is not None:
        webhook.types = list(types)
        webhook.save(update_fields=["types"])
        _log("webhook.changed", webhook, at=at)
        return webhook
    if client.webhooks.count() >= MOST_WEBHOOKS:
        raise TooManyWebhooks(most=MOST_WEBHOOKS)
    from_now = read_horizon()
    webhook = Webhook(client=client, url=url, types=list(types), transaction=from_now.until, epoch=from_now.epoch, created_at=at)
    put_new_secret(webhook)
    webhook.save(force_insert=True)
    _log("webhook.added", webhook, at=at)
    return webhook


@transaction.atomic
def remove_webhook(*, client: ApiClient, webhook_id: UUID, at: datetime) -> Webhook:
    """
    End a subscription; what waits for it is dropped.

    Raises:
        NotVisible.
    """
    webhook = _locked(client, webhook_id)
    kept = Webhook.objects.get(pk=webhook.pk)
    _log("webhook.removed", webhook, at=at)
    webhook.delete()
    return kept


@transaction.atomic
def renew_webhook_secret(*, client: ApiClient, webhook_id: UUID, at: datetime) -> Webhook:
    """
    Sign with a new secret from the next call on.

    Raises:
        NotVisible.
    """
    webhook = _locked(client, webhook_id)
    webhook.secret_number += 1
    put_new_secret(webhook)
    webhook.save(update_fields=["secret_number", "secret"])
    _log("webhook.secret_renewed", webhook, at=at)
    return webhook


@transaction.atomic
def enable_webhook(*, client: ApiClient, webhook_id: UUID, at: datetime, actor: Member | None = None) -> Webhook:
    """
    Send again to an address that was disabled, beginning with what has waited since; the actor is the program itself unless named.

    Raises:
        NotVisible.
    """
    webhook = _locked(client, webhook_id)
    webhook.disabled_at = webhook.failing_since = webhook.due_at = None
    webhook.failures = 0
    webhook.save(update_fields=["disabled_at", "failing_since", "failures", "due_at"])
    webhook.messages.filter(sent_at__isnull=True).update(due_at=at)
    _log("webhook.enabled", webhook, at=at, actor=actor)
    return webhook


@transaction.atomic
def reseal_secrets() -> int:
    """
    Put the secrets that are under an older key under the first one, unchanged, and return how many.

    Raises:
        SecretUnreadable: one opens with no key; nothing is changed.
    """
    resealed = 0
    for webhook in Webhook.objects.select_for_update(of=("self",)).order_by("pk"):
        if put_under_first_key(webhook):
            webhook.save(update_fields=["secret"])
            resealed += 1
    return resealed


def webhooks_of(client: ApiClient) -> QuerySet[Webhook]:
    """Return the client's subscriptions."""
    return Webhook.objects.filter(client=client)


def webhooks_at_work(*, at: datetime) -> list[int]:
    """Return the keys of the subscriptions that are sent to and to which nobody sends now; not those whose receiver is left alone yet."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    due = Q(due_at__isnull=True) | Q(due_at__lte=at)
    at_work = Webhook.objects.filter(free, due, disabled_at__isnull=True, client__is_active=True)
    return list(at_work.order_by("pk").values_list("pk", flat=True))


def send_to(webhook_pk: int, *, at: datetime, limit: int = AT_ONCE) -> int:
    """
    Put new events of one subscription into its outbox, send what is due, and return how many went out.

    One worker at a time sends to an address: it holds a lease, committed before the call, and no lock or transaction during it. Messages
    about one object go out in the order of its events: a later one waits until the earlier one has arrived. A worker that is killed
    leaves messages that are due again after the lease, under the same id: at least once. A receiver that does not answer is left alone
    for a while, whatever waits for it.

    Raises:
        SecretUnreadable: nothing was sent or counted against the receiver.
    """
    held = _lease(webhook_pk, at=at)
    if held is None:
        return 0
    try:
        secret_of(Webhook.objects.get(pk=webhook_pk))  # before a message counts as tried
        while _fan_out(webhook_pk, at=at):
            pass
        sent = 0
        for _ in range(limit):
            message, held = _claim(webhook_pk, held, at=at)
            if message is None:
                break
            called = call(
                url=message.webhook.url, secret=secret_of(message.webhook), message_id=str(message.public_id), body=message.body, at=at
            )
            sent += _note(message.pk, called, at=at)
        return sent
    finally:
        Webhook.objects.filter(pk=webhook_pk, leased_until=held).update(leased_until=None)


@transaction.atomic
def _lease(webhook_pk: int, *, at: datetime) -> datetime | None:
    """Be the only one who sends to an address that is due, and return until when, by the database's clock; ``None`` where it is not due."""
    due = Q(due_at__isnull=True) | Q(due_at__lte=at)
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=Now())
    webhook = _leasable().filter(due, free, pk=webhook_pk).first()
    return _leased(webhook) if webhook is not None else None


def _leasable() -> QuerySet[Webhook]:
    return Webhook.objects.select_for_update(of=("self",)).filter(disabled_at__isnull=True).annotate(moment=Now())


def _leased(webhook: Webhook) -> datetime:
    webhook.leased_until = webhook.moment + LEASE  # type: ignore[attr-defined]
    webhook.save(update_fields=["leased_until"])
    until: datetime = webhook.leased_until
    return until


@transaction.atomic
def _fan_out(webhook_pk: int, *, at: datetime) -> bool:
    """Put the next events into the outbox and move the place in the log, both or neither; return whether there are more."""
    rows = Webhook.objects.select_for_update(of=("self",), skip_locked=True).select_related("client__member__institution")
    webhook = rows.filter(pk=webhook_pk, disabled_at__isnull=True).first()
    if webhook is None:
        return False
    position = FeedPosition(webhook.transaction, webhook.event, webhook.epoch)
    reader = webhook.client.member
    reading = read_events(reader, after=position, limit=AT_ONCE, types=webhook.types)
    messages = [
        WebhookMessage(
            webhook=webhook,
            event=event.pk,
            object_id=event.object_id,
            body=body_of(event, reader=reader, namespace=reading.namespace),
            due_at=at,
        )
        for event in reading.events
    ]
    WebhookMessage.objects.bulk_create(messages, ignore_conflicts=True)
    webhook.transaction, webhook.event, webhook.epoch = reading.position.transaction, reading.position.event, reading.position.epoch
    webhook.save(update_fields=["transaction", "event", "epoch"])
    return reading.has_more


def body_of(event: Event, *, reader: Member, namespace: UUID) -> str:
    """Return the message of an event to one reader, the same bytes on every attempt."""
    told = as_json(event, reader=reader, namespace=namespace)
    told |= {name: localtime(told[name]).isoformat() for name in ("occurred_at", "recorded_at")}  # as the feed writes them
    said = {"type": told["type"], "timestamp": told["recorded_at"], "data": told}
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))


@transaction.atomic
def _claim(webhook_pk: int, held: datetime, *, at: datetime) -> tuple[WebhookMessage | None, datetime]:
    """
    Take the message that is due first and about whose object nothing earlier waits, and return it with the lease, extended.

    Nothing is taken from an address whose receiver is left alone by now, or whose lease another holds because ours ran out.
    """
    webhook = _leasable().filter(Q(due_at__isnull=True) | Q(due_at__lte=at), pk=webhook_pk, leased_until=held).first()
    if webhook is None:
        return None, held
    waiting = WebhookMessage.objects.filter(webhook=webhook_pk, sent_at__isnull=True)
    earlier = waiting.filter(object_id=OuterRef("object_id"), pk__lt=OuterRef("pk"))
    message = waiting.filter(~Exists(earlier), due_at__lte=at).select_related("webhook").order_by("due_at", "pk").first()
    if message is None:
        return None, held
    WebhookMessage.objects.filter(pk=message.pk).update(attempts=F("attempts") + 1, due_at=at + LEASE)
    return message, _leased(webhook)


@transaction.atomic
def _note(message_pk: int, called: Called, *, at: datetime) -> bool:
    """Write down what a call came to; after days of failure alone the subscription is disabled and its institution told."""
    webhooks = Webhook.objects.select_for_update(of=("self",)).select_related("client__member__institution")
    webhook = webhooks.filter(messages=message_pk).first()
    if webhook is None:  # the subscription was ended during the call
        return not called.error
    message = WebhookMessage.objects.get(pk=message_pk)
    if not called.error:
        message.sent_at, message.last_error = at, ""
        webhook.failing_since, webhook.failures, webhook.due_at = None, 0, None
    else:
        message.last_error = called.error[:300]
        message.due_at = at + WAITS[min(message.attempts, len(WAITS)) - 1]
        _leave_alone(webhook, called, at=at)
        if called.is_gone or at - webhook.failing_since >= GIVE_UP_AFTER:  # type: ignore[operator]
            _disable(webhook, error=called.error, at=at)
    message.save(update_fields=["sent_at", "last_error", "due_at"])
    webhook.save(update_fields=["failing_since", "failures", "due_at", "disabled_at"])
    return message.sent_at is not None


def _leave_alone(webhook: Webhook, called: Called, *, at: datetime) -> None:
    """Count a failure; leave a receiver alone that is silent, or that refuses one message after another."""
    webhook.failing_since = webhook.failing_since or at
    webhook.failures += 1
    in_a_row = webhook.failures if called.is_silent else webhook.failures - REFUSALS_LIKE_SILENCE + 1
    if in_a_row > 0:
        webhook.due_at = at + SILENT_WAITS[min(in_a_row, len(SILENT_WAITS)) - 1]


def _disable(webhook: Webhook, *, error: str, at: datetime) -> None:
    webhook.disabled_at = at
    _log("webhook.disabled", webhook, at=at, actor=system_member(), remark=error)
    notify(
        key=f"webhook-disabled:{webhook.public_id}:{at.isoformat()}",
        kind="webhook_disabled",
        title="事件推送已停用",
        body=(
            f"接口程序“{webhook.client}”的接收地址 {webhook.url} 自 {webhook.failing_since:%Y-%m-%d %H:%M} 起连续推送失败，已停用。"
            f"最近错误：{error}恢复后请重新启用，期间的事件会补送；也可通过事件列表补取。"
        ),
        at=at,
        institution=webhook.client.member.institution,
        urgent=True,
    )


def forget_sent_messages(*, at: datetime, kept_for: timedelta = timedelta(days=30)) -> int:
    """Delete messages that arrived long ago and return how many; the log itself keeps every event."""
    deleted, _ = WebhookMessage.objects.filter(Q(sent_at__lt=at - kept_for)).delete()
    return deleted


def _log(verb: str, webhook: Webhook, *, at: datetime, actor: Member | None = None, remark: str = "") -> None:
    """Write down what happened to a subscription, with its client."""
    client = webhook.client
    actor = actor or Member.objects.select_related("institution", "enterprise").get(pk=client.member_id)
    after = {"url": webhook.url, "types": webhook.types, "secret_number": webhook.secret_number}
    institution = actor.institution if actor.pk == client.member_id else client.member.institution
    is_bank = institution is not None and institution.kind == InstitutionKind.BANK
    scope = Scope(bank_id=institution.pk if institution is not None and is_bank else None)
    record(verb=verb, obj=client, actor=actor, occurred_at=at, after=after, remark=remark, scope=scope)


def _locked(client: ApiClient, webhook_id: UUID) -> Webhook:
    webhook = webhooks_of(client).select_for_update(of=("self",)).filter(public_id=webhook_id).first()
    if webhook is None:
        raise NotVisible
    return webhook
