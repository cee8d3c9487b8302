"""Checking the chain: from the database, or from an export that anyone may hold."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any, TextIO

from audit.models import Event, Seal, SealedEvent
from audit.rules import Batch, Damage, damages, plain
from audit.sealing import as_mappings, read_horizon

_EVENTS_AT_ONCE = 20_000


def stored_batches() -> Iterator[Batch]:
    """Return every link of the chain with what it seals, in order, some twenty thousand events in memory at a time."""
    for seals in _groups(Seal.objects.order_by("number").iterator(chunk_size=2000)):
        numbers = range(seals[0].number, seals[-1].number + 1)
        inside = {"batch__gte": numbers[0], "batch__lte": numbers[-1]}
        rows = SealedEvent.objects.filter(**inside).order_by("batch", "position").values_list("batch_id", "event_id", "digest")
        places = {number: [(pk, digest) for _, pk, digest in group] for number, group in groupby(rows, key=lambda row: row[0])}
        sealed = Event.objects.filter(**{f"seal__{name}": value for name, value in inside.items()})
        events = {event["id"]: event for event in as_mappings(sealed)}
        for seal in seals:
            yield _batch(seal, places=places.get(seal.number, []), events=events)


def inserted_behind() -> Iterator[Damage]:
    """Return the unsealed events that lie where the log was complete already: they were put there afterwards."""
    last = Seal.objects.order_by("-number").first()
    if last is None or last.horizon is None or last.cluster != read_horizon().cluster:
        return
    for event in Event.objects.filter(seal__isnull=True, transaction__lt=last.horizon).order_by("id").iterator():
        yield Damage(last.number, event.pk, f"事件{event.pk}（{event}）不在封存记录中，却排在已封存的事件之前，系事后插入。")


def stored_damages(batches: Iterator[Batch]) -> Iterator[Damage]:
    """Return everything that is wrong with the log in the database; ``batches`` are the stored ones, perhaps watched for progress."""
    yield from damages(batches)
    yield from inserted_behind()


def write_export(target: TextIO) -> int:
    """Write one JSON line per link of the chain, with its events, and return how many links."""
    written = 0
    for batch in stored_batches():
        own = {pk: batch.events[pk] for pk, _ in batch.places if pk in batch.events}
        line = asdict(batch) | {
            "sealed_at": plain(batch.sealed_at),
            "events": [{name: plain(value) for name, value in event.items()} for event in own.values()],
        }
        target.write(json.dumps(line, ensure_ascii=False) + "\n")
        written += 1
    return written


def exported_batches(source: TextIO) -> Iterator[Batch]:
    """Return the links of the chain from an export."""
    for line in source:
        fields: dict[str, Any] = json.loads(line)
        fields["places"] = [(pk, digest) for pk, digest in fields["places"]]
        fields["events"] = {event["id"]: event for event in fields["events"]}
        yield Batch(**fields)


def _groups(seals: Iterator[Seal]) -> Iterator[list[Seal]]:
    """Return neighbouring links together, as many as bring some twenty thousand events."""
    group: list[Seal] = []
    events = 0
    for seal in seals:
        group.append(seal)
        events += seal.events_count
        if events >= _EVENTS_AT_ONCE:
            yield group
            group, events = [], 0
    if group:
        yield group


def _batch(seal: Seal, *, places: list[tuple[int, str]], events: dict[int, dict[str, Any]]) -> Batch:
    return Batch(
        number=seal.number,
        previous=seal.previous_digest,
        digest=seal.digest,
        events_count=seal.events_count,
        horizon=seal.horizon,
        cluster=seal.cluster,
        sealed_at=seal.sealed_at,
        places=places,
        events=events,
    )
