"""Due-diligence exemption and its evidence pack."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from parties.access import RoleMissing
from risk import services
from risk.enums import ExemptionState
from risk.models import BadDebt, EvidencePack, Exemption
from risk.models.exemption import ChecklistOpen, GrossNegligenceIsNotExempt
from risk.rules import checklist
from risk.selectors import position_of
from risk.services.exemption import ConcludedBefore, NoDiligenceRules, OfficerConcludes
from tests.factories import MemberFactory
from tests.risk.scene import NOW, TODAY, Scene, yuan


def opened(scene: Scene) -> Exemption:
    scene.disburse(90_000_000)
    bad_debt = scene.bad(scene.loan(10_000_000))
    rules = {"name": "技术创新基金尽职免责办法", "document_number": "泉银〔2024〕1号", "effective_on": TODAY}
    services.record_diligence_rules(actor=scene.handler, at=NOW, **rules)
    return services.open_exemption(bad_debt_id=bad_debt.public_id, actor=scene.handler, at=NOW)


def answered(scene: Scene) -> Exemption:
    exemption = opened(scene)
    for line in checklist():
        services.answer_item(
            exemption_id=exemption.public_id, code=line.code, is_fulfilled=True, remark="已核查", actor=scene.handler, at=NOW
        )
    return exemption


def conclude(exemption: Exemption, actor: Any, **given: Any) -> Exemption:
    asked = {"is_diligent": True, "is_gross_negligence": False, "is_intent": False, "opinion": "已勤勉尽职"} | given
    return services.conclude_exemption(exemption_id=exemption.public_id, actor=actor, at=NOW, **asked)


def committee(scene: Scene) -> Any:
    return MemberFactory(institution=scene.bank, checker=True)


def find(exemption: Exemption, *, sufficient: bool = True, actor: Any = None) -> Exemption:
    regulator = actor or MemberFactory.serving("regulator")
    return services.record_finding(
        exemption_id=exemption.public_id,
        is_evidence_sufficient=sufficient,
        finding="证据充分",
        document_number="泉金监〔2025〕1号",
        actor=regulator,
        at=NOW,
    )


@pytest.mark.clause("FP 1.7")
def test_an_exempt_debt_leaves_the_regulator_s_figure_but_not_the_fund_s(scene: Scene) -> None:
    exemption = conclude(answered(scene), committee(scene))
    assert (exemption.state, exemption.is_exempt) == (ExemptionState.CONCLUDED, False)
    exemption = find(exemption)
    assert (exemption.state, exemption.is_exempt) == (ExemptionState.FOUND, True)
    assert position_of(scene.bank).bad_debt == yuan(10_000_000)
    assert position_of(scene.bank, without_exempt=True).bad_debt == 0


@pytest.mark.clause("FP 1.7")
def test_without_sufficient_evidence_nobody_is_exempt(scene: Scene) -> None:
    exemption = find(conclude(answered(scene), committee(scene)), sufficient=False)
    assert not exemption.is_exempt
    assert position_of(scene.bank, without_exempt=True).bad_debt == yuan(10_000_000)


@pytest.mark.clause("FP 1.7")
@pytest.mark.parametrize("fault", ["is_gross_negligence", "is_intent"])
def test_gross_negligence_and_intent_are_excluded(scene: Scene, fault: str) -> None:
    exemption, member = answered(scene), committee(scene)
    with pytest.raises(GrossNegligenceIsNotExempt):
        conclude(exemption, member, **{fault: True})
    exemption = find(conclude(exemption, member, is_diligent=False, **{fault: True}))
    assert not exemption.is_exempt


@pytest.mark.clause("FP 1.7")
def test_whoever_dealt_with_the_loan_does_not_judge_it(scene: Scene) -> None:
    exemption = answered(scene)
    scene.recovered(exemption.bad_debt, 1)
    with pytest.raises(OfficerConcludes):
        conclude(exemption, scene.checker)  # checked a recovery of the loan
    with pytest.raises(RoleMissing):
        conclude(exemption, scene.handler)
    with pytest.raises(RoleMissing):
        find(conclude(exemption, committee(scene)), actor=scene.city_handler)


def test_every_line_is_answered_before_the_conclusion_and_none_after(scene: Scene) -> None:
    exemption, member = opened(scene), committee(scene)
    with pytest.raises(ChecklistOpen):
        conclude(exemption, member)
    assert exemption.items.get(code="reviewed").facts.startswith("2024-03-01 提交，2024-03-20 批复，用时 13 个工作日")
    for line in checklist():
        services.answer_item(exemption_id=exemption.public_id, code=line.code, is_fulfilled=True, remark="", actor=scene.handler, at=NOW)
    conclude(exemption, member)
    with pytest.raises(ConcludedBefore):
        services.answer_item(exemption_id=exemption.public_id, code="listed", is_fulfilled=False, remark="x", actor=scene.handler, at=NOW)


def test_own_rules_come_first(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(NoDiligenceRules):
        services.open_exemption(bad_debt_id=bad_debt.public_id, actor=scene.handler, at=NOW)


def packed(scene: Scene) -> tuple[EvidencePack, bytes]:
    exemption = answered(scene)
    scene.papers(exemption.bad_debt)
    pack = services.build_evidence_pack(exemption_id=exemption.public_id, actor=scene.handler, at=NOW)
    with services.open_evidence_pack(pack_id=pack.public_id, actor=scene.handler, at=NOW).content as content:
        return pack, content.read()


def verify(place: Path) -> subprocess.CompletedProcess[str]:
    script = place.parent / "verify.py"
    return subprocess.run([sys.executable, "-I", str(script), str(place)], capture_output=True, text=True, check=False)


@pytest.mark.clause("FP 1.7")
def test_the_pack_holds_timeline_papers_events_and_clauses(scene: Scene) -> None:
    pack, raw = packed(scene)
    files = zipfile.ZipFile(io.BytesIO(raw))
    timeline = json.loads(files.read("timeline.json"))
    decided = next(step for step in timeline if step["what"] == "批复")
    assert (decided["on"], decided["clause"]) == ("2024-03-20", "FP 1.6.3")
    assert "个工作日" in decided["arithmetic"]
    documents = json.loads(files.read("documents.json"))
    assert {row["kind"] for row in documents} >= {"contract", "collection_record"}
    assert all(row["file"] in files.namelist() and len(row["sha256"]) == 64 for row in documents)
    verbs = [event["verb"] for event in json.loads(files.read("events.json"))]
    assert {"loan.classified", "bad_debt.recognised"} <= set(verbs)
    assert "FP 1.7" in {row["id"] for row in json.loads(files.read("clauses.json"))}
    assert pack.size == len(raw)
    bad_debt = BadDebt.objects.get()
    assert json.loads(files.read("case.json"))["bad_debt_principal"] == str(bad_debt.principal)


@pytest.mark.clause("FP 1.7")
def test_plain_python_finds_any_changed_byte(scene: Scene, tmp_path: Path) -> None:
    pack, raw = packed(scene)
    place = tmp_path / "pack.zip"
    place.write_bytes(raw)
    files = zipfile.ZipFile(io.BytesIO(raw))
    (tmp_path / "verify.py").write_bytes(files.read("verify.py"))
    good = verify(place)
    assert good.returncode == 0, good.stdout
    assert pack.sha256 in good.stdout
    for name in files.namelist():
        changed = {other: files.read(other) for other in files.namelist()}
        middle = len(changed[name]) // 2
        changed[name] = changed[name][:middle] + bytes([changed[name][middle] ^ 1]) + changed[name][middle + 1 :]
        folder = tmp_path / "unpacked"
        for other, content in changed.items():
            (folder / other).parent.mkdir(parents=True, exist_ok=True)
            (folder / other).write_bytes(content)
        assert verify(folder).returncode == 1, name
    (folder / "extra.txt").write_bytes(b"more")
    assert "多出文件" in verify(folder).stdout or verify(folder).returncode == 1


def test_the_same_moment_gives_the_same_bytes(scene: Scene) -> None:
    pack, raw = packed(scene)
    exemption = pack.exemption
    again = services.build_evidence_pack(exemption_id=exemption.public_id, actor=scene.handler, at=NOW)
    assert again.sha256 == pack.sha256
    assert raw.startswith(b"PK")
