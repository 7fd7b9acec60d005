"""How a piece is written down: notes with pitch, start and length in beats, parts, tempo.

A line of music is text that a musician reads aloud:

    "p r:1 F#5 A5 | G5 F#5 C#5 | < B4 C#5 D5 | mf A4:3~ | A4"

Words are parted by blanks. A note is its name and octave (`C4` is middle C; `#` sharp, `b` flat);
`:beats` is its length and stays in force until the next one; `+` binds a chord; `r` is a rest; a
note ending in `~` is tied to the same pitch that follows. `pp p mp mf f ff` set the dynamic; `<`
or `>` before a note starts a hairpin, which moves evenly until the next dynamic. `|` is a bar line,
and the bar before it must be full.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from media_engine.music.effects import Effect
from media_engine.music.room import Room
from media_engine.music.synth import Voice

DYNAMICS: Final = {"pp": 0.3, "p": 0.4, "mp": 0.5, "mf": 0.6, "f": 0.72, "ff": 0.85}
SEMITONES: Final = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
PITCH: Final = re.compile(r"([A-G])([#b]?)(-?\d)")
STEPS_PER_BEAT: Final = 32
NEARLY: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Note:
    """`pitch`: MIDI number, middle C = 60; `start`, `length`: in beats; `velocity`: force, 0..1."""

    pitch: int
    start: float
    length: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Strip:
    """A strip of the mixing desk: what the parts on it go through together, `gain_db` the last.

    `send`: how much of it the room hears; `ducked_by`: it makes way, by `duck_db`, for the sound
    that comes in on that strip.
    """

    effects: tuple[Effect, ...] = ()
    gain_db: float = 0.0
    send: float = 1.0
    ducked_by: "Strip | None" = None
    duck_db: float = 6.0


PLAIN: Final = Strip()


@dataclass(frozen=True, slots=True)
class Part:
    """What one voice plays. `roll_s`: how much later each note of a chord is than the one below."""

    voice: Voice
    notes: tuple[Note, ...]
    gain_db: float = 0.0
    roll_s: float = 0.0
    strip: Strip = PLAIN


@dataclass(frozen=True, slots=True)
class Piece:
    """Music that begins again at its beat `beats`, whose tail rings on into its own beginning.

    `tempo`: (beat, beats per minute), rising in beats; between two marks the tempo moves evenly.
    `timing_s`: spread of the notes around the strict time, as with a human player.
    """

    title: str
    composer: str
    beats: float
    tempo: tuple[tuple[float, float], ...]
    parts: tuple[Part, ...]
    room: Room
    transpose: int = 0
    timing_s: float = 0.005
    seed: int = 1

    @property
    def seconds(self) -> float:
        """How long the piece is."""
        return float(self.seconds_at([self.beats])[0])

    def seconds_at(self, beats: Sequence[float]) -> NDArray[np.float64]:
        """Give the seconds at which these beats fall; none is before 0 or past the end."""
        marks, per_minute = np.transpose(self.tempo)
        grid = np.linspace(0.0, self.beats, round(self.beats * STEPS_PER_BEAT) + 1)
        tempo = np.interp((grid[:-1] + grid[1:]) / 2, marks, per_minute)
        seconds = np.concatenate(([0.0], np.cumsum(np.diff(grid) * 60 / tempo)))
        return np.interp(beats, grid, seconds)


def pitch(name: str) -> int:
    """The MIDI number of a note name, `C4` = 60; ValueError for what is no name."""
    if (match := PITCH.fullmatch(name)) is None:
        raise ValueError(f"{name!r} is not a note: a letter A-G, perhaps # or b, and an octave")
    letter, accidental, octave = match.groups()
    return 12 * (int(octave) + 1) + SEMITONES[letter] + {"#": 1, "b": -1, "": 0}[accidental]


def line(text: str, *, bar: float) -> tuple[Note, ...]:
    """Read one line of music, written as at the head of this module; `bar`: beats in a bar.

    ValueError, naming the bar: it is not full or too full, a word is no music, a tie leads nowhere.
    """
    reader = _Reader(bar)
    for word in text.split():
        reader.take(word)
    return reader.finish()


def shifted(notes: Iterable[Note], beats: float) -> tuple[Note, ...]:
    """The same notes, `beats` later."""
    return tuple(replace(note, start=note.start + beats) for note in notes)


def chords(notes: Iterable[Note]) -> Iterator[tuple[Note, ...]]:
    """The notes that start together, from low to high, in order of time."""
    in_order = sorted(notes, key=attrgetter("start", "pitch"))
    return (tuple(together) for _, together in groupby(in_order, key=attrgetter("start")))


def breathing(
    bpm: float, *, phrase: float, beats: float, depth: float = 0.06
) -> tuple[tuple[float, float], ...]:
    """Write the tempo of a player who lingers between phrases; `phrase` is its length in beats."""
    halves = np.arange(0.0, beats + phrase / 4, phrase / 2)
    return tuple(
        (float(at), bpm * (1 + depth / 2 if number % 2 else 1 - depth / 2))
        for number, at in enumerate(halves)
    )


def _beats(text: str) -> float:
    if not 0 < (beats := float(text)) < np.inf:
        raise ValueError(f"{text} is no length")
    return beats


class _Reader:
    """Where a line has got to: beat, bar, length in force, dynamics, and the notes to tie on to."""

    def __init__(self, bar: float) -> None:
        self._bar = bar
        self._at = 0.0
        self._length = 1.0
        self._bars = 0
        self._notes: list[Note] = []
        self._tied: dict[int, int] = {}
        self._dynamics = [(-1.0, DYNAMICS["mf"])]
        self._in_hairpin = False

    def take(self, word: str) -> None:
        if word == "|":
            self._end_bar()
        elif word in DYNAMICS:
            self._set_dynamic(DYNAMICS[word])
        elif word in ("<", ">"):
            self._set_dynamic(self._dynamics[-1][1])
            self._in_hairpin = True
        else:
            self._sound(word)

    def finish(self) -> tuple[Note, ...]:
        if abs(self._at - self._bars * self._bar) > NEARLY:
            self._end_bar()
        if self._tied:
            raise ValueError(f"bar {self._bars}: a tie leads nowhere")
        if self._in_hairpin:
            raise ValueError("a hairpin needs a dynamic at its end")
        beats, velocities = np.transpose(self._dynamics)
        return tuple(
            replace(note, velocity=float(np.interp(note.start, beats, velocities)))
            for note in self._notes
        )

    def _end_bar(self) -> None:
        filled = self._at - self._bars * self._bar
        self._bars += 1
        if abs(filled - self._bar) > NEARLY:
            raise ValueError(f"bar {self._bars} holds {filled:g} beats instead of {self._bar:g}")

    def _set_dynamic(self, velocity: float) -> None:
        if not self._in_hairpin:
            self._dynamics.append((self._at - NEARLY, self._dynamics[-1][1]))
        self._dynamics.append((self._at, velocity))
        self._in_hairpin = False

    def _sound(self, word: str) -> None:
        names, _, length = word.removesuffix("~").partition(":")
        try:
            self._length = _beats(length) if length else self._length
            for name in names.split("+") if names != "r" else ():
                self._strike(pitch(name), tied=word.endswith("~"))
        except ValueError as error:
            raise ValueError(f"bar {self._bars + 1}, {word!r}: {error}") from error
        self._at += self._length

    def _strike(self, number: int, *, tied: bool) -> None:
        index = self._tied.pop(number, len(self._notes))
        if index == len(self._notes):
            self._notes.append(Note(number, self._at, 0.0, 0.0))
        note = self._notes[index]
        if note.start + note.length < self._at - NEARLY:
            raise ValueError("the tie before it leads over a rest")
        self._notes[index] = replace(note, length=self._at + self._length - note.start)
        if tied:
            self._tied[number] = index
