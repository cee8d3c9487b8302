"""Reads whose SQL is kept: every caller gets its own rows, on every connection, and a value that cannot be exchanged is noticed."""

from datetime import date
from typing import Any

import pytest
from django.db import connection

from api import kept_reads, pagination
from api.kept_reads import TEXT, ActorsRead, KeptRead, MarkLost
from api.v1.loans import OPENED_LOAN, OPENED_MOVEMENT
from loans.models import Loan
from parties.models import Institution
from tests.api.bank import Stage
from tests.factories import InstitutionFactory, MemberFactory
from tests.loan_factories import LoanFactory

TODAY = date(2024, 5, 1)
pytestmark = pytest.mark.django_db


def test_programs_of_one_kind_share_the_sql_and_no_row() -> None:
    first, second = LoanFactory(drawn_on=date(2024, 4, 2)), LoanFactory()
    members = [MemberFactory(institution=loan.bank) for loan in (first, second)]
    for loan, member in zip((first, second), members, strict=True):
        found = OPENED_LOAN.first(loan.public_id, actor=member, on=TODAY)
        assert (found, found.enterprise.name, found.bank) == (loan, loan.enterprise.name, loan.bank)  # type: ignore[union-attr]
    assert OPENED_LOAN.first(first.public_id, actor=members[1], on=TODAY) is None
    assert "bank" in OPENED_LOAN.read.kept


def test_each_kind_of_institution_sees_its_own() -> None:
    loan = LoanFactory(drawn_on=date(2024, 4, 2))
    kinds = ("fund_manager", "city_industry", "guarantor")
    seeing = {kind: MemberFactory(institution=InstitutionFactory(kind=kind)) for kind in kinds}
    movement = loan.movements.get()
    found = {kind: OPENED_MOVEMENT.first(movement.public_id, actor=member, on=TODAY) for kind, member in seeing.items()}
    assert found == {"fund_manager": None, "city_industry": movement, "guarantor": None}


def test_a_new_connection_plans_anew() -> None:
    read: KeptRead[Institution] = KeptRead(lambda: Institution.objects.filter(code=TEXT))
    bank = InstitutionFactory()
    assert read.rows({TEXT: bank.code}) == [bank]
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    kept_reads._prepared.clear()
    assert read.rows({TEXT: bank.code}) == [bank]


def test_an_identifier_that_is_not_asked_for_is_noticed() -> None:
    read: ActorsRead[Loan] = ActorsRead(lambda actor, on: Loan.objects.all())
    read.read.build = lambda actor: Loan.objects.all()
    with pytest.raises(MarkLost):
        read.first(LoanFactory().public_id, actor=MemberFactory(), on=TODAY)


def test_pages_by_kept_sql_are_those_by_any_other(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pagination, "USUAL_PAGE", 2)
    monkeypatch.setattr(pagination, "KEPT_PAGES", (2,))
    for number in range(5):
        LoanFactory(application__bank=stage.scene.bank, **({"drawn_on": date(2024, 4, 2)} if number % 2 else {}))
    LoanFactory()

    def pages(address: str) -> list[Any]:
        found, following = [], address
        while following:
            page = stage.bank.get(following.partition("/api/v1/")[2] or following)
            found.append(page["results"])
            following = page["next"] or ""
        return found

    for name in ("loans/", "movements/"):
        assert pages(name) == pages(f"{name}?ordering=-created") == pages(f"{name}?limit=2")
    assert [len(page) for page in pages("loans/")] == [2, 2, 1]
    assert stage.bank.get("loans/?limit=2&limit=2", status=400)["code"] == "invalid_input"
    assert stage.bank.get("loans/?cursor=x", status=400)["errors"][0]["field"] == "cursor"
