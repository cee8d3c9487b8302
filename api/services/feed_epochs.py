"""After a restore: the feed goes on in a new epoch, so that no reader passes over anything unawares."""

from datetime import datetime

from django.db import connection, transaction

from api.feed_positions import FeedPosition, first_unread
from api.models import FeedEpoch, Webhook
from audit.models import Event
from audit.services import record
from parties.models import Member

GAP = 10_000_000  # numbers left out, more than a lost stretch of the log can have held, so that no number is told twice


@transaction.atomic
def restart_feed(*, actor: Member, at: datetime) -> FeedEpoch:
    """
    Begin a new epoch of the feed: to be run after every restore, before the doors open.

    Events after it have numbers that none of the lost ones had. Subscriptions go on where the restored log says they were; readers with
    a cursor of before go on if what they had read is there, and are told otherwise.

    Source: architecture, twice, half-way, at once.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE api_feedepoch IN EXCLUSIVE MODE")
        cursor.execute(
            "SELECT setval(s, greatest((SELECT coalesce(max(id), 0) FROM audit_event), pg_sequence_last_value(s), 0) + %s),"
            " (SELECT system_identifier::text FROM pg_control_system())"
            " FROM (SELECT pg_get_serial_sequence('audit_event', 'id')::regclass AS s) sequence",
            [GAP],
        )
        reached, cluster = cursor.fetchone()
    last = FeedEpoch.objects.order_by("-number").first()
    number = last.number + 1 if last is not None else 1
    epoch = FeedEpoch.objects.create(number=number, cluster=cluster, first_event=reached + 1, started_at=at)
    for webhook in Webhook.objects.select_for_update().filter(epoch__lt=number).order_by("pk"):
        unread, _ = first_unread(FeedPosition(webhook.transaction, webhook.event, webhook.epoch))
        webhook.transaction, webhook.event, webhook.epoch = 0, unread - 1, number
        webhook.save(update_fields=["transaction", "event", "epoch"])
    events = Event.objects.filter(pk__lt=epoch.first_event).count()
    record(verb="feed.restarted", obj=epoch, actor=actor, occurred_at=at, after={"first_event": epoch.first_event, "events": events})
    return epoch
