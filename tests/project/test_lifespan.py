"""The server's start and stop, as ASGI tells of them."""

from datetime import datetime
from typing import Any

import pytest

from conference_app import engine
from conference_app.services import finishing_worker, sweeper, webhook_sender
from project import garbage
from project import lifespan as module
from project.lifespan import lifespan
from tests.asgi import serve

SCOPE = {"type": "lifespan"}
STARTUP, SHUTDOWN = {"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was done, in order."""
    order: list[Any] = []

    async def start() -> None:
        order.append("start")

    async def stop() -> None:
        order.append("stop")

    def close(now: datetime) -> None:
        order.append("recover")

    monkeypatch.setattr(engine, "start", start)
    monkeypatch.setattr(engine, "stop", stop)
    monkeypatch.setattr(finishing_worker, "start", lambda: order.append("finish recordings"))
    monkeypatch.setattr(finishing_worker, "stop", lambda: order.append("finished"))
    monkeypatch.setattr(webhook_sender, "start", lambda: order.append("send webhooks"))
    monkeypatch.setattr(webhook_sender, "stop", lambda: order.append("no more webhooks"))
    monkeypatch.setattr(sweeper, "start", lambda: order.append("sweep"))
    monkeypatch.setattr(sweeper, "stop", lambda: order.append("no more sweeps"))
    monkeypatch.setattr(module, "close_what_a_crash_left", close)
    monkeypatch.setattr(garbage, "collect_by_hand", lambda: order.append("collect by hand"))
    monkeypatch.setattr(garbage, "collect_by_itself", lambda: order.append("collect by itself"))
    return order


@pytest.mark.django_db(transaction=True)
async def test_the_books_are_closed_before_the_engine_starts(done: list[Any]) -> None:
    await serve(lifespan, SCOPE, STARTUP, SHUTDOWN, sent=done)
    assert done == [
        "recover",
        "finish recordings",
        "start",
        "send webhooks",
        "sweep",
        "collect by hand",
        {"type": "lifespan.startup.complete"},
        "no more sweeps",
        "stop",
        "collect by itself",
        "finished",
        "no more webhooks",
        {"type": "lifespan.shutdown.complete"},
    ]


@pytest.mark.django_db(transaction=True)
async def test_a_start_that_fails_is_told_to_the_server(
    done: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail() -> None:
        raise RuntimeError("no music")

    monkeypatch.setattr(engine, "start", fail)
    sent = await serve(lifespan, SCOPE, STARTUP)
    assert sent == [{"type": "lifespan.startup.failed", "message": "no music"}]
