"""A user's web server: gives TwiML and sound to the bridge, keeps what it was asked."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Asked:
    """One request that came. `form`: what its body held."""

    method: str
    url: str
    form: dict[str, str]
    signature: str


class Document(NamedTuple):
    """What is at a path, and how long the server takes to give it."""

    content: bytes
    content_type: str
    after_s: float


class WebServer:
    """Documents by path. put() in one thread, served in others: a dictionary's item is atomic."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Asked] = []
        self._documents: dict[str, Document] = {}
        self._numbers = itertools.count(1)

    def put(
        self, content: bytes, content_type: str, *, after_s: float = 0.0, path: str = ""
    ) -> str:
        """Give the URL at which this is from now on, a new one unless there is a `path`; each
        answer takes `after_s`.
        """
        path = path or f"/{next(self._numbers)}"
        self._documents[path] = Document(content, content_type, after_s)
        return self.address + path

    def put_twiml(self, verbs: str, *, after_s: float = 0.0) -> str:
        """Give the URL of a document with these verbs."""
        return self.put(f"<Response>{verbs}</Response>".encode(), "text/xml", after_s=after_s)

    def asked_for(self, url: str) -> list[Asked]:
        """Give the requests for a URL, whatever their query."""
        return [asked for asked in self.asked if asked.url.partition("?")[0] == url]

    def find(self, path: str) -> Document | None:
        return self._documents.get(path)


@contextmanager
def serving() -> Iterator[WebServer]:
    """Serve on a free port of this machine."""
    with _Listener() as listener:
        thread = threading.Thread(target=listener.serve_forever, name="web server", daemon=True)
        thread.start()
        try:
            yield listener.web
        finally:
            listener.shutdown()
            thread.join()


class _Listener(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.web = WebServer(f"http://127.0.0.1:{self.server_port}")


class _Handler(BaseHTTPRequestHandler):
    @property
    def web(self) -> WebServer:
        assert isinstance(self.server, _Listener)
        return self.server.web

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
        time.sleep(found.after_s)
        self.send_response(200)
        self.send_header("Content-Type", found.content_type)
        self.send_header("Content-Length", str(len(found.content)))
        self.end_headers()
        self.wfile.write(found.content)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """Tests tell what they miss; a line for each request would be in their way."""
