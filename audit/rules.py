"""The bytes of an event that are sealed, and how the links of the chain hang together; pure, so that anyone can check an export."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

GENESIS = "0" * 64  # what the first link takes for the digest of the one before
FIELDS = (
    "id",
    "verb",
    "object_type",
    "object_id",
    "object_label",
    "actor_id",
    "actor_name",
    "actor_kind",
    "party_id",
    "party_name",
    "bank_id",
    "district_id",
    "enterprise_id",
    "before_text",
    "after_text",
    "remark",
    "source_address",
    "occurred_at",
    "recorded_at",
    "transaction",
)


def canonical_bytes(event: Mapping[str, object]) -> bytes:
    """
    Return the bytes of an event that its digest is taken of.

    A JSON list of the columns in the order of ``FIELDS``, UTF-8, no blanks: numbers, texts and null as they are, moments as UTC with
    microseconds, ``before`` and ``after`` as the text in which the database writes them.
    """
    values = [plain(event[name]) for name in FIELDS]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def event_digest(event: Mapping[str, object]) -> str:
    """Return the SHA-256 (hex) of an event's canonical bytes."""
    return hashlib.sha256(canonical_bytes(event)).hexdigest()


def link_digest(
    *, number: int, previous: str, horizon: int | None, cluster: str, sealed_at: datetime | str, events: Iterable[tuple[int, str]]
) -> str:
    """Return the SHA-256 (hex) of a batch: the link before, its own particulars, then number and digest of each event in order."""
    chain = hashlib.sha256()
    head = [number, previous, horizon, cluster, plain(sealed_at)]
    chain.update(json.dumps(head, separators=(",", ":")).encode())
    for event_id, digest in events:
        chain.update(f"\n{event_id}:{digest}".encode())
    return chain.hexdigest()


def plain(value: object) -> object:
    """Return a moment as UTC text with microseconds, anything else as it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One link of the chain with all that it seals: places in order (event number, digest), and the events that are still there."""

    number: int
    previous: str
    digest: str
    events_count: int
    horizon: int | None
    cluster: str
    sealed_at: datetime | str
    places: Sequence[tuple[int, str]]
    events: Mapping[int, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was sealed; the event's number where it is one event."""

    batch: int
    event_id: int | None
    sentence: str


def damages(batches: Iterable[Batch]) -> Iterator[Damage]:
    """Return what is wrong with the chain from its first link on: altered or removed events, broken, missing or reordered links."""
    number, previous = 0, GENESIS
    for batch in batches:
        number += 1
        if batch.number != number:
            yield Damage(number, None, f"缺少第{number}批封存记录，其后为第{batch.number}批。")
            number = batch.number
        elif batch.previous != previous:
            yield Damage(number, None, f"第{number}批与上一批的摘要不衔接。")
        yield from _damages_of_events(batch)
        if link_of(batch) != batch.digest or len(batch.places) != batch.events_count:
            yield Damage(number, None, f"第{number}批的封存记录与其摘要不符。")
        previous = batch.digest


def link_of(batch: Batch) -> str:
    """Return the digest that the batch ought to have."""
    return link_digest(
        number=batch.number,
        previous=batch.previous,
        horizon=batch.horizon,
        cluster=batch.cluster,
        sealed_at=batch.sealed_at,
        events=batch.places,
    )


def _damages_of_events(batch: Batch) -> Iterator[Damage]:
    for event_id, digest in batch.places:
        event = batch.events.get(event_id)
        if event is None:
            yield Damage(batch.number, event_id, f"事件{event_id}已封存于第{batch.number}批，但记录已不存在。")
        elif event_digest(event) != digest:
            yield Damage(batch.number, event_id, f"事件{event_id}（{event['verb']}，{event['object_label']}）的内容与封存时不一致。")
