"""The virus scanner: a narrow interface to clamd's INSTREAM command, off unless ``CLAMD_ADDRESS`` names a server."""

import re
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

from common.database import require_no_transaction
from common.errors import DomainError

_CHUNK = 64 * 1024
_FOUND = re.compile(rb"^stream: (?P<name>.+) FOUND$")


class InfectedFile(DomainError):
    """The scanner names a virus in the file."""

    code = "infected_file"
    sentence = "文件未通过病毒检查（{virus}），未予保存，请清除病毒后重新上传。"
    status = 400


class ScannerUnreachable(DomainError):
    """A scanner is configured but does not answer; unscanned files are not accepted."""

    code = "scanner_unreachable"
    sentence = "病毒检查服务暂时不可用，文件未予保存，请稍后重新上传。"
    status = 503


def scan(content: bytes) -> None:
    """
    Let clean content pass; does nothing when no scanner is configured.

    Raises:
        InfectedFile: with the name the scanner gives.
        ScannerUnreachable: no connection, no answer in time, or an answer that says neither clean nor infected.
        WaitsInTransaction.
    """
    require_no_transaction("clamd")
    if not settings.CLAMD_ADDRESS:
        return
    try:
        with _connect(settings.CLAMD_ADDRESS, timeout=settings.CLAMD_TIMEOUT) as server:
            answer = _ask(server, content)
    except (OSError, ValueError) as problem:
        raise ScannerUnreachable from problem
    found = _FOUND.match(answer)
    if found:
        raise InfectedFile(virus=found["name"].decode("utf-8", "replace"))
    if answer != b"stream: OK":
        raise ScannerUnreachable


def _connect(address: str, *, timeout: float) -> socket.socket:
    """Return a connection to ``tcp://host:port`` or ``unix:///path``."""
    where = urlsplit(address)
    if where.scheme == "unix":
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.settimeout(timeout)
        try:
            server.connect(where.path)
        except OSError:
            server.close()
            raise
        return server
    if where.scheme != "tcp" or not where.hostname:
        raise ValueError(address)
    return socket.create_connection((where.hostname, where.port or 3310), timeout=timeout)


def _ask(server: socket.socket, content: bytes) -> bytes:
    """Send the content in chunks, each behind its length, a zero length last; return the answer without its end mark."""
    server.sendall(b"zINSTREAM\0")
    for start in range(0, len(content), _CHUNK):
        chunk = content[start : start + _CHUNK]
        server.sendall(struct.pack(">I", len(chunk)) + chunk)
    server.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0"):
        part = server.recv(4096)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0\n")
