import errno
import hashlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier, BrokenBarrierError
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import connections

from audit.selectors import events_of
from common.errors import NotVisible, ReasonMissing
from common.outages import StorageFull, outage_of
from documents import registry
from documents.models import Document
from documents.services import (
    AlreadyWithdrawn,
    EmptyFile,
    FileTooLarge,
    NameContradictsContent,
    PaperMissing,
    TypeNotAccepted,
    all_documents_of,
    attach,
    attach_to_visible,
    documents_of,
    open_document,
    require_papers,
    withdraw,
)
from documents.store import ContentDamaged, keep, path_of, unsynced
from parties.access import RoleMissing
from parties.selectors import enterprises_visible_to
from tests.factories import EnterpriseFactory, MemberFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\n..."


@pytest.fixture(autouse=True)
def _media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setitem(registry._OWNERS, "parties.enterprise", enterprises_visible_to)


@pytest.fixture
def enterprise():
    return EnterpriseFactory()


@pytest.fixture
def handler(enterprise):
    return MemberFactory.of(enterprise)


@pytest.fixture
def document(enterprise, handler):
    return attach(owner=enterprise, kind="营业执照", filename="执照.pdf", content=PDF, actor=handler, at=AT)


def test_a_file_is_stored_under_its_hash_and_recorded(document):
    assert document.sha256 == hashlib.sha256(PDF).hexdigest()
    assert path_of(document.sha256).read_bytes() == PDF
    assert (document.content_type, document.size) == ("application/pdf", len(PDF))
    assert events_of(document).get().verb == "document.attached"


def test_the_same_bytes_as_two_papers_are_two_rows_and_one_file(document, enterprise, handler, tmp_path):
    attach(owner=enterprise, kind="其他材料", filename="又一份.pdf", content=ContentFile(PDF), actor=handler, at=AT)
    assert documents_of(enterprise).count() == 2
    assert sum(path.is_file() for path in tmp_path.rglob("*")) == 1


REFUSED = [
    pytest.param(b"", "a.pdf", EmptyFile, id="empty"),
    pytest.param(PDF + b"x" * 100, "a.pdf", FileTooLarge, id="one byte over the limit and more"),
    pytest.param(b"MZ\x90\x00", "a.pdf", TypeNotAccepted, id="a program named pdf"),
    pytest.param(PDF, "a.png", NameContradictsContent, id="a pdf named png"),
]


@pytest.mark.parametrize(("content", "filename", "refusal"), REFUSED)
def test_a_refused_file_leaves_no_trace(content, filename, refusal, enterprise, handler, settings, tmp_path):
    settings.DOCUMENTS_MAX_BYTES = 100
    with pytest.raises(refusal):
        attach(owner=enterprise, kind="营业执照", filename=filename, content=content, actor=handler, at=AT)
    assert not Document.objects.exists()
    assert not list(tmp_path.iterdir())


@pytest.mark.clause("D7")
def test_missing_papers_are_named(document, enterprise):
    require_papers(enterprise, ["营业执照"])
    with pytest.raises(PaperMissing, match="缺少材料：审计报告，"):
        require_papers(enterprise, ["营业执照", "审计报告"])


def test_withdrawal_keeps_row_and_file_and_is_done_once(document, enterprise, handler):
    withdraw(document_id=document.public_id, reason="传错文件", actor=handler, at=AT)
    assert not documents_of(enterprise).exists()
    assert all_documents_of(enterprise).get().withdrawn_reason == "传错文件"
    assert path_of(document.sha256).exists()
    with pytest.raises(PaperMissing):
        require_papers(enterprise, ["营业执照"])
    with pytest.raises(AlreadyWithdrawn):
        withdraw(document_id=document.public_id, reason="再撤一次", actor=handler, at=AT)


def test_only_the_uploaders_party_withdraws_and_says_why(document, enterprise, handler):
    with pytest.raises(RoleMissing):
        withdraw(document_id=document.public_id, reason="不是我的", actor=MemberFactory.serving("city_industry"), at=AT)
    with pytest.raises(RoleMissing):
        withdraw(document_id=document.public_id, reason="只能看", actor=MemberFactory.of(enterprise, viewer=True), at=AT)
    with pytest.raises(ReasonMissing):
        withdraw(document_id=document.public_id, reason="  ", actor=handler, at=AT)
    document.refresh_from_db()
    assert document.withdrawn_at is None


def test_opening_gives_the_bytes_and_every_opening_is_recorded(document):
    reader = MemberFactory.serving("city_treasury")
    for _ in range(2):
        opened = open_document(document_id=document.public_id, actor=reader, at=AT)
        with opened.content as content:
            assert content.read() == PDF
    assert [event.verb for event in events_of(document)] == ["document.attached", "opened", "opened"]


def test_damaged_bytes_are_not_handed_out(document):
    path_of(document.sha256).write_bytes(b"%PDF-1.7\n..!")
    with pytest.raises(ContentDamaged):
        open_document(document_id=document.public_id, actor=MemberFactory.serving("city_treasury"), at=AT)
    assert events_of(document).count() == 1


def test_who_does_not_see_the_case_sees_no_document(document, enterprise):
    for stranger in (MemberFactory(), MemberFactory.serving("county_industry", district="石狮市"), MemberFactory.of(EnterpriseFactory())):
        with pytest.raises(NotVisible):
            open_document(document_id=document.public_id, actor=stranger, at=AT)
    with pytest.raises(NotVisible):
        open_document(document_id=uuid4(), actor=MemberFactory.serving("city_treasury"), at=AT)


def test_a_case_of_an_unregistered_type_is_not_visible(document, monkeypatch):
    monkeypatch.delitem(registry._OWNERS, "parties.enterprise")
    with pytest.raises(NotVisible):
        open_document(document_id=document.public_id, actor=MemberFactory.serving("city_treasury"), at=AT)


def test_uploading_from_outside_needs_a_visible_case_and_a_working_role(enterprise, handler):
    upload = {"owner_type": "parties.enterprise", "owner_id": enterprise.public_id, "kind": "其他", "filename": "a.pdf", "content": PDF}
    attach_to_visible(**upload, actor=handler, at=AT)
    with pytest.raises(NotVisible):
        attach_to_visible(**upload, actor=MemberFactory(), at=AT)
    with pytest.raises(RoleMissing):
        attach_to_visible(**upload, actor=MemberFactory.of(enterprise, viewer=True), at=AT)
    assert documents_of(enterprise).count() == 1


def test_a_full_disk_leaves_no_row_and_no_part_of_a_file(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("documents.store.os.fsync", full)
    with pytest.raises(OSError, match="No space left") as refused:
        keep(b"a paper")
    assert isinstance(outage_of(refused.value), StorageFull)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    settings.MEDIA_ROOT = tmp_path
    assert keep(b"a paper")


def test_the_same_paper_of_one_party_is_laid_once_and_says_so(enterprise, handler, document):
    first = Document.objects.get()
    again = attach(owner=enterprise, kind="营业执照", filename="另名.pdf", content=PDF, actor=handler, at=AT)
    assert (again.pk, again.laid_before, document.laid_before) == (first.pk, True, False)
    other_kind = attach(owner=enterprise, kind="其他材料", filename="执照.pdf", content=PDF, actor=handler, at=AT)
    other_case = attach(owner=EnterpriseFactory(), kind="营业执照", filename="执照.pdf", content=PDF, actor=handler, at=AT)
    other_party = attach(owner=enterprise, kind="营业执照", filename="执照.pdf", content=PDF, actor=MemberFactory(), at=AT)
    withdraw(document_id=document.public_id, reason="传错", actor=handler, at=AT)
    anew = attach(owner=enterprise, kind="营业执照", filename="执照.pdf", content=PDF, actor=handler, at=AT)
    assert len({first.pk, other_kind.pk, other_case.pk, other_party.pk, anew.pk}) == 5
    assert [one.laid_before for one in (other_kind, other_case, other_party, anew)] == [False] * 4
    assert len(events_of(first)) == 2  # laid once, withdrawn once


@pytest.mark.django_db(transaction=True)
def test_two_who_send_the_same_paper_at_once_lay_one(monkeypatch):
    enterprise = EnterpriseFactory()
    handler = MemberFactory.of(enterprise)
    both, kept = Barrier(2, timeout=1), keep

    def meets(content):
        with suppress(BrokenBarrierError):  # the other one waits for this one's end: then nobody comes
            both.wait()
        return kept(content)

    def send(_):
        try:
            return attach(owner=enterprise, kind="营业执照", filename="执照.pdf", content=PDF, actor=handler, at=AT).laid_before
        finally:
            connections.close_all()

    monkeypatch.setattr("documents.services.keep", meets)
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(send, range(2))) == [False, True]
    assert Document.objects.count() == 1


def test_a_load_that_syncs_at_its_end_does_not_wait_for_each_file(tmp_path, settings, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    waited = []
    monkeypatch.setattr("documents.store.os.fsync", waited.append)
    with unsynced():
        digest = keep(b"one")
    assert (path_of(digest).read_bytes(), waited) == (b"one", [])
    keep(b"two")
    assert len(waited) == 1
