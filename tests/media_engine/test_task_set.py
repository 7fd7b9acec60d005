"""Tasks that somebody owns."""

import asyncio
import gc
import logging
import weakref

import pytest

from media_engine.task_set import TaskSet


async def for_ever() -> None:
    await asyncio.get_running_loop().create_future()


async def test_a_task_is_held_until_it_is_done_and_gives_its_result() -> None:
    tasks = TaskSet()

    async def answer() -> int:
        return 42

    task = tasks.start(answer(), name="answer")
    assert len(tasks) == 1
    assert (await task, task.get_name()) == (42, "answer")
    assert len(tasks) == 0


async def test_a_failure_is_logged_with_its_trace_and_ends_that_task_alone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks = TaskSet()

    async def fail() -> None:
        raise RuntimeError("boom")

    tasks.spawn(for_ever(), name="other")
    failing = tasks.start(fail(), name="failing")
    await asyncio.wait([failing])
    assert len(tasks) == 1
    (record,) = caplog.records
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "task failing failed")
    assert record.exc_info is not None and str(record.exc_info[1]) == "boom"
    await tasks.cancel_and_wait()


async def test_cancelling_returns_when_all_have_ended_and_logs_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    tasks = TaskSet()
    ended = []

    async def with_an_end(name: str) -> None:
        try:
            await for_ever()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    for name in "ab":
        tasks.spawn(with_an_end(name), name=name)
    await asyncio.sleep(0)
    await tasks.cancel_and_wait()
    assert (sorted(ended), len(tasks), caplog.records) == (["a", "b"], 0, [])


async def test_cancelling_also_ends_what_a_task_started_while_it_ended() -> None:
    tasks = TaskSet()

    async def with_a_successor() -> None:
        try:
            await for_ever()
        finally:
            tasks.spawn(for_ever(), name="successor")

    tasks.spawn(with_a_successor(), name="first")
    await asyncio.sleep(0)
    await tasks.cancel_and_wait()
    assert len(tasks) == 0


async def test_cancelling_nothing_returns_at_once() -> None:
    await TaskSet().cancel_and_wait()


async def test_what_was_cancelled_is_gone_without_a_look_for_cycles() -> None:
    class Held:
        """Something that only the task knows."""

    async def wait(held: Held) -> None:
        me = asyncio.current_task()
        await for_ever()
        print(me, held)

    gc.collect()
    gc.disable()
    try:
        tasks, held = TaskSet(), Held()
        gone = weakref.ref(held)
        tasks.spawn(wait(held), name="waits")
        del held
        await asyncio.sleep(0)
        await tasks.cancel_and_wait()
        assert gone() is None
    finally:
        gc.enable()
