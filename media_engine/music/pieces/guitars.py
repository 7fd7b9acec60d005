"""Guitars: two works in the public domain, and a duet that was written for Confab."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from media_engine.music.harmony import chart, ladder, voiced
from media_engine.music.patterns import figure, form, scaled, swung
from media_engine.music.room import Room
from media_engine.music.score import Note, Part, Piece, breathing, line
from media_engine.music.strings import MELLOW_STEEL, STEEL, PluckedString

NYLON: Final = PluckedString()
NYLON_BASS: Final = PluckedString(ring_s=9.0, softness_hz=900.0, place=0.15, release_s=0.4)
STEEL_BASS: Final = PluckedString(
    ring_s=6.0, dulling=0.9e-7, softness_hz=1200.0, place=0.16, release_s=0.12
)


# Francisco Tárrega (1852-1909), Lágrima, Andante: a part in E major, one in E minor, each twice,
# and the first again.
TEAR_TUNE: Final = """
    mp < G#4:1 A4 mf B4 | > F#4:3 | p < G#4:1 A4 mp B4 | > F#4:3 | p < E5:1 D#5 C#5 |
    mf B4:0.5 G#4 r E4 F#4 A4 | > G#4:1 C#4:0.5 F#4:1 A3+D#4:0.5 | p E4:2 r:1 |
"""
TEAR_INNER: Final = """
    p r:0.5 B3 r B3 r B3 | r B3 A3 B3 r B3 | r B3 r B3 r B3 | r B3 A3 B3 r B3 |
    r E4 r E4 r F#4 | r:3 | r:0.5 E4 r:2 | pp G#3+B3:2 r:1 |
"""
TEAR_BASS: Final = """
    mp E3:1 F#3 G#3 | D#3:2 B2:1 | p E3:1 F#3 G#3 | D#3:2 B2:1 | mp C#4:1 B3 A3 | B3:1 C#4:2 |
    > B3:1 A#3 B2 | p E3:1 E2:2 |
"""
DARK_TUNE: Final = """
    mf G4:0.5 C5 > B4 E4 F#4 G4 | p E4:3 | r:0.5 < E5:1 C5 A4:0.5 | mp D#4+F#4:2.5 F#4:0.5 |
    < G4:1 A4 B4 | mf D5:0.5 C5 > B4 A4 G4 F#4 | E4:1 F#4 B3:0.5 A3 | p E4:2 r:1 |
"""
DARK_INNER: Final = """
    p r:2 A3+D#4:0.5 r | r:0.5 > A3+C4 G3+B3 F#3+A3 E3+G3 F#3+A3 | pp < G3+B3:1 A3 F#3 |
    p r:0.5 B3 C4 B3 B3 r | r:0.5 B3 r B3 r B3 | r:3 | r:0.5 G3+B3 r A3+C4 r:1 |
    pp E3+G3:2 r:1 |
"""
DARK_BASS: Final = """
    mp E2+B3:2 B2:1 | p E2:3 | E2 | B2 | E3:1 F#3 G3 | mp A2:3 | r:2 B2:0.5 D#3 | p r:1 E2:2 |
"""


def _lagrima() -> Piece:
    order, section = "AABBA", 24.0
    tune, inner, bass = (
        form(order, section, A=line(bright, bar=3), B=line(dark, bar=3))
        for bright, dark in (
            (TEAR_TUNE, DARK_TUNE),
            (TEAR_INNER, DARK_INNER),
            (TEAR_BASS, DARK_BASS),
        )
    )
    beats = section * len(order)
    return Piece(
        title="Lágrima",
        composer="Francisco Tárrega",
        beats=beats,
        tempo=breathing(74, phrase=12, beats=beats - 4, depth=0.1) + ((beats, 56.0),),
        parts=(
            Part(NYLON, tune, roll_s=0.03),
            Part(NYLON, inner, gain_db=-2.5, roll_s=0.015),
            Part(NYLON_BASS, bass, gain_db=-2.0),
        ),
        room=Room(decay_s=1.9, wet=0.28),
        timing_s=0.009,
        seed=1909,
    )


# Fernando Sor (1778-1839), Study in B minor, Op. 35 No. 22, Allegretto: all in quavers.
STUDY: Final = """
    p D4:0.5 B3 F#3 B3 D4 B3 | F#4 D4 F#3 D4 F#4 D4 | E4 C#4 F#3 C#4 E4 C#4 |
    D4 B3 F#3 B3 D4 B3 | < C#4 A#3 F#3 A#3 C#4 A#3 | D4 B3 F#3 B3 D4 B3 | E4 B3 G3 B3 F4 B3 |
    mf F#4 C#4 > A#3 C#4 F#3 A#3 | mp D4 B3 F#3 B3 D4 B3 | F#4 D4 F#3 D4 F#4 D4 |
    E4 C#4 F#3 C#4 E4 C#4 | D4 B3 G3 B3 D4 B3 | < E4 C#4 G3 C#4 E4 C#4 | mf D4 B3 F#3 B3 D4 B3 |
    > C#4 A#3 F#3 A#3 C#4 A#3 | p B3 D4 F#3 B3 B2:1 | mp F#4:0.5 D4 F#3 D4 F#4 D4 |
    E4 C#4 F#3 C#4 E4 C#4 | D4 B3 F#3 B3 D4 B3 | C#4 A#3 F#3 A#3 C#4 A#3 |
    < D4 B3 F#3 B3 F#4 D4 | E4 C#4 F#3 A#3 C#4 A#3 | > D4 B3 F#3 B3 D4 B3 |
    p C#4 F#4 A#3 C#4 F#3:1 | mp D#4:0.5 A3 F#3 A3 D#4 A3 | E4 G3 E3 G3 B3 G3 |
    C#4 G3 E3 G3 C#4 G3 | D4 D3 F#3 A3 D4 A3 | C4 G3 E3 G3 C4 G3 | < G4 G3 E4 G3 C4 G3 |
    B3 G#3 D3 G#3 B3 G#3 | mf A#3 C#3 F#3 A#3 C#4 F#4 | p D4 B3 F#3 B3 D4 B3 |
    F#4 D4 F#3 D4 F#4 D4 | E4 C#4 F#3 C#4 E4 C#4 | D4 B3 F#3 B3 D4 B3 |
    < C#4 A#3 F#3 A#3 C#4 A#3 | D4 B3 F#3 B3 D4 B3 | E4 B3 G3 B3 F4 B3 |
    mf F#4 F#3 A#3 C#4 E3 C#4 | F#4 D4 < B3 D4 G4 D4 | G#4 F4 B3 F4 G#4 F4 |
    A#4 E4 C#4 E4 A#4 E4 | f B4 B3 D4 B3 B4 B3 | > G4 C#4 B3 C#4 G4 C#4 |
    mf F#4 D4 B3 D4 F#4 D4 | > F#4 C#4 A#3 C#4 F#4 A#3 | p B2+D3+B3:3 |
"""
STUDY_BASS: Final = """
    p B2:3~ | B2 | r | r | r | r | r | r | B2 | r | r | r | r:2 E3:1 | r:3 | r | r | r | r | r |
    r | r | r | r | r | mp B2 | E2 | A2 | r | E2 | r | F2 | F#2 | B2 | r | r | r | r | r | r |
    r | mf D3 | C#3 | F#3 | G3 | E3 | F#3 | F#2:2 E3:1 | r:3 |
"""


def _ringing(notes: Iterable[Note], bar: float) -> Iterator[Note]:
    """Strings ring to the end of the bar, or until they are needed again; beats 1 and 3 sing."""
    in_order = list(notes)
    for number, note in enumerate(in_order):
        end = (note.start // bar + 1) * bar
        again = (n.start for n in in_order[number + 1 :] if abs(n.pitch - note.pitch) <= 1)
        place = note.start % bar
        weight = 1.0 if place == 0 else 0.9 if place == 2 else 0.72
        yield replace(
            note, length=min(next(again, end), end) - note.start, velocity=note.velocity * weight
        )


def _study() -> Piece:
    beats = 144.0
    return Piece(
        title="Study in B minor, Op. 35 No. 22",
        composer="Fernando Sor",
        beats=beats,
        tempo=breathing(108, phrase=24, beats=beats - 6, depth=0.09) + ((beats, 80.0),),
        parts=(
            Part(NYLON, tuple(_ringing(line(STUDY, bar=3), 3.0)), roll_s=0.03),
            Part(NYLON_BASS, line(STUDY_BASS, bar=3), gain_db=-2.0),
        ),
        room=Room(decay_s=2.0, wet=0.3),
        timing_s=0.007,
        seed=1839,
    )


# Porch Swing: one guitar picks, the other tells.
PORCH: Final = chart("C | Em/B | Am7 | Fmaj7 | C/G | G | Fmaj7 | Gsus4 G")
STREET: Final = chart("Am7 | Em7 | Fmaj7 | C | Dm7 | C/E | Fmaj7 | Gsus4 G")

TALE: Final = """
    mp r:1 E4:0.5 G4 C5:1.5 B4:0.5 | B4:1 G4 E4:2 | r:1 C4:0.5 E4 A4:1.5 G4:0.5 |
    < A4:1 G4:0.5 E4 C4:2 | r:0.5 E4 G4 C5 D5:1 E5 | mf D5:1.5 B4:0.5 G4:2 |
    > A4:1 C5:0.5 A4 E4:1 F4 | mp G4:2 r:2 |
"""
TALE_AGAIN: Final = """
    mf r:0.5 E4 G4 C5 E5:1 D5:0.5 C5 | B4:1 D5:0.5 B4 G4:2 | r:0.5 C5 E5 C5 A4:1 G4:0.5 E4 |
    A4:1 C5:0.5 A4 E4:2 | < r:0.5 G4 C5 D5 E5:1 G5 | f D5:1.5 E5:0.5 D5 B4 G4:1 |
    > A4:0.5 C5 E5 C5 A4:1 F4 | mf G4:1 D5 B4:2 |
"""
NEWS: Final = """
    mf C5:1.5 B4:0.5 A4:1 E4 | G4:1.5 A4:0.5 B4:2 | C5:1.5 D5:0.5 E5:1 C5 | G4:3 E4:1 |
    < F4:1.5 A4:0.5 D5:1 F5 | f E5:1.5 D5:0.5 C5:1 G4 | > A4:1 C5 E5:0.5 D5 C5 A4 | mp D5:2 B4 |
"""
NEWS_BELOW: Final = """
    mp A4:1.5 G4:0.5 E4:1 C4 | E4:1.5 E4:0.5 G4:2 | A4:1.5 A4:0.5 C5:1 A4 | E4:3 C4:1 |
    < D4:1.5 F4:0.5 A4:1 D5 | mf C5:1.5 B4:0.5 G4:1 E4 | > F4:1 A4 C5:0.5 B4 A4 F4 | p G4:2 G4 |
"""
PICKING: Final = ".2.1 3.2. .3.1 2.3."
SWING: Final = 0.56


def _porch_swing() -> Piece:
    order, section = "IABCD", 32.0
    song = partial(form, order, section)
    porch, street = (figure(voiced(bars, "G3"), PICKING) for bars in (PORCH, STREET))
    picked = song(I=scaled(porch, 1.15), AC=porch, BD=street)
    porch_thumb, street_thumb = (
        figure(ladder(bars, "E2"), "0232", step=1) for bars in (PORCH, STREET)
    )
    tune = song(A=line(TALE, bar=4), C=line(TALE_AGAIN, bar=4), BD=line(NEWS, bar=4))
    below = song(D=line(NEWS_BELOW, bar=4))
    return Piece(
        title="Porch Swing",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 104.0),),
        parts=(
            Part(STEEL, swung(picked, SWING, pair=1.0), gain_db=-4.0),
            Part(STEEL_BASS, song(IAC=porch_thumb, BD=street_thumb), gain_db=-5.0),
            Part(MELLOW_STEEL, swung(tune, SWING, pair=1.0), gain_db=-3.5),
            Part(MELLOW_STEEL, swung(below, SWING, pair=1.0), gain_db=-5.0),
        ),
        room=Room(decay_s=1.2, wet=0.22),
        timing_s=0.007,
        seed=104,
    )


PIECES: Final = (_lagrima(), _study(), _porch_swing())
