"""No address takes more than it needs, and what is too long is refused before a byte of it is read: walked, not listed."""

from typing import Any

import pytest
from django.test import Client

from tests.addresses import addresses

EVERY = addresses()
MEDIA = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x")


class Body:
    """What a server hands over as a request's body."""

    def read(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    def readline(self, size: int = -1) -> bytes:
        raise AssertionError("the body was read")

    def close(self) -> None:
        """Nothing to close."""


class Unread(Body):
    """A body that nobody may look at."""


class Endless(Body):
    """A body in chunks that never ends; counts what was taken of it."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1) -> bytes:
        self.taken += size
        return b"[" * size


class Chunks(Body):
    """A body that comes in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = [*pieces, b""]

    def read(self, size: int = -1) -> bytes:
        return self.pieces.pop(0)


def test_the_walk_finds_interface_admin_portal_and_papers() -> None:
    assert len(EVERY) > 300
    for start in (
        "/api/v1/oauth/token/",
        "/api/v1/calculators/",
        "/api/v1/loans/",
        "/admin/login/",
        "/admin/loans/",
        "/portal/",
        "/documents/",
    ):
        assert any(one.startswith(start) for one in EVERY), start


@pytest.mark.parametrize("media", MEDIA)
def test_25_mb_are_refused_everywhere_without_being_read(client: Client, media: str, db: None) -> None:
    for address in EVERY:
        extra: Any = {"wsgi.input": Unread(), "CONTENT_LENGTH": str(25 * 2**20), "CONTENT_TYPE": media}
        answer = client.generic("POST", address, **extra)
        assert answer.status_code == 413, (address, answer.status_code)
        if address.startswith("/api/"):
            assert (answer["Content-Type"], answer.json()["code"]) == ("application/problem+json", "body_too_large"), address
        else:
            assert "减小文件或分批提交" in answer.content.decode(), address


@pytest.mark.parametrize("media", MEDIA)
def test_an_endless_body_in_chunks_is_counted_while_it_is_read(client: Client, media: str, db: None, settings: Any) -> None:
    settings.DOCUMENTS_MAX_BYTES = settings.API_MAX_UPLOAD_BYTES = settings.FORM_MAX_BYTES = settings.API_MAX_BODY_BYTES = 100_000
    for address in EVERY:
        body = Endless()
        extra: Any = {"wsgi.input": body, "wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": media}
        answer = client.generic("POST", address, **extra)
        assert answer.status_code == 413, address
        assert body.taken < 400_000, address


def test_chunks_whose_end_no_server_tells_are_refused_unread(client: Client) -> None:
    extra: Any = {"wsgi.input": Unread(), "HTTP_TRANSFER_ENCODING": "chunked", "CONTENT_TYPE": "application/json"}
    assert client.generic("POST", "/api/v1/calculators/subsidy/", **extra).status_code == 411


def test_an_honest_body_in_chunks_is_read_as_any_other(client: Client, db: None) -> None:
    extra: Any = {
        "wsgi.input": Chunks(b'{"start": "2026-09-28", ', b'"days": 30}'),
        "wsgi.input_terminated": True,
        "HTTP_TRANSFER_ENCODING": "chunked",
    }
    answer = client.generic("POST", "/api/v1/calculators/working-days/", CONTENT_TYPE="application/json", **extra)
    assert answer.status_code == 200, answer.content.decode()


@pytest.mark.parametrize("length", ["x", "-1", "9" * 30, "１"])
def test_a_length_that_is_none_is_refused(client: Client, length: str) -> None:
    extra: Any = {"wsgi.input": Unread(), "CONTENT_LENGTH": length, "CONTENT_TYPE": "application/json"}
    assert client.generic("POST", "/api/v1/calculators/subsidy/", **extra).status_code in (411, 413)


FORMS = {
    "application/x-www-form-urlencoded": b"a=1&" * 200_000,
    "multipart/form-data; boundary=x": b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 1_100 + b"--x--\r\n",
}


@pytest.mark.parametrize("media", FORMS)
def test_forms_of_more_fields_than_any_honest_one_are_refused_everywhere(client: Client, media: str, db: None) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.cookies["csrftoken"] = "x" * 32
    for address in EVERY[:: 1 if "urlencoded" in media else 40]:  # parts take Django long to read
        answer = browser.generic("POST", address, FORMS[media], content_type=media)
        assert 400 <= answer.status_code < 500, (address, answer.status_code)
        if answer.status_code == 400 and not address.startswith("/api/"):
            assert "未作任何更改" in answer.content.decode(), address
