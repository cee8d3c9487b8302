"""While the demo is prepared: a page that says how far it is, a sentence for every step, and nothing of it once it is ready."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from demo_fund.progress import Progress, read_progress, report_progress

AT_WORK = Progress(phase="正在推演演示基金", done=1234, total=4936, day="2025-03-21")
pytestmark = pytest.mark.usefixtures("_played")


@pytest.fixture
def _played(tmp_path: Path, settings: Any) -> None:
    """No ``django_db``: whoever is held must not need a table."""
    settings.DEMO_PROGRESS = str(tmp_path / "progress.json")
    report_progress(AT_WORK)


def test_the_first_page_shows_how_far_it_is_and_asks_again(client: Client) -> None:
    answer = client.get("/")
    said = answer.content.decode()
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    for part in ('http-equiv="refresh"', 'value="25"', "推演至 2025-03-21", "第 1234 步，共 4936 步", "演示账号届时显示在启动演示的终端中"):
        assert part in said
    assert "//" not in said.replace("<!doctype html>", ""), "nothing comes from elsewhere"


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/portal/", "/documents/x/", "/nothing-here/"])
def test_other_pages_say_so_too(client: Client, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "演示基金正在准备" in answer.content.decode()


def test_a_step_is_answered_with_a_sentence(client: Client) -> None:
    answer = client.post("/portal/login/", {"username": "x", "password": "y"})
    assert answer.status_code == 503
    assert "本次操作未办理" in answer.content.decode()


def test_a_program_gets_a_problem_document(client: Client) -> None:
    answer = client.post("/api/v1/calculators/working-days/", {}, content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert "演示基金正在准备" in answer.json()["detail"]


def test_robots_are_answered_meanwhile(client: Client) -> None:
    assert client.get("/robots.txt").status_code == 200


@pytest.mark.django_db
def test_once_ready_the_product_answers(client: Client) -> None:
    report_progress(Progress(phase="准备完成", is_ready=True))
    assert "演示基金正在准备" not in client.get("/").content.decode()
    assert client.get("/admin/login/").status_code == 200


def test_where_nothing_is_played_nothing_is_told(settings: Any) -> None:
    settings.DEMO_PROGRESS = ""
    report_progress(AT_WORK)
    assert read_progress() is None
