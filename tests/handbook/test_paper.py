"""A handbook on paper: made in the background, once for its words, and read only by who reads the handbook."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from handbook import views
from handbook.paper import make_paper, paper_of
from handbook.pdf import BREAK, _breakable
from handbook.tasks import make_pdf
from tests.handbook.test_never_untrue import by_slug

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


def test_who_asks_first_has_it_made_once_and_who_comes_later_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    queued: list[tuple[Any, ...]] = []
    monkeypatch.setattr(views, "queue", lambda task, *given: queued.append((task, *given)))
    client = Client()
    for _ in range(2):
        answer = client.get("/help/enterprise.pdf")
        assert answer.status_code == 202
        assert "正在生成" in answer.content.decode()
    assert queued == [(make_pdf, "enterprise")]
    make_pdf("enterprise")
    answer = client.get("/help/enterprise.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_other_words_are_another_file_and_the_old_one_goes() -> None:
    book = by_slug()["enterprise"]
    before = make_paper(book, today=date(1999, 1, 1))  # without a version: other words
    after = make_paper(book, today=date(2025, 3, 3))
    assert before != after
    assert [path.name for path in after.parent.iterdir()] == [after.name]
    assert paper_of(book, today=date(2025, 3, 4)) == after


def test_a_handbook_of_others_is_no_more_to_be_had_on_paper() -> None:
    assert Client().get("/help/bank.pdf").status_code == 404


def test_lines_end_between_characters_but_neither_in_a_number_nor_before_a_full_stop() -> None:
    assert "".join(_breakable("不超过 20,000.00元。（见）")).split(BREAK) == ["不", "超", "过 20,000.00", "元。", "（见）"]


@pytest.mark.parametrize("slug", ["operations", "quick-start"])  # tables with code in their cells; pictures
def test_tables_and_pictures_can_be_printed(slug: str) -> None:
    assert make_paper(by_slug()[slug], today=date(2025, 3, 3)).stat().st_size > 30_000
