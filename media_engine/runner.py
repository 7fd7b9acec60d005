"""The engine, running: one asyncio task that applies commands, ticks, and hands events on.

Everything of the registry happens in the loop's thread. Other threads only post commands (a bounded
inbox, read before each tick) and announce events (a recording that was closed).
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from media_engine.commands import CloseLeg, Command
from media_engine.conference_mixer import Beeps
from media_engine.dialects import WireFormat
from media_engine.errors import EngineFull, NotRunning
from media_engine.events import Event
from media_engine.jitter import DEFAULT_PREFILL
from media_engine.leg import Leg, LegOutput
from media_engine.pcm import FRAME_MS
from media_engine.recording import Recorder
from media_engine.registry import Registry
from media_engine.task_set import TaskSet
from media_engine.ticker import Ticker

logger = logging.getLogger(__name__)

INBOX_COMMANDS: Final = 10_000
"""Commands that may wait for one tick (20 ms); more is a runaway author, who is refused."""

Subscriber = Callable[[Event, datetime], None]


class Engine:
    """All audio of one process. start() and stop() it in the event loop that also serves the
    sockets.
    """

    def __init__(self, *, mix_rate_hz: int, beeps: Beeps, recordings: Path) -> None:
        self._recorder = Recorder(recordings, self._announce)
        self._registry = Registry(
            mix_rate_hz=mix_rate_hz,
            beeps=beeps,
            open_recording=lambda conference_id, recording_id: self._recorder.open(
                conference_id, recording_id, mix_rate_hz
            ),
            open_leg_recording=lambda conference_id, leg_id, recording_id, channels: (
                self._recorder.open(
                    conference_id, recording_id, mix_rate_hz, leg_id=leg_id, channels=channels
                )
            ),
            emit=self._announce,
        )
        self._inbox: deque[Command] = deque()
        self._events: deque[tuple[Event, datetime]] = deque()
        self._subscribers: list[Subscriber] = []
        self._after_ticks: list[Callable[[], None]] = []
        self._tasks = TaskSet()
        self._running = False
        self.failed_ticks = 0
        self.ticker = Ticker(
            self._tick, period=FRAME_MS / 1000, now=time.monotonic, sleep=asyncio.sleep
        )

    @property
    def is_running(self) -> bool:
        """Whether ticks take place."""
        return self._running and len(self._tasks) > 0

    @property
    def registry(self) -> Registry:
        """The live state; for reading, in the loop's thread."""
        return self._registry

    def start(self) -> None:
        """Begin to tick in the running loop."""
        self._recorder.start()
        self._running = True
        self._tasks.spawn(self.ticker.run(), name="ticker")

    async def stop(self) -> None:
        """End all meetings, finish recordings, hand out the last events."""
        if not self._running:
            return
        self._running = False
        self.ticker.stop()
        await self._tasks.cancel_and_wait()
        self._apply_commands()
        self._registry.close()
        await asyncio.to_thread(self._recorder.stop)
        self._hand_out_events()

    def subscribe(self, subscriber: Subscriber) -> None:
        """Call `subscriber(event, occurred_at)` for each event, in order, in the loop's thread; it
        must not block.
        """
        self._subscribers.append(subscriber)

    def after_each_tick(self, function: Callable[[], None]) -> None:
        """Call `function()` right after each tick, when the next one is furthest; it must not raise
        and takes a millisecond or two at most.
        """
        self._after_ticks.append(function)

    def post(self, command: Command) -> None:
        """Ask for something, from any thread; it is done before the next tick.

        Raises NotRunning, or EngineFull when INBOX_COMMANDS wait already. CloseLeg is never
        refused: there is one for each leg, and without it a caller would stay in its meeting.
        """
        if not self._running:
            raise NotRunning("the engine is not running")
        if len(self._inbox) >= INBOX_COMMANDS and not isinstance(command, CloseLeg):
            raise EngineFull(f"{INBOX_COMMANDS} commands are waiting already")
        self._inbox.append(command)

    def open_leg(
        self, leg_id: str, wire: WireFormat, output: LegOutput, *, prefill: int = DEFAULT_PREFILL
    ) -> Leg:
        """Bring a caller in (loop's thread only); feed what comes from its socket to the leg, and
        post CloseLeg at the end.
        """
        if not self._running:
            raise NotRunning("the engine is not running")
        return self._registry.open_leg(leg_id, wire, output, prefill=prefill)

    def announce(self, event: Event) -> None:
        """Tell of something that the sockets saw (a digit), among the engine's own events."""
        self._announce(event)

    def _announce(self, event: Event) -> None:
        self._events.append((event, datetime.now(UTC)))

    def _tick(self, skipped: int) -> None:
        try:
            self._apply_commands()
            self._registry.tick(skipped)
        except Exception:
            # Whatever is wrong with one meeting must not silence the others for good.
            self.failed_ticks += 1
            if self.failed_ticks % 50 == 1:
                logger.exception("tick failed (%d so far)", self.failed_ticks)
        self._hand_out_events()
        for function in self._after_ticks:
            function()

    def _apply_commands(self) -> None:
        for _ in range(len(self._inbox)):
            command = self._inbox.popleft()
            try:
                self._registry.apply(command)
            except Exception:
                logger.exception("command failed: %s", type(command).__name__)

    def _hand_out_events(self) -> None:
        while self._events:
            event, occurred_at = self._events.popleft()
            for subscriber in self._subscribers:
                try:
                    subscriber(event, occurred_at)
                except Exception:
                    logger.exception("subscriber failed on %s", type(event).__name__)
