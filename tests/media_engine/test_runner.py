"""The engine, running in a real event loop."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
import soundfile

from media_engine import runner
from media_engine.commands import (
    CloseLeg,
    EndConference,
    JoinConference,
    JoinTerms,
    Play,
    SetMuted,
)
from media_engine.conference_mixer import Beeps
from media_engine.dialects import L16, WireFormat
from media_engine.errors import EngineError, EngineFull, NotRunning
from media_engine.events import (
    ConferenceEnded,
    ConferenceStarted,
    DigitPressed,
    Event,
    LegClosed,
    LegJoined,
    LegLeft,
    PlaybackEnded,
    RecordingFinished,
    RecordingStarted,
    RoomKey,
)
from media_engine.pcm import FRAME_MS
from media_engine.runner import Engine
from media_engine.sources import Clip
from media_engine.ticker import MAX_CATCH_UP

RATE_HZ = 8000
FRAME = 160
WIRE = WireFormat(L16, RATE_HZ)
PATIENCE_S = 5
KindT = TypeVar("KindT", bound=Event)


class Output:
    """What was sent to one client, to be waited for."""

    def __init__(self) -> None:
        self.frames: asyncio.Queue[bytes] = asyncio.Queue()
        self.broken = False

    def audio(self, payload: bytes) -> None:
        if self.broken:
            raise RuntimeError("the socket is gone")
        self.frames.put_nowait(payload)

    def mark(self, name: str) -> None:
        raise AssertionError("no mark was sent")

    async def hear(self, frames: int) -> None:
        """Return when so many more ticks have taken place."""
        while not self.frames.empty():
            self.frames.get_nowait()
        async with asyncio.timeout(PATIENCE_S):
            for _ in range(frames):
                await self.frames.get()


class Listener:
    """A subscriber that keeps what it was told, to be waited for."""

    def __init__(self) -> None:
        self.told: list[tuple[Event, datetime]] = []
        self._queue: asyncio.Queue[Event] = asyncio.Queue()

    def __call__(self, event: Event, occurred_at: datetime) -> None:
        self.told.append((event, occurred_at))
        self._queue.put_nowait(event)

    @property
    def events(self) -> list[Event]:
        return [event for event, _ in self.told]

    async def hear_of(self, kind: type[KindT]) -> KindT:
        """Wait for the next event of a kind."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                if isinstance(event := await self._queue.get(), kind):
                    return event


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    beep = np.zeros(FRAME, np.int16)
    engine = Engine(mix_rate_hz=RATE_HZ, beeps=Beeps(beep, beep), recordings=tmp_path)
    engine.start()
    yield engine
    await engine.stop()


@pytest.fixture
def listener(engine: Engine) -> Listener:
    listener = Listener()
    engine.subscribe(listener)
    return listener


def join(leg_id: str, recording_id: str | None = None) -> JoinConference:
    terms = JoinTerms(recording_id=recording_id)
    return JoinConference(leg_id, RoomKey("AC", "R"), "CF1", terms)


def play(play_id: int) -> Play:
    return Play("a", play_id, Clip(np.zeros(FRAME, np.int16)))


# --- commands ------------------------------------------------------------------------------------


async def test_a_command_from_another_thread_is_applied(engine: Engine, listener: Listener) -> None:
    engine.open_leg("a", WIRE, Output())
    await asyncio.to_thread(engine.post, join("a"))
    assert (await listener.hear_of(LegJoined)).leg_id == "a"


async def test_commands_are_applied_in_the_order_in_which_they_were_posted(
    engine: Engine, listener: Listener
) -> None:
    for leg_id in ("a", "b"):
        engine.open_leg(leg_id, WIRE, Output())
    for command in (join("a"), join("b"), SetMuted("CF1", "a", True), EndConference("CF1")):
        engine.post(command)
    await listener.hear_of(ConferenceEnded)
    kinds = [type(event).__name__ for event in listener.events]
    assert kinds == (
        ["ConferenceCreated", "LegJoined", "LegJoined", "ConferenceStarted"]
        + ["AudibilityChanged", "LegMuted", "LegLeft", "LegLeft", "ConferenceEnded"]
    )


async def test_a_command_that_fails_is_logged_and_the_next_ones_are_applied(
    engine: Engine, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    engine.open_leg("a", WIRE, Output())
    engine.post(JoinConference("a", RoomKey("AC", "R"), "CF1", None))  # type: ignore[arg-type]
    engine.post(CloseLeg("a"))
    await listener.hear_of(LegClosed)
    assert "command failed: JoinConference" in caplog.messages


async def test_more_commands_than_the_inbox_holds_are_refused_but_none_that_closes_a_leg(
    engine: Engine, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "INBOX_COMMANDS", 3)
    engine.open_leg("a", WIRE, Output())
    for play_id in range(3):
        engine.post(play(play_id))
    with pytest.raises(EngineFull):
        engine.post(play(3))
    engine.post(CloseLeg("a"))
    await listener.hear_of(LegClosed)
    ended = [event.play_id for event in listener.events if isinstance(event, PlaybackEnded)]
    assert ended == [0, 1, 2]
    engine.post(play(4))


async def test_before_the_start_and_after_the_stop_nothing_is_taken(tmp_path: Path) -> None:
    beep = np.zeros(FRAME, np.int16)
    engine = Engine(mix_rate_hz=RATE_HZ, beeps=Beeps(beep, beep), recordings=tmp_path)
    for prepare in (None, engine.start):
        if prepare is not None:
            prepare()
            assert engine.is_running
            await engine.stop()
        assert not engine.is_running
        with pytest.raises(NotRunning):
            engine.post(CloseLeg("a"))
        with pytest.raises(NotRunning):
            engine.open_leg("a", WIRE, Output())
    await engine.stop()


async def test_a_leg_that_is_open_can_not_be_opened_again(engine: Engine) -> None:
    engine.open_leg("a", WIRE, Output())
    with pytest.raises(EngineError):
        engine.open_leg("a", WIRE, Output())


# --- events --------------------------------------------------------------------------------------


async def test_events_are_handed_out_in_order_with_the_time_at_which_they_happened(
    engine: Engine, listener: Listener
) -> None:
    before = datetime.now(UTC)
    for leg_id in ("a", "b"):
        engine.open_leg(leg_id, WIRE, Output())
        engine.post(join(leg_id))
    await listener.hear_of(ConferenceStarted)
    times = [before, *[occurred_at for _, occurred_at in listener.told], datetime.now(UTC)]
    assert times == sorted(times)


async def test_what_the_sockets_saw_is_told_among_the_engines_own_events(
    engine: Engine, listener: Listener
) -> None:
    engine.open_leg("a", WIRE, Output())
    engine.post(CloseLeg("a"))
    engine.announce(DigitPressed("a", "5"))
    await listener.hear_of(LegClosed)
    assert listener.events == [DigitPressed("a", "5"), LegClosed("a")]


async def test_a_subscriber_that_fails_takes_nothing_from_the_others_nor_from_the_ticker(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(event: Event, occurred_at: datetime) -> None:
        raise RuntimeError("boom")

    listener, output = Listener(), Output()
    engine.subscribe(fail)
    engine.subscribe(listener)
    engine.open_leg("a", WIRE, output)
    engine.post(join("a"))
    await listener.hear_of(LegJoined)
    await output.hear(2)
    assert "subscriber failed on LegJoined" in caplog.messages
    assert engine.is_running


# --- ticks ---------------------------------------------------------------------------------------


async def test_every_leg_is_sent_a_frame_for_each_tick_and_hears_the_others(engine: Engine) -> None:
    outputs = {leg_id: Output() for leg_id in "ab"}
    legs = {leg_id: engine.open_leg(leg_id, WIRE, outputs[leg_id]) for leg_id in "ab"}
    for leg_id in "ab":
        engine.post(join(leg_id))
    legs["a"].receive(np.full(10 * FRAME, 1000, "<i2").tobytes())
    async with asyncio.timeout(PATIENCE_S):
        while not any(frame := await outputs["b"].frames.get()):
            assert len(frame) == 2 * FRAME
        heard = [frame, *[await outputs["b"].frames.get() for _ in range(8)]]
    assert [np.frombuffer(frame, "<i2")[-1] for frame in heard] == [1000] * 9


async def test_a_tick_that_fails_is_counted_and_logged_now_and_then_and_ticks_go_on(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    broken, healthy = Output(), Output()
    engine.open_leg("a", WIRE, broken)
    engine.open_leg("b", WIRE, healthy)
    broken.broken = True
    await healthy.hear(5)
    assert engine.failed_ticks >= 5
    assert [r.getMessage() for r in caplog.records] == ["tick failed (1 so far)"]
    assert caplog.records[0].levelno == logging.ERROR
    assert engine.is_running


async def test_ticks_come_every_20_ms(engine: Engine) -> None:
    output = Output()
    engine.open_leg("a", WIRE, output)
    await output.hear(1)
    loop = asyncio.get_running_loop()
    started, ticks, skipped = loop.time(), engine.ticker.ticks, engine.ticker.skipped
    await output.hear(25)
    periods = engine.ticker.ticks + engine.ticker.skipped - ticks - skipped
    assert (loop.time() - started) * 1000 / FRAME_MS == pytest.approx(periods, abs=MAX_CATCH_UP + 2)


# --- the end -------------------------------------------------------------------------------------


async def test_stop_ends_meetings_finishes_recordings_and_hands_out_the_last_events(
    engine: Engine, listener: Listener
) -> None:
    output = Output()
    engine.open_leg("a", WIRE, Output())
    engine.open_leg("b", WIRE, output)
    engine.post(join("a", recording_id="RE1"))
    engine.post(join("b"))
    path = (await listener.hear_of(RecordingStarted)).path
    await output.hear(15)
    await engine.stop()
    assert [e.leg_id for e in listener.events if isinstance(e, LegLeft)] == ["a", "b"]
    assert [e.leg_id for e in listener.events if isinstance(e, LegClosed)] == ["a", "b"]
    finished = listener.events[-1]
    assert isinstance(finished, RecordingFinished)
    assert (finished.path, finished.error) == (path, None)
    assert finished.samples % FRAME == 0 and finished.samples >= 15 * FRAME
    assert len(soundfile.read(path)[0]) == finished.samples


async def test_commands_that_were_posted_before_the_stop_still_count(
    engine: Engine, listener: Listener
) -> None:
    for leg_id in ("a", "b"):
        engine.open_leg(leg_id, WIRE, Output())
        engine.post(join(leg_id))
    await engine.stop()
    kinds = [type(event) for event in listener.events]
    assert ConferenceStarted in kinds and ConferenceEnded in kinds


async def test_a_ticker_that_has_died_is_not_running(
    engine: Engine, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    dying = asyncio.Event()

    def die(skipped: int) -> None:
        dying.set()
        raise RuntimeError("boom")

    monkeypatch.setattr(engine.ticker, "_tick", die)
    async with asyncio.timeout(PATIENCE_S):
        await dying.wait()
    await asyncio.sleep(0)
    assert not engine.is_running
    assert "task ticker failed" in caplog.messages
