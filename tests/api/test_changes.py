"""Keeping a list in step from place to place: whatever commits late is still found, and no list is left out."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from api.changes import START
from api.cursors import Bound
from api.feed_positions import FeedPosition
from api.filters import SyncedFilters
from api.models import FeedEpoch
from api.services.uploads import take_upload, work_upload
from api.upload_rows import read_file
from api.v1.urls import router
from loans.models import Movement
from tests.api.bank import Stage, make_stage
from tests.api.sync import poll_while_writing, written
from tests.loan_factories import LoanFactory, noon

DAY = date(2024, 6, 20)
WITHOUT = {"deliveries", "institutions", "notices", "uploads", "webhooks"}  # whose changes no event tells


@pytest.fixture
def busy(transactional_db: None, settings: Any, tmp_path: Any) -> Iterator[Stage]:
    settings.MEDIA_ROOT = tmp_path
    made, traveller = make_stage()
    yield made
    traveller.stop()


def drawn(stage: Stage, count: int = 3) -> tuple[Any, ...]:
    loans = tuple(LoanFactory(application__bank=stage.scene.bank, drawn_on=date(2024, 4, 2)) for _ in range(count))
    stage.on(DAY)
    return loans


def test_a_poller_misses_nothing_of_uploads_and_writes_that_wait_for_each_other(busy: Stage) -> None:
    poller = poll_while_writing(busy, drawn(busy), rows=1_000, count=40, day=DAY)
    recorded = set(Movement.objects.filter(kind="repayment").values_list("bank_reference", flat=True))
    assert len(recorded) == 2_041
    assert recorded - poller.seen == set()
    assert poller.polls > 3  # it read while they wrote


def test_the_loans_of_what_was_written_are_found_too(stage: Stage) -> None:
    first, second, _ = drawn(stage)
    place = stage.bank.get(f"loans/?changes_after={START}")["place"]
    assert stage.bank.get(f"loans/?changes_after={START}&limit=1")["next"]
    stage.bank.post(f"loans/{second.public_id}/repayments/", stage.movement("1.00", on=str(DAY), reference="X-1"), status=201)
    stage.bank.get(f"loans/{first.public_id}/")  # to look is no change
    assert [row["id"] for row in stage.bank.get(f"loans/?changes_after={place}")["results"]] == [str(second.public_id)]
    assert [row["bank_reference"] for row in stage.bank.get(f"movements/?changes_after={place}")["results"]] == ["X-1"]
    assert stage.other.get(f"loans/?changes_after={START}")["results"] == []
    assert stage.bank.get("loans/")["place"] is None


def test_a_walk_gives_the_place_at_which_it_began(stage: Stage) -> None:
    first, *_ = drawn(stage)
    page = stage.bank.get(f"loans/?changes_after={START}&limit=1")
    stage.bank.post(f"loans/{first.public_id}/repayments/", stage.movement("1.00", on=str(DAY), reference="X-1"), status=201)
    while page["next"]:
        following = stage.bank.get(page["next"].partition("/api/v1/")[2])
        assert following["place"] == page["place"]
        page = following
    assert [row["id"] for row in stage.bank.get(f"loans/?changes_after={page['place']}")["results"]] == [str(first.public_id)]


def test_every_list_that_takes_a_moment_takes_a_place() -> None:
    paged = {prefix: view for prefix, view, _ in router.registry if hasattr(view, "list") and view.pagination_class is not None}
    without = {
        prefix
        for prefix, view in paged.items()
        if "changes_after" not in getattr(getattr(view, "filterset_class", None), "base_filters", {})
    }
    assert without == WITHOUT
    assert all(
        issubclass(view.filterset_class, SyncedFilters) for prefix, view in paged.items() if prefix in ("loans", "claims", "entries")
    )


@pytest.mark.parametrize("place", ["", "x", "now", "2024-01-01", "W10", "WzFd", "!", "start "])
def test_what_is_no_place_is_refused(stage: Stage, place: str) -> None:
    refused = stage.bank.get(f"loans/?changes_after={place}", status=400)
    assert [one["field"] for one in refused["errors"]] == ["changes_after"]


def test_a_place_that_a_restore_took_away_is_told(stage: Stage) -> None:
    bound = Bound(kind="place", institution=stage.scene.bank.pk)
    ahead = FeedPosition(2**60, 0, FeedEpoch.objects.latest("number").number).as_cursor(bound)
    assert stage.bank.get(f"loans/?changes_after={ahead}", status=409)["code"] == "place_lost"


def test_each_chunk_of_an_upload_is_stamped_when_it_is_worked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    loan, *_ = drawn(stage)
    monkeypatch.setattr("api.services.uploads.CHUNK", 2)
    file = read_file(written(loan, prefix="U", rows=5, day=DAY), "ndjson", kind="repayment")
    asked: dict[str, Any] = {"client": stage.bank.client, "kind": "repayment", "check_only": False}
    taken = take_upload(file=file, at=noon(DAY), work=lambda pk: None, **asked)
    hours = iter(range(1, 20))
    work_upload(taken.pk, clock=lambda: noon(DAY).replace(minute=next(hours)))
    moments = Movement.objects.filter(kind="repayment").order_by("pk").values_list("recorded_at", flat=True)
    assert len(set(moments)) == 3
    assert list(moments) == sorted(moments)
    taken.refresh_from_db()
    assert taken.finished_at == max(moments)
