from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from notices.models import EmailDelivery, Notice
from notices.selectors import emails_due, unread_notices
from notices.services import WAITS, mark_read, notify, send_due_emails
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def bank():
    return InstitutionFactory()


def say(bank, key="application:1:day-20", **kwargs):
    return notify(key=key, kind="deadline", title="审批期限还剩10个工作日", body="请及时办理。", at=AT, institution=bank, **kwargs)


def test_a_notice_is_said_once_and_the_second_time_writes_nothing(bank):
    MemberFactory(institution=bank, user__email="a@bank.example")
    enterprise = EnterpriseFactory()

    first, second = say(bank, obj=enterprise, urgent=True), say(bank, obj=enterprise, urgent=True)

    assert first is not None
    assert (first.object_type, first.object_id, first.is_urgent) == ("parties.enterprise", str(enterprise.public_id), True)
    assert second is None
    assert Notice.objects.count() == EmailDelivery.objects.count() == 1


def test_only_the_persons_who_serve_the_party_that_day_get_an_email(bank):
    MemberFactory(institution=bank, user__email="now@bank.example")
    MemberFactory(institution=bank, user__email="left@bank.example", until_on=AT.date())
    MemberFactory(institution=bank, user__email="gone@bank.example", user__is_active=False)
    MemberFactory(institution=bank, user__email="")
    MemberFactory(user__email="other@bank.example")
    say(bank)
    assert list(EmailDelivery.objects.values_list("address", flat=True)) == ["now@bank.example"]


def test_a_notice_without_recipient_is_refused_and_leaves_no_trace():
    with pytest.raises(IntegrityError, match="notice_has_one_recipient"), transaction.atomic():
        say(None)
    assert not Notice.objects.exists()


def test_reading_is_per_member_and_others_notices_are_not_marked(bank):
    reader, colleague, stranger = MemberFactory(institution=bank), MemberFactory(institution=bank), MemberFactory()
    notice = say(bank)

    for _ in range(2):
        mark_read(notice_ids=[notice.pk], actor=reader, at=AT)
    mark_read(notice_ids=[notice.pk], actor=stranger, at=AT)

    assert not unread_notices(reader).exists()
    assert list(unread_notices(colleague)) == [notice]
    assert notice.reads.count() == 1


def test_an_enterprise_reads_its_own_notices():
    enterprise = EnterpriseFactory()
    notice = notify(key="k", kind="decision", title="已批复", body="已批复。", at=AT, enterprise=enterprise)
    assert list(unread_notices(MemberFactory.of(enterprise))) == [notice]


def test_an_email_goes_out_once(bank):
    MemberFactory(institution=bank, user__email="a@bank.example")
    say(bank)
    assert send_due_emails(at=AT) == 1
    assert send_due_emails(at=AT + timedelta(days=1)) == 0
    assert [message.subject for message in mail.outbox] == ["审批期限还剩10个工作日"]


def test_a_failing_mail_server_is_tried_again_and_at_last_given_up(bank, monkeypatch):
    MemberFactory(institution=bank, user__email="a@bank.example")
    say(bank)
    monkeypatch.setattr("notices.services.send_mail", _refuse)
    moment = AT
    for wait in WAITS:
        assert send_due_emails(at=moment) == 0
        assert not emails_due(at=moment).exists()
        moment += wait
        assert emails_due(at=moment).exists()
    send_due_emails(at=moment)

    delivery = EmailDelivery.objects.get()
    assert delivery.given_up_at == moment
    assert delivery.attempts == len(WAITS) + 1
    assert delivery.last_error == "ConnectionRefusedError: no server"
    assert not emails_due(at=moment + timedelta(days=9)).exists()


def test_a_message_that_no_mail_can_carry_does_not_hold_up_the_others(bank, mailoutbox):
    MemberFactory(institution=bank, user__email="a@bank.example")
    bad, _ = say(bank, key="1"), say(bank, key="2")
    Notice.objects.filter(pk=bad.pk).update(title="一\r\n二")
    assert send_due_emails(at=AT) == 1
    assert "BadHeaderError" in EmailDelivery.objects.get(notice=bad).last_error


def test_a_title_is_one_line(bank):
    assert notify(key="k", kind="t", title="第一行\n第二行", body="内容", at=AT, institution=bank).title == "第一行 第二行"


def _refuse(**kwargs):
    raise ConnectionRefusedError("no server")
