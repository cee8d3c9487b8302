"""Whatever leaves the system leaves an event: who, of what, by which filter, how many rows."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from audit.models import Event
from common.admin.visible import VisibleAdmin
from ledger.models import Account
from parties.enums import InstitutionKind, Role
from parties.models import Member
from tests.admin.conftest import login as login
from tests.admin.conftest import world as world
from tests.admin.world import World
from tests.factories import InstitutionFactory, MemberFactory

pytestmark = pytest.mark.django_db
PAGES = {model._meta.label_lower: page for model, page in admin.site._registry.items() if isinstance(page, VisibleAdmin)}


@pytest.fixture
def readers() -> list[Member]:
    """One person of every kind of house that reads pages."""
    city = [InstitutionKind.CITY_INDUSTRY, InstitutionKind.CITY_TREASURY, InstitutionKind.REGULATOR]
    return [MemberFactory.serving(kind, roles=[Role.CHECKER, Role.ADMIN]) for kind in city] + [
        MemberFactory(institution=InstitutionFactory())
    ]


def exports() -> list[Event]:
    return list(Event.objects.filter(verb="exported").order_by("id"))


def test_every_list(readers: list[Member], login: Any) -> None:
    assert len(PAGES) > 30
    browsers = [(member, login(member)) for member in readers]
    taken: dict[str, int] = {}
    for label, page in PAGES.items():
        address = reverse(page._route("export")) + "?q=" + "%E5%88%BA%E6%A1%90"
        for member, browser in browsers:
            if browser.get(address).status_code == 200:
                taken[label] = member.pk
                break
    told = {event.object_id: event for event in exports()}
    assert set(told) == set(taken)
    assert len(taken) > 30
    for label, who in taken.items():
        assert (told[label].actor_id, told[label].after["filter"], told[label].after["form"]) == (who, "q=刺桐", "xlsx")
        assert told[label].source_address == "127.0.0.1"


def test_rows_are_counted(readers: list[Member], login: Any) -> None:
    login(readers[0]).get("/admin/parties/district/export/")
    (event,) = exports()
    assert event.after == {"rows": 14, "filter": "", "form": "xlsx"}
    assert (event.object_type, event.object_id, event.object_label) == ("audit.export", "parties.district", "县(市、区)")


def test_a_refused_export_is_none(login: Any) -> None:
    banker = MemberFactory(institution=InstitutionFactory())
    assert login(banker).get("/admin/audit/event/export/").status_code == 403
    assert exports() == []


def test_a_statement(world: World, readers: list[Member], login: Any) -> None:
    world.paid()
    account = Account.objects.filter(legs__isnull=False).first() if hasattr(Account, "legs") else Account.objects.first()
    assert account is not None
    browser: Client = login(readers[0])
    asked = "?from_on=2023-01-01&last_on=2026-12-31&as=xlsx"
    answer = browser.get(reverse("admin:ledger_account_statement", args=[account.pk]) + asked)
    assert answer.status_code == 200
    (event,) = exports()
    assert event.after["filter"] == asked[1:]
    assert event.after["rows"] >= 2  # what stood before and after


def test_the_log_itself(tmp_path: Path) -> None:
    call_command("export_audit", str(tmp_path / "log.jsonl"))
    (event,) = exports()
    assert (event.object_id, event.actor_kind, event.party_name) == ("audit.seal", "server", "服务器命令")


def test_files_leave_by_known_doors_only() -> None:
    """A new place that hands files out tells the log too: by ``spreadsheet``, ``told_export``, ``record_export`` or an opening."""
    wanted = re.compile(r"Content-Disposition|FileResponse\(|StreamingHttpResponse\(|as_attachment|xlsxwriter\.Workbook\(")
    places = set()
    for path in Path(settings.BASE_DIR).glob("*/**/*.py"):
        name = path.relative_to(settings.BASE_DIR).as_posix()
        if not name.startswith((".", "tests/", "benchmarks/", "demo_fund/", "simulator/", "var/")) and wanted.search(path.read_text()):
            places.add(name)
    assert places == {
        "api/v1/papers.py",  # document.opened
        "api/v1/risk/diligence.py",  # the pack's opening
        "api/v1/uploads.py",  # record_export in outcome_of
        "common/admin/export.py",
        "common/admin/visible.py",  # a step's file, told by StepView.thank
        "documents/views.py",  # document.opened
        "handbook/views.py",  # a handbook on paper: nothing of any case
        "risk/admin/packs.py",  # the pack's opening
        "tables/fault_file.py",  # bytes for a document, opened like any
        "whitelist/exports.py",  # bytes for a step
    }
