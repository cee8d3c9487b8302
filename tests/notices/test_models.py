from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from notices.models import EmailDelivery, Notice, NoticeRead
from notices.services import notify
from notices.tasks import send_emails
from tests.factories import EnterpriseFactory, InstitutionFactory, MemberFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def notice():
    return notify(key="k", kind="test", title="标题", body="内容", at=AT, institution=InstitutionFactory())


def test_a_key_is_said_once(notice):
    with pytest.raises(IntegrityError, match="key"), transaction.atomic():
        Notice.objects.create(key="k", kind="test", title="标题", body="内容", created_at=AT, institution=InstitutionFactory())


def test_a_notice_has_one_recipient():
    for wrong in ({}, {"institution": InstitutionFactory(), "enterprise": EnterpriseFactory()}):
        with pytest.raises(IntegrityError, match="notice_has_one_recipient"), transaction.atomic():
            Notice.objects.create(key="x", kind="test", title="标题", body="内容", created_at=AT, **wrong)


def test_a_member_reads_a_notice_once(notice):
    member = MemberFactory()
    NoticeRead.objects.create(notice=notice, member=member, read_at=AT)
    with pytest.raises(IntegrityError, match="notice_read_once"), transaction.atomic():
        NoticeRead.objects.create(notice=notice, member=member, read_at=AT)


def test_an_address_gets_a_notice_once_and_is_not_both_sent_and_given_up(notice):
    fields = {"notice": notice, "address": "a@bank.example", "due_at": AT}
    EmailDelivery.objects.create(**fields)
    with pytest.raises(IntegrityError, match="email_delivery_once"), transaction.atomic():
        EmailDelivery.objects.create(**fields)
    with pytest.raises(IntegrityError, match="email_delivery_sent_or_given_up"), transaction.atomic():
        EmailDelivery.objects.create(**fields | {"address": "b@bank.example"}, sent_at=AT, given_up_at=AT)


def test_the_job_sends_what_is_due(notice, mailoutbox):
    EmailDelivery.objects.create(notice=notice, address="a@bank.example", due_at=AT)
    assert send_emails() == 1
    assert [message.to for message in mailoutbox] == [["a@bank.example"]]
