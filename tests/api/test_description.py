"""The description is written once, known by its ETag, and asked for at a bounded rate."""

from collections.abc import Iterator
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from api import description
from quanzhou_fund.parts import parts

ADDRESS = "/api/v1/schema/"
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def _written_by_nobody() -> Iterator[None]:
    before = dict(description._written)
    description._written.clear()
    yield
    description._written.clear()
    description._written.update(before)


def test_it_is_written_once_however_often_it_is_asked_for(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[Any] = []
    plain = SchemaGenerator.get_schema

    def counted(self: Any, *args: Any, **options: Any) -> Any:
        times.append(options)
        return plain(self, *args, **options)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    answers = [client.get(ADDRESS, headers=JSON) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len(times) == 1
    assert answers[0].json()["openapi"].startswith("3.1")


@pytest.mark.parametrize("accept", ["application/json", "application/yaml", "*/*"])
def test_a_worker_forked_from_the_servers_first_process_writes_nothing(
    client: Client, monkeypatch: pytest.MonkeyPatch, accept: str
) -> None:
    run_path("gunicorn.conf.py")["on_starting"](None)
    monkeypatch.setattr(description, "write_description", lambda _form: pytest.fail("a request writes the description"))
    assert client.get(ADDRESS, headers={"accept": accept}).status_code == 200


def test_every_server_loads_the_application_before_it_makes_workers(tmp_path: Path) -> None:
    web = next(part for part in parts(8000, tmp_path) if part.name == "web")
    assert "--preload" in web.argv
    assert '"--preload"' in Path("Dockerfile").read_text()


def test_who_has_it_gets_304_without_a_body(client: Client) -> None:
    tag = client.get(ADDRESS, headers=JSON)["ETag"]
    again = client.get(ADDRESS, headers=JSON | {"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert client.get(ADDRESS, headers=JSON | {"if-none-match": '"other"'}).status_code == 200


@pytest.mark.parametrize("address", [ADDRESS, "/api/v1/docs/"])
def test_one_address_asks_sixty_times_a_minute_and_another_goes_on(client: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(description.DescriptionThrottle, "THROTTLE_RATES", {"description": "2/min"})
    monkeypatch.setattr(description.DescriptionThrottle, "timer", staticmethod(lambda: 1000.0))
    statuses = [client.get(address, REMOTE_ADDR="10.0.0.1").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = client.get(address, REMOTE_ADDR="10.0.0.1")
    assert (refused["Content-Type"], refused.json()["code"]) == ("application/problem+json", "throttled")
    assert client.get(address, REMOTE_ADDR="10.0.0.2").status_code == 200


def test_an_image_carries_the_description_it_was_built_with(client: Client, settings: Any, tmp_path: Path, capsys: Any) -> None:
    call_command("describe_api", "--into", str(tmp_path))
    settings.API_DESCRIPTION_ROOT = tmp_path
    for form, accept in (("json", "application/json"), ("yaml", "*/*")):
        description.description_file(tmp_path, form).write_bytes(description.description_file(tmp_path, form).read_bytes() + b"\n ")
        assert client.get(ADDRESS, headers={"accept": accept}).content == description.description_file(tmp_path, form).read_bytes()
