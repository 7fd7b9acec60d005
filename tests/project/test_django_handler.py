"""Django behind ASGI, asked as a server asks it."""

import asyncio
import threading
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse

from conference_app import waiting_view
from conference_app.waiting_view import waits_for_503
from project import django_handler
from project.django_handler import MAX_BODY_BYTES, SLOTS, THREADS, DjangoHandler
from tests.asgi import serve

FORM = "application/x-www-form-urlencoded"


async def _status(method: str, path: str, content_type: str, *parts: bytes) -> int:
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"a=%ff",
        "headers": [(b"host", b"localhost"), (b"content-type", content_type.encode())],
    }
    body = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    sent = await serve(DjangoHandler(), scope, *body, {"type": "http.request", "body": b""})
    return int(sent[0]["status"])


@pytest.mark.parametrize("charset", ["utf-16", "hex", "idna", "undefined", "none-such", ""])
async def test_no_charset_of_a_client_breaks_a_request(charset: str) -> None:
    content_type = f"{FORM}; charset={charset}"
    assert await _status("GET", "/static/pages/pages.css", content_type) == 200
    assert await _status("POST", "/2010-04-01/Nothing", content_type, b"a=b") == 401


async def test_a_body_has_a_bound() -> None:
    quarters = [b"x" * (MAX_BODY_BYTES // 4)] * 4
    assert await _status("POST", "/2010-04-01/Nothing", FORM, *quarters) == 401
    assert await _status("POST", "/2010-04-01/Nothing", FORM, *quarters, b"x") == 413


async def test_a_client_that_goes_away_is_not_answered() -> None:
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}
    part = {"type": "http.request", "body": b"x", "more_body": True}
    assert await serve(DjangoHandler(), scope, part, {"type": "http.disconnect"}) == []


def _handler(view: Any) -> DjangoHandler:
    """One that has a single view."""
    handler = DjangoHandler()
    handler.resolve_request = lambda request: (view, (), {})  # type: ignore[assignment,return-value]
    return handler


def _slow_handler(threads: set[int]) -> DjangoHandler:
    """One whose view notes its thread, and takes a while."""

    def view(request: HttpRequest) -> HttpResponse:
        threads.add(threading.get_ident())
        threading.Event().wait(0.01)
        return HttpResponse()

    return _handler(view)


SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


async def _ask(handler: DjangoHandler, times: int) -> list[int]:
    scope = SCOPE | {"headers": [(b"host", b"localhost")]}
    empty = {"type": "http.request", "body": b""}
    answers = await asyncio.gather(*(serve(handler, dict(scope), empty) for _ in range(times)))
    return [answer[0]["status"] for answer in answers]


async def test_many_requests_share_a_few_threads() -> None:
    threads: set[int] = set()
    assert set(await _ask(_slow_handler(threads), 50)) == {200}
    assert len(threads) == THREADS


async def test_more_requests_than_there_is_room_for_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(django_handler, "MAX_REQUESTS", 20)
    handler = _slow_handler(set())
    statuses = await _ask(handler, 50)
    assert (statuses.count(200), statuses.count(503)) == (20, 30)
    assert await _ask(handler, 20) == [200] * 20


async def test_a_few_views_are_under_way_at_once() -> None:
    under_way: set[HttpRequest] = set()
    most = 0

    async def view(request: HttpRequest) -> HttpResponse:
        nonlocal most
        under_way.add(request)
        most = max(most, len(under_way))
        await asyncio.sleep(0.01)
        under_way.remove(request)
        return HttpResponse()

    assert set(await _ask(_handler(view), 50)) == {200}
    assert most == SLOTS


async def test_who_waits_for_a_file_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_view, "LOOK_AGAIN_S", 0.01)
    asked = 0

    def view(request: HttpRequest) -> HttpResponse:
        nonlocal asked
        asked += 1
        return HttpResponse(status=200 if asked > 5 * SLOTS else 503)

    async with asyncio.timeout(10):
        assert set(await _ask(_handler(waits_for_503(view)), 4 * SLOTS)) == {200}
