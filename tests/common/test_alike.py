"""A number is compared alike in Python and in the database."""

import unicodedata

import pytest
from django.db import connection

from common.texts import alike


@pytest.mark.django_db
def test_python_and_the_database_compare_alike() -> None:
    known = (chr(place) for place in range(0x21, 0x10000) if not 0xD800 <= place <= 0xDFFF)
    characters = [one for one in known if unicodedata.category(one) not in ("Cn", "Co")]
    words = [*characters, "ＨＴ（2024）—031号", "ΟΔΟΣ", "ﬁn", "Åé", "x" * 64]
    with connection.cursor() as cursor:
        cursor.execute("SELECT t, lower(normalize(t, NFKC)) FROM unnest(%s::text[]) t", [words])
        told = dict(cursor.fetchall())
    assert len(told) > 50_000
    assert {word for word in words if alike(word) != told[word]} == set()
