"""A user's web server: gives TwiML and sound to the bridge, keeps what it was asked."""

import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came. `form`: what its body held."""

    method: str
    url: str
    form: dict[str, str]
    signature: str


class WebServer:
    """Documents by path. put() in one thread, served in others: a dictionary's item is atomic."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Asked] = []
        self._documents: dict[str, tuple[bytes, str]] = {}
        self._numbers = itertools.count(1)

    def put(self, content: bytes, content_type: str) -> str:
        """Give the URL at which this is from now on."""
        path = f"/{next(self._numbers)}"
        self._documents[path] = (content, content_type)
        return self.address + path

    def put_twiml(self, verbs: str) -> str:
        """Give the URL of a document with these verbs."""
        return self.put(f"<Response>{verbs}</Response>".encode(), "text/xml")

    def asked_for(self, url: str) -> list[Asked]:
        """Give the requests for a URL, whatever their query."""
        return [asked for asked in self.asked if asked.url.partition("?")[0] == url]

    def find(self, path: str) -> tuple[bytes, str] | None:
        return self._documents.get(path)


@contextmanager
def serving() -> Iterator[WebServer]:
    """Serve on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as http:
        web = WebServer(f"http://127.0.0.1:{http.server_port}")
        _Handler.web = web
        thread = threading.Thread(target=http.serve_forever, name="web server", daemon=True)
        thread.start()
        try:
            yield web
        finally:
            http.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    web: WebServer

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer(dict(parse_qsl(body.decode(), keep_blank_values=True)))

    def _answer(self, form: dict[str, str]) -> None:
        signature = self.headers.get("X-Twilio-Signature", "")
        url = self.web.address + self.path
        self.web.asked.append(Asked(self.command, url, form, signature))
        found = self.web.find(urlsplit(self.path).path)
        if found is None:
            self.send_error(404)
            return
        content, content_type = found
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Tests tell what they miss; a line for each request would be in their way."""
