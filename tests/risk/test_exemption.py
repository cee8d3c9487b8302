"""Due-diligence exemption and its evidence pack."""

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from documents.selectors import documents_of
from documents.services import attach, open_document
from parties.access import RoleMissing
from risk.breaker.selectors import bank_figures_of
from risk.claims.services.examining import ask_supplement, supply
from risk.enums import ExemptionState
from risk.exemption.evidence.verify import problems_of
from risk.exemption.rules import checklist
from risk.exemption.selectors import events_about, officers_of
from risk.exemption.services.cases import (
    ConcludedBefore,
    NoDiligenceRules,
    OfficerConcludes,
    answer_item,
    conclude_exemption,
    open_exemption,
    record_diligence_rules,
    record_finding,
)
from risk.exemption.services.packs import build_evidence_pack, open_evidence_pack
from risk.models import BadDebt, EvidencePack, Exemption
from risk.models.exemption import ChecklistOpen, GrossNegligenceIsNotExempt
from tests.factories import MemberFactory
from tests.risk.scene import NOW, PDF, TODAY, Scene, yuan


def opened(scene: Scene) -> Exemption:
    scene.disburse(90_000_000)
    bad_debt = scene.bad(scene.loan(10_000_000))
    rules = {"name": "技术创新基金尽职免责办法", "document_number": "泉银〔2024〕1号", "effective_on": TODAY}
    record_diligence_rules(actor=scene.handler, at=NOW, **rules)
    return open_exemption(bad_debt_id=bad_debt.public_id, actor=scene.handler, at=NOW)


def answered(scene: Scene) -> Exemption:
    exemption = opened(scene)
    for line in checklist():
        answer_item(exemption_id=exemption.public_id, code=line.code, is_fulfilled=True, remark="已核查", actor=scene.handler, at=NOW)
    return exemption


def conclude(exemption: Exemption, actor: Any, **given: Any) -> Exemption:
    asked = {"is_diligent": True, "is_gross_negligence": False, "is_intent": False, "opinion": "已勤勉尽职"} | given
    return conclude_exemption(exemption_id=exemption.public_id, actor=actor, at=NOW, **asked)


def committee(scene: Scene) -> Any:
    return MemberFactory(institution=scene.bank, checker=True)


def find(exemption: Exemption, *, sufficient: bool = True, actor: Any = None) -> Exemption:
    regulator = actor or MemberFactory.serving("regulator")
    return record_finding(
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
    assert bank_figures_of(scene.bank).bad_debt == yuan(10_000_000)
    assert bank_figures_of(scene.bank, without_exempt=True).bad_debt == 0


@pytest.mark.clause("FP 1.7")
def test_without_sufficient_evidence_nobody_is_exempt(scene: Scene) -> None:
    exemption = find(conclude(answered(scene), committee(scene)), sufficient=False)
    assert not exemption.is_exempt
    assert bank_figures_of(scene.bank, without_exempt=True).bad_debt == yuan(10_000_000)


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
        answer_item(exemption_id=exemption.public_id, code=line.code, is_fulfilled=True, remark="", actor=scene.handler, at=NOW)
    conclude(exemption, member)
    with pytest.raises(ConcludedBefore):
        answer_item(exemption_id=exemption.public_id, code="listed", is_fulfilled=False, remark="x", actor=scene.handler, at=NOW)


def test_own_rules_come_first(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    with pytest.raises(NoDiligenceRules):
        open_exemption(bad_debt_id=bad_debt.public_id, actor=scene.handler, at=NOW)


def packed(scene: Scene) -> tuple[EvidencePack, bytes]:
    exemption = answered(scene)
    scene.papers(exemption.bad_debt)
    pack = build_evidence_pack(exemption_id=exemption.public_id, actor=scene.handler, at=NOW)
    with open_evidence_pack(pack_id=pack.public_id, actor=scene.handler, at=NOW).content as content:
        return pack, content.read()


def verify(place: Path, *digest: str) -> subprocess.CompletedProcess[str]:
    script = place.parent / "verify.py"
    return subprocess.run([sys.executable, "-I", str(script), str(place), *digest], capture_output=True, text=True, check=False)


@pytest.mark.clause("FP 1.7")
def test_the_pack_holds_timeline_papers_events_and_clauses(scene: Scene) -> None:
    pack, raw = packed(scene)
    files = zipfile.ZipFile(io.BytesIO(raw))
    timeline = json.loads(files.read("timeline.json"))
    decided = next(step for step in timeline if step["what"] == "批复")
    assert (decided["on"], decided["clause"]) == ("2024-03-20", "FP 1.6.3")
    assert "个工作日" in decided["arithmetic"]
    assert decided["term"].endswith("期限 30 个工作日")
    assert decided["term"].startswith("期限核对：自 2024-03-01（不含）至 2024-03-20（含）共 19 天")
    assert f"2024-03-20  批复（{decided['label']}）" in files.read("timeline.txt").decode()
    assert decided["label"] == "《实施方案》一(六)3"
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
@pytest.mark.clause("D37")
def test_the_timeline_tells_each_fact_once_in_its_order_and_checks_each_term(scene: Scene) -> None:
    scene.disburse(900_000_000)
    exemption = opened(scene)
    claim = scene.paid(scene.accepted(exemption.bad_debt))
    scene.returned(scene.recovered(exemption.bad_debt, 1_000_000))
    pack = build_evidence_pack(exemption_id=exemption.public_id, actor=scene.handler, at=NOW)
    with open_evidence_pack(pack_id=pack.public_id, actor=scene.handler, at=NOW).content as content:
        steps = json.loads(zipfile.ZipFile(content).read("timeline.json"))
    told = [step["what"] for step in steps]
    classed = next(number for number, what in enumerate(told) if what.startswith("风险分类认定为损失"))
    assert classed < told.index("认定坏账 10,000,000.00 元")
    assert [what for what in told if "1,000,000.00" in what] == ["追回净额 1,000,000.00 元，冲减坏账本金"]  # and no repayment besides
    terms = {step["what"]: step["term"] for step in steps if step["term"]}
    assert list(terms) == ["批复", f"审核补偿申请 {claim.number}：审核通过", "退回政府性融资担保公司追偿款 800,000.00 元"]
    assert all(said.endswith("期限 10 个工作日") for said in list(terms.values())[1:])


@pytest.fixture
def handed_out(scene: Scene, tmp_path: Path) -> tuple[Path, EvidencePack]:
    """Return a pack on a disk, its own verifier beside it."""
    pack, raw = packed(scene)
    place = tmp_path / "pack.zip"
    place.write_bytes(raw)
    (tmp_path / "verify.py").write_bytes(zipfile.ZipFile(place).read("verify.py"))
    return place, pack


@pytest.mark.clause("FP 1.7")
def test_plain_python_checks_a_pack_and_its_digest(handed_out: tuple[Path, EvidencePack]) -> None:
    place, pack = handed_out
    good = verify(place)
    assert good.returncode == 0, good.stdout
    assert pack.sha256 in good.stdout
    assert verify(place, pack.sha256).returncode == 0
    wrong = verify(place, "0" * 64)
    assert wrong.returncode == 1
    assert "与系统显示的不符" in wrong.stdout
    place.write_bytes(b"no ZIP")
    assert verify(place).returncode == 1


@pytest.mark.clause("FP 1.7")
@pytest.mark.parametrize("name", ["case.json", "events.json", "timeline.txt", "verify.py", "manifest.json", "manifest.sha256"])
@pytest.mark.parametrize("change", ["changed", "removed", "longer"])
def test_a_file_changed_or_gone_is_found_in_an_unpacked_pack(handed_out: tuple[Path, EvidencePack], name: str, change: str) -> None:
    place, _ = handed_out
    folder = place.parent / "unpacked"
    zipfile.ZipFile(place).extractall(folder)
    assert problems_of(folder) == []
    raw = (folder / name).read_bytes()
    if change == "removed":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:] if change == "changed" else raw + b" ")
    assert problems_of(folder) != []


def test_a_file_put_in_is_found(handed_out: tuple[Path, EvidencePack]) -> None:
    place, _ = handed_out
    folder = place.parent / "unpacked"
    zipfile.ZipFile(place).extractall(folder)
    (folder / "documents" / "extra.pdf").write_bytes(b"%PDF-1.7")
    assert problems_of(folder) == ["多出文件 documents/extra.pdf。"]
    with zipfile.ZipFile(place, "a") as pack:
        pack.writestr("extra.txt", "more")
    assert problems_of(place) == ["多出文件 extra.txt。"]


@pytest.mark.clause("FP 1.7")
def test_every_byte_of_the_zip_counts(handed_out: tuple[Path, EvidencePack]) -> None:
    raw = handed_out[0].read_bytes()
    names = len(zipfile.ZipFile(handed_out[0]).namelist())
    ends = {*range(60), *range(len(raw) - 100 * names, len(raw))}  # the first file's head, the directory, the end
    for place in sorted(ends | set(range(0, len(raw), 997))):
        assert problems_of_raw(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]) != [], place
    for other in (raw + b"\0", b"\0" + raw, raw[:-1], raw + raw):
        assert problems_of_raw(other) != []


def problems_of_raw(raw: bytes) -> list[str]:
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(raw)
        return problems_of(Path(file.name))


@pytest.mark.clause("FP 1.7")
def test_the_pack_says_who_opened_a_paper_and_who_returned_money(scene: Scene) -> None:
    scene.disburse(90_000_000)
    bad_debt = scene.bad(scene.loan(1_000_000))
    scene.paid(scene.accepted(bad_debt))
    scene.returned(scene.recovered(bad_debt, 100_000))
    open_document(document_id=documents_of(bad_debt)[0].public_id, actor=scene.guarantor_handler, at=NOW).content.close()
    said = {(event.verb, event.actor_name) for event in events_about(bad_debt)}
    assert ("opened", scene.guarantor_handler.name) in said
    assert {"document.attached", "return.checked", "recovery.checked", "claim.accepted"} <= {verb for verb, _ in said}


@pytest.mark.clause("FP 1.7")
def test_whoever_takes_any_step_of_a_claim_is_an_officer_and_a_reader_is_none(scene: Scene) -> None:
    bad_debt = scene.bad(scene.loan(1_000_000))
    claim = scene.filed(bad_debt)
    one, other, reader = (MemberFactory(institution=scene.bank, checker=True) for _ in range(3))
    ask_supplement(claim_id=claim.public_id, what="催收记录", actor=scene.guarantor_handler, at=NOW)
    supply(claim_id=claim.public_id, actor=one, at=NOW)
    attach(owner=bad_debt, kind="supplement", filename="x.pdf", content=PDF, actor=other, at=NOW)
    open_document(document_id=documents_of(bad_debt)[0].public_id, actor=reader, at=NOW).content.close()
    officers = officers_of(bad_debt.loan)
    assert {one.pk, other.pk, scene.handler.pk} <= officers
    assert reader.pk not in officers


def test_the_same_moment_gives_the_same_bytes(scene: Scene) -> None:
    pack, raw = packed(scene)
    exemption = pack.exemption
    again = build_evidence_pack(exemption_id=exemption.public_id, actor=scene.handler, at=NOW)
    assert again.sha256 == pack.sha256
    assert raw.startswith(b"PK")
