"""Which enterprises visitors of the demo may log in as."""

import re
from base64 import b32decode
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.core.management import call_command
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from common.enums import Mode
from demo_fund.cast import PASSWORD, WITH_SECOND_FACTOR, enrol_visitor, open_enterprise_logins, visitor_logins
from parties.models import User
from risk.fees.services import record_enhancement_fee, record_guarantee_fee, set_enhancement_fee_rate
from tests.factories import MemberFactory
from tests.logins.codes import code_now
from tests.risk.scene import DRAWN_ON, NOW, TODAY, make_scene, yuan

pytestmark = pytest.mark.django_db


def test_two_enterprises_with_much_to_see_get_a_password(settings: Any) -> None:
    scene = make_scene()
    rate = {"rate": Decimal("0.005"), "from_on": date(2024, 1, 1), "document_number": "泉技基〔2024〕1号"}
    set_enhancement_fee_rate(**rate, actor=scene.city_handler, at=NOW)
    trust, guaranteed, plain = scene.loan(1_000_000, mode=Mode.TRUST), scene.loan(1_000_000), scene.disburse(1_000_000)
    days = {"from_on": DRAWN_ON, "until_on": date(2024, 10, 7), "collected_on": TODAY, "voucher": "SK1"}
    record_enhancement_fee(loan_id=trust.public_id, actor=scene.trustee, at=NOW, **days)
    given = {"amount": yuan(5_000), "charged_on": TODAY, "voucher": "DB1"}
    record_guarantee_fee(guarantee_id=guaranteed.guarantee.pk, actor=scene.guarantor_handler, at=NOW, **given)
    people = {loan: MemberFactory.of(loan.enterprise) for loan in (trust, guaranteed, plain)}
    User.objects.update(password=UNUSABLE_PASSWORD_PREFIX)  # as the demo opens logins
    open_enterprise_logins()
    listed = {username: hint for username, _, hint in visitor_logins()}
    members = User.objects.filter(username__in=listed, memberships__enterprise__isnull=False)
    assert set(members.values_list("memberships__enterprise", flat=True)) == {trust.enterprise_id, guaranteed.enterprise_id}
    assert all("/portal/" in hint for hint in listed.values())
    browser = Client()
    browser.post("/portal/login/", {"username": people[trust].user.username, "password": PASSWORD})
    assert trust.contract_number in browser.get("/portal/").content.decode()


def test_an_empty_fund_opens_none() -> None:
    open_enterprise_logins()
    assert visitor_logins() == []


def test_one_visitors_login_asks_for_a_code_whose_secret_is_printed(settings: Any) -> None:
    """The demo asks no other; who types the printed secret into an authenticator gets in."""
    member = MemberFactory.serving("city_finance_office", user__username=WITH_SECOND_FACTOR)
    member.user.set_password(PASSWORD)
    member.user.save()
    enrol_visitor()
    enrol_visitor()  # a demo that was started again
    out = StringIO()
    call_command("show_demo_logins", stdout=out)
    (secret,) = re.findall(r"密钥 ([A-Z2-7]{32})", out.getvalue())
    given = {"username": WITH_SECOND_FACTOR, "password": PASSWORD}
    assert Client().post("/admin/login/", given).status_code == 200
    device = TOTPDevice(key=b32decode(secret).hex())
    assert Client().post("/admin/login/", given | {"otp_token": code_now(device)}).status_code == 302
    assert settings.STAFF_SECOND_FACTOR is False
