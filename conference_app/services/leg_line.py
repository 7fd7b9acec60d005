"""What a call's program does with its leg: let it hear something, and wait for keys and for the
end of a meeting.
"""

from collections.abc import Callable

from conference_app import engine
from media_engine.commands import Play
from media_engine.events import (
    DigitPressed,
    Event,
    JoinRefused,
    LegLeft,
    PlaybackEnded,
    RecordingFinished,
    RecordingStarted,
)
from media_engine.sources import Silence, Source


class LegLine:
    """One leg, as its program sees it; `events` are the leg's, from before it was opened.

    Keys that are pressed while nobody waits for them are forgotten, as on a telephone.
    `recorded_as`: the SID of the recording that began last of a stay of the leg's in a meeting.
    """

    def __init__(self, leg_id: str, events: engine.LegEvents) -> None:
        self.leg_id = leg_id
        self.recorded_as: str | None = None
        self._recorded: RecordingFinished | None = None
        self._events = events
        self._plays = 0

    async def play(self, source: Source) -> None:
        """Let the leg hear a source to its end."""
        self._start(source)
        while not self._has_ended(await self._events.get()):
            pass

    async def pass_over(self) -> None:
        """Let all that was posted before be done, and its events be gone."""
        await self.play(Silence(0))

    async def play_until_key(self, source: Source) -> str | None:
        """Let the leg hear a source to its end, or until a key is pressed: give that key."""
        self._start(source)
        while not self._has_ended(event := await self._events.get()):
            if isinstance(event, DigitPressed):
                await self.play(Silence(0))
                return event.digit
        return None

    async def next_key(self) -> str:
        """Wait for a key."""
        while True:
            event = await self._events.get()
            if isinstance(event, DigitPressed):
                return event.digit

    async def left_meeting(
        self, *, or_pressed: str = "", meanwhile: Callable[[Event], None] | None = None
    ) -> LegLeft | JoinRefused | DigitPressed:
        """Wait until the leg is out of the meeting it was sent to, or (`or_pressed`) for one of
        these keys; `meanwhile` is told of all else that happens to it.
        """
        while True:
            match await self._events.get():
                case (LegLeft() | JoinRefused()) as event:
                    return event
                case DigitPressed(digit=digit) as event if digit in or_pressed:
                    return event
                case RecordingStarted(conference_id=meeting, recording_id=sid) if meeting:
                    self.recorded_as = sid
                case RecordingFinished(recording_id=sid) as event if sid == self.recorded_as:
                    self._recorded = event
                case event if meanwhile is not None:
                    meanwhile(event)

    async def recording_finished(self, sid: str) -> RecordingFinished:
        """Wait until the file of a stay's recording is closed, unless it was during the stay."""
        if self._recorded is not None and self._recorded.recording_id == sid:
            return self._recorded
        while True:
            event = await self._events.get()
            if isinstance(event, RecordingFinished) and event.recording_id == sid:
                return event

    def _start(self, source: Source) -> None:
        self._plays += 1
        engine.post(Play(self.leg_id, self._plays, source))

    def _has_ended(self, event: Event) -> bool:
        return isinstance(event, PlaybackEnded) and event.play_id == self._plays
