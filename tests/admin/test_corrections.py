"""Every typed fact can be put right: by two persons where it is in force, and what stood there stays readable."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import DatabaseError, models, transaction
from django.test import Client

from audit.models import Event
from common.admin.display_values import page_of
from common.admin.visible import VisibleAdmin
from common.errors import InvalidInput, NotAllowed, NotVisible, ReasonMissing
from loans.models import BankQuota
from parties.access import SamePerson
from parties.corrections import TABLES, Correctable
from parties.enums import CorrectionState, InstitutionKind, Role
from parties.models import Correction, Member
from parties.services.corrections import (
    CorrectionDecided,
    CorrectionOutdated,
    CorrectionWaits,
    InForceAlready,
    NothingCorrected,
    NotYetInForce,
    confirm_correction,
    propose_correction,
    refuse_correction,
    remove_row,
    take_back_correction,
)
from tests.admin.corrected import AHEAD, AT, proposed, sample
from tests.factories import (
    InstitutionFactory,
    MemberFactory,
)

pytestmark = pytest.mark.django_db
Login = Callable[[Member], Client]

# Dated rows that have no place among the tables, each with how a wrong one is mended.
MENDED_OTHERWISE = {
    "parties.member": "a right: ended and appointed anew by two persons, see parties.rights",
    "parties.enterpriseyear": "the table year_figures, by enterprise and year",
    "loans.loanrate": "follows the return rates",
    "risk.classification": "a judgement of the bank, replaced by its next",
    "risk.enhancementfee": "given back by the checker and recorded anew",
    "parties.bankexclusion": "carried out by a decision of two persons, ended by another",
    "reporting.participationdecision": "an official act: sent back before it is confirmed, met by another decision after",
    "risk.bankrisk": "computed",
    "risk.claim": "an act of the day itself",
    "risk.exemption": "an act of the day itself",
    "subsidy.settlement": "a quarter of the calendar; sent back before it is filed, adjusted by the next after",
    "whitelist.taxrow": "a row of a file, kept as it was sent; the next list corrects the enterprise",
}
STARTS = {"from_on", "effective_on", "valid_from", "opened_on", "registered_on", "confirmed_on", "since_on"}

# What is typed when something is registered and stands in no change, each with the reason.
STAYS = {
    "parties.institution.kind": "what an institution is; one of another kind is another one",
    "parties.enterprise.tax_home": "a row of its own, the table tax_home",
    "whitelist.project.enterprise": "the project of another enterprise is another project",
    "loans.bankquota.bank": "another bank's quota is another row: removed or set to nothing, and entered for the right one",
    "loans.bankquota.mode": "as the bank",
    "subsidy.tender.category": "a tender of another kind is another tender",
    "loans.intent.entry": "an intent of another entry is another intent",
}


DATED = [name for name, table in TABLES.items() if table.begins and table.removable]


def test_every_dated_row_and_every_founding_day_can_be_mended() -> None:
    known = {table.model._meta.label_lower for table in TABLES.values()}
    found = {
        model._meta.label_lower
        for model in apps.get_models()
        for column in model._meta.fields
        if isinstance(column, models.DateField) and column.name in STARTS
    }
    assert found - known - set(MENDED_OTHERWISE) == set()
    assert set(MENDED_OTHERWISE) - found <= {"parties.enterpriseyear"}
    assert known & set(MENDED_OTHERWISE) == set()


def test_what_is_typed_when_something_is_registered_can_be_changed_or_corrected() -> None:
    stuck = []
    for model, page in admin.site._registry.items():
        if not isinstance(page, VisibleAdmin):
            continue
        changed = {name for step in page.all_steps for name in step.form.base_fields}
        own = {column.name for column in model._meta.fields} | {"tax_home"}
        typed = {name for step in page.new_steps for name in step.form.base_fields if name in own}
        stuck += [f"{model._meta.label_lower}.{name}" for name in typed - changed]
    left = {place for place in stuck if place.rsplit(".", 1)[0] not in WITHOUT_CHANGE}
    assert left - set(STAYS) == set()
    assert set(STAYS) - set(stuck) == set()


# Pages whose rows are acts, files or rights: what was typed is taken back or replaced as a whole.
WITHOUT_CHANGE = {
    "parties.member": "rights, by two persons",
    "reporting.participationdecision": "an official act: sent back and put down anew, or met by another decision",
    "risk.enhancementfee": "given back and recorded anew",
    "risk.guaranteefee": "given back and recorded anew",
    "risk.exemption": "an act",
    "policy.calendarnotice": "the next notice replaces it",
    "whitelist.entry": "a draft that is changed, returned or withdrawn",
    "whitelist.importfile": "a file",
    "whitelist.screening": "a run over a list",
    "subsidy.settlement": "a quarter; sent back",
    "subsidy.ratedecision": "goes with its return rate",
    "loans.application": "a draft that is changed or withdrawn",
    "api.apiclient": "rights, by two persons",
}


@pytest.mark.parametrize("name", sorted(TABLES))
class TestEveryTable:
    def test_one_in_force_is_put_right_by_two_persons_and_keeps_its_trace(self, name: str) -> None:
        table, one = TABLES[name], sample(name)
        stood = dict(table.found(one.row, one.part))
        correction = proposed(name, one)
        assert dict(table.found(type(one.row).objects.get(pk=one.row.pk), one.part)) == stood
        with pytest.raises(NotAllowed):
            confirm_correction(correction_id=correction.public_id, actor=one.maker, at=AT)
        confirm_correction(correction_id=correction.public_id, actor=one.checker, at=AT)
        row = type(one.row).objects.get(pk=one.row.pk)
        assert {key: table.found(row, one.part)[key] for key in one.changes} == one.changes
        correction.refresh_from_db()
        assert table.read(correction.before) == stood
        assert correction.state == CorrectionState.CONFIRMED
        assert Event.objects.filter(verb="fact.corrected", remark=correction.reason).count() == 1

    def test_who_proposed_does_not_check(self, name: str) -> None:
        one = sample(name)
        Member.objects.filter(pk=one.maker.pk).update(roles=[Role.HANDLER, Role.CHECKER])
        correction = proposed(name, one)
        maker = Member.objects.get(pk=one.maker.pk)
        with pytest.raises(SamePerson):
            confirm_correction(correction_id=correction.public_id, actor=maker, at=AT)
        with pytest.raises(SamePerson):
            refuse_correction(correction_id=correction.public_id, reason="不符", actor=maker, at=AT)

    def test_other_houses_neither_propose_nor_check(self, name: str) -> None:
        one, table = sample(name), TABLES[name]
        stranger = MemberFactory.serving("regulator", checker=True)
        assert InstitutionKind.REGULATOR not in table.keepers
        with pytest.raises(NotAllowed):
            propose_correction(table=name, row_id=one.row.pk, changes=one.changes, reason="x", actor=stranger, at=AT, part=one.part)
        correction = proposed(name, one)
        with pytest.raises((NotAllowed, NotVisible)):
            confirm_correction(correction_id=correction.public_id, actor=stranger, at=AT)

    def test_no_reason_nothing_new_and_two_at_once_are_refused(self, name: str) -> None:
        one, table = sample(name), TABLES[name]
        with pytest.raises(ReasonMissing):
            proposed(name, one, reason=" ")
        with pytest.raises(NothingCorrected):
            proposed(name, one, changes={key: table.found(one.row, one.part)[key] for key in one.changes})
        proposed(name, one)
        with pytest.raises(CorrectionWaits):
            proposed(name, one)

    def test_a_mistyped_year_is_no_correction(self, name: str) -> None:
        one, table = sample(name), TABLES[name]
        for column in table.days:
            for day in (date(26, 11, 28), date(2206, 11, 28)):
                with pytest.raises(InvalidInput):
                    proposed(name, one, changes={column: day})

    def test_the_page_offers_it_and_the_wrong_row_stays_readable(self, name: str, login: Login) -> None:
        one, table = sample(name), TABLES[name]
        page = login(one.maker).get(page_of(one.row)).content.decode()
        assert (f"更正{table.label}" in page) is table.offered
        correction = proposed(name, one)
        confirm_correction(correction_id=correction.public_id, actor=one.checker, at=AT)
        assert "更正记录" in login(one.maker).get(page_of(one.row)).content.decode()
        assert "录入时看错年份" in login(one.maker).get(page_of(correction)).content.decode()


@pytest.mark.parametrize("name", DATED)
class TestEveryDatedTable:
    def test_a_row_that_is_not_in_force_goes_and_stays_readable(self, name: str) -> None:
        one = sample(name, AHEAD)
        with pytest.raises(NotYetInForce):
            proposed(name, one)
        with pytest.raises(ReasonMissing):
            remove_row(table=name, row_id=one.row.pk, reason="", actor=one.maker, at=AT)
        correction = remove_row(table=name, row_id=one.row.pk, reason="年份有误", actor=one.maker, at=AT)
        assert not type(one.row).objects.filter(pk=one.row.pk).exists()
        begins = TABLES[name].begins
        assert correction.before[begins] == AHEAD.isoformat()
        assert len(correction.before) == len(one.row._meta.concrete_fields) - 1
        assert Event.objects.get(verb="fact.removed").remark == "年份有误"

    def test_a_row_in_force_does_not_go(self, name: str) -> None:
        one = sample(name)
        with pytest.raises(InForceAlready):
            remove_row(table=name, row_id=one.row.pk, reason="年份有误", actor=one.maker, at=AT)
        assert type(one.row).objects.filter(pk=one.row.pk).exists()

    def test_the_page_offers_the_removal(self, name: str, login: Login) -> None:
        one, table = sample(name, AHEAD), TABLES[name]
        page = login(one.maker).get(page_of(one.row)).content.decode()
        assert f"撤销未生效的{table.label}" in page
        assert f"更正{table.label}" not in page


GUARDED = {
    "return_rate": "document_number",
    "confirmation": "document_number",
    "enhancement_fee_rate": "document_number",
    "guarantee": "number",
    "use_check": "finding",
}


@pytest.mark.parametrize("name", GUARDED)
def test_the_database_lets_a_guarded_row_change_as_checked_alone(name: str) -> None:
    one = sample(name)
    proposed(name, one)  # not checked yet
    for change in (lambda: type(one.row).objects.filter(pk=one.row.pk).update(**{GUARDED[name]: "改"}), one.row.delete):
        with pytest.raises(DatabaseError, match="checked correction"), transaction.atomic():
            change()


def test_the_database_lets_a_contract_change_as_checked_alone() -> None:
    one = sample("loan_contract")
    proposed("loan_contract", one)
    for wanted in (one.changes, {"contract_number": "改"}, {"contract_amount": 1}, {"bank": InstitutionFactory()}):
        with pytest.raises(DatabaseError, match="checked correction"), transaction.atomic():
            type(one.row).objects.filter(pk=one.row.pk).update(**wanted)


@pytest.mark.parametrize("name", ["bank_quota", "policy_version"])
def test_the_database_lets_no_row_go_without_the_record(name: str) -> None:
    one = sample(name, AHEAD)
    with pytest.raises(DatabaseError, match="checked correction"), transaction.atomic():
        one.row.delete()


def test_a_correction_is_never_rewritten() -> None:
    correction = proposed("bank_quota", sample("bank_quota"))
    for change in (lambda: Correction.objects.update(after={}), lambda: Correction.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert Correction.objects.get().after == correction.after


def test_a_refused_or_taken_back_correction_leaves_the_row() -> None:
    one = sample("bank_quota")
    refused = proposed("bank_quota", one)
    with pytest.raises(ReasonMissing):
        refuse_correction(correction_id=refused.public_id, reason="", actor=one.checker, at=AT)
    refuse_correction(correction_id=refused.public_id, reason="文件写的就是十亿", actor=one.checker, at=AT)
    with pytest.raises(CorrectionDecided):
        confirm_correction(correction_id=refused.public_id, actor=one.checker, at=AT)
    back = proposed("bank_quota", one)
    take_back_correction(correction_id=back.public_id, actor=one.maker, at=AT)
    assert BankQuota.objects.get().amount == one.row.amount


def test_a_row_that_moved_meanwhile_is_not_overwritten() -> None:
    one = sample("bank_quota")
    correction = proposed("bank_quota", one)
    BankQuota.objects.update(document_number="泉工信〔2026〕8号")
    with pytest.raises(CorrectionOutdated):
        confirm_correction(correction_id=correction.public_id, actor=one.checker, at=AT)


def test_a_closing_is_only_put_off_and_nothing_says_whether_banks_bid() -> None:
    one = sample("tender")
    with pytest.raises(InvalidInput, match="有误") as refused:
        proposed("tender", one, changes={"closes_at": AT + timedelta(days=90)})
    assert "只能推迟" in refused.value.errors[0].detail


def test_what_a_column_refuses_is_refused_at_the_proposal() -> None:
    other = InstitutionFactory(short_name="泉州新行")
    with pytest.raises(InvalidInput) as refused:
        proposed("institution", sample("institution"), changes={"short_name": other.short_name})
    assert refused.value.errors[0].field == "short_name"
    with pytest.raises(InvalidInput):
        proposed("enterprise", sample("enterprise"), changes={"credit_code": "913505810000000001"})


def test_each_table_has_keepers_and_facts() -> None:
    for table in TABLES.values():
        assert isinstance(table, Correctable)
        assert table.keepers
        assert all(table.column(name) is not None for name in table.facts)
        assert set(table.days) <= set(table.columns)
