"""The bytes: one file per SHA-256 under MEDIA_ROOT, written once and never changed."""

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from common.errors import DomainError

_syncs: ContextVar[bool] = ContextVar("syncs", default=True)


class ContentDamaged(DomainError):
    """The stored bytes are gone or no longer those that were uploaded."""

    code = "content_damaged"
    sentence = "文件“{filename}”的存储内容缺失或与上传时不一致，请联系系统管理员。"
    status = 500


def keep(content: bytes) -> str:
    """Store the bytes and return their SHA-256 (hex); the same bytes are stored once. Whole or not at all, also when killed."""
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".part-")
    try:
        with os.fdopen(descriptor, "wb") as part:
            part.write(content)
            part.flush()
            if _syncs.get():
                os.fsync(part.fileno())
        Path(temporary).replace(path)
    except BaseException:  # a full disk most of all: what is left of it would keep it full
        Path(temporary).unlink(missing_ok=True)
        raise
    return digest


@contextmanager
def unsynced() -> Iterator[None]:
    """Do not wait for the disk with each file: for a load whose rows do not either, and that calls ``os.sync`` at its end."""
    token = _syncs.set(False)
    try:
        yield
    finally:
        _syncs.reset(token)


def open_checked(digest: str, *, filename: str) -> BinaryIO:
    """
    Return the stored bytes as an open file at its start, after their digest was found to be right.

    Raises:
        ContentDamaged: the file is missing or its bytes differ.
    """
    try:
        stored = path_of(digest).open("rb")
    except OSError as problem:
        raise ContentDamaged(filename=filename) from problem
    if hashlib.file_digest(stored, "sha256").hexdigest() != digest:
        stored.close()
        raise ContentDamaged(filename=filename)
    stored.seek(0)
    return stored


def path_of(digest: str) -> Path:
    """Return where the bytes of this digest lie."""
    return Path(settings.MEDIA_ROOT) / "documents" / digest[:2] / digest
