"""Signs of life and of work left lying: on /metrics, on the operator's first page, in the rules that alarm."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client import generate_latest, start_http_server
from redis import Redis

from audit.models import Event
from audit.sealing import seal_events
from audit.services import record
from jobs.models import Heartbeat, Job
from jobs.services import show_life
from parties.enums import InstitutionKind, Role
from parties.models import Institution
from parties.selectors import institution_of_kind, system_member
from quanzhou_fund.broker import SET_ASIDE
from quanzhou_fund.celery import say_when_it_was_queued
from quanzhou_fund.environment import BASE_DIR
from quanzhou_fund.metrics import registry
from quanzhou_fund.schedule import Queue
from quanzhou_fund.standing import PROCESSES, Sign, bad_signs, signs
from tests.factories import MemberFactory, seeded_district

pytestmark = pytest.mark.django_db
RULES = BASE_DIR / "deploy" / "prometheus" / "alerts.yml"
BOARD = BASE_DIR / "deploy" / "grafana" / "standing.json"


@pytest.fixture
def broker(settings: Any) -> Iterator[Redis]:
    client = Redis.from_url(settings.CELERY_BROKER_URL)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def _all_is_well(broker: Redis) -> None:
    seal_events(at=timezone.now())
    for name in PROCESSES:
        show_life(name, host="here", at=timezone.now())


def found(metric: str, of: str = "") -> Sign:
    (one,) = [sign for sign in signs(at=timezone.now()) if (sign.metric, sign.of) == (metric, of)]
    return one


def served() -> str:
    return generate_latest(registry(counted_in="")).decode()


@pytest.mark.usefixtures("_all_is_well")
class TestSigns:
    def test_all_is_well(self) -> None:
        assert bad_signs() == []

    def test_a_process_that_is_silent_or_was_never_seen(self) -> None:
        Heartbeat.objects.filter(name="beat").update(seen_at=timezone.now() - timedelta(minutes=5))
        Heartbeat.objects.filter(name="worker:money").delete()
        assert found("heartbeat_age_seconds", "worker:money").value is None
        assert {sign.of for sign in bad_signs()} == {"beat", "worker:money"}

    def test_a_clock_that_is_off_either_way(self) -> None:
        show_life("worker:mail", host="here", at=timezone.now() - timedelta(minutes=10))
        assert [(sign.metric, sign.of) for sign in bad_signs()] == [("clock_skew_seconds", "worker:mail")]

    def test_an_event_that_nobody_seals(self) -> None:
        record(verb="tested", obj=seeded_district(), actor=system_member(), occurred_at=timezone.now())
        event = Event.objects.filter(seal__isnull=True).get()
        later = event.recorded_at + timedelta(minutes=6)
        (sign,) = [sign for sign in signs(at=later) if sign.metric == "oldest_unsealed_seconds"]
        assert sign.value == pytest.approx(360)
        assert sign.is_bad

    def test_a_message_that_waits_says_since_when(self, broker: Redis) -> None:
        headers: dict[str, Any] = {}
        say_when_it_was_queued(headers=headers)
        assert headers["queued_at"] == pytest.approx(time.time(), abs=5)
        broker.lpush(Queue.MONEY, json.dumps({"headers": {"queued_at": time.time() - 500}}))
        broker.lpush(Queue.MONEY, json.dumps({"headers": headers}))  # the newest waits at the other end
        broker.lpush(Queue.BULK, b"not json")
        assert found("queue_length", Queue.MONEY).value == 2
        assert found("queue_age_seconds", Queue.MONEY).value == pytest.approx(500, abs=5)
        assert found("queue_age_seconds", Queue.BULK).value == 0
        assert [(sign.metric, sign.of) for sign in bad_signs()] == [("queue_age_seconds", Queue.MONEY)]

    def test_what_was_set_aside(self, broker: Redis) -> None:
        broker.lpush(SET_ASIDE, b"x")
        assert [sign.metric for sign in bad_signs()] == ["messages_set_aside"]

    def test_without_redis_the_queues_are_unknown_and_the_rest_is_not(self, settings: Any) -> None:
        settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        assert {sign.metric for sign in bad_signs()} == {"queue_length", "queue_age_seconds", "messages_set_aside"}

    def test_a_job_that_is_overdue_or_fails(self) -> None:
        Job.objects.create(name="ledger.tasks.close_days", due_at=timezone.now() - timedelta(hours=1))
        Job.objects.create(name="audit.tasks.seal_events", due_at=timezone.now() + timedelta(hours=1), failures=3, last_error="x")
        found_bad = {(sign.metric, sign.of) for sign in bad_signs()}
        assert found_bad == {("job_overdue_seconds", "ledger.tasks.close_days"), ("job_failures", "audit.tasks.seal_events")}


@pytest.mark.usefixtures("_all_is_well")
class TestMetrics:
    def test_every_sign_is_served(self) -> None:
        text = served()
        assert "fund_database_up 1.0" in text
        for sign in signs(at=timezone.now()):
            assert f"fund_{sign.metric}" in text
        assert 'fund_heartbeat_age_seconds{process="worker:money"}' in text

    def test_what_the_web_workers_counted_is_served_with_it(self, tmp_path: Path) -> None:
        """In a process of its own, since the counters choose at import where they count."""
        counted = "from prometheus_client import Counter; Counter('asked', 'Calls').inc(3)"
        environment = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"}
        subprocess.run([sys.executable, "-c", counted], env=environment, check=True)
        assert "asked_total 3.0" in generate_latest(registry(counted_in=str(tmp_path))).decode()

    def test_without_a_database_it_says_that(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("quanzhou_fund.metrics.signs", lambda **_: _raise())
        assert "fund_database_up 0.0" in served()

    def test_a_port_in_use_is_a_sentence(self) -> None:
        server, thread = start_http_server(0, addr="127.0.0.1")
        with pytest.raises(CommandError, match="不能使用"):
            call_command("serve_metrics", port=server.server_port)
        with urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/metrics", timeout=5) as answer:
            assert answer.status == 200
        server.shutdown()
        server.server_close()
        thread.join()


def _raise() -> None:
    raise OperationalError("gone")


class TestFirstPage:
    def page(self, *roles: Role, kind: InstitutionKind | None = None) -> str:
        house = institution_of_kind(kind) if kind else Institution.objects.get(is_operator=True)
        member = MemberFactory(institution=house, roles=list(roles))
        client = Client()
        client.force_login(member.user, backend="django.contrib.auth.backends.ModelBackend")
        return client.get("/admin/").content.decode()

    @pytest.mark.usefixtures("_all_is_well")
    def test_the_operators_administrator_sees_how_it_stands(self) -> None:
        Heartbeat.objects.filter(name="beat").update(seen_at=timezone.now() - timedelta(hours=3))
        page = self.page(Role.SYSTEM)
        assert "系统运行" in page
        state = '</td><td><span class="qf-badge qf-bad">超过预警线，请检查'
        assert re.search(rf"定时任务调度：距最近运行{state}.*?3 小时.*?2 分钟", page, flags=re.DOTALL)
        assert "正常" in page

    def test_others_do_not(self) -> None:
        assert "系统运行" not in self.page(Role.HANDLER)
        assert "系统运行" not in self.page(Role.ADMIN, kind=InstitutionKind.CITY_INDUSTRY)


class TestRulesAndBoard:
    """What alarms and what is drawn names metrics that there are."""

    def names(self, text: str) -> set[str]:
        return set(re.findall(r"\bfund_[a-z_]+", text))

    @pytest.mark.usefixtures("_all_is_well")
    def test_they_name_only_what_is_served_and_all_of_it(self) -> None:
        Job.objects.create(name="ledger.tasks.close_days", due_at=timezone.now())
        there = self.names(" ".join(line for line in served().splitlines() if not line.startswith("#")))
        rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
        asked = " ".join(rule["expr"] for group in rules["groups"] for rule in group["rules"])
        drawn = " ".join(target["expr"] for panel in json.loads(BOARD.read_text(encoding="utf-8"))["panels"] for target in panel["targets"])
        assert self.names(asked) == there
        assert self.names(drawn) <= there
        assert {"fund_heartbeat_age_seconds", "fund_queue_age_seconds", "fund_oldest_unsealed_seconds"} <= self.names(drawn)

    @pytest.mark.usefixtures("_all_is_well")
    def test_each_limit_is_that_of_the_first_page(self) -> None:
        text = RULES.read_text(encoding="utf-8")
        for sign in signs(at=timezone.now()):
            labels = f'{{[a-z]+="{re.escape(sign.of)}"}}' if sign.metric == "queue_age_seconds" else ""
            assert re.search(rf"fund_{sign.metric}{labels} > {sign.limit:g}\b", text), sign

    def test_every_alarm_says_what_to_do(self) -> None:
        rules = yaml.safe_load(RULES.read_text(encoding="utf-8"))
        for rule in rules["groups"][0]["rules"]:
            assert rule["labels"]["severity"] in ("critical", "warning")
            assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["summary"])
            assert re.search(r"[\u4e00-\u9fff]", rule["annotations"]["description"])
