"""What a Dial waits for at its end, when what it waits for is late or lost."""

import pytest
from channels.db import database_sync_to_async

from conference_app.engine import LegEvents
from conference_app.http_client import Cookies
from conference_app.models import Account
from conference_app.services import conference_stay
from conference_app.services.conference_stay import ConferenceStay
from conference_app.services.leg_line import LegLine
from conference_app.twiml import Conference, ConferenceLeft, Dial, DialRecord
from media_engine.commands import Command, JoinConference
from media_engine.events import (
    LeaveReason,
    LegLeft,
    RecordingFinished,
    RecordingStarted,
)
from media_engine.task_set import TaskSet
from tests.builders import build_account, build_call
from tests.end_to_end.waiting import eventually

ROOM = Conference("Room 1234", wait_url="")
CF = "CF1"


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
