"""What the portal's door says about who opens an enterprise's account is what the services do."""

import pytest
from django.test import Client
from django.utils import timezone

from parties.access import RoleMissing
from parties.models import Member
from parties.selectors import operator
from parties.services.members import propose_login
from parties.services.rights import confirm_change
from portal.access import NO_ENTRY
from tests.factories import EnterpriseFactory, MemberFactory

pytestmark = pytest.mark.django_db
SAYS = "企业账号由本企业的管理人员提出、系统运行单位确认后开通；本企业还没有账号的，请联系系统运行单位。"


def test_the_operator_opens_an_enterprises_accounts_and_a_county_none() -> None:
    enterprise, at = EnterpriseFactory(), timezone.now()
    county = MemberFactory.serving("county_industry", district="晋江市", roles=["admin"])
    system, security = (MemberFactory(institution=operator(), roles=[role]) for role in ("system", "security"))
    asked = {"house": enterprise, "display_name": "王五", "roles": ["admin"], "from_on": timezone.localdate(at), "at": at}
    with pytest.raises(RoleMissing):
        propose_login(**asked, username="wangwu", phone="13805950009", actor=county)
    first = propose_login(**asked, username="wangwu", phone="13805950009", actor=system)
    confirm_change(change_id=first.public_id, actor=security, at=at)
    own = Member.objects.get(enterprise=enterprise)
    propose_login(**asked, username="zhaoliu", phone="13805950010", actor=own)
    door = Client().get("/portal/login/").content.decode()
    assert SAYS in NO_ENTRY
    assert SAYS in door
    assert "工信部门" not in NO_ENTRY + door
