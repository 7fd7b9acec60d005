"""The one door to the media engine: who uses it need not know where a meeting lives.

Today every meeting lives in this process. post() and listen() are the seam behind which they may
move to another.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np
from django.conf import settings

from conference_app.event_writer import EventWriter
from media_engine import Beeps, Engine, Leg, LegOutput, LegView, NotRunning, Pcm
from media_engine.commands import Command
from media_engine.dialects import WireFormat
from media_engine.events import Event
from media_engine.music import enter_beep, exit_beep, load_music, medley
from media_engine.sound_worker import SoundWorker

logger = logging.getLogger(__name__)

LISTENER_EVENTS: Final = 1000
"""Events that may wait for one call's program; it reads them at once, so more means that it is
stuck.
"""

RecordEvent = Callable[[Event, datetime], None]


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
    tick_lateness_ms: Lateness = Lateness()


class _Running:
    """The engine of this process and what belongs to it."""

    def __init__(self, record: RecordEvent) -> None:
        rate_hz = settings.CONFAB_MIX_RATE
        beeps = Beeps(enter=enter_beep(rate_hz), leave=exit_beep(rate_hz))
        self.engine = Engine(mix_rate_hz=rate_hz, beeps=beeps, recordings=recordings_directory())
        self.writer = EventWriter(record)
        self.sound_worker = SoundWorker(speech=settings.CONFAB_SPEECH_ENGINE)
        self.listeners: dict[str, asyncio.Queue[Event]] = {}
        self.hold_music: Pcm = medley(load_music(music_directory(), "classical", rate_hz), rate_hz)
        self.engine.subscribe(self.writer.put)
        self.engine.subscribe(self._tell_listener)

    def _tell_listener(self, event: Event, _occurred_at: datetime) -> None:
        queue = self.listeners.get(getattr(event, "leg_id", None) or "")
        if queue is None:
            return
        if queue.full():
            logger.error("call program does not read its events; %s lost", type(event).__name__)
            return
        queue.put_nowait(event)


_running: _Running | None = None
_record: RecordEvent | None = None
_starting = asyncio.Lock()


def recordings_directory() -> Path:
    """Where the engine writes recordings, on a disk of this machine; the finished ones are kept by
    Django's storage.
    """
    return Path(settings.CONFAB_DATA_DIR) / "being-recorded"


def music_directory() -> Path:
    """Where the hold music is kept, once rendered."""
    return Path(settings.CONFAB_DATA_DIR) / "music"


def log_events_with(record: RecordEvent) -> None:
    """Say what writes events down; called once, when Django is ready."""
    global _record
    _record = record


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
        starting = await asyncio.to_thread(_Running, _record)
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
    await stopping.engine.stop()
    await asyncio.to_thread(stopping.writer.stop)
    await asyncio.to_thread(stopping.sound_worker.stop)


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


def open_leg(leg_id: str, wire: WireFormat, output: LegOutput) -> Leg:
    """Bring a caller in. Loop's thread only. Raises EngineError."""
    return _get().engine.open_leg(leg_id, wire, output)


def listen(leg_id: str) -> asyncio.Queue[Event]:
    """Give the queue of all events of one leg from now on; forget() it at the end."""
    queue: asyncio.Queue[Event] = asyncio.Queue(maxsize=LISTENER_EVENTS)
    _get().listeners[leg_id] = queue
    return queue


def forget(leg_id: str) -> None:
    """Drop the queue of a leg."""
    if _running is not None:
        _running.listeners.pop(leg_id, None)


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


def view(conference_id: str) -> list[LegView]:
    """Show how the legs of a meeting sound and arrive now; none where it is not live here. Loop's
    thread only.
    """
    return [] if _running is None else _running.engine.registry.view(conference_id)


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
        tick_lateness_ms=_lateness(list(engine.ticker.lateness)[-(last_ticks or 0) :]),
    )


def _lateness(seconds: list[float]) -> Lateness:
    if not seconds:
        return Lateness()
    p50, p99, most = np.percentile(seconds, (50, 99, 100)) * 1000
    return Lateness(round(float(p50), 3), round(float(p99), 3), round(float(most), 3))


def _get() -> _Running:
    if _running is None:
        raise NotRunning("the engine is not running")
    return _running
