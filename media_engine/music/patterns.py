"""Shorthand for music that goes in patterns: grids of steps, forms, and changes of notes.

A grid says which notes of a chord are played, and when: `"0.2.1.3- x..."`, in steps of equal
length. A digit is that note of the chord, counted from the lowest and going on an octave up; `x`
is the whole chord, `X` louder, `o` softer; `-` holds on; `.` is silence. Blanks and `|` are for
the eye. A grid goes on from its beginning when it is used up.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from media_engine.music.score import Note, chords, shifted

BEAT: Final = 0.65
"""Force of a plain hit of a drum."""

STRENGTHS: Final = {"x": 1.0, "X": 1.25, "o": 0.6}
DRUM_PITCH: Final = 69


def figure(harmony: Iterable[Note], grid: str, *, step: float = 0.5) -> tuple[Note, ...]:
    """Play chords in a pattern: `grid` says which of their notes sound at each `step` (beats).

    No note outlasts its chord. ValueError for a grid with no sign, or one that does not exist.
    """
    spans = list(chords(harmony))
    end = max(span[0].start + span[0].length for span in spans)
    played: list[Note] = []
    for start, length, sign in _hits(grid, step, end):
        for chord in spans:
            left = chord[0].start + chord[0].length - start
            if chord[0].start <= start and left > 0:
                held = min(length, left)
                played += (replace(n, start=start, length=held) for n in _chosen(chord, sign))
    return tuple(played)


def _chosen(chord: tuple[Note, ...], sign: str) -> Iterator[Note]:
    if sign.isdigit():
        octave, index = divmod(int(sign), len(chord))
        yield replace(chord[index], pitch=chord[index].pitch + 12 * octave)
    else:
        strength = _strength(sign)
        yield from (replace(n, velocity=min(n.velocity * strength, 1.0)) for n in chord)


def beat(grid: str, *, beats: float, step: float = 0.25, fill: str = "") -> tuple[Note, ...]:
    """Beat a drum for `beats`: `x`, `X` louder, `o` softer; the end is the grid `fill`.

    ValueError for a grid with no sign, or one that does not exist.
    """
    fill_at = beats - len(_signs(fill)) * step
    hits = [*_hits(grid, step, fill_at)]
    if fill:
        hits += (
            (fill_at + at, length, sign) for at, length, sign in _hits(fill, step, beats - fill_at)
        )
    return tuple(
        Note(DRUM_PITCH, start, length, BEAT * _strength(sign)) for start, length, sign in hits
    )


def _strength(sign: str) -> float:
    if sign not in STRENGTHS:
        raise ValueError(f"{sign!r} is no step of a grid")
    return STRENGTHS[sign]


def _hits(grid: str, step: float, beats: float) -> Iterator[tuple[float, float, str]]:
    """Start, length (with what holds on) and sign of each hit, round and round, up to `beats`."""
    if not (signs := _signs(grid)):
        raise ValueError("a grid has at least one step")
    steps = round(beats / step)
    for number in range(steps):
        sign = signs[number % len(signs)]
        if sign in ".-":
            continue
        held = 1
        while number + held < steps and signs[(number + held) % len(signs)] == "-":
            held += 1
        yield number * step, held * step, sign


def _signs(grid: str) -> str:
    return "".join(sign for sign in grid if sign not in " \n|")


def form(order: str, beats: float, **sections: Iterable[Note]) -> tuple[Note, ...]:
    """String sections of `beats` together: `form("ABACA", 32, A=verse, BC=chorus)`.

    A name of several letters stands for each; a letter without notes is silence.
    """
    by_letter = {letter: tuple(notes) for name, notes in sections.items() for letter in name}
    return tuple(
        note
        for number, letter in enumerate(order)
        for note in shifted(by_letter.get(letter, ()), number * beats)
    )


def between(notes: Iterable[Note], first: float, last: float) -> tuple[Note, ...]:
    """Those notes that begin at the beat `first` or later and before `last`."""
    return tuple(note for note in notes if first <= note.start < last)


def scaled(notes: Iterable[Note], first: float, last: float | None = None) -> tuple[Note, ...]:
    """The same notes played `first` times as strongly, moving to `last` times at their end."""
    notes = tuple(notes)
    last, end = first if last is None else last, max((n.start for n in notes), default=0) or 1.0
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
