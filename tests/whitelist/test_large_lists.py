"""Large lists are taken in at once and read by a job: with progress, once, and again where the first run died."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.models import Event
from documents.services import documents_of
from parties.access import RoleMissing
from tables import limits
from tables.errors import ReadersBusy, ReadingStopped
from tables.patience import cpu_seconds, wait_seconds, wall_seconds
from tables.reading import is_light
from tests.factories import MemberFactory
from tests.whitelist.cases import AT
from tests.whitelist.lists import as_csv, as_xlsx, tax_row
from whitelist.models import ImportFile, ImportProblem, TaxRow
from whitelist.services import large_lists
from whitelist.services.intake import NotCheckedYet, commit_list, discard_list
from whitelist.services.large_lists import QUEUED_FOR, STUCK_AFTER, take_list, waiting_lists, work_list

pytestmark = [pytest.mark.django_db, pytest.mark.clause("FP 1.6.1(2)")]


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch):
    monkeypatch.setattr(large_lists, "is_light", lambda content: len(content) <= 100)
    monkeypatch.setattr(large_lists, "TELL_EVERY", 2)


@pytest.fixture
def take(desk, django_capture_on_commit_callbacks):
    def taken(content, *, filename="名单.xlsx", actor=None):
        queued = []
        with django_capture_on_commit_callbacks(execute=True):
            given = {"kind": "tax_list", "filename": filename, "content": content, "actor": actor or desk.science, "at": AT}
            file = take_list(**given, work=queued.append)
        return file, queued

    return taken


def test_a_large_list_is_taken_in_unread_and_checked_by_the_job(desk, take):
    bad = tax_row(2)
    bad[0] = "123"
    file, queued = take(as_xlsx([tax_row(1), bad, tax_row(3)]))
    assert (file.state, file.rows, queued, TaxRow.objects.count()) == ("received", 0, [file.pk], 0)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert work_list(file.pk, at=AT) == "checked"
    file.refresh_from_db()
    assert (file.rows, file.accepted, file.refused, file.read_count) == (3, 2, 1, 3)
    assert sum('"read_count" = 2' in query["sql"] for query in asked.captured_queries) == 1  # progress, before the rows are stored
    assert (TaxRow.objects.count(), ImportProblem.objects.get().row) == (2, 3)
    assert [document.filename for document in documents_of(file)] == ["名单.xlsx"]
    verbs = Event.objects.filter(verb__startswith="import.").order_by("pk").values_list("verb", "actor_id")
    assert list(verbs) == [("import.received", desk.science.pk), ("import.checked", desk.science.pk)]
    assert commit_list(import_id=file.public_id, actor=desk.science, at=AT).outcomes == {"new": 2}


def test_a_small_list_is_checked_while_its_sender_waits(take, monkeypatch):
    monkeypatch.setattr(large_lists, "is_light", is_light)
    file, queued = take(as_xlsx([tax_row(1)]))
    assert (file.state, queued) == ("checked", [])


@pytest.mark.parametrize("problem", [ReadersBusy, ReadingStopped])
def test_a_list_that_costs_more_than_a_request_may_or_finds_the_reader_busy_is_the_jobs(take, monkeypatch, problem):
    def stopped(*_args, **_given):
        raise problem

    monkeypatch.setattr(large_lists, "is_light", is_light)
    with monkeypatch.context() as patched:
        patched.setattr("tables.reading.read_in_child", stopped)
        file, queued = take(as_xlsx([tax_row(1)]))
    assert (file.state, queued, TaxRow.objects.count()) == ("received", [file.pk], 0)
    assert work_list(file.pk, at=AT) == "checked"


def test_of_thousands_of_faults_the_first_are_kept_and_the_rest_counted(take, monkeypatch):
    monkeypatch.setattr("tables.columns.MOST_LISTED", 3)
    bad = [tax_row(number) for number in range(5)]
    for row in bad:
        row[0] = "123"
    file, _ = take(as_csv([tax_row(9), *bad]), filename="名单.csv")
    assert work_list(file.pk, at=AT) == "checked"
    file.refresh_from_db()
    assert (file.rows, file.accepted, file.refused) == (6, 1, 5)
    assert [(one.row, one.code) for one in file.problems.order_by("pk")][-1] == (5, "more_problems")
    assert (file.problems.count(), file.problems.get(code="more_problems").detail[:7]) == (4, "另有2处问题未")


def test_the_same_file_is_one_and_is_read_once(take):
    content = as_xlsx([tax_row(1)])
    file, _ = take(content)
    again, queued = take(content)
    assert (again, queued) == (file, [])
    assert [work_list(file.pk, at=AT) for _ in range(2)] == ["checked", ""]
    assert TaxRow.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(as_csv([], headings=["名称"]) + b" " * 200, "没有找到以下列", id="no headings"),
        pytest.param(as_csv([]) + b"\n" * 200, "没有数据行", id="no rows"),
    ],
)
def test_what_cannot_be_read_says_why_and_makes_room(desk, take, content, says):
    file, _ = take(content, filename="名单.csv")
    assert work_list(file.pk, at=AT) == "unreadable"
    file.refresh_from_db()
    assert says in file.failure
    with pytest.raises(NotCheckedYet):
        commit_list(import_id=file.public_id, actor=desk.science, at=AT)
    discard_list(import_id=file.public_id, actor=desk.science, at=AT)
    assert take(content, filename="名单.csv")[0] != file


def test_a_list_on_which_a_worker_died_is_taken_up_again(take):
    file, _ = take(as_xlsx([tax_row(1)]))
    later = AT + QUEUED_FOR + timedelta(seconds=1)
    assert (waiting_lists(at=AT), waiting_lists(at=later)) == ([], [file.pk])
    ImportFile.objects.filter(pk=file.pk).update(worked_at=later, read_count=7)  # claimed, and dead
    assert (work_list(file.pk, at=later), waiting_lists(at=later)) == ("", [])
    later += STUCK_AFTER + timedelta(seconds=1)
    assert waiting_lists(at=later) == [file.pk]
    assert work_list(file.pk, at=later) == "checked"
    assert waiting_lists(at=later + timedelta(days=1)) == []


def test_a_list_waits_for_a_reader_that_is_busy(take, monkeypatch):
    def busy():
        raise ReadersBusy

    file, _ = take(as_xlsx([tax_row(1)]))
    with monkeypatch.context() as patched:
        patched.setattr("tables.parent.place", busy)
        assert work_list(file.pk, at=AT) == "received"
    later = AT + QUEUED_FOR + timedelta(seconds=1)
    assert waiting_lists(at=later) == [file.pk]
    assert work_list(file.pk, at=later) == "checked"


def test_a_job_has_more_time_and_a_request_has_not(take, monkeypatch):
    seen, real = [], large_lists.read_list

    def parsed(*args, **given):
        seen.append((cpu_seconds(), wall_seconds(), wait_seconds()))
        return real(*args, **given)

    monkeypatch.setattr(large_lists, "read_list", parsed)
    file, _ = take(as_xlsx([tax_row(1)]))
    work_list(file.pk, at=AT)
    assert seen == [(limits.PATIENT_CPU_SECONDS, limits.PATIENT_WALL_SECONDS, limits.PATIENT_WAIT_SECONDS)]
    assert (cpu_seconds(), wall_seconds(), wait_seconds()) == (limits.CPU_SECONDS, limits.WALL_SECONDS, 0)


def test_nobody_else_takes_in_a_list(take):
    with pytest.raises(RoleMissing):
        take(as_xlsx([tax_row(1)]), actor=MemberFactory.serving("city_treasury"))
    assert not ImportFile.objects.exists()
