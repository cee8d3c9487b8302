"""A refusal is one structured line; only what failed carries a traceback."""

import json
import logging
import logging.config
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client

from quanzhou_fund.logs import logging_config


@pytest.fixture
def log(settings: object) -> Iterator[StringIO]:
    """What goes to standard error in production."""
    handler_before, events_before = logging.getLogger().handlers[:], structlog.get_config()
    config = logging_config(level="INFO", form="json")
    structlog.configure(**events_before)  # the same steps, in the list that loggers in use hold: ``capture_logs`` changes that list
    stream = StringIO()
    config["handlers"]["stderr"]["stream"] = stream
    logging.config.dictConfig(config)
    yield stream
    logging.config.dictConfig(logging_config(level="WARNING", form="console"))
    structlog.configure(**events_before)
    logging.getLogger().handlers[:] = handler_before


def lines(log: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        pytest.param("get", "/admin/loans/loan/add/", 302, id="not logged in"),
        pytest.param("get", "/nothing/", 404, id="no such address"),
        pytest.param("put", "/admin/login/", 403, id="wrong method"),
        pytest.param("get", "/api/v1/loans/", 401, id="no token"),
        pytest.param("post", "/portal/login/", 403, id="no CSRF token"),
    ],
)
def test_a_refusal_is_one_line_without_a_traceback(log: StringIO, db: None, method: str, address: str, status: int) -> None:
    answer = Client(enforce_csrf_checks=True).generic(method.upper(), address)
    assert answer.status_code == status
    assert "Traceback" not in log.getvalue()
    told = [line for line in lines(log) if line["level"] != "info"]
    finished = [line for line in told if line["event"] == "request_finished"]
    assert [line["code"] for line in finished] == ([status] if status >= 400 else [])
    assert {line["logger"] for line in told if line not in finished} <= {"django.security.csrf"}


def test_what_concerns_security_is_kept_without_and_a_failure_with_its_traceback(log: StringIO) -> None:
    name = "django.security.TooManyFieldsSent"
    try:
        raise PermissionError("not yours")
    except PermissionError as error:
        logging.getLogger(name).warning("Forbidden: %s", "/admin/", extra={"status_code": 403}, exc_info=error)
        logging.getLogger("django.request").warning("Forbidden: %s", "/admin/", extra={"status_code": 403}, exc_info=error)
        (refusal,) = lines(log)
        assert (refusal["event"], refusal["status_code"], "exception" in refusal) == ("Forbidden: /admin/", 403, False)
        logging.getLogger("django.request").error("Internal: %s", "/admin/", extra={"status_code": 500}, exc_info=error)
        assert "Traceback" in str(lines(log)[1]["exception"])
