from datetime import UTC, datetime
from uuid import uuid4

import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from documents.models import Document
from tests.factories import MemberFactory

pytestmark = pytest.mark.django_db

AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)


def make(**kwargs):
    fields = {
        "owner_type": "parties.enterprise",
        "owner_id": uuid4(),
        "kind": "其他",
        "filename": "a.pdf",
        "content_type": "application/pdf",
    }
    return Document.objects.create(
        **fields | {"size": 1, "sha256": "a" * 64, "uploaded_by": MemberFactory(), "uploaded_at": AT} | kwargs,
    )


CHANGES = [
    pytest.param("UPDATE documents_document SET filename = 'b.pdf'", id="another name"),
    pytest.param("UPDATE documents_document SET sha256 = repeat('b', 64)", id="another content"),
    pytest.param("UPDATE documents_document SET withdrawn_reason = ''", id="an update that changes nothing"),
    pytest.param("DELETE FROM documents_document", id="delete"),
    pytest.param("TRUNCATE documents_document", id="truncate"),
]


@pytest.mark.parametrize("statement", CHANGES)
def test_a_document_is_neither_changed_nor_deleted(statement):
    make()
    connection.check_constraints()  # deferred foreign keys pending would forbid TRUNCATE before our trigger is asked
    with pgtrigger.ignore(), pytest.raises(IntegrityError, match="documents_document"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_withdrawal_is_added_once_and_not_taken_back():
    document = make()
    withdrawal = {"withdrawn_at": AT, "withdrawn_by": document.uploaded_by, "withdrawn_reason": "传错"}
    rows = Document.objects.filter(pk=document.pk)
    with pytest.raises(IntegrityError, match="only a withdrawal"), transaction.atomic():
        rows.update(**withdrawal, kind="别的")
    rows.update(**withdrawal)
    for again in ({"withdrawn_reason": "另一个原因"}, {"withdrawn_at": None, "withdrawn_by": None, "withdrawn_reason": ""}):
        with pytest.raises(IntegrityError, match="only a withdrawal"), transaction.atomic():
            rows.update(**again)


CASES = [
    pytest.param("document_sha256_form", {"sha256": "A" * 64}, id="a digest in capitals"),
    pytest.param("document_withdrawn_with_reason", {"withdrawn_at": AT}, id="withdrawn by nobody"),
    pytest.param("document_withdrawn_with_reason", {"withdrawn_reason": "传错"}, id="a reason without withdrawal"),
]


@pytest.mark.parametrize(("constraint", "fields"), CASES)
def test_the_database_refuses(constraint, fields):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make(**fields)


def test_a_withdrawal_needs_its_reason():
    member = MemberFactory()
    with pytest.raises(IntegrityError, match="document_withdrawn_with_reason"), transaction.atomic():
        make(withdrawn_at=AT, withdrawn_by=member)
