"""What the page of a live meeting is told, message by message: of all that changes often, only what
has changed.

Texts are JSON objects with an "event":

- "state": the meeting and all who are in; of the timeline what is new.
- "legs": the call SIDs whose levels follow, in this order, until the next of these.
- "arrivals": by call SID how somebody's sound arrives, for those of whom that has changed.

A binary message is the levels: a byte for each leg, dB above -96 dBFS.
"""

import json
from typing import Any, Final

import numpy as np

from conference_app import engine
from conference_app.streams.meeting_state import meeting_state
from media_engine import LegView
from media_engine.levels import FLOOR_DBFS

POOR_DELAY_MS: Final = 160
POOR_LATE_SHARE: Final = 0.02
"""Of the frames received: one in fifty is heard as a stutter."""

FRAMES_TO_JUDGE: Final = 100


class MeetingFeed:
    """The messages of one page, in JSON or bytes, in the order in which they are to be sent."""

    def __init__(self, conference_sid: str) -> None:
        self._sid = conference_sid
        self._last_fact = 0
        self._leg_ids: list[str] | None = None
        self._arrivals: dict[str, list[int]] = {}

    def state(self) -> str | None:
        """Give the state; None: there is no such meeting. It asks the database."""
        state = meeting_state(self._sid, after_fact=self._last_fact)
        if state is None:
            return None
        if state["timeline"]:
            self._last_fact = state["timeline"][0]["number"]
        return _text(state)

    def levels(self) -> list[str | bytes]:
        """Give how loud everybody is, after who that is if it has changed. Loop's thread only."""
        levels = engine.levels(self._sid)
        if levels is None:
            return []
        messages: list[str | bytes] = []
        if levels.leg_ids != self._leg_ids:
            self._leg_ids = levels.leg_ids
            messages.append(_text({"event": "legs", "legs": levels.leg_ids}))
        above_floor = np.clip(np.rint(levels.dbfs - FLOOR_DBFS), 0, 255)
        return [*messages, above_floor.astype(np.uint8).tobytes()]

    def arrivals(self) -> str | None:
        """Give how sound arrives, of those of whom that has changed; None: of nobody. Loop's
        thread only.
        """
        arrivals = {view.leg_id: _short(view) for view in engine.view(self._sid)}
        before, self._arrivals = self._arrivals, arrivals
        changed = {
            leg_id: arrival for leg_id, arrival in arrivals.items() if before.get(leg_id) != arrival
        }
        return _text({"event": "arrivals", "legs": changed}) if changed else None


def _short(view: LegView) -> list[int]:
    cut = view.dropped + view.shed
    return [view.buffered_ms, view.late, view.concealed, cut, int(_is_poor(view))]


def _is_poor(view: LegView) -> bool:
    late = view.late > POOR_LATE_SHARE * view.received
    return view.received > FRAMES_TO_JUDGE and (view.buffered_ms > POOR_DELAY_MS or late)


def _text(message: dict[str, Any]) -> str:
    return json.dumps(message, separators=(",", ":"))
