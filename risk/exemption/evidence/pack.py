"""Putting an evidence pack together: the same case at the same moment gives the same bytes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from risk.exemption.evidence.verify import packed

VERIFIER = Path(__file__).with_name("verify.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """
    One line of the timeline; ``working_days`` are counted from the step before, the start not included.

    ``label`` is the clause as the plan numbers it; ``term`` compares the working days with a term that ended by the step, or is empty.
    """

    on: date
    what: str
    clause: str
    working_days: int | None
    arithmetic: str  # how the working days were counted, in Chinese
    label: str = ""
    term: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the line for the pack."""
        return {
            "on": self.on.isoformat(),
            "what": self.what,
            "clause": self.clause,
            "label": self.label,
            "working_days": self.working_days,
            "arithmetic": self.arithmetic,
            "term": self.term,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedDocument:
    """One paper of the case with its bytes and the digest noted at its upload."""

    name: str
    sha256: str
    content: bytes
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackContent:
    """Everything that goes into a pack."""

    case: Mapping[str, object]
    timeline: Sequence[Step]
    checklist: Sequence[Mapping[str, object]]
    clauses: Sequence[Mapping[str, object]]
    events: Sequence[Mapping[str, object]]
    documents: Sequence[PackedDocument]
    built_at: datetime


def build(content: PackContent) -> bytes:
    """
    Return the ZIP: case, timeline, checklist, clauses, events, papers, manifest and verifier.

    Source: FP 1.7.
    """
    files: dict[str, bytes] = {
        "case.json": _json(content.case),
        "timeline.json": _json([step.as_json() for step in content.timeline]),
        "timeline.txt": _timeline_text(content.timeline),
        "checklist.json": _json(content.checklist),
        "clauses.json": _json(content.clauses),
        "events.json": _json(content.events),
        "documents.json": _json([{"file": _path_of(d), "sha256": d.sha256, **d.facts} for d in content.documents]),
        "verify.py": VERIFIER.read_bytes(),
    }
    files |= {_path_of(document): document.content for document in content.documents}
    listed = [{"name": name, "size": len(raw), "sha256": hashlib.sha256(raw).hexdigest()} for name, raw in sorted(files.items())]
    manifest = _json({"built_at": content.built_at.isoformat(), "files": listed})
    files["manifest.json"] = manifest
    files["manifest.sha256"] = f"{hashlib.sha256(manifest).hexdigest()}\n".encode()
    return packed(files)


def _path_of(document: PackedDocument) -> str:
    return f"documents/{document.sha256[:12]}-{document.name}"


def _json(value: object) -> bytes:
    return f"{json.dumps(value, ensure_ascii=False, indent=2, default=str)}\n".encode()


def _timeline_text(timeline: Sequence[Step]) -> bytes:
    lines = ["  ".join(filter(None, (f"{step.on}", f"{step.what}（{step.label}）", step.arithmetic, step.term))) for step in timeline]
    return ("\n".join(lines) + "\n").encode()
