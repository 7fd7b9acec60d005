"""Who waits for news of a meeting, and is told from another thread."""

import asyncio
import threading

from conference_app import watchers


def _tell_from_a_thread(sid: str) -> None:
    thread = threading.Thread(target=watchers.tell, args=[sid])
    thread.start()
    thread.join()


async def test_news_of_a_meeting_reaches_all_who_watch_it_and_no_others() -> None:
    with (
        watchers.watching("CF1") as one,
        watchers.watching("CF1") as another,
        watchers.watching("CF2") as elsewhere,
    ):
        _tell_from_a_thread("CF1")
        await asyncio.wait_for(one.news.wait(), 5)
        await asyncio.wait_for(another.news.wait(), 5)
        assert not elsewhere.news.is_set()


async def test_nothing_is_kept_of_a_meeting_that_nobody_watches() -> None:
    with watchers.watching("CF1"):
        pass
    watchers.tell("CF1")
    watchers.tell("")
    assert not watchers._watchers


def test_a_loop_that_has_ended_does_not_disturb_who_tells() -> None:
    async def watch() -> watchers.Watcher:
        return watchers.Watcher()

    watcher = asyncio.run(watch())
    watcher.tell()
