"""Two at once, on real connections."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from notices.models import EmailDelivery, Notice
from notices.services import notify, send_due_emails
from tests.factories import InstitutionFactory, MemberFactory

pytestmark = pytest.mark.django_db(transaction=True)

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


def at_once(work, count=4):
    start = Barrier(count)

    def run(_):
        start.wait(timeout=10)
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_four_runs_of_a_job_say_it_once():
    bank = InstitutionFactory()
    MemberFactory(institution=bank, user__email="a@bank.example")
    said = at_once(lambda: notify(key="k", kind="test", title="标题", body="内容", at=AT, institution=bank))
    assert sum(notice is not None for notice in said) == 1
    assert Notice.objects.count() == EmailDelivery.objects.count() == 1


def test_four_workers_send_each_message_once(mailoutbox):
    bank = InstitutionFactory()
    for number in range(5):
        MemberFactory(institution=bank, user__email=f"{number}@bank.example")
    notify(key="k", kind="test", title="标题", body="内容", at=AT, institution=bank)
    assert sum(at_once(lambda: send_due_emails(at=AT))) == 5
    assert sorted(message.to[0] for message in mailoutbox) == [f"{number}@bank.example" for number in range(5)]


def test_while_the_mail_server_is_called_nothing_is_locked_and_no_transaction_is_open(monkeypatch):
    """An open transaction holds up the seals and the banks' feed for as long as a mail server likes to think."""
    bank = InstitutionFactory()
    MemberFactory(institution=bank, user__email="a@bank.example")
    notify(key="k", kind="test", title="标题", body="内容", at=AT, institution=bank)
    sent = []

    def hangs(**given):
        assert not connection.in_atomic_block
        assert at_once(lambda: send_due_emails(at=AT), count=2) == [0, 0]  # the message is claimed: no other sends it
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid'")
            assert cursor.fetchone() == (0,)
        sent.append(given["recipient_list"])

    monkeypatch.setattr("notices.services.send_mail", hangs)
    assert send_due_emails(at=AT) == 1
    assert sent == [["a@bank.example"]]
