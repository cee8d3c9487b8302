from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from parties.models import RightsChange, User
from parties.selectors import current_member
from tests.rights import agreed

pytestmark = pytest.mark.django_db


def appoint(institution="city-industry", **kwargs):
    said = StringIO()
    call_command("appoint_member", institution, "first", "张三", "13805950001", stdout=said, **kwargs)
    return said.getvalue()


def test_the_command_only_proposes(client):
    said = appoint()
    assert not User.objects.filter(username="first").exists()
    address = said.split("打开 ")[1].split(" ")[0]
    assert client.get(address).status_code == 403
    _, code = agreed(RightsChange.objects.get(), at=timezone.now())
    member = current_member(User.objects.get(username="first"), on=timezone.localdate())
    assert (member.party_name, member.roles) == ("泉州市工业和信息化局", ["admin"])
    password = "泉州-2024-长口令-x"
    assert client.post(address, {"code": code, "password": password, "again": password}).status_code == 200
    assert User.objects.get(username="first").check_password(password)


def test_what_cannot_stand_is_said():
    appoint()
    with pytest.raises(CommandError, match="已有待确认的权限事项"):
        appoint()
    with pytest.raises(CommandError, match="没有代号为“nowhere”的机构"):
        appoint("nowhere")
    with pytest.raises(CommandError, match="系统运行单位"):
        appoint("city-science", roles=["security"])
