"""Who was in a meeting when, and muted, on hold or speaking meanwhile: bars of a Gantt chart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from conference_app.admin.base import show_duration
from conference_app.admin.charts import place_between
from conference_app.admin.speakers import name_of
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
    """A part of the meeting's time. `kind`: "in", "muted", "hold", "speech" or "overlap"."""

    kind: str
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        """How long it took."""
        return max(timedelta(), self.end - self.start)


@dataclass(frozen=True, slots=True)
class Bar:
    """A span in the drawing; `left` and `width` in per cent of the meeting."""

    kind: str
    left: float
    width: float
    words: str


@dataclass(slots=True)
class Row:
    """A call, with all its stays. `participant`: its last one."""

    participant: Participant
    spans: list[Span] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)

    @property
    def name(self) -> str:
        return name_of(self.participant)

    @property
    def seconds_in(self) -> str:
        return show_duration(self._length_of("in"))

    @property
    def seconds_spoken(self) -> str:
        return show_duration(self._length_of("speech"))

    @property
    def speech(self) -> list[Span]:
        """When it spoke."""
        return [span for span in self.spans if span.kind == "speech"]

    def _length_of(self, kind: str) -> timedelta:
        return sum((span.length for span in self.spans if span.kind == kind), timedelta())


def rows_of(
    conference: Conference,
    stays: Iterable[Participant],
    events: Iterable[ConferenceEvent],
    end: datetime,
    speech: Mapping[str, Iterable[tuple[datetime, datetime]]] | None = None,
) -> list[Row]:
    """Give a row for each call in the order of their coming; `events` in order. `speech`: when who
    spoke, by call SID, where the events do not tell it.
    """
    rows: dict[int, Row] = {}
    for stay in stays:
        row = rows.setdefault(stay.call_id, Row(stay))
        row.participant = stay
        row.spans.append(Span("in", stay.joined_at, stay.left_at or end))
    for call_id, span in spans_of(events, end):
        if call_id in rows:
            rows[call_id].spans.append(span)
    for row in rows.values():
        told = (speech or {}).get(row.participant.call.sid, ())
        row.spans += [Span("speech", start, until) for start, until in told]
        row.bars = [bar_of(span, conference.created_at, end) for span in row.spans]
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


def at_once(rows: Iterable[Row]) -> list[Span]:
    """Give when two or more spoke at once, ascending."""
    steps: defaultdict[datetime, int] = defaultdict(int)
    for row in rows:
        for span in row.speech:
            steps[span.start] += 1
            steps[span.end] -= 1
    speaking, since = 0, None
    spans: list[Span] = []
    for moment in sorted(steps):
        speaking += steps[moment]
        if speaking >= 2 and since is None:
            since = moment
        elif speaking < 2 and since is not None:
            spans.append(Span("overlap", since, moment))
            since = None
    return spans


def bar_of(span: Span, start: datetime, end: datetime) -> Bar:
    """Draw a span of a meeting that lasted from start to end."""
    left = place_between(span.start, start, end)
    width = max(0.3, round(place_between(span.end, start, end) - left, 2))
    kind = "two or more speak" if span.kind == "overlap" else span.kind
    return Bar(span.kind, left, width, f"{kind} {span.start:%H:%M:%S} to {span.end:%H:%M:%S}")
