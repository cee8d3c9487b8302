import socketserver
import struct
import threading

import pytest

from documents.scanning import InfectedFile, ScannerUnreachable, scan

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.BaseRequestHandler):
    """Speaks INSTREAM as clamd does, and finds the test virus."""

    def handle(self):
        command = self.read(len(b"zINSTREAM\0"))
        content = b""
        while size := struct.unpack(">I", self.read(4))[0]:
            content += self.read(size)
        self.server.seen = (command, content)
        self.request.sendall(self.server.answer or (b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0"))

    def read(self, size):
        got = b""
        while len(got) < size:
            got += self.request.recv(size - len(got))
        return got


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings, tmp_path):
    if request.param == "tcp":
        server = socketserver.TCPServer(("127.0.0.1", 0), Clamd)
        settings.CLAMD_ADDRESS = f"tcp://127.0.0.1:{server.server_address[1]}"
    else:
        server = socketserver.UnixStreamServer(str(tmp_path / "clamd.sock"), Clamd)
        settings.CLAMD_ADDRESS = f"unix://{tmp_path / 'clamd.sock'}"
    server.answer = None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_clean_content_passes_whole_and_in_order(clamd):
    content = bytes(range(256)) * 1024  # four chunks
    scan(content)
    assert clamd.seen == (b"zINSTREAM\0", content)


def test_a_virus_is_named(clamd):
    with pytest.raises(InfectedFile, match="Eicar-Test"):
        scan(b"%PDF-" + EICAR)


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"stream: \0", b"UNKNOWN COMMAND\0"])
def test_an_answer_that_says_neither_is_no_pass(clamd, answer):
    clamd.answer = answer
    with pytest.raises(ScannerUnreachable):
        scan(b"%PDF-")


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.sock", "clamd", "http://127.0.0.1:3310"])
def test_a_scanner_that_does_not_answer_is_no_pass(settings, address):
    settings.CLAMD_ADDRESS = address
    with pytest.raises(ScannerUnreachable, match="请稍后重新上传"):
        scan(b"%PDF-")


def test_without_a_scanner_nothing_is_asked(settings):
    settings.CLAMD_ADDRESS = ""
    scan(EICAR)
