"""The one door to the media engine: who uses it need not know where a meeting lives.

Today every meeting lives in this process. post(), listen() and spawn() are the seam behind which
they may move to another.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from django.conf import settings

import media_engine
from conference_app.event_writer import EventWriter
from media_engine import (
    Beeps,
    Engine,
    EngineFull,
    Leg,
    LegLevels,
    LegOutput,
    LegView,
    NotRunning,
    Pcm,
)
from media_engine.commands import Command
from media_engine.dialects import WireFormat
from media_engine.events import ConferenceCreated, Event, LegInterrupted, RoomKey
from media_engine.music import enter_beep, exit_beep, load_music, medley
from media_engine.sound_worker import SoundWorker
from media_engine.task_set import TaskSet

logger = logging.getLogger(__name__)

LISTENER_EVENTS: Final = 1000
"""Events that may wait for one call's program; it reads them at once, so more means that it is
stuck.
"""

SPAWNED_TASKS: Final = 500
"""What may happen beside the meetings at a time: announcements whose sound is being fetched."""

LISTENER_INTERRUPTIONS: Final = 100
"""Interruptions that may wait for it: each is one request of the API."""

RecordEvents = Callable[[Sequence[tuple[Event, datetime]]], None]


@dataclass(frozen=True)
class Lateness:
    """How long after their deadlines ticks began (of five minutes at the most), in ms."""

    p50: float = 0.0
    p99: float = 0.0
    max: float = 0.0


@dataclass(frozen=True)
class EngineState:
    """How the engine of this process is doing, for health checks and metrics."""

    running: bool
    legs: int = 0
    meetings: int = 0
    ticks: int = 0
    skipped_ticks: int = 0
    failed_ticks: int = 0
    events_waiting: int = 0
    events_lost: int = 0
    noisy_voices: int = 0
    tick_lateness_ms: Lateness = Lateness()


class LegEvents:
    """What the program of one leg's call reads: events in their order, and beside them what
    interrupts it, which it watches for whatever it is doing.
    """

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event] = asyncio.Queue(maxsize=LISTENER_EVENTS)
        self._interruptions: asyncio.Queue[str] = asyncio.Queue(maxsize=LISTENER_INTERRUPTIONS)

    def put(self, event: Event) -> None:
        """Take an event; one too many is dropped and logged."""
        try:
            if isinstance(event, LegInterrupted):
                self._interruptions.put_nowait(event.context)
            else:
                self._events.put_nowait(event)
        except asyncio.QueueFull:
            name = type(event).__name__
            logger.error("call program does not read its events; %s lost", name)

    async def get(self) -> Event:
        """Wait for the next event that is no interruption."""
        return await self._events.get()

    async def interruption(self) -> str:
        """Wait for the next interruption; give its context."""
        return await self._interruptions.get()


class _Running:
    """The engine of this process and what belongs to it."""

    def __init__(self, record: RecordEvents, loop: asyncio.AbstractEventLoop) -> None:
        rate_hz = settings.CONFAB_MIX_RATE
        beeps = Beeps(enter=enter_beep(rate_hz), leave=exit_beep(rate_hz))
        self.engine = Engine(mix_rate_hz=rate_hz, beeps=beeps, recordings=recordings_directory())
        self.writer = EventWriter(record)
        self.sound_worker = SoundWorker(speech=settings.CONFAB_SPEECH_ENGINE)
        self.loop = loop
        self.tasks = TaskSet()
        self.listeners: dict[str, LegEvents] = {}
        self.hold_music: Pcm = medley(load_music(music_directory(), "classical", rate_hz), rate_hz)
        self.engine.subscribe(self.writer.put)
        self.engine.subscribe(self._tell_listener)

    def _tell_listener(self, event: Event, _occurred_at: datetime) -> None:
        if isinstance(event, ConferenceCreated) and _on_meeting is not None:
            _on_meeting(event.room)
        events = self.listeners.get(getattr(event, "leg_id", None) or "")
        if events is not None:
            events.put(event)


_running: _Running | None = None
_record: RecordEvents | None = None
_on_meeting: Callable[[RoomKey], None] | None = None
_starting = asyncio.Lock()


def recordings_directory() -> Path:
    """Where the engine writes recordings, on a disk of this machine; the finished ones are kept by
    Django's storage.
    """
    return Path(settings.CONFAB_DATA_DIR) / "being-recorded"


def music_directory() -> Path:
    """Where the hold music is kept, once rendered."""
    return Path(settings.CONFAB_DATA_DIR) / "music"


def log_events_with(record: RecordEvents) -> None:
    """Say what writes events down; called once, when Django is ready."""
    global _record
    _record = record


def tell_of_meetings(on_meeting: Callable[[RoomKey], None]) -> None:
    """Say what is called, in the loop's thread, when a meeting has begun in a room; called once,
    when Django is ready.
    """
    global _on_meeting
    _on_meeting = on_meeting


async def start() -> None:
    """Start the engine of this process in the running loop; no effect when it runs.

    Raises RuntimeError before log_events_with().
    """
    global _running
    async with _starting:
        if _running is not None:
            return
        if _record is None:
            raise RuntimeError("nobody has said what writes events down")
        # Loading music takes a while, rendering it (on a first start) longer: neither may hold up
        # the loop.
        loop = asyncio.get_running_loop()
        starting = await asyncio.to_thread(_Running, _record, loop)
        starting.writer.start()
        starting.sound_worker.start()
        starting.engine.start()
        _running = starting


async def stop() -> None:
    """End all meetings, finish recordings and write the last events down."""
    global _running
    if _running is None:
        return
    stopping, _running = _running, None
    await stopping.tasks.cancel_and_wait()
    await stopping.engine.stop()
    await asyncio.to_thread(stopping.writer.stop)
    await asyncio.to_thread(stopping.sound_worker.stop)


def after_each_tick(function: Callable[[], None]) -> None:
    """Have something done right after each tick of the engine that runs, when the next one is
    furthest; it must not raise and takes a millisecond or two at most. Raises EngineError.
    """
    _get().engine.after_each_tick(function)


def post(command: Command) -> None:
    """Ask the engine for something, from any thread; what comes of it is an event. Raises
    EngineError.
    """
    _get().engine.post(command)


def announce(event: Event) -> None:
    """Tell of something that a socket saw, in order with the engine's own events. Loop's thread
    only.
    """
    _get().engine.announce(event)


def spawn(task: Callable[[], Coroutine[None, None, None]], *, name: str) -> None:
    """Let something happen beside the meetings, from any thread, where they live: in the loop of
    the engine, which cancels it when it stops. Raises NotRunning; EngineFull when SPAWNED_TASKS run
    already.
    """
    running = _get()
    if len(running.tasks) >= SPAWNED_TASKS:
        raise EngineFull(f"{SPAWNED_TASKS} tasks run beside the meetings already")
    # In a context of its own: that of a request ends with it, and its database thread too.
    running.loop.call_soon_threadsafe(
        lambda: running.tasks.spawn(task(), name=name), context=Context()
    )


def open_leg(leg_id: str, wire: WireFormat, output: LegOutput) -> Leg:
    """Bring a caller in. Loop's thread only. Raises EngineError."""
    return _get().engine.open_leg(leg_id, wire, output)


def listen(leg_id: str) -> LegEvents:
    """Give all events of one leg from now on; forget() it at the end."""
    events = LegEvents()
    _get().listeners[leg_id] = events
    return events


def forget(leg_id: str) -> None:
    """Keep no more events of a leg."""
    if _running is not None:
        _running.listeners.pop(leg_id, None)


def meeting_in(room: RoomKey) -> str | None:
    """Give the SID of a room's live meeting, from any thread; None where there is none."""
    return None if _running is None else _running.engine.registry.meeting_in(room)


def hold_music() -> Pcm:
    """Give the default hold music at the mixing rate; shared, not to be written to."""
    return _get().hold_music


def sound_worker() -> SoundWorker:
    """Give what decodes files and speaks texts, in processes of its own."""
    return _get().sound_worker


def mix_rate_hz() -> int:
    """Give the rate at which this engine mixes."""
    rate_hz: int = settings.CONFAB_MIX_RATE
    return rate_hz


def carries_calls() -> bool:
    """Whether somebody is connected to this process, from any thread."""
    return _running is not None and _running.engine.registry.legs > 0


def levels(conference_id: str) -> LegLevels | None:
    """Show how loud the legs of a meeting are now, none where it is not live here; None while
    nothing runs. Loop's thread only.
    """
    return None if _running is None else _running.engine.registry.levels(conference_id)


def view(conference_id: str) -> list[LegView]:
    """Show how the sound of a meeting's legs arrives; none where it is not live here. Loop's thread
    only.
    """
    return [] if _running is None else _running.engine.registry.view(conference_id)


def can_suppress_noise() -> bool:
    """Whether noise can be taken out of voices here."""
    return media_engine.can_suppress_noise(settings.CONFAB_MIX_RATE)


def state(*, last_ticks: int | None = None) -> EngineState:
    """Say how the engine is doing; the lateness is that of the last so many ticks, if given."""
    if _running is None:
        return EngineState(running=False)
    engine = _running.engine
    return EngineState(
        running=engine.is_running,
        legs=engine.registry.legs,
        meetings=engine.registry.meetings,
        ticks=engine.ticker.ticks,
        skipped_ticks=engine.ticker.skipped,
        failed_ticks=engine.failed_ticks,
        events_waiting=_running.writer.waiting,
        events_lost=_running.writer.lost,
        noisy_voices=engine.registry.noisy_voices,
        tick_lateness_ms=_lateness(list(engine.ticker.lateness)[-(last_ticks or 0) :]),
    )


def tasks() -> int:
    """Count what goes on in the engine's loop, from any thread; 0 while nothing runs."""
    # Not in the loop's thread, where it would take a tick's time beside a thousand calls:
    # all_tasks() reads on where tasks come and go meanwhile.
    return 0 if _running is None else len(asyncio.all_tasks(_running.loop))


def programs() -> int:
    """Count the calls whose programs read events."""
    return 0 if _running is None else len(_running.listeners)


def _lateness(seconds: list[float]) -> Lateness:
    if not seconds:
        return Lateness()
    p50, p99, most = np.percentile(seconds, (50, 99, 100)) * 1000
    return Lateness(round(float(p50), 3), round(float(p99), 3), round(float(most), 3))


def _get() -> _Running:
    if _running is None:
        raise NotRunning("the engine is not running")
    return _running
