"""Where the request under way comes from; set by the middleware, empty in jobs."""

from contextvars import ContextVar

source_address: ContextVar[str | None] = ContextVar("audit_source_address", default=None)
