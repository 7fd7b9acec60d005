"""Ambient: slow harmony in a wide room. Both pieces were written for Confab."""

from functools import partial
from typing import Final

from media_engine.music.analogue import Analogue
from media_engine.music.effects import Chorus, Echo, Equaliser
from media_engine.music.harmony import chart, ladder, voiced
from media_engine.music.patterns import between, figure, form, scaled, transposed
from media_engine.music.room import Room
from media_engine.music.score import Part, Piece, Strip, line
from media_engine.music.synth import Additive, Envelope, Fm, Partial

PAD: Final = Analogue(
    wave="saw",
    envelope=Envelope(attack_s=1.6, decay_s=30.0, sustain=0.8),
    closed_hz=350.0,
    open_hz=2600.0,
    sweep=Envelope(attack_s=3.5, decay_s=12.0, sustain=0.3),
    cents=(-9.0, 1.0, 8.0),
    release_s=2.8,
)
"""Warm strings of an old synthesiser, whose filter breathes once in each chord."""

CHOIR: Final = Additive(
    partials=(
        Partial(1, 1.0, 60.0),
        Partial(2, 0.5, 60.0),
        Partial(3, 0.22, 60.0),
        Partial(4, 0.08, 60.0),
    ),
    envelope=Envelope(attack_s=1.2, decay_s=20.0, sustain=0.8),
    release_s=2.2,
    darkness=0.4,
    shimmer_hz=0.7,
)
DEEP: Final = Additive(
    partials=(Partial(1, 0.7, 60.0), Partial(2, 0.8, 60.0), Partial(3, 0.35, 60.0)),
    envelope=Envelope(attack_s=0.8, decay_s=16.0, sustain=0.6),
    release_s=2.5,
    darkness=0.3,
    shimmer_hz=0.25,
)
"""A bass whose second partial carries it over the telephone."""

FELT: Final = Additive(
    partials=(
        Partial(1, 1.0, 5.0),
        Partial(2.001, 0.5, 3.4),
        Partial(3.004, 0.22, 2.0),
        Partial(4.008, 0.1, 1.2),
        Partial(5.015, 0.05, 0.8),
    ),
    envelope=Envelope(attack_s=0.01, decay_s=14.0),
    release_s=0.7,
    darkness=0.5,
    shimmer_hz=0.3,
)
GLASS: Final = Fm(
    ratio=3.01,
    index=0.8,
    index_decay_s=0.5,
    envelope=Envelope(attack_s=0.008, decay_s=4.5),
    release_s=1.5,
)
WOOD: Final = Additive(
    partials=(Partial(1, 1.0, 1.6), Partial(3.93, 0.28, 0.35), Partial(9.6, 0.06, 0.1)),
    envelope=Envelope(attack_s=0.005, decay_s=3.0),
    release_s=0.5,
    darkness=0.12,
)
"""A marimba: the bar under its resonator, and the overtone that it is tuned to."""

WARM: Final = Equaliser(((60.0, -24.0), (180.0, -7.0), (350.0, 0.0), (2500.0, 0.0), (6000.0, -9.0)))
PADS: Final = Strip((WARM, Chorus(swing_hz=0.25, depth_ms=2.5, level=0.45)))
FAR: Final = Strip((Echo(delay_s=0.75, level=0.4, fade=0.55, repeats=6),), send=1.4)


# Low Tide: two bars to a chord. The shore twice, the open sea, and the way home to the beginning.
SHORE: Final = chart("Dmaj9 | Bm7 | Gmaj9 | A9sus4", bar=8)
OPEN_SEA: Final = chart("Bbmaj9 | Gm7 | Ebmaj9 | A9sus4", bar=8)
HOME: Final = chart("Bm7 | Gmaj9 | Em7 | A9sus4", bar=8)

SHORE_TUNE: Final = """
    p r:2 < F#5:1 E5 | mp A5:3 > F#5:1 | E5:2 D5 | p C#5:4 | r:1 < B4 D5 F#5 | mp E5:3 D5:1 |
    > E5:2 B4 | p A4:4 |
"""
SHORE_AGAIN: Final = """
    p r:2 < F#5:1 E5 | mp A5:2 B5:1 A5 | < C#6:2 B5:1 F#5 | mf A5:4 | > B5:2 A5:1 F#5 |
    mp A5:2 F#5:1 D5 | > E5:2 D5 | p B4:4 |
"""
SEA_TUNE: Final = """
    mp r:1 < D5 F5 A5 | mf C6:3 A5:1 | > Bb5:2 A5:1 F5 | mp D5:4 | r:1 < Bb4 D5 G5 |
    mf F5:2 G5:1 > D5 | E5:2 D5 | p E5:4 |
"""
HOME_TUNE: Final = """
    p r:2 < D5:1 F#5 | mp E5:2 > C#5 | B4:2 D5 | p F#4:4 | r:1 < G4 B4 D5 | mp F#5:2 > E5 |
    D5:2 B4 | p E5:4 |
"""
DROPS: Final = "...4 ..2. ...6 ..5."


def _low_tide() -> Piece:
    order, section = "SAOH", 32.0
    song = partial(form, order, section)
    shore, sea, home = (voiced(bars, "A3") for bars in (SHORE, OPEN_SEA, HOME))
    low = (figure(ladder(bars, "A1"), "0", step=8) for bars in (SHORE, OPEN_SEA, HOME))
    low_shore, low_sea, low_home = low
    tune = song(
        S=line(SHORE_TUNE, bar=4),
        A=line(SHORE_AGAIN, bar=4),
        O=line(SEA_TUNE, bar=4),
        H=line(HOME_TUNE, bar=4),
    )
    drops = song(A=figure(shore, DROPS), O=figure(sea, DROPS))
    choir = transposed(song(A=shore, O=sea), 12)
    return Piece(
        title="Low Tide",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 66.0),),
        parts=(
            Part(PAD, song(SA=shore, O=sea, H=home), gain_db=-14.0, strip=PADS),
            Part(CHOIR, scaled(choir, 0.8), gain_db=-22.0, strip=PADS),
            Part(DEEP, song(SA=low_shore, O=low_sea, H=low_home), gain_db=-14.0),
            Part(FELT, tune, gain_db=-4.0, strip=FAR),
            Part(GLASS, scaled(drops, 0.7), gain_db=-18.0, strip=FAR),
        ),
        room=Room(decay_s=4.5, wet=0.45, distance_s=0.035),
        timing_s=0.018,
        seed=66,
    )


# Lanterns: hands that go round in 3, 4 and 5 beats over one harmony, so that no bar comes twice
# until all have gone round together.
LANTERNS: Final = chart(
    "Fmaj9 | Am7 | Dm7 | Bbmaj9 | F/A | Gm7 | C9sus4 | Dm7 | Bbmaj9 | Ebmaj9 | Cm7 | Abmaj9"
    "| Bbmaj9 | Gm7 | C9sus4",
    bar=16,
)
HANDS: Final = (("0.2.31", 0.0, 240.0), ("4..2.1.3", 32.0, 224.0), (".5..6.3.7.", 72.0, 208.0))
"""A grid of half beats, and from which beat to which it is played."""

LANTERN_TUNE: Final = """
    pp r:16 | r | r | r | p < A5:8 C6 | mp D6:6 > Bb5:2 G5:8 | p D5:6 < F5:2 G5:8 |
    mp A5:12 G5:4 | < F5:8 A5 | mf Bb5:6 > F5:2 D5:8 | mp Eb5:8 < G5 | mf C6:6 > Bb5:2 G5:8 |
    mp F5:8 D5 | > D5:6 F5:2 G5:8 | pp G5:16 |
"""


def _lanterns() -> Piece:
    pads = voiced(LANTERNS, "G3")
    hands = [
        between(figure(voiced(LANTERNS, "F4"), grid), first, last) for grid, first, last in HANDS
    ]
    return Piece(
        title="Lanterns",
        composer="Confab",
        beats=240.0,
        tempo=((0.0, 108.0),),
        parts=(
            Part(PAD, scaled(pads, 0.8), gain_db=-16.0, strip=PADS),
            Part(DEEP, figure(ladder(LANTERNS, "G1"), "0", step=16), gain_db=-16.0),
            *(Part(WOOD, hand, gain_db=-8.0 - 2 * n, strip=FAR) for n, hand in enumerate(hands)),
            Part(CHOIR, line(LANTERN_TUNE, bar=16), gain_db=-12.5, strip=PADS),
        ),
        room=Room(decay_s=3.5, wet=0.4, distance_s=0.03),
        timing_s=0.006,
        seed=108,
    )


PIECES: Final = (_low_tide(), _lanterns())
