from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.urls import reverse

from audit.selectors import events_of
from documents import registry
from documents.services import attach
from parties.selectors import enterprises_visible_to
from tests.factories import EnterpriseFactory, MemberFactory, UserFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n..."


@pytest.fixture(autouse=True)
def _media(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setitem(registry._OWNERS, "parties.enterprise", enterprises_visible_to)


@pytest.fixture
def document():
    enterprise = EnterpriseFactory()
    at = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
    return attach(owner=enterprise, kind="其他", filename="营业执照.pdf", content=PDF, actor=MemberFactory.of(enterprise), at=at)


def address(public_id):
    return reverse("document-download", args=[public_id])


def test_a_download_is_a_file_that_browsers_do_not_guess_at(client, document):
    client.force_login(MemberFactory.serving("city_treasury").user)
    response = client.get(address(document.public_id), REMOTE_ADDR="10.9.8.7")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''%E8%90%A5%E4%B8%9A%E6%89%A7%E7%85%A7.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert events_of(document).get(verb="opened").source_address == "10.9.8.7"


def test_another_partys_document_is_not_found(client, document):
    for member in (MemberFactory(), MemberFactory.of(EnterpriseFactory()), MemberFactory.serving("county_industry", district="石狮市")):
        client.force_login(member.user)
        assert client.get(address(document.public_id)).status_code == 404
    assert not events_of(document).filter(verb="opened").exists()


def test_a_document_that_is_none_and_a_login_that_serves_nobody_find_nothing(client, document):
    client.force_login(MemberFactory.serving("city_treasury").user)
    assert client.get(address(uuid4())).status_code == 404
    client.force_login(UserFactory())
    assert client.get(address(document.public_id)).status_code == 404


def test_without_login_there_is_nothing_to_see(client, document):
    assert client.get(address(document.public_id)).status_code == 302


def test_a_document_is_not_posted_to(client, document):
    client.force_login(MemberFactory.serving("city_treasury").user)
    assert client.post(address(document.public_id)).status_code == 405
