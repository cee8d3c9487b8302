"""The first page: everyone finds their door; robots stay outside; a browser's habits are met."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client


def test_everyone_finds_their_door(client: Client) -> None:
    answer = client.get("/")
    said = answer.content.decode()
    assert answer.status_code == 200
    assert re.findall(r'<a href="([^"]+)"', said) == ["/admin/", "/admin/", "/portal/", "/api/v1/docs/"]
    for who in ("市、县(市、区)部门", "合作银行", "企业"):
        assert who in said
    assert not re.search(r'(?:href|src)="(?:https?:)?//', said), "nothing comes from elsewhere"


def test_its_style_sheet_is_there(client: Client) -> None:
    sheet = finders.find("front/front.css")
    assert sheet is not None
    assert "front/front.css" in client.get("/").content.decode()
    assert "url(" not in Path(str(sheet)).read_text(encoding="utf-8")


def test_robots_see_the_first_page_alone(client: Client) -> None:
    answer = client.get("/robots.txt")
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.decode().splitlines() == ["User-agent: *", "Allow: /$", "Disallow: /"]


def test_the_habitual_icon_is_found(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert finders.find(answer["Location"].removeprefix("/static/"))


def test_nothing_is_posted_there(client: Client) -> None:
    assert client.post("/").status_code == 405
