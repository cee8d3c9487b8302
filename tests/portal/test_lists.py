"""The published whitelist as the public reads it, its feeds, and the working-day calculator on the real calendar."""

import json
import re
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.portal.public_pages import public_pages
from tests.whitelist.cases import Desk, listed_rd, published, submitted

OPEN = "2025-06-10 10:00+08:00"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_force() -> object:
    with time_machine.travel(OPEN, tick=False):
        yield


def said(client: Client, address: str, **sent: str) -> str:
    answer = client.get(f"{address}?{urlencode(sent)}")
    assert answer.status_code == 200
    return answer.content.decode()


class TestWhitelist:
    @pytest.mark.clause("FP 1.6.1(3)")
    def test_what_is_published_is_found_and_nothing_else(self, client: Client) -> None:
        desk = Desk()
        listed, waiting = published(desk), submitted()
        page = said(client, "/whitelist/")
        entry = listed.entry
        entry.refresh_from_db()
        assert entry.batch is not None
        for told in (str(entry), entry.enterprise.name, entry.batch.document_number, str(entry.published_on), entry.district.name):
            assert told in page
        for secret in (str(waiting.entry), waiting.enterprise.name, entry.enterprise.credit_code, f"{entry.total_investment:,}"):
            assert secret not in page
        assert waiting.enterprise.name not in said(client, "/whitelist/", q=waiting.enterprise.name).split("</form>")[1]
        assert "没有找到" in said(client, "/whitelist/", q=waiting.enterprise.name)

    def test_words_list_and_batch_narrow_it(self, client: Client) -> None:
        desk = Desk()
        project, rd = published(desk).entry, listed_rd(desk)
        project.refresh_from_db()
        assert project.batch is not None
        assert rd.enterprise.name not in said(client, "/whitelist/", kind="project")
        assert str(project) not in said(client, "/whitelist/", kind="rd")
        assert rd.enterprise.name in said(client, "/whitelist/", q=rd.enterprise.name[:4])
        narrowed = said(client, "/whitelist/", batch=str(project.batch.public_id))
        assert str(project) in narrowed
        assert rd.enterprise.name not in narrowed

    @pytest.mark.parametrize("sent", [{"batch": "x"}, {"batch": "00000000-0000-0000-0000-000000000000"}])
    def test_a_publication_that_never_was_is_not_found(self, client: Client, sent: dict[str, str]) -> None:
        assert client.get("/whitelist/", sent).status_code == 404

    @pytest.mark.parametrize("sent", [{"page": "999"}, {"page": "x"}, {"kind": "boat"}, {"q": "%_'\"\x00<b>"}, {"q": "长" * 500}])
    def test_what_nobody_offers_breaks_nothing(self, client: Client, sent: dict[str, str]) -> None:
        assert "<b>'" not in said(client, "/whitelist/", **sent)

    def test_the_list_costs_the_same_however_long(self, client: Client) -> None:
        desk = Desk()
        listed_rd(desk)

        def cost() -> int:
            with CaptureQueriesContext(connection) as counted:
                said(client, "/whitelist/")
            return len(counted)

        cost()
        few = cost()
        listed_rd(desk)
        published(desk)
        assert cost() == few


class TestFeeds:
    def test_programs_read_the_publications(self, client: Client) -> None:
        batch = listed_rd(Desk()).batch
        assert batch is not None
        feed = json.loads(client.get("/feed.json").content)
        [item] = feed["items"]
        assert (item["id"], item["title"]) == (str(batch.public_id), str(batch))
        assert client.get(item["url"]).status_code == 200
        [title] = ElementTree.fromstring(client.get("/feed.xml").content).findall("./channel/item/title")
        assert title.text == str(batch)
        assert f"{batch} " in re.sub(r"<span", " <span", said(client, "/batches/"))

    def test_search_engines_are_told_every_page(self, client: Client) -> None:
        told = re.findall(r"<loc>https?://[^/]+([^<]+)</loc>", client.get("/sitemap.xml").content.decode())
        assert set(told) == set(public_pages())


class TestWorkingDays:
    @pytest.mark.clause("D6")
    def test_the_real_calendar_answers(self, client: Client) -> None:
        where = reverse("public:working-days")
        assert "2024-02-29 到期" in said(client, where, start="2024-01-15", days="30", end="")  # 春节 and two made-up Sundays between
        assert "30 个工作日" in said(client, where, start="2024-01-15", end="2024-02-29", days="")

    @pytest.mark.parametrize(
        "sent",
        [
            {"start": "", "days": "3"},
            {"start": "2024-01-15"},
            {"start": "2024-01-15", "days": "3", "end": "2024-02-01"},
            {"start": "2024-01-15", "days": "0"},
            {"start": "2024-01-15", "days": "一百"},
            {"start": "2024-01-15", "end": "2023-12-01"},
            {"start": "1950-01-02", "days": "3"},
            {"start": "2024-02-30", "days": "3"},
        ],
    )
    def test_what_has_no_answer_is_said_at_the_top_and_at_the_field(self, client: Client, sent: dict[str, str]) -> None:
        page = said(client, reverse("public:working-days"), **sent)
        assert "<title>有错误：" in page
        assert 'role="alert"' in page
        assert 'class="error"' in page
        assert "verdict" not in page
