"""The outbox against a counterpart on a real socket; files; fetching."""

import hashlib
import io
import json
from datetime import timedelta

import pytest
from python_calamine import CalamineWorkbook

from audit.models import Event
from common.errors import NotVisible
from notices.models import Notice
from parties.access import RoleMissing
from parties.models import BankParticipation
from parties.selectors import system_member
from tests.factories import BankParticipationFactory, InstitutionFactory, MemberFactory
from tests.whitelist.cases import AT, again, day, published
from tests.whitelist.counterpart import SECRET, counterpart
from whitelist import sending, tasks
from whitelist.enums import DeliveryState, EntryState
from whitelist.exports import UnknownFormat
from whitelist.models import Announcement, Channel, Delivery
from whitelist.payloads import body_of, digest
from whitelist.selectors.announcing import channels_with_backlog, deliveries_visible_to
from whitelist.services import delivering
from whitelist.services.delivering import (
    DeliveryNotOpen,
    ReferenceDiffers,
    ReferenceMissing,
    acknowledge,
    collect,
    deliver_whole_list,
    export_delivery,
    send_again,
    send_due,
)
from whitelist.services.ending import expire_entries, remove_entries

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.6.2(1)")]


@pytest.fixture
def platform(monkeypatch):
    monkeypatch.setenv("JINFUYUN_SECRET", SECRET)
    with counterpart() as running:
        yield running


@pytest.fixture
def jinfuyun(platform):
    return Channel.objects.create(
        code="jinfuyun", name="金服云", kind="jinfuyun", transport="http", url=platform.url, secret_setting="JINFUYUN_SECRET"
    )


@pytest.fixture
def trust_system():
    return Channel.objects.create(code="trust", name="信托线上系统", kind="trust_system", transport="file")


def the_delivery():
    return Delivery.objects.select_related("announcement", "channel").get()


def sent_events():
    return list(Event.objects.filter(verb__startswith="delivery.").order_by("id").values_list("verb", "actor_kind"))


def test_publication_writes_one_delivery_per_active_channel(desk, jinfuyun, trust_system):
    Channel.objects.create(code="old", name="停用", kind="jinfuyun", transport="file", is_active=False)
    case = published(desk)
    announcement = Announcement.objects.get()
    assert {d.channel.code for d in announcement.deliveries.all()} == {"jinfuyun", "trust"}
    [entry] = announcement.payload["entries"]
    assert announcement.payload["batch"]["document_number"] == "泉工信〔2024〕8号"
    assert (entry["credit_code"], entry["project_code"]) == (case.enterprise.credit_code, case.project.code)
    assert (entry["max_total"], entry["published_on"], entry["expires_on"]) == ("90000000.00", "2024-07-01", "2026-07-01")
    assert announcement.sha256 == digest(announcement.payload) == hashlib.sha256(body_of(announcement.payload)).hexdigest()


def test_a_call_is_signed_confirmed_and_not_repeated(desk, jinfuyun, platform):
    published(desk)
    assert send_due(at=AT) == {"acknowledged": 1}
    delivery = the_delivery()
    assert (delivery.state, delivery.reference, delivery.attempts) == (DeliveryState.ACKNOWLEDGED, "JFY-1", 1)
    assert platform.stored[str(delivery.public_id)]["body"] == delivery.announcement.payload
    assert send_due(at=AT + timedelta(days=1)) == {}
    assert len(platform.calls) == 1
    assert sent_events() == [("delivery.acknowledged", "job")]


@pytest.mark.parametrize("answer", [500, 503, 429, 408])
def test_trouble_over_there_is_tried_again_later(desk, jinfuyun, platform, answer):
    platform.answers = [answer]
    published(desk)
    assert send_due(at=AT) == {"pending": 1}
    assert the_delivery().next_attempt_at == AT + timedelta(minutes=1)
    assert send_due(at=AT + timedelta(seconds=59)) == {}
    assert send_due(at=AT + timedelta(minutes=1)) == {"acknowledged": 1}


def test_no_answer_in_time_is_tried_again(desk, jinfuyun, platform, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", (0.5, 0.5))
    platform.answers = ["hang"]
    published(desk)
    assert send_due(at=AT) == {"pending": 1}
    assert "ReadTimeout" in the_delivery().last_error
    assert send_due(at=AT + timedelta(minutes=1)) == {"acknowledged": 1}
    assert len(platform.stored) == 1


def test_a_lost_answer_leads_to_a_repeat_that_the_receiver_drops(desk, jinfuyun, platform):
    platform.answers = ["lose"]
    published(desk)
    send_due(at=AT)
    send_due(at=AT + timedelta(minutes=1))
    assert len(set(platform.calls)) == 1
    assert (len(platform.calls), len(platform.stored), the_delivery().reference) == (2, 1, "JFY-1")


def test_nobody_listening_is_tried_again(desk, jinfuyun):
    Channel.objects.update(url="http://127.0.0.1:9/none")
    published(desk)
    assert send_due(at=AT) == {"pending": 1}
    assert "ConnectionError" in the_delivery().last_error


@pytest.mark.parametrize("answer", [400, 401, 404, 302])
def test_a_plain_no_is_final_and_somebody_is_told(desk, jinfuyun, platform, answer):
    platform.answers = [answer]
    published(desk)
    assert send_due(at=AT) == {"failed": 1}
    assert str(answer) in the_delivery().last_error
    assert Notice.objects.get(kind="delivery_failed").is_urgent
    assert list(channels_with_backlog()) == [jinfuyun]
    assert len(platform.calls) == 1
    assert sent_events() == [("delivery.given_up", "job")]


def test_waits_grow_to_six_hours_and_end(desk, jinfuyun, platform):
    platform.answers = [500] * 12
    published(desk)
    at, waits = AT, []
    while send_due(at=at) == {"pending": 1}:
        due = the_delivery().next_attempt_at
        waits.append((due - at).total_seconds() / 60)
        at = due
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert (the_delivery().state, the_delivery().attempts) == (DeliveryState.FAILED, 12)


def test_a_missing_secret_is_never_an_unsigned_call(desk, jinfuyun, platform, monkeypatch):
    monkeypatch.delenv("JINFUYUN_SECRET")
    published(desk)
    assert send_due(at=AT) == {"pending": 1}
    assert ("JINFUYUN_SECRET" in the_delivery().last_error, platform.calls) == (True, [])


def test_killed_between_call_and_note_it_goes_again_under_the_same_key(desk, jinfuyun, platform, monkeypatch):
    published(desk)

    def killed(*_args, **_kwargs):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_note", killed)
        with pytest.raises(SystemExit):
            send_due(at=AT)
    assert send_due(at=AT + timedelta(minutes=4)) == {}  # the lease holds
    assert send_due(at=AT + timedelta(minutes=5)) == {"acknowledged": 1}
    assert (len(platform.calls), len(set(platform.calls)), len(platform.stored)) == (2, 1, 1)


def test_taken_without_reference_it_waits_for_confirmation(desk, jinfuyun, platform):
    platform.answers = ["silent"]
    published(desk)
    assert send_due(at=AT) == {"sent": 1}
    delivery = the_delivery()
    with pytest.raises(ReferenceMissing):
        acknowledge(delivery_id=delivery.public_id, reference=" ", actor=desk.industry, at=AT)
    for _ in range(2):
        acknowledge(delivery_id=delivery.public_id, reference="回执1", actor=desk.industry, at=AT)
    assert Event.objects.filter(verb="delivery.acknowledged").count() == 1
    with pytest.raises(ReferenceDiffers):
        acknowledge(delivery_id=delivery.public_id, reference="回执2", actor=desk.industry, at=AT)
    assert the_delivery().reference == "回执1"


def test_one_given_up_is_sent_again_under_the_same_key(desk, jinfuyun, platform):
    platform.answers = [400]
    published(desk)
    send_due(at=AT)
    delivery = the_delivery()
    send_again(delivery_id=delivery.public_id, actor=desk.industry, at=AT)
    assert send_due(at=AT) == {"acknowledged": 1}
    assert len(set(platform.calls)) == 1
    with pytest.raises(DeliveryNotOpen):
        send_again(delivery_id=delivery.public_id, actor=desk.industry, at=AT)


def test_removal_and_expiry_are_told_too(desk, jinfuyun, platform):
    first, second = published(desk).entry, published(desk).entry
    remove_entries(entry_ids=[first.public_id], reason="虚假材料", actor=desk.industry, at=AT)
    expire_entries(actor=system_member(), at=day(2026, 7, 2))
    assert send_due(at=day(2026, 7, 2)) == {"acknowledged": 4}
    told = [call["body"] for call in platform.stored.values()]
    assert [body["kind"] for body in told] == ["publication", "publication", "removal", "expiry"]
    assert [(e["id"], e["state"], e["reason"]) for body in told[2:] for e in body["entries"]] == [
        (str(first.public_id), "removed", "虚假材料"),
        (str(second.public_id), "expired", "有效期届满"),
    ]


@pytest.mark.clause("FP 1.6.2(2)")
class TestFiles:
    def test_a_file_is_the_same_every_time_and_counts_as_sent(self, desk, trust_system):
        published(desk)
        delivery = the_delivery()
        manager = MemberFactory(institution=InstitutionFactory(fund_manager=True))
        first, second = (
            export_delivery(delivery_id=delivery.public_id, file_format=form, actor=manager, at=AT) for form in ("json", "json")
        )
        assert first == second
        assert json.loads(first.content) == delivery.announcement.payload
        assert first.sha256 == delivery.announcement.sha256
        delivery = the_delivery()
        assert (delivery.state, delivery.exported_by, delivery.export_sha256) == (DeliveryState.SENT, manager, first.sha256)
        acknowledge(delivery_id=delivery.public_id, reference="签收单3", actor=manager, at=AT)

    def test_a_workbook_reads_as_people_expect(self, desk, trust_system):
        case = published(desk, name="=1+1 数控项目")
        one, two = (export_delivery(delivery_id=the_delivery().public_id, file_format="xlsx", actor=desk.industry, at=AT) for _ in "ab")
        assert one.sha256 == two.sha256 == hashlib.sha256(one.content).hexdigest()
        path = one.filename
        assert path.endswith(".xlsx")
        rows = read_workbook(one.content)
        assert dict(zip(*rows, strict=True))["统一社会信用代码"] == case.enterprise.credit_code
        assert dict(zip(*rows, strict=True))["项目名称"] == "=1+1 数控项目"

    def test_another_format_is_refused(self, desk, trust_system):
        published(desk)
        with pytest.raises(UnknownFormat):
            export_delivery(delivery_id=the_delivery().public_id, file_format="pdf", actor=desk.industry, at=AT)
        assert the_delivery().state == DeliveryState.PENDING


def read_workbook(content):
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


class TestBanks:
    @pytest.fixture
    def bank(self):
        bank = BankParticipationFactory().bank
        Channel.objects.create(code="bank-1", name="银行渠道", kind="bank", institution=bank, transport="pull")
        return bank

    def test_a_bank_fetches_its_own_and_confirms(self, desk, bank, trust_system):
        published(desk)
        member, stranger = MemberFactory(institution=bank), MemberFactory()
        [delivery] = collect(actor=member, at=AT)
        assert (delivery.channel.institution, delivery.state) == (bank, DeliveryState.SENT)
        assert [d.pk for d in collect(actor=member, at=AT)] == [delivery.pk]
        with pytest.raises(NotVisible):
            acknowledge(delivery_id=delivery.public_id, reference="x", actor=stranger, at=AT)
        acknowledge(delivery_id=delivery.public_id, reference="B-1", actor=member, at=AT)
        assert collect(actor=member, at=AT) == collect(actor=stranger, at=AT) == []

    @pytest.mark.clause("FP 2.2.1")
    def test_a_bank_that_left_hears_of_removals_but_of_nothing_new(self, desk, bank):
        first = published(desk)
        BankParticipation.objects.filter(bank=bank).update(until_on=AT.date())
        published(desk)
        assert Announcement.objects.filter(deliveries__channel__institution=bank).count() == 1
        remove_entries(entry_ids=[first.entry.public_id], reason="停产", actor=desk.industry, at=AT)
        assert Announcement.objects.filter(deliveries__channel__institution=bank).count() == 2

    def test_a_bank_cannot_send_again(self, desk, bank):
        published(desk)
        with pytest.raises(RoleMissing):
            send_again(delivery_id=the_delivery().public_id, actor=MemberFactory(institution=bank), at=AT)
        with pytest.raises(RoleMissing):
            collect(actor=desk.industry, at=AT)

    def test_deliveries_are_seen_by_receiver_and_city_only(self, desk, bank, jinfuyun):
        published(desk)
        assert deliveries_visible_to(desk.industry).count() == 2
        assert [d.channel.institution for d in deliveries_visible_to(MemberFactory(institution=bank))] == [bank]
        assert not deliveries_visible_to(desk.county).exists()


def test_a_channel_that_joins_late_gets_the_whole_list(desk, jinfuyun, platform):
    case, gone = published(desk), published(desk)
    remove_entries(entry_ids=[gone.entry.public_id], reason="理由", actor=desk.industry, at=AT)
    late = Channel.objects.create(code="late", name="新渠道", kind="trust_system", transport="file")
    announcement = deliver_whole_list(channel=late, actor=desk.industry, at=AT)
    assert [e["id"] for e in announcement.payload["entries"]] == [str(case.entry.public_id)]
    assert [d.channel for d in announcement.deliveries.all()] == [late]


def test_the_doors_for_celery_make_one_call_each(desk, jinfuyun, platform, monkeypatch):
    case = published(desk)
    monkeypatch.setattr(tasks.timezone, "now", lambda: day(2026, 7, 1))
    assert tasks.send_deliveries() == {"acknowledged": 1}
    assert tasks.expire() == 1
    assert again(case.entry).state == EntryState.EXPIRED
