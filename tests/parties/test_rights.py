"""A change of rights is an act of two persons; one alone gets nowhere, by whatever door."""

import re
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from audit.models import Event
from common.errors import NotVisible, ReasonMissing
from parties.access import RoleMissing, SamePerson
from parties.enums import RightsState
from parties.models import Institution, RightsChange
from parties.rights import KINDS, NotConfirmed, RightsKind, register_kind, require_confirmed
from parties.selectors import mark_of, operator, system_member
from parties.services.rights import (
    ConcernsOneself,
    DecidedAlready,
    NothingChanges,
    ProposalExpired,
    RightsOutdated,
    WaitsAlready,
    confirm_change,
    propose_change,
    refuse_change,
    withdraw_change,
)
from quanzhou_fund.settings import BASE_DIR
from tests.factories import InstitutionFactory, MemberFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
KIND = "test.active"


def _found(change):
    return {"is_active": Institution.objects.select_for_update().get(pk=change.institution_id).is_active}


def _apply(change):
    require_confirmed(change)
    Institution.objects.filter(pk=change.institution_id).update(is_active=change.after["is_active"])


@pytest.fixture(autouse=True)
def _kind():
    register_kind(RightsKind(name=KIND, label="测试事项", found=_found, apply=_apply))
    yield
    del KINDS[KIND]


@pytest.fixture
def bank():
    return InstitutionFactory()


@pytest.fixture
def head(bank):
    return MemberFactory(institution=bank, admin=True)


@pytest.fixture
def security():
    return MemberFactory(institution=operator(), roles=["security"])


def propose(bank, actor, *, at=AT, active=False, seen=None, kind=KIND):
    subject = f"institution:{bank.code}"
    return propose_change(
        kind=kind, house=bank, subject=subject, label=bank.name, after={"is_active": active}, actor=actor, at=at, seen=seen
    )


def is_active(bank):
    return Institution.objects.get(pk=bank.pk).is_active


def test_it_holds_only_after_another_persons_yes(bank, head, security):
    change = propose(bank, head)
    assert is_active(bank)
    confirm_change(change_id=change.public_id, actor=security, at=AT)
    assert not is_active(bank)
    change.refresh_from_db()
    assert (change.state, change.made_by, change.decided_by) == ("confirmed", head, security)
    events = Event.objects.order_by("pk").values_list("verb", "actor_id", "party_name")
    assert list(events) == [("rights.proposed", head.pk, bank.name), ("rights.confirmed", security.pk, security.party_name)]


def test_nobody_confirms_but_another_houses_security_administrator(bank, head, security):
    change = propose(bank, head)
    strangers = [
        (head, RoleMissing),
        (MemberFactory(institution=bank, admin=True), RoleMissing),
        (MemberFactory(institution=bank, checker=True), NotVisible),
        (MemberFactory.serving("city_industry", admin=True), NotVisible),
        (MemberFactory(institution=operator(), roles=["system"]), RoleMissing),
        (MemberFactory(institution=operator(), roles=["audit"]), NotVisible),
        (MemberFactory(institution=InstitutionFactory(), roles=["security"]), NotVisible),
        (MemberFactory(institution=bank, roles=["admin"], kind="program", user=None), NotVisible),
        (system_member(), RoleMissing),
    ]
    for stranger, refusal in strangers:
        with pytest.raises(refusal):
            confirm_change(change_id=change.public_id, actor=stranger, at=AT)
        with pytest.raises(refusal):
            refuse_change(change_id=change.public_id, reason="不同意", actor=stranger, at=AT)
    assert is_active(bank)
    assert Event.objects.count() == 1


def test_nobody_proposes_for_another_house_or_without_the_role(bank, security):
    strangers = [
        MemberFactory(institution=bank),
        MemberFactory(institution=bank, checker=True),
        MemberFactory(admin=True),
        MemberFactory.serving("city_industry", admin=True),
        MemberFactory(institution=bank, roles=["admin"], kind="program", user=None),
        security,
    ]
    for stranger in strangers:
        with pytest.raises(RoleMissing):
            propose(bank, stranger)
    propose(bank, MemberFactory(institution=operator(), roles=["system"]))


def test_an_act_of_the_operator_is_proposed_at_the_operator(bank, head):
    register_kind(RightsKind(name=KIND, label="测试事项", found=_found, apply=_apply, operator_only=True))
    with pytest.raises(RoleMissing, match="系统管理员"):
        propose(bank, head)
    propose(bank, MemberFactory(institution=operator(), roles=["system"]))


@pytest.mark.parametrize("twin", ["login", "phone"])
def test_the_same_person_under_another_membership_or_login_does_not_confirm(bank, twin):
    head = MemberFactory(institution=bank, admin=True, until_on=AT.date(), user__phone="13805950001")
    change = propose(bank, head)
    more = {"user": head.user, "from_on": AT.date()} if twin == "login" else {"user__phone": "13805950001"}
    other = MemberFactory(institution=operator(), roles=["security"], **more)
    with pytest.raises(SamePerson):
        confirm_change(change_id=change.public_id, actor=other, at=AT)
    assert is_active(bank)


def test_the_person_concerned_does_not_confirm(security):
    system = MemberFactory(institution=operator(), roles=["system"])
    change = propose_change(
        kind=KIND, house=operator(), subject="member:x", label="x", after={"is_active": False}, actor=system, at=AT, member=security
    )
    with pytest.raises(SamePerson):
        confirm_change(change_id=change.public_id, actor=security, at=AT)


def test_a_form_older_than_the_last_change_is_refused(bank, head, security):
    seen = mark_of(f"institution:{bank.code}")
    confirm_change(change_id=propose(bank, head, seen=seen).public_id, actor=security, at=AT)
    with pytest.raises(RightsOutdated):
        propose(bank, head, active=True, seen=seen)


def test_a_proposal_older_than_the_last_change_is_refused(bank, head, security):
    change = propose(bank, head)
    Institution.objects.filter(pk=bank.pk).update(is_active=False)
    with pytest.raises(RightsOutdated):
        confirm_change(change_id=change.public_id, actor=security, at=AT)
    assert RightsChange.objects.get().state == RightsState.PROPOSED


def test_one_waits_at_a_time_and_what_holds_is_not_proposed(bank, head):
    propose(bank, head)
    with pytest.raises(WaitsAlready):
        propose(bank, head)
    with pytest.raises(NothingChanges):
        propose(InstitutionFactory(), MemberFactory(institution=operator(), roles=["system"]), active=True)
    assert Event.objects.count() == 1


def test_an_old_proposal_expires_and_makes_room(bank, head, security):
    change = propose(bank, head)
    late = AT + timedelta(days=7)
    with pytest.raises(ProposalExpired):
        confirm_change(change_id=change.public_id, actor=security, at=late)
    propose(bank, head, at=late)
    change.refresh_from_db()
    assert change.state == RightsState.EXPIRED


def test_a_refusal_needs_a_reason_and_is_the_end(bank, head, security):
    change = propose(bank, head)
    with pytest.raises(ReasonMissing):
        refuse_change(change_id=change.public_id, reason=" ", actor=security, at=AT)
    refuse_change(change_id=change.public_id, reason="未见任职文件", actor=security, at=AT)
    with pytest.raises(DecidedAlready, match="不予确认"):
        confirm_change(change_id=change.public_id, actor=security, at=AT)
    with pytest.raises(DecidedAlready):
        withdraw_change(change_id=change.public_id, actor=head, at=AT)
    assert is_active(bank)


def test_the_house_takes_its_proposal_back(bank, head, security):
    change = propose(bank, head)
    withdraw_change(change_id=change.public_id, actor=head, at=AT)
    with pytest.raises(DecidedAlready, match="已撤回"):
        confirm_change(change_id=change.public_id, actor=security, at=AT)


def test_the_person_concerned_does_not_take_back_what_others_proposed(bank, head, security):
    colleague = MemberFactory(institution=bank, roles=["admin"])
    change = propose(bank, colleague)
    RightsChange.objects.filter(pk=change.pk).update(member=head)
    with pytest.raises(ConcernsOneself):
        withdraw_change(change_id=change.public_id, actor=head, at=AT)
    assert RightsChange.objects.get().state == RightsState.PROPOSED
    withdraw_change(change_id=change.public_id, actor=colleague, at=AT)
    assert RightsChange.objects.get().state == RightsState.WITHDRAWN


def test_an_effect_asks_for_the_confirmation(bank, head):
    with pytest.raises(NotConfirmed):
        _apply(propose(bank, head))


MISFITS = [
    pytest.param({"enterprise_id": 1}, "rights_change_one_house", id="two houses"),
    pytest.param({"state": "confirmed"}, "rights_change_decided_facts", id="confirmed by nobody"),
    pytest.param({"state": "confirmed", "decided_at": AT, "by": "maker"}, "rights_change_two_persons", id="confirmed by its proposer"),
    pytest.param(
        {"state": "confirmed", "decided_at": AT, "by": "twin"}, "rights_change_two_persons", id="confirmed by its proposer's login"
    ),
    pytest.param({"state": "refused", "decided_at": AT, "by": "other"}, "rights_change_refused_with_reason", id="refused without a reason"),
]


@pytest.mark.parametrize(("fields", "constraint"), MISFITS)
def test_the_database_holds_a_change_to_two_persons(bank, head, security, fields, constraint):
    change = propose(bank, head)
    by = fields.pop("by", None) if (fields := dict(fields)) else None
    if by is not None:
        fields["decided_by"] = head if by == "maker" else security
        fields["decided_by_user"] = {"maker": head.user, "twin": head.user, "other": security.user}[by]
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RightsChange.objects.filter(pk=change.pk).update(**fields)


def test_the_database_knows_the_states_and_their_ways(bank, head, security):
    change = propose(bank, head)
    same = {name: getattr(change, name) for name in ("kind", "institution", "subject_label", "made_by", "made_at", "ends_at")}
    with pytest.raises(IntegrityError, match="rights_change_decided_facts"), transaction.atomic():
        RightsChange.objects.create(**same, subject="another", state="unknown")
    refuse_change(change_id=change.public_id, reason="不属实", actor=security, at=AT)
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        RightsChange.objects.filter(pk=change.pk).update(state="confirmed")


def test_the_database_lets_one_change_of_a_subject_wait(bank, head):
    change = propose(bank, head)
    change.pk, change.public_id = None, None
    change._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        change.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_of_two_confirmations_at_once_one_counts(bank, head):
    confirmers = [MemberFactory(institution=operator(), roles=["security"]) for _ in range(2)]
    change = propose(bank, head)
    together, outcomes = Barrier(2), []

    def run(actor):
        together.wait()
        try:
            confirm_change(change_id=change.public_id, actor=actor, at=AT)
            outcomes.append("confirmed")
        except DecidedAlready:
            outcomes.append("late")
        finally:
            connection.close()

    threads = [Thread(target=run, args=(actor,)) for actor in confirmers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["confirmed", "late"]
    assert Event.objects.filter(verb="rights.confirmed").count() == 1


def test_every_kind_is_registered_when_the_apps_are_ready_whoever_imports_what():
    for path in sorted(BASE_DIR.glob("*/services/**/*.py")):
        if re.search(r"^register_kind\(", path.read_text(encoding="utf-8"), re.MULTILINE):
            module = ".".join(path.relative_to(BASE_DIR).with_suffix("").parts)
            ready = (BASE_DIR / module.partition(".")[0] / "apps.py").read_text(encoding="utf-8")
            assert f'import_module("{module}")' in ready
