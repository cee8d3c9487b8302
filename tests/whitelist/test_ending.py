"""Leaving the list, and what an entry is open for."""

import pytest

from common.errors import NotVisible, ReasonMissing
from parties.access import RoleMissing
from parties.selectors import system_member
from tests.factories import EnterpriseFactory
from tests.whitelist.cases import AT, again, agree, day, listed_rd, publish, published
from whitelist.access import StepNotOpen
from whitelist.enums import AnnouncementKind, EntryState, ExpiryCause
from whitelist.models import Announcement, Entry
from whitelist.selectors.entries import is_open_for_application, is_open_for_drawdown, open_for_application
from whitelist.services.ending import expire_entries, expire_fully_drawn, remove_entries
from whitelist.services.screening import list_little_giants

pytestmark = [pytest.mark.django_db, pytest.mark.clause("D27")]


@pytest.mark.parametrize(
    ("on", "is_open"),
    [
        pytest.param(day(2024, 6, 30), False, id="the day before publication"),
        pytest.param(AT, True, id="the day of publication"),
        pytest.param(day(2026, 6, 30), True, id="the last day of 24 months"),
        pytest.param(day(2026, 7, 1), False, id="the day after"),
    ],
)
def test_a_project_is_open_for_24_months_whether_or_not_the_job_ran(desk, on, is_open):
    entry = published(desk).entry
    assert is_open_for_application(entry, on=on.date()) is is_open
    assert Entry.objects.filter(open_for_application(on.date())).exists() is is_open


def test_expiry_stops_applications_and_not_drawdowns(desk):
    entry = published(desk).entry
    assert expire_entries(actor=system_member(), at=day(2026, 6, 30)) == []
    [expired] = expire_entries(actor=system_member(), at=day(2026, 7, 2))
    assert (expired.pk, expired.expiry_cause, expired.expired_on) == (entry.pk, ExpiryCause.TERM_OVER, day(2026, 7, 2).date())
    entry = again(entry)
    assert (is_open_for_application(entry, on=day(2026, 7, 2).date()), is_open_for_drawdown(entry)) == (False, True)


def test_the_job_run_twice_changes_nothing(desk):
    published(desk)
    expire_entries(actor=system_member(), at=day(2026, 7, 2))
    assert expire_entries(actor=system_member(), at=day(2026, 7, 3)) == []
    assert Announcement.objects.filter(kind=AnnouncementKind.EXPIRY).count() == 1


def test_removal_stops_drawdowns_too_also_after_expiry(desk):
    entry = published(desk).entry
    expire_entries(actor=system_member(), at=day(2026, 7, 2))
    remove_entries(entry_ids=[entry.public_id], reason="提供虚假材料", actor=desk.industry, at=day(2026, 7, 3))
    entry = again(entry)
    assert (entry.state, entry.removal_reason, is_open_for_drawdown(entry)) == (EntryState.REMOVED, "提供虚假材料", False)
    assert entry.expired_on == day(2026, 7, 2).date()


def test_removal_needs_a_reason_and_the_leading_bureau(desk):
    entry = published(desk).entry
    with pytest.raises(ReasonMissing):
        remove_entries(entry_ids=[entry.public_id], reason="", actor=desk.industry, at=AT)
    for actor in (desk.science, desk.county):
        with pytest.raises(RoleMissing):
            remove_entries(entry_ids=[entry.public_id], reason="理由", actor=actor, at=AT)
    with pytest.raises(NotVisible):
        remove_entries(entry_ids=[entry.public_id], reason="理由", actor=desk.other_county, at=AT)
    assert again(entry).state == EntryState.PUBLISHED


def test_removal_twice_is_refused(desk):
    entry = published(desk).entry
    remove_entries(entry_ids=[entry.public_id], reason="理由", actor=desk.industry, at=AT)
    with pytest.raises(StepNotOpen):
        remove_entries(entry_ids=[entry.public_id], reason="另一理由", actor=desk.industry, at=AT)
    assert again(entry).removal_reason == "理由"


def test_a_fully_drawn_project_ends_once(desk):
    entry = published(desk).entry
    job = system_member()
    [ended] = expire_fully_drawn(entry_ids=[entry.public_id], actor=job, at=day(2025, 1, 2))
    assert (ended.expiry_cause, expire_fully_drawn(entry_ids=[entry.public_id], actor=job, at=day(2025, 1, 3))) == (
        ExpiryCause.FULLY_DRAWN,
        [],
    )


def test_an_rd_entry_is_never_ended_by_drawing(desk):
    entry = listed_rd(desk)
    assert expire_fully_drawn(entry_ids=[entry.public_id], actor=system_member(), at=AT) == []


def test_the_next_yearly_list_ends_those_it_does_not_name(desk):
    old = listed_rd(desk, at=day(2024, 7, 1))
    job = system_member()
    assert expire_entries(actor=job, at=day(2025, 7, 1)) == []
    listed_rd(desk, at=day(2025, 7, 2))
    [ended] = expire_entries(actor=job, at=day(2025, 7, 3))
    assert (ended.pk, ended.expiry_cause) == (old.pk, ExpiryCause.NEXT_LIST)


def test_a_little_giant_listed_early_ends_nobody(desk):
    old, at = listed_rd(desk, at=day(2024, 7, 1)), day(2025, 2, 3)
    [giant] = list_little_giants(enterprise_ids=[EnterpriseFactory(little_giant=True).public_id], actor=desk.science, at=at)
    agree([giant], desk.industry, at=at)
    agree([giant], desk.treasury, at=at)
    publish([giant], desk.science, at=at)
    assert expire_entries(actor=system_member(), at=day(2025, 2, 4)) == []
    assert {again(old).state, again(giant).state} == {EntryState.PUBLISHED}


def test_people_other_than_the_lead_do_not_expire(desk):
    published(desk)
    with pytest.raises(RoleMissing):
        expire_entries(actor=desk.treasury, at=day(2026, 7, 2))
