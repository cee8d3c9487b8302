"""Exemption on screen: the checklist answered, concluded by a committee member, examined, and packed for anybody to check."""

import hashlib
import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from audit.models import Event
from common.admin.display_values import page_of
from parties.models import Member
from risk.exemption.rules import checklist
from risk.models import DiligenceRules, EvidencePack, Exemption
from tests.factories import MemberFactory
from tests.risk.scene import Scene, make_scene

Login = Callable[[Member], Client]
LIST, RULES = "/admin/risk/exemption/", "/admin/risk/diligencerules/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


def step(case: object, name: str) -> str:
    return f"{page_of(case).removesuffix('change/')}do/{name}/"


@pytest.fixture
def exemption(scene: Scene, login: Login) -> Exemption:
    """A bad debt's question, opened on screen under the bank's own rules."""
    scene.disburse(90_000_000)
    bad_debt = scene.bad(scene.loan(10_000_000))
    browser = login(scene.handler)
    refused = browser.post(f"{LIST}new/open/", {"bad_debt": bad_debt.pk})
    assert "请先登记制度名称和文号" in refused.content.decode()
    browser.post(f"{RULES}new/record/", {"name": "尽职免责办法", "document_number": "泉银〔2024〕1号", "effective_on": "2024-01-01"})
    assert DiligenceRules.objects.get().institution == scene.bank
    assert browser.post(f"{LIST}new/open/", {"bad_debt": bad_debt.pk}).status_code == 302
    return Exemption.objects.get()


def answers(**other: str) -> dict[str, str]:
    return {line.code: "yes" for line in checklist()} | other


@pytest.mark.clause("FP 1.7")
def test_the_checklist_is_answered_in_one_go(scene: Scene, exemption: Exemption, login: Login) -> None:
    browser = login(scene.handler)
    form = browser.get(step(exemption, "answer")).content.decode()
    assert all(line.wording in form for line in checklist())
    assert "担保，编号" in form  # what the system recorded stands with the line
    refused = browser.post(step(exemption, "answer"), answers(pursued="no"))
    assert "不符合的，请写明核查情况。" in refused.content.decode()
    assert not exemption.items.filter(is_fulfilled__isnull=False).exists()
    browser.post(step(exemption, "answer"), {"listed": "yes"})
    assert exemption.items.filter(is_fulfilled__isnull=False).count() == 1  # the rest stays open
    browser.post(step(exemption, "answer"), answers(pursued="no", pursued_remark="催收晚于规定"))
    assert exemption.items.filter(is_fulfilled__isnull=True).count() == 0
    assert "催收晚于规定" in browser.get(page_of(exemption)).content.decode()


@pytest.mark.clause("FP 1.7")
def test_a_committee_member_concludes_and_the_regulator_finds_apart(scene: Scene, exemption: Exemption, login: Login) -> None:
    login(scene.handler).post(step(exemption, "answer"), answers())
    verdict = {"is_diligent": "yes", "is_gross_negligence": "no", "is_intent": "no", "opinion": "已勤勉尽职"}
    committee = login(MemberFactory(institution=scene.bank, checker=True))
    at_fault = committee.post(step(exemption, "conclude"), verdict | {"is_intent": "yes"})
    assert "不得认定为尽职免责" in at_fault.content.decode()
    assert login(scene.handler).post(step(exemption, "conclude"), verdict).status_code == 403
    scene.recovered(exemption.bad_debt, 1)  # whoever checked the recovery has dealt with the loan
    officer = login(scene.checker).post(step(exemption, "conclude"), verdict)
    assert "经办过该笔贷款" in officer.content.decode()
    assert committee.post(step(exemption, "conclude"), verdict).status_code == 302
    finding = {"is_evidence_sufficient": "yes", "finding": "证据充分", "document_number": "泉金监〔2025〕1号"}
    assert committee.post(step(exemption, "find"), finding).status_code == 403
    page = login(MemberFactory.serving("regulator")).post(step(exemption, "find"), finding, follow=True).content.decode()
    exemption.refresh_from_db()
    assert exemption.is_exempt
    assert "监管口径坏账率" in page
    assert "0.00 ÷ 100,000,000.00" in page  # left out of the regulator's figure
    assert "9,999,999.00 ÷ 100,000,000.00" in page  # not out of the fund's


@pytest.mark.clause("FP 1.7")
def test_a_pack_is_built_handed_out_and_the_opening_is_logged(scene: Scene, exemption: Exemption, login: Login, tmp_path: Path) -> None:
    scene.papers(exemption.bad_debt)
    browser = login(MemberFactory.serving("regulator"))
    page = browser.post(step(exemption, "pack"), follow=True).content.decode()
    pack = EvidencePack.objects.get()
    assert pack.sha256 in page
    command = re.search(r"python3 (verify\.py) (证据包-\S+\.zip) ([0-9a-f]{64})", page)
    assert command is not None
    answer = browser.get(f"{page_of(pack).removesuffix('change/')}file/")
    raw = b"".join(answer.streaming_content)
    assert hashlib.sha256(raw).hexdigest() == pack.sha256
    zipfile.ZipFile(io.BytesIO(raw)).extract("verify.py", tmp_path)
    (tmp_path / command[2]).write_bytes(raw)
    checked = subprocess.run([sys.executable, *command.groups()], cwd=tmp_path, check=False)  # as the page says
    assert checked.returncode == 0
    opened = Event.objects.get(verb="opened", object_type="risk.evidencepack")
    assert opened.party_name.endswith("泉州监管分局")
    stranger = Member.objects.filter(institution=scene.other_bank()).first()
    assert stranger is not None
    for address in (page_of(pack), page_of(exemption), f"{page_of(pack).removesuffix('change/')}file/"):
        assert login(stranger).get(address).status_code == 404
