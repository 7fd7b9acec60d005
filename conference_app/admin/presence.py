"""Who was in a meeting when, and muted, on hold or speaking meanwhile: bars of a Gantt chart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from conference_app.admin.base import show_duration
from conference_app.admin.charts import place_between
from conference_app.models import Conference, ConferenceEvent, EventKind, Participant

_TURNS: Final[Mapping[str, tuple[str | None, bool]]] = {
    EventKind.PARTICIPANT_MUTE: ("muted", True),
    EventKind.PARTICIPANT_UNMUTE: ("muted", False),
    EventKind.PARTICIPANT_HOLD: ("hold", True),
    EventKind.PARTICIPANT_UNHOLD: ("hold", False),
    EventKind.PARTICIPANT_SPEECH_START: ("speech", True),
    EventKind.PARTICIPANT_SPEECH_STOP: ("speech", False),
    EventKind.PARTICIPANT_LEAVE: (None, False),
}
"""Which span a fact begins or ends; None: all of them."""


@dataclass(frozen=True, slots=True)
class Span:
    """A part of the meeting's time. `kind`: "in", "muted", "hold" or "speech"."""

    kind: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in the drawing; `left` and `width` in per cent of the meeting."""

    kind: str
    left: float
    width: float
    words: str


@dataclass(slots=True)
class Row:
    """A call, with all its stays. `reason`: why it left last."""

    participant: Participant
    bars: list[Bar] = field(default_factory=list)
    stayed: timedelta = timedelta()
    spoke: timedelta = timedelta()

    @property
    def name(self) -> str:
        call = self.participant.call
        return self.participant.label or call.caller or call.sid

    @property
    def seconds_in(self) -> str:
        return show_duration(self.stayed)

    @property
    def seconds_spoken(self) -> str:
        return show_duration(self.spoke) if self.spoke else ""


def rows_of(
    conference: Conference,
    stays: Iterable[Participant],
    events: Iterable[ConferenceEvent],
    end: datetime,
) -> list[Row]:
    """Give a row for each call in the order of their coming; `events` in order."""
    rows: dict[int, Row] = {}
    spans: defaultdict[int, list[Span]] = defaultdict(list)
    for stay in stays:
        row = rows.setdefault(stay.call_id, Row(stay))
        row.participant = stay
        spans[stay.call_id].append(Span("in", stay.joined_at, stay.left_at or end))
    for call_id, span in spans_of(events, end):
        spans[call_id].append(span)
    for call_id, row in rows.items():
        for span in spans[call_id]:
            _add(row, span, conference.created_at, end)
    return list(rows.values())


def spans_of(events: Iterable[ConferenceEvent], end: datetime) -> list[tuple[int, Span]]:
    """Give what lasted, by call: from the fact that began it to the one that ended it."""
    begun: dict[tuple[int, str], datetime] = {}
    spans: list[tuple[int, Span]] = []

    def finish(call_id: int, kind: str, moment: datetime) -> None:
        start = begun.pop((call_id, kind), None)
        if start is not None:
            spans.append((call_id, Span(kind, start, moment)))

    for event in events:
        if event.call_id is None:
            continue
        if event.kind == EventKind.PARTICIPANT_JOIN and event.details.get("muted"):
            begun[event.call_id, "muted"] = event.occurred_at
        kind, begins = _TURNS.get(event.kind, ("", False))
        for each in ("muted", "hold", "speech") if kind is None else (kind,):
            if begins:
                begun.setdefault((event.call_id, each), event.occurred_at)
            else:
                finish(event.call_id, each, event.occurred_at)
    for call_id, kind in list(begun):
        finish(call_id, kind, end)
    return spans


def _add(row: Row, span: Span, start: datetime, end: datetime) -> None:
    length = max(timedelta(), span.end - span.start)
    if span.kind == "in":
        row.stayed += length
    elif span.kind == "speech":
        row.spoke += length
    left = place_between(span.start, start, end)
    width = max(0.3, round(place_between(span.end, start, end) - left, 2))
    words = f"{span.kind} {span.start:%H:%M:%S} to {span.end:%H:%M:%S}"
    row.bars.append(Bar(span.kind, left, width, words))
