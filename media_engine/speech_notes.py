"""What a recording notes of who spoke when: a small file of lines beside its sound.

    <sample> + <leg_id>     the leg begins to speak
    <sample> - <leg_id>     it has ceased
    <sample> ~ <samples>    so much of the meeting's time was left out of the file here
    <sample> !              nothing more was noted: there were too many lines

A sample is counted from the beginning of the file, of each channel. The lines are in the order in
which they were written, and there may be any number of them less than there should be: after a
crash the file ends somewhere, with half a line perhaps. Who speaks then, speaks to the end.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

BEGINS: Final = "+"
ENDS: Final = "-"
LEFT_OUT: Final = "~"
NO_MORE: Final = "!"

SUFFIX: Final = ".speech"

MOST_NOTES: Final = 100_000
"""Lines of one recording, at most 5 MB; of ten who talk without a pause it takes a day to come
there.
"""

MOST_SPANS: Final = 4000
"""What is kept of one recording in the end; pauses between words go first. Of places where time was
left out there are no more either.
"""

_FIRST_MERGE_MS: Final = 500

_N = TypeVar("_N", int, float)

Span: TypeAlias = tuple[int, int]
"""From, to; in samples or ms."""


@dataclass(frozen=True)
class Speech:
    """Who spoke when, in ms from the beginning of a file.

    `spans`: of each leg, in the order in which they first spoke; ascending, apart from each other.
    `left_out`: (where, how long) the file is shorter than the meeting's time; ascending.
    `merged_ms`: pauses up to this long are not told from speech. `until_ms`: nothing is known of
    what is behind it; None: all is.
    """

    spans: Mapping[str, list[Span]] = field(default_factory=dict)
    left_out: list[Span] = field(default_factory=list)
    merged_ms: int = 0
    until_ms: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Give it as JSON can hold it."""
        return {
            "spans": {
                leg_id: [list(span) for span in spans] for leg_id, spans in self.spans.items()
            },
            "left_out": [list(gap) for gap in self.left_out],
            "merged_ms": self.merged_ms,
            "until_ms": self.until_ms,
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Speech":
        """Read what to_json() gave; nothing known, of an empty object."""
        return cls(
            spans={
                leg_id: [(start, end) for start, end in spans]
                for leg_id, spans in told.get("spans", {}).items()
            },
            left_out=[(where, length) for where, length in told.get("left_out", [])],
            merged_ms=told.get("merged_ms", 0),
            until_ms=told.get("until_ms"),
        )

    def in_meeting(self, leg_id: str) -> list[Span]:
        """Give the spans of a leg in the meeting's time, in ms from what became the beginning of
        the file: with what was left out between.
        """
        places = [where for where, _ in self.left_out]
        shifts = [0, *accumulate(length for _, length in self.left_out)]
        spans: list[Span] = []
        for start, end in self.spans.get(leg_id, []):
            first, last = bisect_right(places, start), bisect_left(places, end)
            for shift, (since, until) in zip(
                shifts[first:], pairwise([start, *places[first:last], end]), strict=False
            ):
                if until > since:
                    spans.append((since + shift, until + shift))
        return spans


def notes_path(sound: Path) -> Path:
    """Give where the notes are of a recording whose sound is written here."""
    return sound.with_suffix(SUFFIX)


def read_speech(path: Path, rate_hz: int, part: range) -> Speech | None:
    """Read the notes of a recording of which `part`, in samples, is kept. None: it has none.

    What can not be read is passed over. Raises OSError, but not for a missing file.
    """
    try:
        lines = path.read_text("utf-8", errors="replace").split("\n")
    except FileNotFoundError:
        return None
    # What is behind the last end of a line was cut off by a crash.
    read = _Reader(part)
    for line in lines[:-1]:
        read.line(line)
    return read.speech(rate_hz)


class _Reader:
    """Collects spans of samples of the part that is kept."""

    def __init__(self, part: range) -> None:
        self._part = part
        self._begun: dict[str, int] = {}
        self._spans: dict[str, list[Span]] = {}
        self._left_out: list[Span] = []
        self._until: int | None = None

    def line(self, line: str) -> None:
        """Take one line."""
        sample, _, words = line.partition(" ")
        kind, _, what = words.partition(" ")
        if not (sample.isascii() and sample.isdecimal()) or self._until is not None:
            return
        moment = self._kept(int(sample))
        if kind == BEGINS:
            self._begun.setdefault(what, moment)
        elif kind == ENDS and what in self._begun:
            self._end(what, moment)
        elif kind == LEFT_OUT and what.isascii() and what.isdecimal():
            self._left_out.append((moment, int(what)))
        if kind == NO_MORE or len(self._left_out) > MOST_SPANS:
            self._until = moment

    def speech(self, rate_hz: int) -> Speech:
        """Give what was collected, in ms."""
        last = self._kept(self._part.stop) if self._until is None else self._until
        for leg_id in list(self._begun):
            self._end(leg_id, last)
        in_ms = {
            leg_id: [(_ms(start, rate_hz), _ms(end, rate_hz)) for start, end in spans]
            for leg_id, spans in self._spans.items()
        }
        spans, merged_ms = _fewer(in_ms)
        return Speech(
            spans=spans,
            left_out=[
                (_ms(where, rate_hz), _ms(length, rate_hz)) for where, length in self._left_out
            ],
            merged_ms=merged_ms,
            until_ms=None if self._until is None else _ms(self._until, rate_hz),
        )

    def _kept(self, sample: int) -> int:
        """Give where a sample of the whole file is in the part."""
        return min(max(sample, self._part.start), self._part.stop) - self._part.start

    def _end(self, leg_id: str, moment: int) -> None:
        start = self._begun.pop(leg_id)
        if moment > start:
            self._spans.setdefault(leg_id, []).append((start, moment))


def merged(spans: Iterable[tuple[_N, _N]], gap: float = 0) -> list[tuple[_N, _N]]:
    """Join spans that overlap or have no more than `gap` between them; ascending."""
    joined: list[tuple[_N, _N]] = []
    for start, end in sorted(spans):
        if joined and start - joined[-1][1] <= gap:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _fewer(lanes: Mapping[str, list[Span]]) -> tuple[dict[str, list[Span]], int]:
    """Join what has short pauses between until there are MOST_SPANS at the most; give up to what
    pause that was.
    """
    gap = 0
    fewer = {leg_id: merged(spans) for leg_id, spans in lanes.items()}
    while sum(map(len, fewer.values())) > max(MOST_SPANS, len(fewer)):
        gap = max(_FIRST_MERGE_MS, 2 * gap)
        fewer = {leg_id: merged(spans, gap) for leg_id, spans in fewer.items()}
    return fewer, gap


def _ms(samples: int, rate_hz: int) -> int:
    return samples * 1000 // rate_hz
