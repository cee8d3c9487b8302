"""The signs of ``standing.py`` for Prometheus, and what django-prometheus counted in the web workers, on an address of their own."""

from collections.abc import Iterator

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from quanzhou_fund.standing import signs

log = structlog.get_logger(__name__)
LABELS = {
    "heartbeat_age_seconds": "process",
    "clock_skew_seconds": "process",
    "oldest_undelivered_seconds": "kind",
    "queue_length": "queue",
    "queue_age_seconds": "queue",
    "job_overdue_seconds": "job",
    "job_failures": "job",
}


class StandingCollector(Collector):
    """Asks anew at each scrape; without a database it says only that."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield one family per metric; a value that cannot be known is NaN."""
        try:
            found = signs(at=timezone.now())
        except DatabaseError as problem:
            log.warning("metrics_without_database", problem=str(problem))
            found = []
        finally:
            if not connection.in_atomic_block:  # each scrape has a thread, and so a connection, of its own
                connection.close()
        yield GaugeMetricFamily("fund_database_up", "Whether PostgreSQL answered this scrape", value=float(bool(found)))
        families: dict[str, GaugeMetricFamily] = {}
        for sign in found:
            labels = [LABELS[sign.metric]] if sign.of else []
            family = families.setdefault(sign.metric, GaugeMetricFamily(f"fund_{sign.metric}", sign.label.split("：")[-1], labels=labels))
            family.add_metric([sign.of] if sign.of else [], float("nan") if sign.value is None else sign.value)
        yield from families.values()


def registry(*, counted_in: str) -> CollectorRegistry:
    """Return what is served; ``counted_in`` is the folder where the web workers count, empty for none."""
    made = CollectorRegistry()
    made.register(StandingCollector())
    if counted_in:
        MultiProcessCollector(made, path=counted_in)
    return made
