"""What a page weighs on a cold telephone: itself and all it asks for, compressed; and nothing of it from elsewhere or inline."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import Client

from tests.portal.public_pages import public_pages
from tests.portal.test_pages import Login, page_of, person_of
from tests.risk.scene import Scene

MOST_BYTES = 100_000
ASKED_FOR = re.compile(r'<(?:link(?! rel="alternate")|script|img|source|iframe)[^>]+?(?:href|src)="([^"]+)"')
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\bstyle=\"|\son[a-z]+=\"|href=\"javascript:", re.IGNORECASE)

pytestmark = pytest.mark.django_db


def judged(answer: HttpResponse) -> int:
    """Return the bytes of a page with its assets, after what no page may do was looked for."""
    said = answer.content.decode()
    assert answer.status_code == 200
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert INLINE.search(said) is None
    weight = len(gzip.compress(answer.content))
    for address in set(ASKED_FOR.findall(said)):
        found = finders.find(address.removeprefix("/static/"))
        assert address.startswith("/static/"), address
        assert found is not None, address
        weight += len(gzip.compress(Path(str(found)).read_bytes()))
    return weight


def test_no_page_of_the_public_is_heavy(client: Client) -> None:
    assert {address: weight for address in public_pages() if (weight := judged(client.get(address))) > MOST_BYTES} == {}


def test_no_page_of_an_enterprise_is_heavy(scene: Scene, login: Login) -> None:
    loan = scene.loan(10_000_000)
    browser = login(person_of(loan))
    assert {address: weight for address in ("/portal/", page_of(loan)) if (weight := judged(browser.get(address))) > MOST_BYTES} == {}


def test_the_style_sheet_asks_for_nothing() -> None:
    sheet = Path(str(finders.find("portal/portal.css"))).read_text(encoding="utf-8")
    assert re.search(r"url\(|@import|@font-face", sheet) is None
