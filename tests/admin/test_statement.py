"""The statement of an account on screen and as a spreadsheet: opening, every entry with case and clause, closing."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.admin.display_values import page_of
from ledger.enums import EntryKind, Purpose
from ledger.models import Account
from ledger.services import NewEntry, NewLeg, account_of, post
from parties.models import Member
from risk.fees.pool import fee_pool_account
from risk.models import Payment
from tests.factories import EnterpriseFactory
from tests.risk.scene import TODAY, Scene, make_scene, yuan

Login = Callable[[Member], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def book(amount: str, on: date, key: str) -> Account:
    """Post one entry into the fee pool."""
    pool, enterprise = fee_pool_account(), EnterpriseFactory()
    legs = [
        NewLeg(account_id=account_of(enterprise, Purpose.CURRENT).pk, amount=-yuan(amount)),
        NewLeg(account_id=pool.pk, amount=yuan(amount)),
    ]
    entry = NewEntry(
        key=key, kind=EntryKind.ENHANCEMENT_FEE, value_on=on, posted_on=on, description=f"增信服务费 {key}", clause="FP 1.5.2(2)",
        object_type="parties.enterprise", object_id=str(enterprise.public_id), legs=legs,
    )  # fmt: skip
    post([entry])
    return pool


def address(account: Account, first: str, last: str) -> str:
    return f"{page_of(account).removesuffix('change/')}statement/?from_on={first}&last_on={last}"


def test_a_period_opens_where_the_one_before_closed(scene: Scene, login: Login) -> None:
    for amount, on in (("100", date(2024, 1, 31)), ("20", date(2024, 2, 1)), ("3", date(2024, 2, 29)), ("4", date(2024, 3, 1))):
        pool = book(amount, on, f"k{amount}")
    browser = login(scene.treasury_handler)
    answer = browser.get(address(pool, "2024-02-01", "2024-02-29"))
    sums, lines = answer.context["panels"]
    assert [fact.value.amount for fact in sums.facts[1:]] == [yuan(100), yuan(23), yuan(0), yuan(123)]
    assert [row.cells[3].amount for row in lines.rows] == [yuan(100), yuan(120), yuan(123)]
    page = answer.content.decode()
    assert "依据《实施方案》一(五)2(2)" in page
    assert "k100" not in page
    assert "k4" not in page
    sheet = openpyxl.load_workbook(BytesIO(browser.get(address(pool, "2024-02-01", "2024-02-29") + "&as=xlsx").content)).active
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[3] for row in rows[1:]] == [100, 120, 123, 123]
    assert rows[2][5] == "依据《实施方案》一(五)2(2)"


def test_each_entry_leads_to_its_case_at_the_same_cost(scene: Scene, login: Login) -> None:
    scene.disburse(90_000_000)
    bad_debt = scene.bad(scene.loan(4_000_000))
    scene.paid(scene.accepted(bad_debt))
    account = account_of(scene.guarantor, Purpose.GUARANTEE)
    browser = login(scene.treasury_handler)
    where = address(account, "2024-01-01", str(TODAY))
    page = browser.get(where).content.decode()
    assert "3,200,000.00" in page
    assert page_of(Payment.objects.get().parts.get().entry) in page
    few = cost_of(browser, where)
    for _ in range(3):
        scene.paid(scene.accepted(scene.bad(scene.loan(1_000_000))))
    assert cost_of(browser, where) == few


def cost_of(browser: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as counted:
        assert browser.get(where).status_code == 200
    return len(counted)


def test_a_period_that_ends_before_it_begins_is_told(scene: Scene, login: Login) -> None:
    pool = book("5", date(2024, 1, 2), "k")
    answer = login(scene.treasury_handler).get(address(pool, "2024-02-01", "2024-01-01"))
    assert "止日不得早于起日" in answer.content.decode()
    assert answer.context["panels"] == []


def test_nobody_reads_the_statement_of_another_house(scene: Scene, login: Login) -> None:
    pool = book("5", date(2024, 1, 2), "k")
    assert login(scene.handler).get(address(pool, "2024-01-01", "2024-12-31")).status_code == 404
    own = account_of(scene.bank, Purpose.CURRENT)
    assert login(scene.handler).get(page_of(own).replace("change/", "statement/")).status_code == 200
    assert Decimal(0) == login(scene.handler).get(page_of(own).replace("change/", "statement/")).context["panels"][0].facts[4].value.amount


def test_the_guarantor_reads_its_own_account(scene: Scene, login: Login) -> None:
    own = account_of(scene.guarantor, Purpose.GUARANTEE)
    assert login(scene.guarantor_handler).get(page_of(own).replace("change/", "statement/")).status_code == 200
