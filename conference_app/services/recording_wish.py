"""What a <Dial>, or a request, says of its call's recording, carried through the engine unread."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from conference_app.twiml import Dial, DialRecord
from media_engine.commands import LegRecordingTerms, RecordedSides

_DUAL: Final = (DialRecord.FROM_ANSWER_DUAL, DialRecord.FROM_RINGING_DUAL)
_FROM_RINGING: Final = (DialRecord.FROM_RINGING, DialRecord.FROM_RINGING_DUAL)


@dataclass(frozen=True, slots=True)
class RecordingWish:
    """What concerns the recording's row, under the names of its columns.

    `status_callback` is absolute; "" stands for none. A single track is always mono.
    """

    channels: int = 1
    track: str = "both"
    trim: bool = False
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ("completed",)

    @classmethod
    def of(cls, dial: Dial) -> Self:
        """Take it from a verb whose URLs are resolved."""
        return cls(
            channels=channels_of(dial.recording_track, dual=dial.record in _DUAL),
            track=dial.recording_track,
            trim=dial.trim,
            status_callback=dial.recording_status_callback or "",
            status_callback_method=dial.recording_status_callback_method,
            status_callback_events=dial.recording_status_callback_events,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what to_json() wrote; "" is a Dial without any wishes. Raises ValueError."""
        said: Any = json.loads(text) if text else {}
        try:
            events = tuple(said.pop("status_callback_events", ("completed",)))
            return cls(**said, status_callback_events=events)
        except (AttributeError, TypeError) as error:
            raise ValueError(f"no recording wish: {error}") from error

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    @property
    def sides(self) -> RecordedSides:
        """Say what it is of: inbound is what Twilio receives, what the caller says."""
        if self.track == "inbound":
            return RecordedSides.SPOKEN
        if self.track == "outbound":
            return RecordedSides.HEARD
        return RecordedSides.TOGETHER if self.channels == 1 else RecordedSides.APART

    def columns(self) -> dict[str, Any]:
        """Give what it says as columns of a recording."""
        return {**asdict(self), "status_callback_events": list(self.status_callback_events)}


def channels_of(track: str, *, dual: bool) -> int:
    """Say how many channels a recording has."""
    return 2 if dual and track == "both" else 1


def terms_for(dial: Dial, recording_id: str) -> LegRecordingTerms | None:
    """Say how the engine is to record the call during a Dial; None: not at all.

    A conference answers when people are bridged; until then it rings, which here is hold music.
    """
    if dial.record is DialRecord.DO_NOT_RECORD:
        return None
    wish = RecordingWish.of(dial)
    return LegRecordingTerms(
        recording_id=recording_id,
        sides=wish.sides,
        while_waiting=dial.record in _FROM_RINGING,
        context=wish.to_json(),
    )
