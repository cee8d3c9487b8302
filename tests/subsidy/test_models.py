"""Each constraint and trigger of settlements, payments and tenders by name."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pgtrigger
import pytest
from django.apps import apps
from django.db import IntegrityError, InternalError, connection, transaction

from common.transitions import Table, edges
from subsidy.models import BankFigure, Line, Objection, Payment, Reconciliation, Settlement, Share
from subsidy.transitions import OBJECTION_STEPS, PAYMENT_STEPS, SETTLEMENT_STEPS
from tests.factories import MemberFactory, seeded_district
from tests.subsidy.factories import People, filed, noon, paid

pytestmark = pytest.mark.django_db
JULY = noon(2024, 7, 5)
STEPS = ("subsidy.Settlement:settlement_legal_steps", "subsidy.Payment:payment_legal_steps", "subsidy.Objection:objection_legal_steps")


def refused(name: str | tuple[str, ...], statement: Any) -> None:
    """Hold that the statement breaks just that constraint, or one of those that all stand against it, whatever step it would be."""
    with pgtrigger.ignore(*STEPS), pytest.raises(IntegrityError) as refusal, transaction.atomic():
        statement()
    assert refusal.value.__cause__.diag.constraint_name in ((name,) if isinstance(name, str) else name)  # type: ignore[union-attr]


def set_to(row: Any, **values: Any) -> Any:
    return lambda: type(row).objects.filter(pk=row.pk).update(**values)


def wide(text: str) -> str:
    """Return the text with its letters and digits in full width, as it is typed in a Chinese input method."""
    return "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)


def execute(sql: str) -> Any:
    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)

    return run


@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["subsidy_line", "subsidy_share", "subsidy_revision"])
def test_a_revision_is_never_changed(draft: Settlement, table: str, verb: str) -> None:
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        execute(verb.format(table))()


@pytest.mark.parametrize("verb", ["DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("table", ["subsidy_settlement", "subsidy_payment"])
def test_settlements_and_payments_are_kept(draft: Settlement, table: str, verb: str) -> None:
    connection.check_constraints()
    with pytest.raises(IntegrityError, match="forbidden"), transaction.atomic():
        execute(verb.format(table))()


def copied(row: Any, **changes: Any) -> Any:
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key} | changes
    return lambda: type(row).objects.create(**values)


def test_nothing_is_added_to_a_complete_revision(draft: Settlement) -> None:
    revision = draft.current
    assert revision is not None
    refused("subsidy_line_sealed", copied(revision.lines.get(), year=2023))
    refused("subsidy_share_sealed", copied(revision.shares.get(), district_id=seeded_district("石狮市").pk))


def test_lines_and_shares_must_add_up(draft: Settlement) -> None:
    revision = draft.current
    assert revision is not None
    line, share = revision.lines.get(), revision.shares.get()
    unsealed = revision.pk + 1000
    refused("line_subsidy_is_difference", copied(line, revision_id=unsealed, subsidy=line.subsidy + 1))
    refused("share_sums_tie", copied(share, revision_id=unsealed, city=share.city + 1))
    refused("share_not_negative", copied(share, revision_id=unsealed, subsidy=-2, city=-1, county=-1))
    refused("revision_sums_tie", copied(revision, number=2, city=revision.city + 1))
    refused("revision_number_once", copied(revision))


def test_a_line_and_a_share_stand_once(draft: Settlement) -> None:
    unsealed = draft.current_id + 1000  # type: ignore[operator]
    line, share = Line.objects.get(), Share.objects.get()

    def twice(row: Any) -> None:
        for _ in range(2):
            copied(row, revision_id=unsealed)()

    refused("line_once_per_loan_and_quarter", lambda: twice(line))
    refused("share_once_per_county", lambda: twice(share))


def test_one_settlement_per_bank_mode_and_quarter(draft: Settlement) -> None:
    refused("settlement_once_per_quarter", copied(draft, public_id="6e2f0d3e-0000-4000-8000-000000000001"))


@pytest.mark.parametrize(
    ("model", "table"), [(Settlement, SETTLEMENT_STEPS), (Payment, PAYMENT_STEPS), (Objection, OBJECTION_STEPS)], ids=str
)
def test_the_database_lets_a_state_move_along_its_table_alone(model: Any, table: Table) -> None:
    field = model._meta.get_field("state")
    moved = {(one.name, str(one.source), str(one.target)) for one in field.get_all_transitions(model)}
    assert moved == {(row.name, str(source), str(row.target)) for row in table for source in row.sources}
    [trigger] = [one for one in model._meta.triggers if one.name.endswith("_legal_steps")]
    assert sorted(trigger.transitions) == edges(table)


def test_no_statement_jumps_over_a_state(draft: Settlement, people: People) -> None:
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        set_to(draft, state="paid")()
    payment = filed(draft, people, at=JULY).payments.order_by("payer__kind").first()
    with pytest.raises(InternalError, match="Invalid transition"), transaction.atomic():
        set_to(payment, state="paid")()


def test_a_state_has_its_facts(draft: Settlement, people: People) -> None:
    refused("settlement_confirmed_facts", set_to(draft, state="confirmed"))
    refused("settlement_confirmed_facts", set_to(draft, confirmed_on=date(2024, 7, 1)))
    told = {"state": "reviewed", "confirmed_on": date(2024, 7, 2), "confirmed_by": people.bank_handler}
    refused("settlement_reviewed_facts", set_to(draft, **told))
    refused("settlement_reviewed_facts", set_to(draft, **told, reviewed_by=people.industry))
    refused("settlement_reviewed_facts", set_to(draft, **told, reviewed_by=people.industry, reviewed_on=date(2024, 7, 1)))
    told |= {"state": "filed", "reviewed_by": people.industry, "reviewed_on": date(2024, 7, 3)}
    refused("settlement_filed_facts", set_to(draft, **told))
    refused("settlement_filed_facts", set_to(draft, **told, filed_by=people.treasury, record_number="备1"))
    refused("settlement_filed_facts", set_to(draft, **told, filed_by=people.treasury, filed_on=date(2024, 7, 3), record_number=""))
    told |= {"state": "paid", "filed_by": people.treasury, "filed_on": date(2024, 7, 4), "record_number": "备1"}
    refused("settlement_paid_facts", set_to(draft, **told))
    refused("settlement_quarter_of_a_year", copied(draft, quarter=5, public_id="6e2f0d3e-0000-4000-8000-000000000001"))


def test_a_record_number_files_once(draft: Settlement, people: People) -> None:
    filed(draft, people, at=JULY)
    number = Settlement.objects.get().record_number
    told = {"state": "filed", "record_number": number, "year": 2023, "public_id": "6e2f0d3e-0000-4000-8000-000000000001"}
    refused("settlement_record_number_once", copied(Settlement.objects.get(), **told))
    refused("settlement_record_number_alike", copied(Settlement.objects.get(), **told | {"record_number": wide(number)}))


@pytest.mark.clause("D13")
def test_a_filed_settlement_is_final(draft: Settlement, people: People) -> None:
    refused("settlement_identity_kept", set_to(draft, quarter=3))
    settlement = filed(draft, people, at=JULY)
    for change in ({"current": None}, {"record_number": "别的"}, {"filed_on": date(2024, 7, 6)}, {"confirmed_on": date(2024, 7, 4)}):
        refused("settlement_filed_is_final", set_to(settlement, **change))
    undone = {"state": "draft", "confirmed_on": None, "confirmed_by": None, "reviewed_on": None, "reviewed_by": None}
    refused("settlement_filed_is_final", set_to(settlement, **undone, filed_on=None, filed_by=None, record_number=""))
    refused("revision_of_draft", copied(settlement.current, number=2))
    paid(settlement, people, at=JULY)
    refused("settlement_filed_is_final", set_to(settlement, state="filed", paid_on=None))


def test_the_current_revision_is_its_own(draft: Settlement) -> None:
    refused("settlement_current_is_own", set_to(draft, current=10**9))


def test_payments_hold_maker_checker_voucher_and_amount(draft: Settlement, people: People) -> None:
    payment = filed(draft, people, at=JULY).payments.order_by("payer__kind").first()
    assert payment is not None
    refused("payment_made_facts", set_to(payment, state="recorded"))
    made = {"state": "recorded", "made_by": people.industry, "paid_on": date(2024, 7, 5), "voucher": "凭1"}
    refused("payment_made_facts", set_to(payment, **made | {"voucher": ""}))
    refused("payment_checked_facts", set_to(payment, **made | {"state": "paid"}))
    refused("payment_checker_differs", set_to(payment, **made | {"state": "paid", "checked_by": people.industry, "entry": 10**9}))
    refused("payment_final", set_to(payment, amount=payment.amount + 1))
    refused("payment_once_per_payer", copied(payment, public_id="6e2f0d3e-0000-4000-8000-000000000001"))
    refused(
        "payment_amount_positive", copied(payment, public_id="6e2f0d3e-0000-4000-8000-000000000001", payer_id=payment.payee_id, amount=0)
    )
    set_to(payment, **made)()
    second = copied(Payment.objects.get(pk=payment.pk), public_id="6e2f0d3e-0000-4000-8000-000000000002", settlement_id=10**9)
    refused("payment_voucher_once_per_payer", second)
    alike = {"public_id": "6e2f0d3e-0000-4000-8000-000000000002", "settlement_id": 10**9, "voucher": wide("凭1")}
    refused("payment_voucher_alike", copied(Payment.objects.get(pk=payment.pk), **alike))
    paid_settlement = paid(Settlement.objects.get(), people, at=JULY)
    refused("payment_final", set_to(paid_settlement.payments.filter(state="paid").first(), voucher="别的"))


def test_objections_say_why_and_how_they_end(draft: Settlement, people: People) -> None:
    facts = {"settlement": draft, "revision": draft.current, "district": seeded_district(), "raised_by": people.industry, "raised_at": JULY}
    refused("objection_reason_said", lambda: Objection.objects.create(**facts, reason=""))
    objection = Objection.objects.create(**facts, reason="有误")
    refused("objection_one_open_per_county", lambda: Objection.objects.create(**facts, reason="再提"))
    refused("objection_resolved_facts", set_to(objection, state="withdrawn"))
    refused("objection_answer_said", set_to(objection, state="answered", resolved_by=people.industry, resolved_at=JULY))


def test_a_file_is_taken_once_per_settlement(draft: Settlement, people: People) -> None:
    facts = {"settlement": draft, "revision": draft.current, "filename": "a.csv", "sha256": "0" * 64, "row_count": 1}
    facts |= {"checked_by": people.bank_handler, "checked_at": datetime(2024, 7, 1, tzinfo=UTC)}
    file = Reconciliation.objects.create(**facts)
    refused("reconciliation_file_once", lambda: Reconciliation.objects.create(**facts))
    refused("reconciliation_committed_facts", set_to(file, state="committed"))
    figure = {"reconciliation": file, "loan": Line.objects.get().loan, "subsidy": 1}
    BankFigure.objects.create(**figure, row=2)
    refused("bank_figure_once_per_loan", lambda: BankFigure.objects.create(**figure, row=3))


def test_every_named_constraint_is_tried_here() -> None:
    """Hold that a constraint added to a model is added to this file."""
    here = Path(__file__).read_text() + Path(__file__).with_name("test_tender_models.py").read_text()
    models = apps.get_app_config("subsidy").get_models()
    missing = [constraint.name for model in models for constraint in model._meta.constraints if constraint.name not in here]
    assert missing == []


@pytest.mark.parametrize("table", ["subsidy_bid", "subsidy_bankfigure"])
def test_bids_and_the_banks_figures_only_grow(db: None, table: str) -> None:
    for verb in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            execute(verb)()


def test_decisions_are_never_emptied(db: None) -> None:
    """One changes and goes with its return rate alone: tests/admin/test_corrections_rests.py."""
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        execute("TRUNCATE subsidy_ratedecision CASCADE")()


@pytest.mark.parametrize(
    "table", ["subsidy_tender", "subsidy_sealedbid", "subsidy_paperbid", "subsidy_objection", "subsidy_reconciliation"]
)
def test_what_was_said_is_never_deleted(db: None, table: str) -> None:
    for verb in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            execute(verb)()


def test_unknown_words_are_refused(draft: Settlement) -> None:
    refused("settlement_known_words", set_to(draft, state="open"))
    facts = {"settlement": draft, "revision": draft.current, "district": seeded_district("晋江市"), "raised_by": MemberFactory()}
    objection = Objection.objects.create(**facts, raised_at=JULY, reason="有误")
    who = {"resolved_by": facts["raised_by"], "resolved_at": JULY}
    refused("objection_known_state", set_to(objection, state="lost", **who))
