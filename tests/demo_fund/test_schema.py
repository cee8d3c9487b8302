"""A demo's database of another version is recognised and offered to be made anew, not half migrated."""

import io
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from demo_fund.management.commands import prepare_demo
from demo_fund.models import DemoRun
from demo_fund.versions import require_own_story, story_version
from quanzhou_fund import supervisor
from quanzhou_fund.embedded import CannotStart


@pytest.mark.django_db
def test_a_database_of_another_version_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    prepare_demo.require_own_schema()
    MigrationRecorder(connection).record_applied("auth", "0999_of_a_library")
    prepare_demo.require_own_schema()
    MigrationRecorder(connection).record_applied("loans", "0999_of_another_version")
    ran: list[str] = []
    monkeypatch.setattr(prepare_demo, "call_command", lambda name, **given: ran.append(name))
    with pytest.raises(CommandError, match=r"loans\.0999_of_another_version") as refused:
        call_command("prepare_demo", "--empty", stdout=io.StringIO())
    assert (refused.value.returncode, ran) == (supervisor.OTHER_SCHEMA, [])


@pytest.mark.django_db
def test_a_database_of_the_same_names_and_other_tables_is_left_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a version before the migrations were folded left when it was ended early: its first migrations bear today's names."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE loans_intent RENAME COLUMN recorded_on TO noted_on")
    ran: list[str] = []
    monkeypatch.setattr(prepare_demo, "call_command", lambda name, **given: ran.append(name))
    with pytest.raises(CommandError, match="loans_intent。") as refused:
        call_command("prepare_demo", "--empty", stdout=io.StringIO())
    assert (refused.value.returncode, ran) == (supervisor.OTHER_SCHEMA, [])


@pytest.mark.django_db
def test_a_load_begun_by_another_version_is_not_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    DemoRun.objects.create(seed=1, until=date(2026, 1, 5), story="another")
    ran: list[str] = []
    monkeypatch.setattr(prepare_demo, "call_command", lambda name, **given: ran.append(name))
    for name, given in {"prepare_demo": ["--empty"], "load_demo_fund": []}.items():
        with pytest.raises(CommandError, match="载入到一半") as refused:
            call_command(name, *given, stdout=io.StringIO())
        assert (refused.value.returncode, ran) == (supervisor.OTHER_SCHEMA, [])
    DemoRun.objects.update(story=story_version())
    require_own_story()
    DemoRun.objects.update(story="another", finished_at=datetime(2026, 1, 5, tzinfo=UTC))
    require_own_story()


def test_the_demo_offers_to_begin_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Ended:
        pid = 0

        def poll(self) -> int:
            return supervisor.OTHER_SCHEMA

    demo = supervisor.Demo(port=1, home=tmp_path, empty=True)
    monkeypatch.setattr(demo, "owner_environment", dict)

    begun: list[str] = []

    def popen(*args: Any, **given: Any) -> Ended:
        begun.append("preparation")
        return Ended()

    monkeypatch.setattr(supervisor.subprocess, "Popen", popen)
    monkeypatch.setattr(demo, "show_progress", lambda: begun.append("page"))
    with pytest.raises(CannotStart, match="make demo RESET=1"):
        demo.prepare()
    assert begun == ["preparation", "page"], "nobody waits for the page before the work begins"
