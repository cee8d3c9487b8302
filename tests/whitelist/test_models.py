"""Constraints and triggers by name, and that model, table of steps and trigger hold the same graph."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from common.transitions import edges
from tests.whitelist.cases import AT, drafted, in_consultation, listed_rd, published, submitted
from whitelist.models import Batch, Channel, Delivery, Entry, ImportFile, Opinion, StackingRecord, TaxRow
from whitelist.models.entry import FROZEN_WHEN_LISTED
from whitelist.transitions import ENTRY_STEPS

pytestmark = pytest.mark.django_db


def broken(name, change):
    """Do what a constraint or trigger forbids, and see it named."""
    with pytest.raises(DatabaseError, match=name), transaction.atomic():
        change()


def test_model_and_table_hold_the_same_graph():
    field = Entry._meta.get_field("state")
    held = {(t.source, t.target, t.name) for t in field.get_all_transitions(Entry)}
    assert held == {(source, step.target, step.name) for step in ENTRY_STEPS for source in step.sources}


def test_the_trigger_holds_the_same_graph():
    [trigger] = [t for t in Entry._meta.triggers if t.name == "legal_steps"]
    assert set(trigger.transitions) == set(edges(ENTRY_STEPS)) == {(source, step.target) for step in ENTRY_STEPS for source in step.sources}


@pytest.mark.parametrize(("source", "target"), [("draft", "published"), ("draft", "cleared"), ("draft", "expired"), ("draft", "returned")])
def test_no_statement_takes_a_step_that_is_not_in_the_table(source, target):
    entry = drafted().entry
    assert (entry.state, (source, target) in edges(ENTRY_STEPS)) == (source, False)
    broken("Invalid transition", lambda: Entry.objects.filter(pk=entry.pk).update(state=target))


@pytest.mark.parametrize(
    ("name", "make", "change"),
    [
        ("entry_project_where_kind_is_project", lambda d: submitted().entry, {"route": "direct"}),
        ("entry_submitted_has_date_and_policy", lambda d: submitted().entry, {"submitted_on": None}),
        ("entry_refused_has_reason", lambda d: submitted().entry, {"state": "returned"}),
        ("entry_passed_city_has_date_and_round", lambda d: in_consultation(d).entry, {"decided_on": None}),
        ("entry_listed_has_batch", lambda d: drafted().entry, {"published_on": date(2024, 7, 1)}),
        ("entry_removed_has_date_and_reason", lambda d: published(d).entry, {"state": "removed"}),
        ("entry_removed_has_date_and_reason", lambda d: published(d).entry, {"removal_reason": "理由"}),
        ("entry_removed_has_date_and_reason", lambda d: published(d).entry, {"state": "removed", "removal_reason": "理由"}),
        ("entry_expired_has_date_and_cause", lambda d: published(d).entry, {"state": "expired"}),
        ("entry_expired_has_date_and_cause", lambda d: published(d).entry, {"state": "expired", "expiry_cause": "term_over"}),
        (
            "entry_removed_has_date_and_reason",
            lambda d: published(d).entry,
            {"state": "removed", "removal_reason": "理由", "removed_on": date(2024, 6, 30)},
        ),
        ("entry_rd_expense_not_negative", lambda d: submitted().entry, {"last_year_rd_expense": Decimal("-0.01")}),
    ],
)
def test_a_state_goes_with_its_dates_and_reasons(desk, name, make, change):
    entry = make(desk)
    broken(name, lambda: Entry.objects.filter(pk=entry.pk).update(**change))


def copy_of(entry, **changed):
    fields = {f.attname: getattr(entry, f.attname) for f in Entry._meta.fields if f.name not in ("id", "public_id")}
    return Entry(**{**fields, **changed})


def test_a_project_has_one_open_entry_and_an_enterprise_one_per_year(desk):
    broken("entry_one_open_per_project", copy_of(submitted().entry).save)
    rd = listed_rd(desk)
    broken("entry_one_open_per_enterprise_and_year", copy_of(rd).save)
    broken("entry_one_listed_rd_per_enterprise", copy_of(rd, list_year=2025).save)


def test_only_the_eligible_are_listed_and_projects_have_an_end(desk):
    ended = {"state": "expired", "expired_on": date(2026, 7, 1), "expiry_cause": "term_over"}
    case = published(desk)
    broken("entry_listed_is_eligible", copy_of(case.entry, is_eligible=False, **ended).save)
    broken("entry_listed_project_has_end", copy_of(case.entry, expires_on=None, **ended).save)
    broken("entry_listed_project_has_investment", copy_of(case.entry, total_investment=None, **ended).save)


@pytest.mark.clause("FP 1.6.1(3)")
@pytest.mark.parametrize("field", FROZEN_WHEN_LISTED)
def test_a_listed_row_stays_as_published(desk, field):
    entry = listed_rd(desk)
    other = published(desk).entry if field in ("project", "batch", "enterprise") else None
    value = {
        "kind": "project",
        "route": "direct",
        "enterprise": other and other.enterprise_id,
        "project": other and other.project_id,
        "district": entry.district_id + 1,
        "list_year": 2030,
        "policy_version": None,
        "checks": [],
        "is_eligible": None,
        "holds_technical_upgrade_subsidy": True,
        "other_technology_credit": True,
        "is_newly_registered": True,
        "total_investment": Decimal("1.00"),
        "submitted_on": date(2020, 1, 1),
        "decided_on": date(2020, 1, 1),
        "consultation_round": 9,
        "batch": other and other.batch_id,
        "published_on": date(2024, 8, 1),
        "expires_on": date(2030, 1, 1),
    }[field]
    column = Entry._meta.get_field(field).attname
    broken("Cannot update", lambda: Entry.objects.filter(pk=entry.pk).update(**{column: value}))


def test_a_listed_figure_never_changes(desk):
    entry = listed_rd(desk)
    broken("Cannot update", lambda: Entry.objects.filter(pk=entry.pk).update(last_year_rd_expense=Decimal("1.00")))


def test_an_entry_is_never_deleted(desk):
    entry = drafted().entry
    broken("Cannot delete", lambda: Entry.objects.filter(pk=entry.pk).delete())


def test_a_listed_project_keeps_its_investment(desk):
    project = published(desk).project
    broken("a listed project keeps", lambda: type(project).objects.filter(pk=project.pk).update(total_investment=Decimal("1.00")))
    assert published(desk, total_investment=Decimal("5.00")).entry.total_investment == Decimal("5.00")
    free = drafted().project
    type(free).objects.filter(pk=free.pk).update(total_investment=Decimal("1.00"))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("project_investment_above_zero", {"total_investment": Decimal("0.00")}),
        ("project_code_written", {"code": ""}),
        ("project_code_written", {"code": "a b"}),
    ],
)
def test_a_project_has_code_and_investment(name, change):
    project = drafted().project
    broken(name, lambda: type(project).objects.filter(pk=project.pk).update(**change))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("batch_number_once", {}),
        ("batch_number_from_one", {"number": 0}),
        ("batch_has_document", {"number": 2, "document_number": ""}),
        ("batch_year_of_publication", {"number": 2, "year": 2025}),
    ],
)
def test_a_batch_is_numbered_and_documented(desk, name, change):
    batch = published(desk).entry.batch
    facts = {f.attname: getattr(batch, f.attname) for f in Batch._meta.fields if f.name not in ("id", "public_id")}
    broken(name, lambda: Batch.objects.create(**{**facts, **change}))


def test_batches_opinions_and_announcements_only_grow(desk):
    entry = published(desk).entry
    broken("append-only", lambda: Batch.objects.update(document_number="另号"))
    broken("append-only", lambda: Opinion.objects.update(verdict="object", remark="改"))
    broken("append-only", lambda: entry.batch.announcements.update(payload={}))
    broken("append-only", lambda: Opinion.objects.all()._raw_delete("default"))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("opinion_once_per_bureau_and_round", {}),
        ("opinion_has_document", {"round": 2, "document_number": ""}),
        ("opinion_objection_has_remark", {"round": 2, "verdict": "object"}),
    ],
)
def test_an_opinion_is_one_documented_and_reasoned(desk, name, change):
    opinion = published(desk).entry.opinions.get()
    facts = {f.attname: getattr(opinion, f.attname) for f in Opinion._meta.fields if f.name != "id"}
    broken(name, lambda: Opinion.objects.create(**{**facts, **change}))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("channel_bank_has_institution", {"kind": "bank"}),
        ("channel_http_has_address_and_secret", {"transport": "http"}),
        ("channel_secret_is_a_name", {"secret_setting": "s3cret!"}),
    ],
)
def test_a_channel_is_whole_and_holds_no_secret(name, change):
    facts = {"code": "c", "name": "渠道", "kind": "jinfuyun", "transport": "file"}
    broken(name, lambda: Channel.objects.create(**{**facts, **change}))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("delivery_sent_has_time", {"state": "sent"}),
        ("delivery_acknowledged_has_reference", {"state": "acknowledged", "sent_at": AT, "acknowledged_at": AT}),
        ("delivery_failed_has_error", {"state": "failed"}),
        ("delivery_exported_whole", {"exported_at": AT}),
    ],
)
def test_a_delivery_goes_with_its_times(desk, name, change):
    Channel.objects.create(code="jfy", name="金服云", kind="jinfuyun", transport="file")
    published(desk)
    delivery = Delivery.objects.get()
    broken(name, lambda: Delivery.objects.filter(pk=delivery.pk).update(**change))
    broken("delivery_once_per_channel", Delivery(announcement=delivery.announcement, channel=delivery.channel).save)
    broken("Cannot delete", lambda: Delivery.objects.filter(pk=delivery.pk).delete())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("import_file_once", {}),
        ("import_file_rows_add_up", {"sha256": "1" * 64, "rows": 5}),
        ("import_file_committed", {"sha256": "1" * 64, "state": "committed"}),
    ],
)
def test_an_imported_file_is_known_by_its_hash_and_adds_up(stacking_file, name, change):
    fields = [f for f in ImportFile._meta.fields if f.name not in ("id", "public_id")]
    facts = {f.attname: getattr(stacking_file, f.attname) for f in fields}
    broken(name, lambda: ImportFile.objects.create(**{**facts, **change}))


def test_a_support_record_stands_once(stacking_file):
    facts = {"programme": "technology_credit", "year": 2024, "credit_code": "X" * 18, "file": stacking_file}
    StackingRecord.objects.create(**facts)
    broken("stacking_record_once", lambda: StackingRecord.objects.create(**facts))


def test_a_tax_row_stands_once_and_is_not_negative(desk, stacking_file):
    facts = {
        "file": stacking_file,
        "row": 2,
        "credit_code": "X" * 18,
        "name": "甲",
        "industry_code": "C34",
        "district": desk.county.institution.district,
        "registered_on": date(2015, 1, 1),
        "registered_capital": Decimal("1.00"),
        "year": 2023,
        "rd_expense": Decimal("1.00"),
    }
    TaxRow.objects.create(**facts)
    broken("tax_row_once_per_file", lambda: TaxRow.objects.create(**facts))
    broken("tax_row_not_negative", lambda: TaxRow.objects.create(**{**facts, "year": 2022, "rd_expense": Decimal("-1.00")}))
