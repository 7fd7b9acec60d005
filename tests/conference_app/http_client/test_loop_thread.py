import asyncio
import threading

import pytest

from conference_app.http_client.loop_thread import LoopThread


async def _nothing() -> None:
    pass


async def test_a_coroutine_runs_in_the_thread_and_its_result_and_error_come_back() -> None:
    async def where(fail: bool) -> str:
        if fail:
            raise KeyError("there")
        return threading.current_thread().name

    thread = LoopThread("elsewhere", _nothing)
    assert await thread.run(where(False)) == "elsewhere"
    with pytest.raises(KeyError, match="there"):
        await thread.run(where(True))
    await thread.stop()


async def test_cancelling_goes_through() -> None:
    started, cancelled = threading.Event(), threading.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    thread = LoopThread("elsewhere", _nothing)
    task = asyncio.ensure_future(thread.run(wait()))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(cancelled.wait, 2)
    await thread.stop()


async def test_what_still_runs_at_the_end_is_cancelled_before_the_last_word() -> None:
    order: list[str] = []
    started = threading.Event()

    async def wait() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            order.append("cancelled")

    async def last_word() -> None:
        order.append("last word")

    thread = LoopThread("elsewhere", last_word)
    task = asyncio.ensure_future(thread.run(wait()))
    await asyncio.to_thread(started.wait)
    await thread.stop()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert order == ["cancelled", "last word"]
    assert "elsewhere" not in {each.name for each in threading.enumerate()}
