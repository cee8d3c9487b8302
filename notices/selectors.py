"""What a member has been told, and what it has not read yet."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from notices.models import EmailDelivery, Notice, NoticeRead
from parties.models import Member

ABOUT_RIGHTS = "rights."  # kinds of notices that the operator's administrators read; business is not theirs


def notices_visible_to(actor: Member) -> QuerySet[Notice]:
    """Return the notices of the actor's party, newest first, each with ``is_read`` for this actor."""
    read = NoticeRead.objects.filter(notice=OuterRef("pk"), member=actor)
    notices = Notice.objects.annotate(is_read=Exists(read))
    if actor.is_administrator:
        notices = notices.filter(kind__startswith=ABOUT_RIGHTS)
    if actor.institution_id:
        return notices.filter(institution=actor.institution_id)
    return notices.filter(enterprise=actor.enterprise_id)


def unread_notices(actor: Member) -> QuerySet[Notice]:
    """Return the notices of the actor's party that this actor has not read, newest first."""
    return notices_visible_to(actor).exclude(Exists(NoticeRead.objects.filter(notice=OuterRef("pk"), member=actor)))


def emails_due(*, at: datetime) -> QuerySet[EmailDelivery]:
    """Return the e-mails whose time to be sent, or tried again, has come; the longest waiting first."""
    return EmailDelivery.objects.filter(sent_at__isnull=True, given_up_at__isnull=True, due_at__lte=at).order_by("due_at", "id")
