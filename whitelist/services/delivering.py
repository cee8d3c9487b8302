"""Working the outbox: claim, send, note; by hand: export, confirm, send again."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.timezone import localdate

from audit.services import record
from common.errors import DomainError, NotVisible
from notices.services import notify
from parties.access import RoleMissing, require
from parties.enums import InstitutionKind
from parties.models import Member
from parties.selectors import institution_of_kind, system_member
from whitelist.delivery_transitions import DELIVERY_STEP, KEEPERS
from whitelist.enums import DeliveryState, Transport
from whitelist.exports import ExportedFile, export
from whitelist.models import Announcement, Channel, Delivery, Entry
from whitelist.payloads import body_of
from whitelist.selectors.announcing import deliveries_visible_to
from whitelist.selectors.entries import open_for_application
from whitelist.sending import LEASE, MAX_ATTEMPTS, Answer, post, wait_after
from whitelist.services.announcing import announce_to


class DeliveryNotOpen(DomainError):
    """The delivery stands elsewhere."""

    code = "delivery_not_open"
    sentence = "推送记录“{delivery}”当前状态为“{state}”，不能办理“{step}”。"


class ReferenceMissing(DomainError):
    """A confirmation names the receiver's reference."""

    code = "reference_missing"
    sentence = "确认接收须填写对方回执号。"
    status = 400


class ReferenceDiffers(DomainError):
    """The delivery was confirmed under another reference."""

    code = "reference_differs"
    sentence = "推送记录“{delivery}”已以回执号“{reference}”确认，请核对。"


def send_due(*, at: datetime, limit: int = 50) -> dict[str, int]:
    """
    Send what is due to channels we call and return how many ended in which state.

    Each delivery is claimed in a transaction of its own (skipping rows others hold) that moves its next attempt past the lease; the call
    is made outside. Killed in between, the delivery is due again after the lease, under the same key: at least once, never twice to a
    receiver that honours the key.

    Source: FP 1.6.2.
    """
    counts: dict[str, int] = {}
    for _ in range(limit):
        delivery = _claim(at=at)
        if delivery is None:
            break
        channel = delivery.channel
        answer = post(
            url=channel.url,
            secret_setting=channel.secret_setting,
            message_id=str(delivery.public_id),
            body=body_of(delivery.announcement.payload),
            at=at,
        )
        state = _note(delivery.pk, answer=answer, at=at)
        counts[state] = counts.get(state, 0) + 1
    return counts


@transaction.atomic
def acknowledge(*, delivery_id: UUID, reference: str, actor: Member, at: datetime) -> Delivery:
    """
    Note the receiver's confirmation, given by its own program or entered from its reply; the same again changes nothing.

    Raises:
        NotVisible, RoleMissing, ReferenceMissing, ReferenceDiffers.

    Source: FP 1.6.2.
    """
    delivery = _locked(delivery_id, actor=actor)
    _require_keeper_or_receiver(actor, delivery)
    reference = reference.strip()
    if not reference:
        raise ReferenceMissing(field="reference")
    if delivery.state == DeliveryState.ACKNOWLEDGED:
        if delivery.reference != reference:
            raise ReferenceDiffers(delivery=delivery, reference=delivery.reference)
        return delivery
    before = delivery.state
    delivery.acknowledge(reference=reference, at=at)
    delivery.save()
    _log("acknowledged", delivery, before=before, actor=actor, at=at)
    return delivery


@transaction.atomic
def send_again(*, delivery_id: UUID, actor: Member, at: datetime) -> Delivery:
    """
    Queue a delivery once more, under the same key, that was given up or is not confirmed.

    Raises:
        NotVisible, RoleMissing.
        DeliveryNotOpen: it is waiting already, or confirmed.

    Source: FP 1.6.2.
    """
    delivery = _locked(delivery_id, actor=actor)
    require(actor, *KEEPERS)
    if delivery.state not in DELIVERY_STEP["send_again"].sources:
        raise DeliveryNotOpen(delivery=delivery, state=DeliveryState(delivery.state).label, step=DELIVERY_STEP["send_again"].label)
    before = delivery.state
    delivery.send_again(at=at)
    delivery.save()
    _log("sent_again", delivery, before=before, actor=actor, at=at)
    return delivery


@transaction.atomic
def export_delivery(*, delivery_id: UUID, file_format: str, actor: Member, at: datetime) -> ExportedFile:
    """
    Return a delivery as a file (``json`` or ``xlsx``) for a channel without a network, and note who took it, when, and its hash.

    Also allowed for any other channel, as a copy: only a file channel's delivery counts as sent by it.

    Raises:
        NotVisible, RoleMissing.

    Source: FP 1.6.2.
    """
    delivery = _locked(delivery_id, actor=actor)
    _require_keeper_or_receiver(actor, delivery)
    file = export(delivery.announcement, file_format=file_format)
    before = delivery.state
    delivery.exported_by, delivery.exported_at, delivery.export_sha256 = actor, at, file.sha256
    if delivery.channel.transport == Transport.FILE and delivery.state == DeliveryState.PENDING:
        delivery.mark_sent(at=at)
    delivery.save()
    _log("exported", delivery, before=before, actor=actor, at=at, remark=f"{file.filename} {file.sha256}")
    return file


@transaction.atomic
def collect(*, actor: Member, at: datetime, limit: int = 50) -> list[Delivery]:
    """
    Return the receiver's waiting deliveries, oldest first, and note that it fetched them; unconfirmed ones come again.

    For channels that fetch: a bank's own, or the fund manager's for the trust system.

    Raises:
        RoleMissing: the actor receives nothing.

    Source: FP 1.6.2.
    """
    require(actor, InstitutionKind.BANK, InstitutionKind.FUND_MANAGER)
    waiting = deliveries_visible_to(actor).filter(channel__transport=Transport.PULL, state__in=(DeliveryState.PENDING, DeliveryState.SENT))
    deliveries = list(waiting.select_for_update(of=("self",)).order_by("pk")[:limit])
    for delivery in deliveries:
        if delivery.state == DeliveryState.PENDING:
            delivery.mark_sent(at=at)
            delivery.save()
            _log("collected", delivery, before=DeliveryState.PENDING, actor=actor, at=at)
    return deliveries


@transaction.atomic
def deliver_whole_list(*, channel: Channel, actor: Member, at: datetime) -> Announcement:
    """
    Queue the whole list, as open on the day, for one channel that joins late.

    Raises:
        RoleMissing.

    Source: FP 1.6.2.
    """
    require(actor, *KEEPERS)
    listed = Entry.objects.select_related("enterprise", "project", "district", "policy_version").filter(open_for_application(localdate(at)))
    announcement = announce_to(channel, entries=list(listed.order_by("pk")), at=at)
    after = {"channel": channel.code, "entries": announcement.entry_count, "sha256": announcement.sha256}
    record(verb="announcement.made", obj=announcement, actor=actor, occurred_at=at, after=after)
    return announcement


@transaction.atomic
def _claim(*, at: datetime) -> Delivery | None:
    """Take the delivery that is due first, for as long as the lease; ``None`` when nothing is due."""
    due = Delivery.objects.select_for_update(of=("self",), skip_locked=True).select_related("channel", "announcement")
    delivery = (
        due.filter(state=DeliveryState.PENDING, next_attempt_at__lte=at, channel__transport=Transport.HTTP, channel__is_active=True)
        .order_by("next_attempt_at", "pk")
        .first()
    )
    if delivery is not None:
        Delivery.objects.filter(pk=delivery.pk).update(attempts=F("attempts") + 1, next_attempt_at=at + LEASE)
    return delivery


@transaction.atomic
def _note(pk: int, *, answer: Answer, at: datetime) -> str:
    """Write down what a call came to and return the state; a delivery confirmed meanwhile stays confirmed."""
    delivery = Delivery.objects.select_for_update(of=("self",)).select_related("channel", "announcement").get(pk=pk)
    if delivery.state != DeliveryState.PENDING:
        return str(delivery.state)
    if answer.reference:
        delivery.acknowledge(reference=answer.reference, at=at)
    elif not answer.error:
        delivery.mark_sent(at=at)
    elif answer.is_final or delivery.attempts >= MAX_ATTEMPTS:
        delivery.give_up(error=answer.error)
        _raise_alarm(delivery, at=at)
    else:
        delivery.postpone(error=answer.error, until=at + wait_after(delivery.attempts))
    delivery.save()
    if delivery.state != DeliveryState.PENDING:
        verb = "given_up" if delivery.state == DeliveryState.FAILED else str(delivery.state)
        _log(verb, delivery, before=DeliveryState.PENDING, actor=system_member(), at=at, remark=answer.error)
    return str(delivery.state)


def _raise_alarm(delivery: Delivery, *, at: datetime) -> None:
    notify(
        key=f"delivery-failed:{delivery.public_id}:{at.isoformat()}",
        kind="delivery_failed",
        title=f"白名单推送失败：{delivery}",
        body=f"推送“{delivery}”未成功：{delivery.last_error}请核对渠道后重新推送。",
        at=at,
        institution=institution_of_kind(InstitutionKind.CITY_INDUSTRY),
        obj=delivery,
        urgent=True,
    )


def _locked(delivery_id: UUID, *, actor: Member) -> Delivery:
    delivery = deliveries_visible_to(actor).select_for_update(of=("self",)).filter(public_id=delivery_id).first()
    if delivery is None:
        raise NotVisible
    return delivery


def _require_keeper_or_receiver(actor: Member, delivery: Delivery) -> None:
    """Let pass the bureaus that lead the lists, the fund office, and whoever the channel belongs to."""
    kinds: Iterable[InstitutionKind] = (*KEEPERS, InstitutionKind.FUND_MANAGER)
    if actor.institution_id is not None and actor.institution_id == delivery.channel.institution_id:
        kinds = (*kinds, InstitutionKind.BANK)
    try:
        require(actor, *kinds)
    except RoleMissing as problem:
        raise RoleMissing(needed="市工信局、市科技局或接收单位的经办或复核人员") from problem


def _log(verb: str, delivery: Delivery, *, before: str, actor: Member, at: datetime, remark: str = "") -> None:
    record(
        verb=f"delivery.{verb}",
        obj=delivery,
        actor=actor,
        occurred_at=at,
        before={"state": before},
        after={"state": delivery.state, "reference": delivery.reference},
        remark=remark,
    )
