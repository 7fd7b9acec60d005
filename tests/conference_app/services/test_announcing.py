import asyncio
from contextvars import ContextVar
from types import SimpleNamespace

import pytest

from conference_app import engine
from conference_app.services.sound_wish import SoundWish
from media_engine import EngineFull
from media_engine.task_set import TaskSet


@pytest.mark.parametrize(
    "wish",
    [
        SoundWish(),
        SoundWish(""),
        SoundWish("https://example.org/", "GET", (("a", "1"),)),
        SoundWish(text="Hi"),
    ],
)
def test_a_wish_comes_back_as_it_was(wish: SoundWish) -> None:
    assert SoundWish.from_json(wish.to_json()) == wish


def test_no_words_are_the_default_music() -> None:
    assert SoundWish.from_json("") == SoundWish()


async def test_what_happens_beside_the_meetings_is_bounded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = SimpleNamespace(loop=asyncio.get_running_loop(), tasks=TaskSet())
    monkeypatch.setattr(engine, "_running", running)
    monkeypatch.setattr(engine, "SPAWNED_TASKS", 2)
    begun: list[int] = []

    async def wait_for_ever() -> None:
        begun.append(1)
        await asyncio.Event().wait()

    for _ in range(2):
        engine.spawn(wait_for_ever, name="task")
        await asyncio.sleep(0)
    with pytest.raises(EngineFull):
        engine.spawn(wait_for_ever, name="task")
    await asyncio.sleep(0)
    assert len(begun) == 2
    await running.tasks.cancel_and_wait()


async def test_what_happens_beside_the_meetings_knows_nothing_of_the_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = SimpleNamespace(loop=asyncio.get_running_loop(), tasks=TaskSet())
    monkeypatch.setattr(engine, "_running", running)
    asked_in: ContextVar[str] = ContextVar("asked_in", default="no request")
    asked_in.set("a request that will be over")
    seen: asyncio.Future[str] = running.loop.create_future()

    async def look() -> None:
        seen.set_result(asked_in.get())

    engine.spawn(look, name="task")
    assert await seen == "no request"
