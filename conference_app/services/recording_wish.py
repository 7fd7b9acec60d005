"""What a <Dial> says of the recording of its call, carried through the engine unread."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from conference_app.twiml import Dial, DialRecord
from media_engine.commands import LegRecordingTerms, RecordedSides

_DUAL: Final = (DialRecord.FROM_ANSWER_DUAL, DialRecord.FROM_RINGING_DUAL)
_FROM_RINGING: Final = (DialRecord.FROM_RINGING, DialRecord.FROM_RINGING_DUAL)


@dataclass(frozen=True, slots=True)
class RecordingWish:
    """The attributes of a <Dial> that concern the recording's row, under the names of its columns.

    `status_callback` is absolute; "" stands for none.
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
            channels=_sides(dial).channels,
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

    def columns(self) -> dict[str, Any]:
        """Give what it says as columns of a recording."""
        return {**asdict(self), "status_callback_events": list(self.status_callback_events)}


def terms_for(dial: Dial, recording_id: str) -> LegRecordingTerms | None:
    """Say how the engine is to record the call during a Dial; None: not at all.

    A conference answers when people are bridged; until then it rings, which here is hold music.
    """
    if dial.record is DialRecord.DO_NOT_RECORD:
        return None
    return LegRecordingTerms(
        recording_id=recording_id,
        sides=_sides(dial),
        while_waiting=dial.record in _FROM_RINGING,
        context=RecordingWish.of(dial).to_json(),
    )


def _sides(dial: Dial) -> RecordedSides:
    """Inbound is what Twilio receives: what the caller says. A single track is always mono."""
    if dial.recording_track == "inbound":
        return RecordedSides.SPOKEN
    if dial.recording_track == "outbound":
        return RecordedSides.HEARD
    return RecordedSides.APART if dial.record in _DUAL else RecordedSides.TOGETHER
