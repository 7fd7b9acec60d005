"""What a Dial waits for at its end, when what it waits for is late or lost."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from channels.db import database_sync_to_async

from conference_app.engine import LegEvents
from conference_app.http_client import Cookies
from conference_app.models import Account
from conference_app.services import conference_stay
from conference_app.services.conference_stay import JITTER_BUFFERS, ConferenceStay
from conference_app.services.leg_line import LegLine
from conference_app.twiml import Conference, ConferenceLeft, Dial, DialRecord
from conference_app.twiml.verbs import JitterBufferSize
from media_engine.commands import Command, JoinConference
from media_engine.events import (
    LeaveReason,
    LegLeft,
    RecordingFinished,
    RecordingStarted,
)
from media_engine.pcm import FRAME_MS
from media_engine.task_set import TaskSet
from tests.builders import build_account, build_call
from tests.end_to_end.waiting import eventually

ROOM = Conference("Room 1234", wait_url="")
CF = "CF1"
DOCS = Path(__file__).resolve().parents[3] / "docs"


@pytest.fixture
def alice(transactional_db: None) -> Account:
    """Written down for other threads to read."""
    return build_account("Alice")


async def stay(
    account: Account, posted: list[Command], *, is_closed: bool, during_the_stay: bool = False
) -> ConferenceLeft:
    """Let a recorded call come and go; its file is closed (during the stay) or stays open. Another
    recording of the call begins meanwhile.
    """
    call = await database_sync_to_async(build_call)(account)
    events = LegEvents()
    staying = ConferenceStay(call, LegLine(call.sid, events), Cookies())
    dial = Dial(ROOM, action="https://example.org/left", record=DialRecord.FROM_ANSWER)
    tasks = TaskSet()
    running = tasks.start(staying.run(dial, ROOM), name="stay")

    async def is_posted() -> bool:
        return bool(posted)

    await eventually(is_posted)
    (joined,) = posted
    assert isinstance(joined, JoinConference)
    assert joined.terms.own_recording is not None
    sid = joined.terms.own_recording.recording_id
    closed = RecordingFinished(CF, sid, "x.wav", 12_400, 8000, None, call.sid)
    events.put(RecordingStarted(CF, sid, "x.wav", call.sid))
    events.put(RecordingStarted("", "RE1", "y.wav", call.sid))
    if is_closed and during_the_stay:
        events.put(closed)
    events.put(LegLeft(CF, call.sid, LeaveReason.LEFT, bridged=True))
    # One of an earlier Dial, late.
    events.put(RecordingFinished(CF, "RE0", "x.wav", 80_000, 8000, None, call.sid))
    if is_closed and not during_the_stay:
        events.put(closed)
    left = await running
    assert isinstance(left, ConferenceLeft)
    assert left.recorded is not None
    assert left.recorded.sid == sid
    assert left.recorded.url.endswith(f"/Accounts/{account.sid}/Recordings/{sid}")
    return left


@pytest.mark.parametrize(
    ("size", "collected_ms", "held_ms"),
    [("small", 20, 100), ("medium", 40, 160), ("large", 40, 260), ("off", 20, 40)],
)
async def test_the_size_of_the_jitter_buffer_bounds_its_delay(
    alice: Account, posted: list[Command], size: JitterBufferSize, collected_ms: int, held_ms: int
) -> None:
    call = await database_sync_to_async(build_call)(alice)
    events = LegEvents()
    room = replace(ROOM, jitter_buffer_size=size)
    events.put(LegLeft(CF, call.sid, LeaveReason.LEFT, bridged=True))
    await ConferenceStay(call, LegLine(call.sid, events), Cookies()).run(Dial(room), room)
    (joined,) = posted
    assert isinstance(joined, JoinConference)
    assert (joined.terms.prefill * FRAME_MS, joined.terms.ceiling * FRAME_MS) == (
        collected_ms,
        held_ms,
    )


def test_the_documentation_tells_the_same_bounds() -> None:
    (row,) = re.findall(r"\| `jitterBufferSize` .*", (DOCS / "twiml.md").read_text())
    sizes = re.search(r"\| (small, medium, large, off) \|", row)
    collected = re.search(r"([\d, ]+) ms collected first", row)
    held = re.search(r"([\d, ]+) ms held at most", row)
    assert sizes and collected and held
    for size, collected_ms, held_ms in zip(
        *(found[1].split(", ") for found in (sizes, collected, held)), strict=True
    ):
        bounds = JITTER_BUFFERS[size.strip()]
        assert [frames * FRAME_MS for frames in bounds] == [int(collected_ms), int(held_ms)]
    longest_ms = JITTER_BUFFERS["large"][1] * FRAME_MS
    assert f"20 to {longest_ms} ms for `large`" in (DOCS / "architecture.md").read_text()


@pytest.mark.parametrize("during_the_stay", [False, True])
async def test_the_length_of_the_recording_is_told(
    alice: Account, posted: list[Command], during_the_stay: bool
) -> None:
    left = await stay(alice, posted, is_closed=True, during_the_stay=during_the_stay)
    assert left.recorded is not None
    assert left.recorded.seconds == 2


async def test_a_disk_that_does_not_close_the_file_keeps_nobody(
    alice: Account, posted: list[Command], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conference_stay, "CLOSING_S", 0.05)
    left = await stay(alice, posted, is_closed=False)
    assert left.recorded is not None
    assert left.recorded.seconds is None
