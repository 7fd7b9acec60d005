"""Classical: works in the public domain, arranged here for plucked strings and soft keys."""

from collections.abc import Iterator
from typing import Final

from media_engine.music.room import Room
from media_engine.music.score import Note, Part, Piece, breathing, chords, line, shifted
from media_engine.music.strings import PluckedString
from media_engine.music.synth import Additive, Envelope, Fm, Partial

NYLON: Final = PluckedString()
BASS: Final = PluckedString(ring_s=9.0, softness_hz=900.0, place=0.14, release_s=0.4)

FELT: Final = Additive(
    partials=(
        Partial(1, 1.0, 6.0),
        Partial(2.001, 0.55, 4.0),
        Partial(3.003, 0.28, 2.6),
        Partial(4.006, 0.16, 1.6),
        Partial(5.011, 0.10, 1.2),
        Partial(6.018, 0.05, 0.8),
        Partial(7.03, 0.03, 0.5),
    ),
    envelope=Envelope(attack_s=0.012, decay_s=16.0),
    release_s=0.4,
    darkness=0.5,
    shimmer_hz=0.35,
)
"""Soft keys: a piano with felt between hammer and string."""

CELESTA: Final = Fm(
    ratio=4.0,
    index=0.9,
    index_decay_s=0.25,
    envelope=Envelope(attack_s=0.006, decay_s=2.6),
    release_s=0.5,
)

AIR: Final = Additive(
    partials=(Partial(1, 1.0, 60.0), Partial(2, 0.35, 60.0), Partial(3, 0.12, 60.0)),
    envelope=Envelope(attack_s=0.7, decay_s=4.0, sustain=0.7),
    release_s=1.2,
    shimmer_hz=0.6,
)
"""A far choir of sines, more felt than heard."""


# Johann Sebastian Bach, Prelude in C major, BWV 846 (The Well-Tempered Clavier I, 1722).
# Bars 1-32 are one broken chord each, written here as a chord; the last three bars are written out.
PRELUDE_CHORDS: Final = """
    p  C4+E4+G4+C5+E5:4 |  C4+D4+A4+D5+F5    |  B3+D4+G4+D5+F5    |  C4+E4+G4+C5+E5    |
    <  C4+E4+A4+E5+A5   |  C4+D4+F#4+A4+D5   |  B3+D4+G4+D5+G5    |  mp B3+C4+E4+G4+C5 |
    >  A3+C4+E4+G4+C5   |  D3+A3+D4+F#4+C5   |  p G3+B3+D4+G4+B4  |
    mp G3+Bb3+E4+G4+C#5 |  F3+A3+D4+A4+D5    |  F3+Ab3+D4+F4+B4   |  > E3+G3+C4+G4+C5  |
       E3+F3+A3+C4+F4   |  D3+F3+A3+C4+F4    |  G2+D3+G3+B3+F4    |  p C3+E3+G3+C4+E4  |
    <  C3+G3+Bb3+C4+E4  |  F2+F3+A3+C4+E4    |  F#2+C3+A3+C4+Eb4  |  mf Ab2+F3+B3+C4+D4 |
    >  G2+F3+G3+B3+D4   |  mp G2+E3+G3+C4+E4 |  < G2+D3+G3+C4+F4  |  G2+D3+G3+B3+F4    |
       G2+Eb3+A3+C4+F#4 |  mf G2+E3+G3+C4+G4 |  > G2+D3+G3+C4+F4  |  G2+D3+G3+B3+F4    |
    mp C2+C3+G3+Bb3+E4  |
"""
PRELUDE_END_UPPER: Final = """
    mp r:0.5 > F3:0.25 A3 C4 F4 C4 A3 C4 A3 F3 A3 F3 D3 F3 D3 |
    r:0.5 G4:0.25 B4 D5 F5 D5 B4 D5 B4 G4 B4 D4 F4 E4 D4 | p C2+C3+E4+G4+C5:4 |
"""
PRELUDE_END_TENOR: Final = "mp r:0.25 > C3:3.75 | r:0.25 p B2:3.75 |"
PRELUDE_END_BASS: Final = "mp > C2:4 | p C2 |"
BROKEN: Final = (0, 1, 2, 3, 4, 2, 3, 4)
"""Bach's figure: which note of the chord, from the lowest, is struck at each sixteenth."""

WEIGHTS: Final = (1.0, 0.8, 0.78, 0.84, 0.94, 0.72, 0.78, 0.88)
"""How strongly a player gives each sixteenth of the figure."""


def _broken(chord: tuple[Note, ...]) -> Iterator[Note]:
    """One bar of the figure; each string rings until it is plucked again or the harmony goes on."""
    for step in range(16):
        string = BROKEN[step % 8]
        again = next((n for n in range(step + 1, 16) if BROKEN[n % 8] == string), 16)
        note = chord[string]
        yield Note(
            pitch=note.pitch,
            start=note.start + step * 0.25,
            length=(again - step) * 0.25,
            velocity=note.velocity * WEIGHTS[step % 8],
        )


def _prelude() -> Piece:
    harmony = list(chords(line(PRELUDE_CHORDS, bar=4)))
    figure = [note for chord in harmony for note in _broken(chord)]
    end = 4.0 * len(harmony)
    upper = [n for n in figure if n.start % 2 >= 0.5]
    lower = [n for n in figure if n.start % 2 < 0.5]
    last_upper, last_tenor, last_bass = (
        shifted(line(text, bar=4), end)
        for text in (PRELUDE_END_UPPER, PRELUDE_END_TENOR, PRELUDE_END_BASS)
    )
    beats = end + 12.0
    tempo = breathing(68, phrase=16, beats=end + 2) + (
        (end + 6, 58.0),
        (end + 8, 50.0),
        (end + 9, 66.0),
        (beats, 68.0),
    )
    return Piece(
        title="Prelude in C major, BWV 846",
        composer="Johann Sebastian Bach",
        beats=beats,
        tempo=tempo,
        parts=(
            Part(NYLON, (*upper, *last_upper), roll_s=0.07),
            Part(BASS, (*lower, *last_tenor, *last_bass), gain_db=-1.0),
        ),
        room=Room(decay_s=1.6, wet=0.22),
        seed=846,
    )


# Erik Satie, Gymnopédie No. 1, "Lent et douloureux" (1888): 39 bars, then the same again with a
# darker end. Bars 1-31 are common to both times, bars 32-39 are the two endings.
MELODY: Final = """
    pp r:3 | r | r | r |
    p r:1 < F#5 A5 | G5 F#5 C#5 | mp B4 > C#5 D5 | A4:3 | p F#4~ | F#4~ | F#4~ | F#4 |
    r:1 < F#5 A5 | G5 F#5 C#5 | B4 C#5 mf D5 | > A4:3 | C#5 | F#5 | p E4~ | E4~ | E4 |
    < A4:1 B4 C5 | E5 D5 B4 | D5 C5 B4 | mf D5:3~ | > D5:2 p D5:1 |
    < E5 F5 G5 | mf A5 C5 D5 | > E5 D5 B4 | p D5:3~ | D5:2 D5:1 |
"""
MELODY_FIRST_END: Final = """
    p < G5:3 | mf F#5 | B4:1 A4 B4 | C#5 D5 E5 | > C#5 D5 E5 | F#4:3 | p C5 | D5 |
"""
MELODY_SECOND_END: Final = """
    p < G5:3 | mf F5 | B4:1 C5 F5 | E5 D5 C5 | > E5 D5 C5 | F4:3 | p C5 | D5 |
"""
CHORDS: Final = """
    pp r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 | r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 |
    r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 | r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 |
    p r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 | r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 |
    pp r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 | r:1 B3+D4+F#4:2 | r:1 A3+C#4+F#4:2 |
    r:1 A3+C#4+F#4:2 | r:1 B3+D4+F#4:2 | r:1 G3+B3:2 | r:1 B3+D4+G4:2 | r:1 F3+A3+D4:2 |
    p r:1 A3+C4+E4:2 | r:1 G3+B3+E4:2 | r:1 D3+G3+B3+E4:2 | r:1 C3+E3+A3+D4:2 | r:1 C3+F#3+A3+D4:2 |
    r:1 A3+C4+F4:2 | r:1 A3+C4+E4:2 | r:1 D3+G3+B3+E4:2 | r:1 C3+E3+A3+D4:2 | r:1 C3+F#3+A3+D4:2 |
"""
CHORDS_FIRST_END: Final = """
    p r:1 B3+E4+G4:2 | r:1 A3+C#4+F#4:2 | r:1 B3+D4+F#4:2 | r:1 C#4+E4+A4:2 | r:1 A3+C#4+F#4+A4:2 |
    r:1 A3+D4 B3+D4+G4 | p C4+E4+A4:3 | D4+F#4+A4 |
"""
CHORDS_SECOND_END: Final = """
    p r:1 B3+E4+G4:2 | r:1 A3+D4+F4+A4:2 | r:1 A3+C4+F4:2 | r:1 C4+E4+A4:2 | r:1 A3+C4+F4+A4:2 |
    r:1 A3+D4 B3+D4+G4 | p C4+E4+A4:3 | D4+F4+A4 |
"""
BASS_LINE: Final = """
    p G2:3 | D2 | G2 | D2 | G2 | D2 | G2 | D2 | mp G2 | D2 | G2 | D2 | p G2 | D2 | G2 | D2 |
    F#2 | B1 | E2 | E2 | D2 | A1 | D2 | D2 | D2 | D2 | D2 | D2 | D2 | D2 | D2 |
"""
BASS_FIRST_END: Final = "p E2:3 | F#2 | B1 | E2 | E2 | E2:1 B2 E3 | A2+G3:3 | D2+A2+D3 |"
BASS_SECOND_END: Final = "p E2:3 | E2 | E2 | E2 | E2 | E2:1 B2 E3 | A2+G3:3 | D2+A2+D3 |"
GYMNOPEDIE_BARS: Final = 39


def _twice(common: str, first_end: str, second_end: str) -> tuple[Note, ...]:
    again = line(common + second_end, bar=3)
    return line(common + first_end, bar=3) + shifted(again, 3.0 * GYMNOPEDIE_BARS)


def _gymnopedie() -> Piece:
    beats = 6.0 * GYMNOPEDIE_BARS
    melody = _twice(MELODY, MELODY_FIRST_END, MELODY_SECOND_END)
    harmony = _twice(CHORDS, CHORDS_FIRST_END, CHORDS_SECOND_END)
    # The repeat brings something new: a celesta, hardly there, an octave above the melody.
    second_time = [n for n in melody if n.start >= beats / 2 and n.length < 3]
    sparkle = [Note(n.pitch + 12, n.start, n.length, n.velocity) for n in second_time]
    return Piece(
        title="Gymnopédie No. 1",
        composer="Erik Satie",
        beats=beats,
        tempo=breathing(78, phrase=12, beats=beats - 6, depth=0.05) + ((beats, 62.0),),
        parts=(
            Part(FELT, melody, gain_db=-4.0),
            Part(NYLON, harmony, gain_db=-1.0, roll_s=0.022),
            Part(
                BASS, _twice(BASS_LINE, BASS_FIRST_END, BASS_SECOND_END), gain_db=-3.0, roll_s=0.03
            ),
            Part(CELESTA, tuple(sparkle), gain_db=-20.0),
            Part(AIR, tuple(n for n in harmony if n.start < beats - 3), gain_db=-16.0),
        ),
        room=Room(decay_s=2.2, wet=0.3),
        timing_s=0.008,
        seed=1888,
    )


PIECES: Final = (_prelude(), _gymnopedie())
