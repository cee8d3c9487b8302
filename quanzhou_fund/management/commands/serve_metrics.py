"""Serve the metrics."""

import threading
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from prometheus_client import start_http_server

from quanzhou_fund.metrics import registry


class Command(BaseCommand):
    """``manage.py serve_metrics``: ``/metrics`` on an address of its own, until it is ended."""

    help = "在单独的端口提供监控指标（/metrics）。"
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the address."""
        parser.add_argument("--address", default="127.0.0.1", help="监听地址，默认 127.0.0.1")
        parser.add_argument("--port", type=int, default=9100, help="监听端口，默认 9100")

    def handle(self, *args: Any, address: str, port: int, **options: Any) -> None:
        """Serve."""
        try:
            _, thread = start_http_server(port, addr=address, registry=registry(counted_in=settings.METRICS_FOLDER))
        except OSError as problem:
            raise CommandError(f"端口 {port} 不能使用（{problem.strerror}）：请换一个端口，例如 --port {port + 1}。") from problem
        self._wait_for(thread)

    def _wait_for(self, thread: threading.Thread) -> None:
        thread.join()
