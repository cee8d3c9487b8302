"""A list never undoes what people decided, nor what a list of a later day told; what it gives otherwise is shown."""

from datetime import date, timedelta

import pytest
from django.test import Client

from audit.models import Event
from common.admin.display_values import page_of
from parties.models import Enterprise
from parties.services.enterprises import change_enterprise, change_tax_home
from tests.factories import seeded_district
from tests.whitelist.cases import AT
from tests.whitelist.lists import as_csv, tax_row
from whitelist.models import ListDifference
from whitelist.services.differences import NothingDiffers, settle_differences
from whitelist.services.intake import check_list, commit_list

pytestmark = [pytest.mark.django_db, pytest.mark.clause("D12")]


def take_over(desk, rows, *, as_of=None, at=AT):
    file = check_list(kind="tax_list", filename="名单.csv", content=as_csv(rows), actor=desk.science, at=at, as_of=as_of)
    return commit_list(import_id=file.public_id, actor=desk.science, at=at)


def differences(file):
    return list(file.differences.values_list("fact", "kept", "listed", "is_decided"))


def home():
    return [(one.district.name, one.until_on) for one in Enterprise.objects.get().tax_homes.order_by("from_on")]


def test_a_later_list_does_not_undo_a_name_and_a_tax_home_that_were_decided(desk):
    take_over(desk, [tax_row(1)])
    enterprise = Enterprise.objects.get()
    moved = AT.date() - timedelta(days=30)
    change_enterprise(enterprise_id=enterprise.public_id, changes={"name": "泉州更名有限公司"}, actor=desk.industry, at=AT)
    change_tax_home(
        enterprise_id=enterprise.public_id, district=seeded_district("石狮市"), from_on=moved, reason="迁址", actor=desk.industry, at=AT
    )
    file = take_over(desk, [tax_row(1, capital="60000000.00", rd="3100000.00")], as_of=AT.date())
    enterprise.refresh_from_db()
    assert (enterprise.name, str(enterprise.registered_capital)) == (
        "泉州更名有限公司",
        "60000000.00",
    )  # what nobody decided follows the list
    assert home() == [("晋江市", moved), ("石狮市", None)]
    assert differences(file) == [("name", "泉州更名有限公司", "泉州名单企业1有限公司", True), ("tax_home", "石狮市", "晋江市", True)]


def test_an_older_cut_off_day_does_not_override_a_later_one(desk):
    take_over(desk, [tax_row(1, name="泉州新名有限公司", district="石狮市")], as_of=date(2024, 6, 30))
    older = take_over(desk, [tax_row(1, rd="2.00")], as_of=date(2024, 5, 31))
    enterprise = Enterprise.objects.get()
    assert (enterprise.name, enterprise.facts_as_of, home()) == ("泉州新名有限公司", date(2024, 6, 30), [("石狮市", None)])
    assert [(fact, is_decided) for fact, _, _, is_decided in differences(older)] == [("name", False), ("tax_home", False)]
    newer = take_over(desk, [tax_row(1, rd="3.00")], as_of=date(2024, 6, 30))
    enterprise.refresh_from_db()
    assert (enterprise.name, differences(newer)) == ("泉州名单企业1有限公司", [])
    assert home()[-1] == ("晋江市", None)


def test_a_list_that_says_the_same_has_no_difference(desk):
    take_over(desk, [tax_row(1)])
    assert differences(take_over(desk, [tax_row(1, rd="9.00")])) == []


def test_differences_are_shown_and_settled_once(desk):
    take_over(desk, [tax_row(1)])
    enterprise = Enterprise.objects.get()
    change_enterprise(enterprise_id=enterprise.public_id, changes={"name": "泉州更名有限公司"}, actor=desk.industry, at=AT)
    file = take_over(desk, [tax_row(1, rd="9.00")])
    browser = Client()
    browser.force_login(desk.science.user, backend="django.contrib.auth.backends.ModelBackend")
    page = browser.get(page_of(file)).content.decode()
    for said in ("与现有信息不同、未覆盖", "泉州更名有限公司", "泉州名单企业1有限公司", "/do/settle-differences/"):
        assert said in page
    settle_differences(import_id=file.public_id, remark="已核实更名文件", actor=desk.science, at=AT)
    assert ListDifference.objects.get().settled_by == desk.science
    assert Event.objects.get(verb="import.differences_settled").after == {"differences": 1}
    assert "/do/settle-differences/" not in browser.get(page_of(file)).content.decode()
    with pytest.raises(NothingDiffers):
        settle_differences(import_id=file.public_id, remark="再次", actor=desk.science, at=AT)
