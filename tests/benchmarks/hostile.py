"""Web servers that mean no good: `python -m tests.benchmarks.hostile PORT`.

The path says how each answers.
"""

import gzip
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import Any, Final

from typing_extensions import override

from tests.benchmarks.pinned import finish, start_pinned
from tests.benchmarks.server import ROOT, free_port

_SOUND: Final = {"Content-Type": "audio/mpeg"}
_MP3_HEADER: Final = b"\xff\xfb\x90\x00"
_NOISE: Final = os.urandom(2_000_000)
_BOMB: Final = gzip.compress(bytes(50_000_000))
_FOR_S: Final = 30.0
"""How long those that never come to an end go on."""


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        ANSWERS[self.path.strip("/")](self)

    def begin(self, headers: Mapping[str, str]) -> None:
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    @override
    def handle(self) -> None:
        with suppress(OSError):  # who asked has had enough
            super().handle()

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Nobody reads it."""


def _drips(handler: _Handler) -> None:
    handler.begin(_SOUND)
    for _ in range(int(2 * _FOR_S)):
        handler.wfile.write(_MP3_HEADER)
        time.sleep(0.5)


def _never_ends(handler: _Handler) -> None:
    handler.begin(_SOUND)
    give_up_at = time.monotonic() + _FOR_S
    while time.monotonic() < give_up_at:
        handler.wfile.write(_MP3_HEADER * 4096)


def _inflates(handler: _Handler) -> None:
    handler.begin({"Content-Type": "text/xml", "Content-Encoding": "gzip"})
    handler.wfile.write(_BOMB)


def _is_noise(handler: _Handler) -> None:
    handler.begin(_SOUND | {"Content-Length": str(len(_NOISE))})
    handler.wfile.write(_NOISE)


def _says_nothing(handler: _Handler) -> None:
    time.sleep(_FOR_S)


ANSWERS: Final[Mapping[str, Callable[[_Handler], None]]] = MappingProxyType(
    {
        "drips": _drips,
        "never-ends": _never_ends,
        "inflates": _inflates,
        "is-noise": _is_noise,
        "says-nothing": _says_nothing,
    }
)
"""How a server answers, by the path."""


class _Servers(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked has had enough."""


@contextmanager
def serving(core: int) -> Iterator[str]:
    """Serve on `core`; give the address."""
    port = free_port()
    process = start_pinned(
        [sys.executable, "-m", "tests.benchmarks.hostile", str(port)],
        core,
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        finish(process)


if __name__ == "__main__":
    _Servers(("127.0.0.1", int(sys.argv[1])), _Handler).serve_forever()
