"""Electronica: arpeggios, side chains and soft machines. Both pieces were written for Confab."""

from dataclasses import replace
from functools import partial
from typing import Final

from media_engine.music.drums import CLAP, HAT, KICK, OPEN_HAT, SHAKER, SNARE
from media_engine.music.effects import Chorus, Echo, Equaliser, Tremolo
from media_engine.music.harmony import chart, ladder, voiced
from media_engine.music.keyboards import (
    BASS,
    BELL,
    KEYS,
    LEAD,
    PAD,
    PLUCK,
    SOFT_BASS,
    THUMBS,
)
from media_engine.music.patterns import beat, figure, form, scaled, swung, transposed
from media_engine.music.room import Room
from media_engine.music.score import Part, Piece, Strip, line

LOW_CUT: Final = Equaliser(((60.0, -30.0), (200.0, -9.0), (400.0, 0.0), (6000.0, 0.0)))
KICKS: Final = Strip(send=0.15)
LOWS: Final = Strip(
    (Equaliser(((40.0, -9.0), (90.0, -2.0), (300.0, 0.0), (700.0, 3.0))),),
    send=0.1,
    ducked_by=KICKS,
    duck_db=7.0,
)
PADS: Final = Strip((LOW_CUT, Chorus(swing_hz=0.4, level=0.4)), ducked_by=KICKS, duck_db=9.0)
BEATS: Final = Strip(send=0.35)
BRIGHT: Final = Equaliser(
    ((60.0, -30.0), (200.0, -9.0), (400.0, 0.0), (1200.0, 1.0), (2500.0, 6.0), (6000.0, 3.0))
)
TREMBLING: Final = Strip((BRIGHT, Tremolo(swing_hz=3.1, depth=0.3), Chorus(level=0.3)))
DOTTED: Final = Strip((BRIGHT, Echo(delay_s=0.523, level=0.28, fade=0.45)))
PLUCKS: Final = Strip((LOW_CUT, Echo(delay_s=0.4018, level=0.3)), ducked_by=KICKS, duck_db=4.0)
LEADS: Final = Strip((Echo(delay_s=0.4018, level=0.28),))


# Night Bus: arpeggio and pad; then the beat and the bass; the tune; a break of bells; all.
VERSE: Final = chart("Am9 | Am9 | Fmaj9 | Fmaj9 | Dm9 | Dm9 | Em7 | G6")
CHORUS: Final = chart("Fmaj9 | G6 | Em7 | Am7 | Dm7 | Em7 | Fmaj9 | G9sus4")
BREAK: Final = chart("Dm7 | Am7 | Fmaj9 | E7sus4 E7", bar=8)

TUNE: Final = """
    mf r:0.5 E5 G5 A5:1.5 G5:1 | D5:1.5 E5:0.5 B4:2 | r:0.5 D5 E5 G5:1.5 B5:1 |
    A5:1.5 G5:0.5 E5:2 | r:0.5 F5 A5 C6:1.5 A5:1 | B5:1.5 A5:0.5 G5:2 | A5:1 G5:0.5 E5 C5:1 E5 |
    D5:4 |
"""
TUNE_AGAIN: Final = """
    mf r:0.5 E5 G5 A5:1 C6:0.5 A5:1 | B5:1.5 A5:0.5 D5:2 | r:0.5 G5 A5 B5:1.5 D6:1 |
    C6:1.5 B5:0.5 A5:2 | f r:0.5 F5 A5 C6:1.5 E6:1 | D6:1.5 B5:0.5 G5:2 |
    > A5:1 C6:0.5 A5 G5:1 E5 | mf D5:3 r:1 |
"""
BELLS: Final = """
    p A5:3 F5:1 | < E5:4 | G5:3 E5:1 | C5:4 | mp E5:2 G5 | A5:4 | < B5:2 A5 | mf G#5:4 |
"""
ARPEGGIO: Final = "0.2.1.3. 4.2.3.1. 0.2.1.3. 5.3.4.2."
WIDE_ARPEGGIO: Final = "0241 3524 1352 4635"
PULSE: Final = "0--. 0-.. ..0- 2-3-"
DRIVE: Final = "0-.0 ..0- .00- 3-2-"


def _night_bus() -> Piece:
    order, section = "IABCDE", 32.0
    song = partial(form, order, section)
    verse, chorus, broken = (voiced(bars, "A3") for bars in (VERSE, CHORUS, BREAK))
    low_verse, low_chorus, low_broken = (ladder(bars, "E1") for bars in (VERSE, CHORUS, BREAK))
    arpeggio = song(
        I=scaled(figure(verse, ARPEGGIO, step=0.25), 0.7, 1.0),
        A=figure(verse, ARPEGGIO, step=0.25),
        B=scaled(figure(chorus, ARPEGGIO, step=0.25), 0.85),
        C=scaled(figure(broken, ARPEGGIO, step=0.5), 0.8),
        D=scaled(figure(verse, WIDE_ARPEGGIO, step=0.25), 0.6, 1.0),
        E=scaled(figure(chorus, WIDE_ARPEGGIO, step=0.25), 0.85),
    )
    bass = song(
        AD=figure(low_verse, PULSE, step=0.25),
        BE=figure(low_chorus, DRIVE, step=0.25),
        C=scaled(figure(low_broken, "0---", step=1.0), 0.7),
    )
    floor = beat("X...x...x...x...", beats=section)
    clap = beat("....x.......x...", beats=section, fill="....x......ox.oo")
    offbeat, shaker = (beat(grid, beats=section) for grid in ("..x.", "xoxo"))
    pads = song(I=scaled(verse, 0.6, 0.9), AD=verse, BE=chorus, C=broken)
    lead = song(B=line(TUNE, bar=4), E=line(TUNE_AGAIN, bar=4))
    return Piece(
        title="Night Bus",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 112.0),),
        parts=(
            Part(KICK, song(ABDE=floor), gain_db=-10.0, strip=KICKS),
            Part(CLAP, song(BDE=clap), gain_db=-9.0, strip=BEATS),
            Part(HAT, song(AB=offbeat), gain_db=-14.0, strip=BEATS),
            Part(OPEN_HAT, song(DE=offbeat), gain_db=-18.0, strip=BEATS),
            Part(SHAKER, song(BE=shaker), gain_db=-18.0, strip=BEATS),
            Part(BASS, bass, gain_db=-8.0, strip=LOWS),
            Part(PAD, pads, gain_db=-14.0, strip=PADS),
            Part(PLUCK, transposed(arpeggio, 12), gain_db=-8.0, strip=PLUCKS),
            Part(LEAD, lead, gain_db=-11.0, strip=LEADS),
            Part(BELL, song(C=line(BELLS, bar=4)), gain_db=-9.0, strip=LEADS),
        ),
        room=Room(decay_s=1.8, wet=0.25),
        timing_s=0.002,
        seed=112,
    )


# Paper Kites: a lazy swing under a kalimba; the second time round it flies higher.
LAWN: Final = chart("Ebmaj9 | Cm7 | Abmaj9 | Bb9sus4 | Ebmaj9 | Gm7 | Abmaj9 | Fm7 Bb9sus4")
WIND: Final = chart("Abmaj9 | Gm7 | Cm7 | Bb9sus4 | Abmaj9 | Gm7 | Fm7 | Bb9sus4")

KITE: Final = """
    mp r:1 G5:0.5 Bb5 C6:1 Bb5 | r:0.5 G5 F5 Eb5:1.5 G5:1 | r:0.5 C5 Eb5 G5:1.5 F5:1 |
    Eb5:0.5 F5:1.5 C5:2 | r:1 < G5:0.5 Bb5 C6:1 D6 | mf r:0.5 Bb5 G5 F5:1.5 D5:1 |
    r:0.5 Eb5 G5 > C6:1.5 Bb5:1 | mp G5:0.5 F5 Eb5:1 F5:2 |
"""
KITE_AGAIN: Final = """
    mf r:0.5 Bb5 G5 Bb5 C6 D6 Bb5:1 | C6:1.5 Bb5:0.5 G5 Eb5 G5:1 | r:0.5 C5 Eb5 G5 C6 Bb5 G5:1 |
    F5:1.5 Eb5:0.5 F5:2 | r:0.5 Bb5 G5 Bb5 C6 D6 F6:1 | D6:1.5 C6:0.5 Bb5 F5 D5:1 |
    r:0.5 Eb5 G5 C6 > Bb5 G5 F5:1 | mp G5:0.5 F5 Eb5:1 F5:2 |
"""
ALOFT: Final = """
    mf C6:2 Bb5:1 G5 | Bb5:2 F5 | Eb5:1.5 G5:0.5 C6:2 | Bb5:1 C6 F5:2 |
    < C6:1.5 Eb6:0.5 D6:1 C6 | f D6:2 Bb5 | > C6:1.5 Bb5:0.5 Ab5:1 F5 | mf Eb5:1 F5 C5:2 |
"""
COMPING: Final = "X--- ..x- ..o- x-.."
STROLL: Final = "0--- ...0 0-.. ..2-"
SWING: Final = 0.58


def _paper_kites() -> Piece:
    order, section = "IABCDB", 32.0
    song = partial(form, order, section)
    lawn, wind = voiced(LAWN, "Bb3"), voiced(WIND, "Bb3")
    rolling = figure(lawn, "0-1-2-3- 4-3-2-1-", step=0.25)
    keys = song(
        I=scaled(rolling, 1.0, 1.15),
        AD=figure(lawn, COMPING, step=0.25),
        B=figure(wind, COMPING, step=0.25),
        C=scaled(rolling, 1.05, 1.25),
    )
    bass = song(
        AD=figure(ladder(LAWN, "F1"), STROLL, step=0.25),
        B=figure(ladder(WIND, "F1"), STROLL, step=0.25),
        C=figure(ladder(LAWN, "F1"), "0-------", step=0.5),
    )
    tune = song(A=line(KITE, bar=4), B=line(ALOFT, bar=4), D=line(KITE_AGAIN, bar=4))
    kick = beat("X... ...o ..x. .... X... ...o ..x. ...o", beats=section)
    snare = beat(".... x... .... x..o", beats=section)
    hat = beat("x.xo x.xo x.xo x.xx", beats=section)
    return Piece(
        title="Paper Kites",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 86.0),),
        parts=tuple(
            replace(part, notes=swung(part.notes, SWING, pair=0.5))
            for part in (
                Part(KICK, song(ABD=kick), -12.0, strip=KICKS),
                Part(SNARE, song(ABD=snare), -11.0, strip=BEATS),
                Part(HAT, song(ABCD=hat), -14.0, strip=BEATS),
                Part(SOFT_BASS, bass, -9.0, strip=LOWS),
                Part(KEYS, keys, -13.0, roll_s=0.008, strip=TREMBLING),
                Part(PAD, song(IC=lawn, B=wind), -18.0, strip=PADS),
                Part(THUMBS, tune, -7.0, strip=DOTTED),
            )
        ),
        room=Room(decay_s=1.4, wet=0.25),
        timing_s=0.006,
        seed=86,
    )


PIECES: Final = (_night_bus(), _paper_kites())
