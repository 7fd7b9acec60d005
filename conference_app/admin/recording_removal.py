"""What goes with a recording, in the words of the question before it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models.fields.files import FieldFile
from django.template.defaultfilters import filesizeformat

from conference_app.admin.base import show_ms
from conference_app.models import Conference, Recording


@dataclass(frozen=True, slots=True)
class Goes:
    """What goes. `words`: a nested list, as the admin's templates show it. `unfinished`: what can
    not go yet.
    """

    words: list[Any]
    numbers: dict[str, int]
    unfinished: list[str]


def what_goes(recordings: Iterable[Recording]) -> Goes:
    """Say what is deleted with these: rows, and the files of each."""
    rows = list(recordings)
    return Goes(
        words=[entry for row in rows for entry in (_said(row), _said_of_files(row))],
        numbers={"recordings": len(rows), "files": sum(len(_stored(row)) for row in rows)},
        unfinished=[f"{_said(row)}, which is not finished" for row in rows if not row.is_finished],
    )


def _stored(recording: Recording) -> list[tuple[str, FieldFile]]:
    """Give kind and place of each of its files."""
    return [
        (kind, file) for kind, file in (("WAV", recording.file), ("MP3", recording.mp3)) if file
    ]


def _size_of(file: FieldFile) -> str:
    """Give how large a file is; a storage may not know, or be away."""
    try:
        return filesizeformat(file.size)
    except Exception:  # a storage raises what it likes
        return "of unknown size"


def _said(recording: Recording) -> str:
    about = recording.about
    name = about.friendly_name if isinstance(about, Conference) else about.caller or about.sid
    when = f"{recording.started_at:%Y-%m-%d %H:%M}"
    return f"Recording {recording.sid} of {name}, {when}, {show_ms(recording.duration_ms)}"


def _said_of_files(recording: Recording) -> list[str]:
    files = [f"its {kind} file, {_size_of(file)}" for kind, file in _stored(recording)]
    return [*files, "its waveform, and what was noted of who spoke"]
