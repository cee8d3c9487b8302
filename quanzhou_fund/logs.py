"""Structured logs: one event a line, for people on a terminal or as JSON for a collector, with the request's and the task's ids."""

import logging
from typing import Any

import structlog

SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.processors.StackInfoRenderer(),
    structlog.stdlib.ExtraAdder(allow=("status_code",)),
]
FIRST_FAILURE = 500


class RefusalsInOneLine(logging.Filter):
    """
    A refusal (a status below 500) is one line: who, which address, which status, as django-structlog writes it.

    Django's own line says less, and its traceback says where we refuse, and fills the disk. What concerns security is kept, without one.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is written."""
        if getattr(record, "status_code", FIRST_FAILURE) >= FIRST_FAILURE:
            return True
        record.exc_info = record.exc_text = None
        return record.name != "django.request"


def logging_config(*, level: str, form: str) -> dict[str, Any]:
    """Return Django's LOGGING and tell structlog to write through it; ``form`` is ``json`` or ``console``."""
    if form == "json":
        ending: list[Any] = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    else:
        ending = [structlog.dev.ConsoleRenderer(colors=False)]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "events": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *ending],
                "foreign_pre_chain": SHARED,
            }
        },
        "filters": {"refusals": {"()": "quanzhou_fund.logs.RefusalsInOneLine"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "events", "filters": ["refusals"]}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django.server": {"handlers": ["stderr"], "level": level, "propagate": False},
            "axes": {"level": "WARNING"},
        },
    }
