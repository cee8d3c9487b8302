"""A payload as bytes and their hash: the same on every attempt and in every file."""

import hashlib
import json
from typing import Any


def body_of(payload: dict[str, Any]) -> bytes:
    """Return the bytes of a payload, whatever order its keys are in."""
    return json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(payload: dict[str, Any]) -> str:
    """Return the SHA-256 of a payload as it is sent."""
    return hashlib.sha256(body_of(payload)).hexdigest()
