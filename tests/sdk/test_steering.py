"""Hold, coaching and announcements by Twilio's library, heard by those in the meeting."""

import asyncio
from typing import Any

import pytest

from tests.end_to_end.sound import tone_dbfs
from tests.end_to_end.test_steering import LOUD_DBFS, NOTICE, Talk, talk, wav  # noqa: F401

pytestmark = pytest.mark.end_to_end

NOTICE_HZ = 2500


async def test_who_is_on_hold_is_not_heard_and_does_not_hear(talk: Talk, twilio: Any) -> None:  # noqa: F811
    alice = twilio.conferences(talk.conference).participants(talk.sid("alice"))
    assert (await asyncio.to_thread(alice.update, hold=True)).hold
    assert await talk.whom_hears("bob") == {"carol"}
    assert await talk.whom_hears("alice") == set()
    assert not (await asyncio.to_thread(alice.update, hold=False)).hold
    assert await talk.whom_hears("bob") == {"alice", "carol"}


async def test_a_coach_is_heard_by_one_alone(talk: Talk, twilio: Any) -> None:  # noqa: F811
    alice = twilio.conferences(talk.conference).participants(talk.sid("alice"))
    coaching = {"coaching": True, "call_sid_to_coach": talk.sid("bob")}
    assert (await asyncio.to_thread(alice.update, **coaching)).coaching
    assert await talk.whom_hears("bob") == {"alice", "carol"}
    assert await talk.whom_hears("carol") == {"bob"}
    assert await talk.whom_hears("alice") == {"bob", "carol"}


async def test_an_announcement_is_heard_over_the_talk_by_all_or_by_one(
    talk: Talk,  # noqa: F811
    twilio: Any,
) -> None:
    notice = {"announce_url": talk.server.web.put(wav(NOTICE), "audio/wav")}
    conference = twilio.conferences(talk.conference)
    await asyncio.to_thread(conference.update, **notice)
    levels = await asyncio.gather(*(_notice_heard(talk, name) for name in talk.callers))
    assert all(levels), "by all"
    await asyncio.to_thread(conference.participants(talk.sid("alice")).update, **notice)
    levels = await asyncio.gather(*(_notice_heard(talk, name) for name in talk.callers))
    assert levels == [True, False, False], "by one"


async def _notice_heard(talk: Talk, name: str) -> bool:  # noqa: F811
    """Whether it is loud in most of what somebody hears while it lasts, and over before the
    next.
    """
    sound = await talk.now(name, 0.6)
    loud = tone_dbfs(sound, NOTICE_HZ) > LOUD_DBFS - 12
    await talk.now(name, 0.5)
    return bool(loud)
