"""Telling a party something once, marking it read, and sending it by e-mail."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils.timezone import localdate

from audit.services import object_id_of
from common.database import require_no_transaction
from notices.models import EmailDelivery, Notice, NoticeRead
from notices.selectors import emails_due, notices_visible_to
from parties.enums import MemberKind
from parties.models import Enterprise, Institution, Member
from parties.selectors import in_force_on

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 480, 1440))  # after each failed attempt; then given up
LEASE = timedelta(minutes=5)  # longer than handing over one message can take
_COLUMNS = [field for field in Notice._meta.concrete_fields if not field.primary_key]
_SAY = f"""
WITH said AS (
    INSERT INTO notices_notice ({", ".join(str(field.column) for field in _COLUMNS)}) VALUES ({", ".join(["%s"] * len(_COLUMNS))})
    ON CONFLICT (key) DO NOTHING RETURNING *
), mailed AS (
    INSERT INTO notices_emaildelivery (notice_id, address, attempts, due_at, last_error)
    SELECT said.id, told.address, 0, said.created_at, '' FROM said CROSS JOIN ({{addresses}}) AS told(address)
)
SELECT * FROM said
"""


def notify(
    *,
    key: str,
    kind: str,
    title: str,
    body: str,
    at: datetime,
    institution: Institution | None = None,
    enterprise: Enterprise | None = None,
    obj: Model | None = None,
    urgent: bool = False,
) -> Notice | None:
    """
    Tell one institution or one enterprise, and put the e-mails to its members in the outbox.

    Returns ``None``, and writes nothing, when the key was said before: a job that runs again says nothing twice. The object is
    where the reader goes from here. One statement.
    """
    wanted = Notice(
        key=key,
        institution=institution,
        enterprise=enterprise,
        kind=kind,
        is_urgent=urgent,
        title=" ".join(title.split())[:120],  # one line: it becomes the subject of an e-mail
        body=body,
        object_type=obj._meta.label_lower if obj is not None else "",
        object_id=object_id_of(obj) if obj is not None else "",
        created_at=at,
    )
    values = [field.get_db_prep_save(getattr(wanted, field.attname), connection) for field in _COLUMNS]
    addresses, asked = _addresses_of(wanted).query.sql_with_params()
    return next(iter(Notice.objects.raw(_SAY.format(addresses=addresses), [*values, *asked])), None)


@transaction.atomic
def mark_read(*, notice_ids: Iterable[int], actor: Member, at: datetime) -> None:
    """Record that the actor has read these notices of its party; others' notices and repeated marks change nothing."""
    own = notices_visible_to(actor).filter(pk__in=list(notice_ids)).values_list("pk", flat=True)
    NoticeRead.objects.bulk_create([NoticeRead(notice_id=pk, member=actor, read_at=at) for pk in own], ignore_conflicts=True)


def send_due_emails(*, at: datetime, limit: int = 200) -> int:
    """
    Send what is due and return how many went out.

    Each message is claimed in a transaction of its own that moves its next attempt past the lease; the mail server is called outside, so
    that no lock or open transaction hangs on it. A failed attempt is repeated after growing waits, and given up after the last. Killed
    in between, that one message is sent again by a run after the lease.
    """
    waiting = list(emails_due(at=at).values_list("pk", flat=True)[:limit])
    return sum(_send(pk, at=at) for pk in waiting)


def _send(pk: int, *, at: datetime) -> bool:
    """Hand one message to the mail server, unless another worker does; return whether it took it."""
    delivery = _claim(pk, at=at)
    if delivery is None:
        return False
    require_no_transaction("mail server")
    try:
        send_mail(subject=delivery.notice.title, message=delivery.notice.body, from_email=None, recipient_list=[delivery.address])
    except (OSError, ValueError) as problem:  # smtplib's errors are OSErrors; an address or text that no mail can carry
        _postpone(delivery, problem=problem, at=at)
    else:
        delivery.sent_at, delivery.last_error = at, ""
    delivery.save(update_fields=["sent_at", "last_error", "given_up_at", "due_at"])
    return delivery.sent_at is not None


@transaction.atomic
def _claim(pk: int, *, at: datetime) -> EmailDelivery | None:
    """Take a message that is still due, for as long as the lease."""
    delivery = emails_due(at=at).select_for_update(of=("self",), skip_locked=True).select_related("notice").filter(pk=pk).first()
    if delivery is not None:
        delivery.attempts, delivery.due_at = delivery.attempts + 1, at + LEASE
        delivery.save(update_fields=["attempts", "due_at"])
    return delivery


def _postpone(delivery: EmailDelivery, *, problem: Exception, at: datetime) -> None:
    """Set the time of the next attempt, or give up after the last."""
    delivery.last_error = f"{type(problem).__name__}: {problem}"[:300]
    if delivery.attempts > len(WAITS):
        delivery.given_up_at = at
    else:
        delivery.due_at = at + WAITS[delivery.attempts - 1]


def _addresses_of(notice: Notice) -> QuerySet[Member, str]:
    """Return the e-mail addresses of the persons who serve the party on the day of the notice, each once."""
    on = localdate(notice.created_at)
    persons = Member.objects.filter(in_force_on(on), kind=MemberKind.PERSON, user__is_active=True).exclude(user__email="")
    party = {"institution": notice.institution_id} if notice.institution_id is not None else {"enterprise": notice.enterprise_id}
    return persons.filter(**party).order_by("user__email").values_list("user__email", flat=True).distinct()
