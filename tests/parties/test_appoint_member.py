from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils.timezone import localdate

from parties.models import User
from parties.selectors import current_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def _password(monkeypatch):
    monkeypatch.setattr("parties.management.commands.appoint_member.getpass", lambda prompt: "泉州-2024-长口令-x")


def appoint(institution="city-industry", **kwargs):
    call_command("appoint_member", institution, "first", "张三", stdout=StringIO(), **kwargs)


@pytest.mark.usefixtures("_password")
def test_the_first_administrator_is_appointed_once():
    appoint()
    member = current_member(User.objects.get(username="first"), on=localdate())
    assert (member.party_name, member.roles) == ("泉州市工业和信息化局", ["admin"])
    with pytest.raises(CommandError, match="登录名“first”已被使用"):
        appoint()
    with pytest.raises(CommandError, match="没有代号为“nowhere”的机构"):
        appoint("nowhere")


def test_a_weak_password_opens_nothing(monkeypatch):
    monkeypatch.setattr("parties.management.commands.appoint_member.getpass", lambda prompt: "123")
    with pytest.raises(CommandError, match="密码"):
        appoint()
    assert not User.objects.filter(username="first").exists()
