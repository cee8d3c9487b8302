"""The first page: everyone finds their door; robots stay outside; a browser's habits are met."""

import re

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from tests.portal.public_pages import public_pages


@pytest.mark.django_db
def test_everyone_finds_their_door(client: Client) -> None:
    answer = client.get("/")
    said = answer.content.decode()
    assert answer.status_code == 200
    assert {"/admin/", "/portal/", "/api/v1/docs/"} <= set(re.findall(r'<a [^>]*href="([^"]+)"', said))
    for who in ("市、县（市、区）部门", "合作银行", "企业"):
        assert who in said
    assert not re.search(r'(?:href|src)="(?:https?:)?//', said), "nothing comes from elsewhere"


def test_robots_see_the_publics_pages_alone(client: Client) -> None:
    answer = client.get("/robots.txt")
    first, *allowed, last, sitemap = answer.content.decode().splitlines()
    assert answer["Content-Type"].startswith("text/plain")
    assert sitemap == "Sitemap: http://testserver/sitemap.xml"
    assert (first, last) == ("User-agent: *", "Disallow: /")
    assert {f"Allow: {page}" for page in public_pages() if page != "/"} <= {line.rstrip("$") for line in allowed}
    assert not [line for line in allowed if re.match(r"Allow: /(portal|admin|api|account|documents|handover)", line)]


def test_the_habitual_icon_is_found(client: Client) -> None:
    answer = client.get("/favicon.ico")
    assert answer.status_code == 302
    assert finders.find(answer["Location"].removeprefix("/static/"))


def test_nothing_is_posted_there(client: Client) -> None:
    assert client.post("/").status_code == 405
