"""Places for children: no more at once on this machine than the memory for them, whichever process asks."""

import fcntl
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tables.errors import ReadersBusy
from tables.patience import places, wait_seconds

_POLL_SECONDS = 0.02


@contextmanager
def place() -> Iterator[int]:
    """
    Hold one of the places; the kernel gives it back when the process ends, however it ends.

    A place is a lock on a file in a folder of this user's under the machine's temporary folder. Containers that do not share that
    folder count for themselves.

    Raises:
        ReadersBusy: none is free, in a job also after waiting.
    """
    folder, until = _folder(), time.monotonic() + wait_seconds()
    while True:
        for number in places():
            handle = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                continue
            try:
                yield number
            finally:
                os.close(handle)
            return
        if time.monotonic() >= until:
            raise ReadersBusy
        time.sleep(_POLL_SECONDS)


def _folder() -> Path:
    """Return the folder of the places, which is nobody else's."""
    folder = Path(tempfile.gettempdir()) / f"quanzhou-fund-tables-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if found.st_uid != os.getuid() or not stat.S_ISDIR(found.st_mode):
        raise ReadersBusy
    return folder
