"""Chord symbols, and the notes to play them with.

A chart is read like a lead sheet, `"Dm9 | Bbmaj7 A7sus4 | C/E"`: bars, whose chords share them
evenly.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

from media_engine.music.score import Note, pitch

QUALITIES: Final = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "7": (0, 4, 7, 10),
    "7sus4": (0, 5, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "add9": (0, 4, 7, 14),
    "9": (0, 4, 7, 10, 14),
    "9sus4": (0, 5, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
}
"""Semitones above the root that each kind of chord has."""

FORCE: Final = 0.6
"""Of every note made here: mezzo-forte."""

GRATING: Final = 30
"""Semitones that a chord may rather move than have two notes a semitone apart."""


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol in its place; `root`, `bass`: 0..11, C is 0; `above`: semitones over root."""

    start: float
    length: float
    root: int
    bass: int
    above: tuple[int, ...]

    @property
    def classes(self) -> tuple[int, ...]:
        """The notes it has, 0..11, root first."""
        return tuple((self.root + step) % 12 for step in self.above)


def chart(text: str, *, bar: float = 4.0) -> tuple[Chord, ...]:
    """Read a chart; `bar`: beats in a bar. ValueError, naming the bar, for what is no chord."""
    found = []
    for number, symbols in enumerate(text.strip().strip("|").split("|")):
        words = symbols.split()
        if not words:
            raise ValueError(f"bar {number + 1} has no chord")
        each = bar / len(words)
        for place, word in enumerate(words):
            try:
                root, bass, above = _symbol(word)
            except ValueError as error:
                raise ValueError(f"bar {number + 1}, {word!r}: {error}") from error
            found.append(Chord(number * bar + place * each, each, root, bass, above))
    return tuple(found)


def _symbol(word: str) -> tuple[int, int, tuple[int, ...]]:
    name, slash, under = word.partition("/")
    letters = 2 if name[1:2] in ("#", "b") else 1
    root = pitch(name[:letters] + "4") % 12
    if (above := QUALITIES.get(name[letters:])) is None:
        raise ValueError(f"{name[letters:]!r} is no kind of chord: there is {', '.join(QUALITIES)}")
    return root, pitch(under + "4") % 12 if slash else root, above


def voiced(chart: Iterable[Chord], low: str, *, size: int = 4) -> tuple[Note, ...]:
    """Hold every chord in `size` notes as close as can be, which move as little as they can.

    The lowest note lies less than an octave above `low`. A chord with more notes loses first its
    root, which is the bass's, then its fifth; one with fewer goes on an octave up.
    """
    floor = pitch(low)
    before: tuple[int, ...] = ()
    notes: list[Note] = []
    for chord in chart:
        choices = [_closed(chord, at, size) for at in range(floor, floor + 12)]
        best = min(filter(None, choices), key=partial(_effort, before))
        notes += [Note(number, chord.start, chord.length, FORCE) for number in best]
        before = best
    return tuple(notes)


def _closed(chord: Chord, lowest: int, size: int) -> tuple[int, ...]:
    """The chord's notes from `lowest` up, as close as can be; none if `lowest` is not one of it."""
    classes = list(chord.classes)
    if len(classes) > size:
        del classes[0]
    if len(classes) > size:
        del classes[1]
    if lowest % 12 not in classes:
        return ()
    closed = sorted(lowest + (note - lowest) % 12 for note in classes)
    return tuple(closed[at % len(closed)] + 12 * (at // len(closed)) for at in range(size))


def _effort(before: tuple[int, ...], after: tuple[int, ...]) -> int:
    """How far the notes move, in semitones, and how much they grate."""
    moves = sum(abs(one - other) for one, other in zip(before, after, strict=False))
    return moves + GRATING * sum(high - low == 1 for low, high in pairwise(after))


def ladder(chart: Iterable[Chord], low: str) -> tuple[Note, ...]:
    """Rungs for a bass player: 0 is the bass note, at or above `low`; then third, fifth, octave."""
    floor = pitch(low)
    notes: list[Note] = []
    for chord in chart:
        bass = floor + (chord.bass - floor) % 12
        triad = {bass + (note - bass) % 12 for note in chord.classes[:3]} - {bass}
        rungs = (bass, *sorted(triad)[-2:], bass + 12)
        notes += [Note(rung, chord.start, chord.length, FORCE) for rung in rungs]
    return tuple(notes)
