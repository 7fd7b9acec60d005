"""What the books must know of somebody who joins, carried through the engine unread."""

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

from conference_app.models import Conference as ConferenceRow
from conference_app.twiml import Conference


@dataclass(frozen=True, slots=True)
class JoinContext:
    """The attributes of a <Conference> that concern rows and not sound; "" stands for none.

    URLs are absolute. All but `label` are for the conference as a whole and count for the first who
    joins; they have the names of its columns.
    """

    label: str = ""
    region: str = ""
    trim_recordings: bool = True
    event_callback_url: str = ""
    status_callback: str = ""
    status_callback_method: str = "POST"
    status_callback_events: tuple[str, ...] = ()
    recording_status_callback: str = ""
    recording_status_callback_method: str = "POST"
    recording_status_callback_events: tuple[str, ...] = ("completed",)

    @classmethod
    def of(cls, conference: Conference) -> Self:
        """Take it from a noun whose URLs are resolved."""
        return cls(
            label=conference.participant_label or "",
            region=conference.region or "",
            trim_recordings=conference.trim,
            event_callback_url=conference.event_callback_url or "",
            status_callback=conference.status_callback or "",
            status_callback_method=conference.status_callback_method,
            status_callback_events=conference.status_callback_events,
            recording_status_callback=conference.recording_status_callback or "",
            recording_status_callback_method=conference.recording_status_callback_method,
            recording_status_callback_events=conference.recording_status_callback_events,
        )

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what to_json() wrote; "" is a participant without any wishes. Raises ValueError."""
        said: Any = json.loads(text) if text else {}
        try:
            words = {name: _frozen(value) for name, value in said.items()}
            context = cls(**words)
        except (AttributeError, TypeError) as error:
            raise ValueError(f"no join context: {error}") from error
        return context

    def to_json(self) -> str:
        """Write it down."""
        return json.dumps(asdict(self))

    def set_up(self, conference: ConferenceRow) -> None:
        """Write what the first to join brought along into the conference's row, and save it."""
        columns = asdict(self)
        del columns["label"]
        for name, value in columns.items():
            setattr(conference, name, list(value) if isinstance(value, tuple) else value)
        conference.save(update_fields=[*columns, "updated_at"])


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
