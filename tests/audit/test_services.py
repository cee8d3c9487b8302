from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from audit.context import source_address
from audit.models import Event
from audit.selectors import events_of, history_of
from audit.services import NewEvent, Scope, record, record_many, record_opening, snapshot
from tests.factories import EnterpriseFactory, MemberFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
def enterprise():
    return EnterpriseFactory(name="泉州甲机械有限公司")


def test_an_event_says_who_for_whom_what_when_and_from_where(enterprise):
    actor = MemberFactory.serving("city_treasury", name="张三")
    token = source_address.set("10.1.2.3")
    try:
        event = record(
            verb="enterprise.changed",
            obj=enterprise,
            actor=actor,
            occurred_at=AT,
            before={"registered_capital": Decimal("1.10")},
            after={"registered_capital": Decimal("2.00"), "registered_on": date(2024, 2, 29)},
            remark="依据变更登记",
            scope=Scope(enterprise_id=enterprise.pk, district_id=7),
        )
    finally:
        source_address.reset(token)

    stored = Event.objects.get(pk=event.pk)
    assert (stored.object_type, stored.object_id, stored.object_label) == ("parties.enterprise", str(enterprise.public_id), enterprise.name)
    assert (stored.actor_id, stored.actor_name, stored.actor_kind) == (actor.pk, "张三", "person")
    assert (stored.party_id, stored.party_name) == (str(actor.institution.public_id), "泉州市财政局")
    assert stored.before == {"registered_capital": "1.10"}
    assert stored.after == {"registered_capital": "2.00", "registered_on": "2024-02-29"}
    assert (stored.bank_id, stored.district_id, stored.enterprise_id) == (None, 7, enterprise.pk)
    assert (stored.remark, stored.source_address, stored.occurred_at) == ("依据变更登记", "10.1.2.3", AT)
    assert stored.recorded_at > AT
    assert stored.transaction > 0


def test_one_event_costs_one_statement(enterprise, django_assert_num_queries):
    actor = MemberFactory.serving("city_treasury")
    with django_assert_num_queries(1):
        record(verb="tested", obj=enterprise, actor=actor, occurred_at=AT)


def test_many_events_cost_one_statement_and_keep_their_order(enterprise, django_assert_num_queries):
    actor = MemberFactory.serving("city_treasury")
    with django_assert_num_queries(1):
        record_many([NewEvent(verb=f"tested.{n}", obj=enterprise, actor=actor, occurred_at=AT) for n in range(50)])
    assert [event.verb for event in events_of(enterprise)] == [f"tested.{n}" for n in range(50)]


def test_many_events_are_written_as_one_is(enterprise):
    actor = MemberFactory.serving("city_treasury")
    after = {"金额": Decimal("2.00"), "on": date(2024, 2, 29), "list": [1, None], "quote": "{\"'\\}"}
    new = NewEvent(
        verb="tested", obj=enterprise, actor=actor, occurred_at=AT, before={"a": None}, after=after, remark="说明", scope=Scope(bank_id=3)
    )
    token = source_address.set("10.1.2.3")
    try:
        record(**{name: getattr(new, name) for name in ("verb", "obj", "actor", "occurred_at", "before", "after", "remark", "scope")})
        record_many([new, NewEvent(verb="plain", obj=enterprise, actor=actor, occurred_at=AT)])
    finally:
        source_address.reset(token)
    one, many, _ = Event.objects.order_by("id").values()
    assert one | {"id": None, "recorded_at": None} == many | {"id": None, "recorded_at": None}
    assert Event.objects.get(verb="plain").after == {}


def test_no_events_cost_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        record_many([])


def test_every_opening_counts_and_is_no_change(enterprise):
    actor = MemberFactory.serving("city_treasury")
    record(verb="tested", obj=enterprise, actor=actor, occurred_at=AT)
    for _ in range(2):
        record_opening(obj=enterprise, actor=actor, at=AT)
    assert [event.verb for event in events_of(enterprise)] == ["tested", "opened", "opened"]
    assert [event.verb for event in history_of(enterprise)] == ["tested"]


def test_another_object_has_its_own_events(enterprise):
    record(verb="tested", obj=enterprise, actor=MemberFactory(), occurred_at=AT)
    assert not events_of(EnterpriseFactory()).exists()


def test_a_change_that_is_rolled_back_leaves_no_event(enterprise):
    actor = MemberFactory()
    with transaction.atomic():
        record(verb="tested", obj=enterprise, actor=actor, occurred_at=AT)
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_a_snapshot_holds_the_named_columns(enterprise):
    assert snapshot(enterprise, ["industry_code", "registered_on"]) == {"industry_code": "C3429", "registered_on": date(2015, 6, 1)}
