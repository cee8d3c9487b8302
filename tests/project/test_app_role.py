"""The role that web and worker run under, against the real database: it works, and it cannot rewrite the books."""

import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from common.enums import Mode
from quanzhou_fund.app_role import RoleOwnsTables, append_only_tables, grant_app_role
from risk.claims.services.certifying import close_claim
from risk.claims.transitions import ClaimState
from risk.exemption.services.cases import Answer, answer_items, conclude_exemption, open_exemption, record_diligence_rules
from risk.exemption.services.packs import build_evidence_pack
from risk.fees.services import (
    check_enhancement_fee,
    check_guarantee_fee,
    record_enhancement_fee,
    record_guarantee_fee,
    set_enhancement_fee_rate,
)
from risk.models import Claim
from tests.factories import MemberFactory
from tests.risk.scene import DRAWN_ON, NOW, TODAY, Scene, make_scene, yuan

ROLE = f"fund_app_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"  # roles belong to the whole cluster
MUST_BE_GUARDED = {"audit_event", "ledger_entry", "ledger_leg", "loans_movement"}


@pytest.fixture
def role(db: None) -> str:
    """A role that may log in and nothing else; it goes with the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'x'")
    return ROLE


def may(statement: str) -> bool:
    """Return whether the role may do this, whatever constraints then say; the transaction stays usable."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
        try:
            with transaction.atomic():
                cursor.execute(statement)
        except DatabaseError as refusal:
            return not any(words in str(refusal) for words in ("permission denied", "must be owner"))
        finally:
            cursor.execute("RESET ROLE")
    return True


def test_the_books_are_guarded(db: None) -> None:
    assert append_only_tables() >= MUST_BE_GUARDED


def test_without_a_grant_the_role_sees_nothing(role: str) -> None:
    assert not may("SELECT 1 FROM parties_user")


@pytest.mark.parametrize("table", sorted(MUST_BE_GUARDED))
def test_the_books_can_be_read_and_added_to_but_not_rewritten(role: str, table: str) -> None:
    grant_app_role(role)
    assert may(f"SELECT 1 FROM {table}")
    assert not may(f"UPDATE {table} SET id = id WHERE false")
    assert not may(f"DELETE FROM {table} WHERE false")
    assert not may(f"TRUNCATE {table} CASCADE")
    assert not may(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, %s, 'INSERT')", [role, table])
        assert cursor.fetchone()[0]


def test_every_other_table_can_be_worked_with_but_not_emptied(role: str) -> None:
    granted = grant_app_role(role)
    assert granted["SELECT"] == ["django_migrations"]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor)) - append_only_tables() - {"django_migrations"}
    assert set(granted["SELECT, INSERT, UPDATE, DELETE"]) == tables
    for table in sorted(tables):
        assert may(f'SELECT 1 FROM "{table}" FOR UPDATE')
        assert may(f'DELETE FROM "{table}" WHERE false')
        assert not may(f'TRUNCATE "{table}" CASCADE')


def test_rows_with_a_numbered_key_can_be_added(role: str) -> None:
    grant_app_role(role)
    assert may("INSERT INTO django_content_type (app_label, model) VALUES ('a', 'b')")


def test_the_role_cannot_make_or_drop_tables(role: str) -> None:
    grant_app_role(role)
    assert not may("CREATE TABLE public.another (id int)")
    assert not may("DROP TABLE parties_user CASCADE")


def test_a_second_run_takes_back_what_a_table_no_longer_allows(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT UPDATE, DELETE, TRUNCATE ON audit_event TO {ROLE}")
    grant_app_role(role)
    assert not may("UPDATE audit_event SET id = id WHERE false")


def test_an_unknown_role_is_a_sentence(db: None) -> None:
    with pytest.raises(CommandError, match="数据库中没有角色“nobody_here”"):
        call_command("grant_app_role", "nobody_here")


def test_the_owner_itself_is_refused(db: None) -> None:
    with pytest.raises(RoleOwnsTables):
        grant_app_role(connection.settings_dict["USER"])


@pytest.fixture
def limited(role: str, settings: Any, tmp_path: Any) -> Iterator[Scene]:
    """The scene of risk, whose people then work with the rights of the web and no others."""
    settings.MEDIA_ROOT = tmp_path
    scene = make_scene()
    grant_app_role(role)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    yield scene
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_the_role_collects_fees(limited: Scene) -> None:
    guarantee = limited.loan(1_000_000).guarantee
    charged = {"guarantee_id": guarantee.pk, "amount": yuan(5_000), "charged_on": TODAY, "voucher": "DB-1"}
    fee = record_guarantee_fee(actor=limited.guarantor_handler, at=NOW, **charged)
    assert check_guarantee_fee(fee_id=fee.public_id, actor=limited.guarantor_checker, at=NOW).entry is not None
    rate = {"rate": Decimal("0.005"), "from_on": date(2024, 1, 1), "document_number": "泉技基〔2024〕1号"}
    set_enhancement_fee_rate(actor=limited.city_handler, at=NOW, **rate)
    loan = limited.loan(1_000_000, mode=Mode.TRUST)
    period = {"from_on": DRAWN_ON, "until_on": date(2025, 4, 5), "collected_on": TODAY, "voucher": "SK1"}
    collected = record_enhancement_fee(loan_id=loan.public_id, actor=limited.trustee, at=NOW, **period)
    assert check_enhancement_fee(fee_id=collected.public_id, actor=limited.trustee_checker, at=NOW).entry is not None


@pytest.mark.parametrize("mode", list(Mode))
def test_the_role_pays_a_loss_and_shares_back_what_returns(limited: Scene, mode: Mode) -> None:
    limited.disburse(90_000_000)
    claim = limited.paid(limited.accepted(limited.bad(limited.loan(1_000_000, mode=mode))))
    assert claim.state == ClaimState.PAID
    recovery = limited.recovered(claim.bad_debt, 500_000, 1_000)
    limited.returned(recovery)
    close_claim(claim_id=claim.public_id, reason="追偿终结", actor=limited.handler, at=NOW)
    assert Claim.objects.get(pk=claim.pk).state == ClaimState.CLOSED


def test_the_role_examines_diligence_and_packs_the_evidence(limited: Scene) -> None:
    bad_debt = limited.bad(limited.loan(1_000_000))
    rules = {"name": "尽职免责办法", "document_number": "泉银〔2023〕9号", "effective_on": DRAWN_ON}
    record_diligence_rules(actor=limited.handler, at=NOW, **rules)
    exemption = open_exemption(bad_debt_id=bad_debt.public_id, actor=limited.handler, at=NOW)
    answers = [Answer(item.code, True, "已核查") for item in exemption.items.all()]
    answer_items(exemption_id=exemption.public_id, answers=answers, actor=limited.handler, at=NOW)
    faultless = {"is_diligent": True, "is_gross_negligence": False, "is_intent": False, "opinion": "已尽职"}
    committee = MemberFactory(institution=limited.bank, checker=True)
    conclude_exemption(exemption_id=exemption.public_id, actor=committee, at=NOW, **faultless)
    assert build_evidence_pack(exemption_id=exemption.public_id, actor=limited.handler, at=NOW).sha256
