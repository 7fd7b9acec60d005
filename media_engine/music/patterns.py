"""Shorthand for music that goes in patterns: chord symbols, grids of steps, forms.

A chart is read like a lead sheet, `"Dm9 | Bbmaj7 A7sus4 | C/E"`: bars, whose chords share them
evenly. `voiced` and `ladder` turn it into notes to play it with; a grid says when and which:

    "0.2.1.3-"      steps of equal length: a digit is that note of the chord, counted from the
                    lowest and going on an octave up; `x` is the whole chord, `X` with an accent;
                    `-` holds on; `.` is silence. Blanks and `|` are for the eye.

A grid goes on from its beginning when it is used up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Final

from media_engine.music.score import Note, chords, pitch, shifted

QUALITIES: Final = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "7": (0, 4, 7, 10),
    "7sus4": (0, 5, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "m7b5": (0, 3, 6, 10),
    "dim7": (0, 3, 6, 9),
    "add9": (0, 4, 7, 14),
    "madd9": (0, 3, 7, 14),
    "9": (0, 4, 7, 10, 14),
    "9sus4": (0, 5, 7, 10, 14),
    "maj9": (0, 4, 7, 11, 14),
    "m9": (0, 3, 7, 10, 14),
    "69": (0, 4, 7, 9, 14),
    "13": (0, 4, 7, 10, 21),
}
"""Semitones above the root that each kind of chord has."""

ACCENT: Final = 1.25
GHOST: Final = 0.6
DRUM_PITCH: Final = 69


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


def voiced(
    chart: Iterable[Chord], low: str, *, size: int = 4, velocity: float = 0.6
) -> tuple[Note, ...]:
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
        notes += [Note(number, chord.start, chord.length, velocity) for number in best]
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
    """How far the notes move; neighbours a semitone apart grate."""
    moves = sum(abs(one - other) for one, other in zip(before, after, strict=False))
    return moves + 30 * sum(high - low == 1 for low, high in pairwise(after))


def ladder(chart: Iterable[Chord], low: str, *, velocity: float = 0.6) -> tuple[Note, ...]:
    """Rungs for a bass player: 0 is the bass note, at or above `low`; then third, fifth, octave."""
    floor = pitch(low)
    notes: list[Note] = []
    for chord in chart:
        bass = floor + (chord.bass - floor) % 12
        triad = {bass + (note - bass) % 12 for note in chord.classes[:3]} - {bass}
        rungs = (bass, *sorted(triad)[-2:], bass + 12)
        notes += [Note(rung, chord.start, chord.length, velocity) for rung in rungs]
    return tuple(notes)


def figure(harmony: Iterable[Note], grid: str, *, step: float = 0.5) -> tuple[Note, ...]:
    """Play chords in a pattern: `grid` says which of their notes sound at each `step` (beats).

    No note outlasts its chord. ValueError for a sign that a grid does not have.
    """
    spans = list(chords(harmony))
    end = max(span[0].start + span[0].length for span in spans)
    played: list[Note] = []
    for start, length, sign in _hits(grid, step, end):
        chord = next(span for span in reversed(spans) if span[0].start <= start)
        length = min(length, chord[0].start + chord[0].length - start)
        played += (replace(note, start=start, length=length) for note in _chosen(chord, sign))
    return tuple(played)


def _chosen(chord: tuple[Note, ...], sign: str) -> Iterator[Note]:
    if sign.isdigit():
        octave, index = divmod(int(sign), len(chord))
        yield replace(chord[index], pitch=chord[index].pitch + 12 * octave)
    else:
        strength = _strength(sign)
        yield from (replace(n, velocity=min(n.velocity * strength, 1.0)) for n in chord)


def beat(
    grid: str, *, beats: float, step: float = 0.25, velocity: float = 0.65
) -> tuple[Note, ...]:
    """Beat a drum for `beats`: `x`, `X` louder, `o` softer. ValueError for another sign."""
    return tuple(
        Note(DRUM_PITCH, start, length, min(velocity * _strength(sign), 1.0))
        for start, length, sign in _hits(grid, step, beats)
    )


def _strength(sign: str) -> float:
    strengths = {"x": 1.0, "X": ACCENT, "o": GHOST}
    if sign not in strengths:
        raise ValueError(f"{sign!r} is no step of a grid")
    return strengths[sign]


def _hits(grid: str, step: float, beats: float) -> Iterator[tuple[float, float, str]]:
    """Start, length (with what holds on) and sign of each hit, round and round, up to `beats`."""
    signs = [sign for sign in grid if sign not in " \n|"]
    steps = round(beats / step)
    for number in range(steps):
        sign = signs[number % len(signs)]
        if sign in ".-":
            continue
        held = 1
        while number + held < steps and signs[(number + held) % len(signs)] == "-":
            held += 1
        yield number * step, held * step, sign


def form(letters: str, beats: float, **sections: Iterable[Note]) -> tuple[Note, ...]:
    """String sections of `beats` together: `form("AAB", 32, A=…)` is silent where there is no B."""
    return tuple(
        note
        for number, letter in enumerate(letters)
        for note in shifted(sections.get(letter, ()), number * beats)
    )


def between(notes: Iterable[Note], first: float, last: float) -> tuple[Note, ...]:
    """Those notes that begin at the beat `first` or later and before `last`."""
    return tuple(note for note in notes if first <= note.start < last)


def scaled(notes: Iterable[Note], first: float, last: float | None = None) -> tuple[Note, ...]:
    """The same notes played `first` times as strongly, moving to `last` times at their end."""
    notes = tuple(notes)
    last, end = first if last is None else last, max(note.start for note in notes) or 1.0
    return tuple(
        replace(n, velocity=min(n.velocity * (first + (last - first) * n.start / end), 1.0))
        for n in notes
    )


def transposed(notes: Iterable[Note], semitones: int) -> tuple[Note, ...]:
    """The same notes, higher or lower."""
    return tuple(replace(note, pitch=note.pitch + semitones) for note in notes)


def swung(notes: Iterable[Note], share: float, *, pair: float) -> tuple[Note, ...]:
    """Swing: of each `pair` of steps (beats) the first takes `share` (0.5 is straight)."""

    def moved(at: float) -> float:
        pairs, rest = divmod(at, pair)
        half = pair / 2
        if rest < half:
            return pairs * pair + rest / half * share * pair
        return (pairs + share + (rest - half) / half * (1 - share)) * pair

    return tuple(
        replace(n, start=moved(n.start), length=moved(n.start + n.length) - moved(n.start))
        for n in notes
    )
