"""Who spoke when: as lanes under the sound of a recording, and as spans of a meeting's time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from conference_app.admin.base import show_duration
from conference_app.models import Participant, Recording
from media_engine.speech_notes import Span, Speech

COLOURS: Final = 6
"""So many kinds of lanes the stylesheet knows; then they begin again."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A person under the sound. `path`: of an SVG as wide as the file has ms, 1 high."""

    name: str
    colour: int
    spans: list[Span]
    path: str
    words: str
    spoke: str


def lanes_of(recording: Recording) -> list[Lane]:
    """Give a lane for each who was in while a meeting was recorded, in order of coming, and for
    whoever spoke besides; none when it was not noted who spoke.
    """
    speech = Speech.from_json(recording.speech)
    if not recording.speech:
        return []
    names = _names(recording)
    names.update({sid: sid for sid in speech.spans if sid not in names})
    return [
        _lane(name, number % COLOURS, speech.spans.get(sid, []), recording.duration_ms or 0)
        for number, (sid, name) in enumerate(names.items())
    ]


def spans_in_meeting(recordings: Iterable[Recording]) -> dict[str, list[tuple[datetime, datetime]]]:
    """Give when who spoke, by call SID, as the recordings of a meeting tell it: ascending."""
    told: dict[str, list[tuple[datetime, datetime]]] = {}
    for recording in recordings:
        speech = Speech.from_json(recording.speech)
        start = recording.started_at + timedelta(milliseconds=recording.trimmed_start_ms)
        for sid in speech.spans:
            told.setdefault(sid, []).extend(
                (start + timedelta(milliseconds=since), start + timedelta(milliseconds=until))
                for since, until in speech.in_meeting(sid)
            )
    return told


def name_of(participant: Participant) -> str:
    """Give what somebody in a meeting is called."""
    return participant.label or participant.call.caller or participant.call.sid


def _names(recording: Recording) -> dict[str, str]:
    """Give the names of those who were in, by call SID, in order of coming."""
    stays = Participant.objects.filter(conference=recording.conference_id)
    end = recording.started_at + timedelta(milliseconds=recording.raw_duration_ms or 0)
    here = stays.filter(joined_at__lte=end).exclude(left_at__lt=recording.started_at)
    by_coming = here.select_related("call").order_by("joined_at", "id")
    return {stay.call.sid: name_of(stay) for stay in by_coming}


def _lane(name: str, colour: int, spans: list[Span], duration_ms: int) -> Lane:
    path = "".join(f"M{start} 0H{end}V1H{start}Z" for start, end in spans)
    length = sum(end - start for start, end in spans)
    if not spans:
        return Lane(name, colour, spans, path, f"{name} did not speak", "–")
    spoke = show_duration(timedelta(milliseconds=length))
    share = f"{100 * length / duration_ms:.0f} %" if duration_ms else ""
    times = "once" if len(spans) == 1 else f"{len(spans)} times"
    return Lane(name, colour, spans, path, f"{name} spoke {times}, {spoke}", f"{spoke} · {share}")
