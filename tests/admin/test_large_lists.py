"""A large list on screen: taken in, its progress, why it cannot be read, its outcome."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.admin.display_values import page_of
from documents.services import documents_of
from parties.models import Member
from tests.factories import MemberFactory
from tests.whitelist.lists import as_csv, as_xlsx, tax_row
from whitelist.models import ImportFile
from whitelist.papers import FAULTS_MARKED
from whitelist.services import large_lists

Login = Callable[[Member], Client]
NEW = "/admin/whitelist/importfile/new/check/"


def given(content: bytes, name: str) -> dict[str, Any]:
    return {"kind": "tax_list", "as_of": "2024-06-30", "file": SimpleUploadedFile(name, content)}


@pytest.mark.clause("FP 1.6.1(2)")
def test_a_large_list_tells_how_far_it_is(login: Login, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> None:
    monkeypatch.setattr(large_lists, "is_light", lambda content: False)
    browser = login(MemberFactory.serving("city_science"))
    with django_capture_on_commit_callbacks() as queued:
        answer = browser.post(NEW, given(as_xlsx([tax_row(1)]), "名单.xlsx"))
    file = ImportFile.objects.get()
    assert answer["Location"] == page_of(file)
    ImportFile.objects.update(read_count=4000)
    page = browser.get(page_of(file)).content.decode()
    assert "正在核对，已读取 4,000 行" in page
    assert "/do/commit/" not in page
    for work in queued:
        work()
    page = browser.get(page_of(file)).content.decode()
    assert "/do/commit/" in page
    assert "没有问题行" in page


def test_a_large_list_that_cannot_be_read_says_why(
    login: Login, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(large_lists, "is_light", lambda content: False)
    browser = login(MemberFactory.serving("city_science"))
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(NEW, given(as_csv([]) + b"\n" * 200, "名单.csv"))
    page = browser.get(page_of(ImportFile.objects.get())).content.decode()
    assert "没有数据行" in page
    assert "/do/discard/" in page


def test_the_faults_of_a_list_are_downloaded_from_its_page(login: Login, django_capture_on_commit_callbacks: Any) -> None:
    browser = login(MemberFactory.serving("city_science"))
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(NEW, given(as_xlsx([tax_row(1), tax_row(2, rd="1234,56")]), "名单.xlsx"))
    file = ImportFile.objects.get()
    page = browser.get(page_of(file)).content.decode()
    marked = documents_of(file).get(kind=FAULTS_MARKED)
    assert f"/documents/{marked.public_id}/" in page
    answer = browser.get(f"/documents/{marked.public_id}/")
    assert b"".join(answer.streaming_content if answer.streaming else [answer.content]).startswith(b"PK")  # type: ignore[attr-defined]
