"""Soft rock: electric piano, strummed steel, a gentle kit. Both pieces were written for Confab."""

from functools import partial
from typing import Final

from media_engine.music.drums import CRASH, HAT, KICK, RIDE, RIM, SHAKER, SNARE
from media_engine.music.effects import Chorus, Echo, Equaliser, Overdrive, Tremolo
from media_engine.music.electric import BASS_STRING, CABINET, STRING, Bent
from media_engine.music.harmony import chart, ladder, voiced
from media_engine.music.keyboards import KEYS, ORGAN, STRINGS
from media_engine.music.patterns import beat, figure, form, scaled
from media_engine.music.room import Room
from media_engine.music.score import Part, Piece, Strip, line
from media_engine.music.strings import STEEL

TENDER: Final = Bent(STRING, scoop=0.35, scoop_s=0.05, vibrato_cents=10.0)

KIT: Final = Strip(send=0.7)
KICKS: Final = Strip(send=0.15)
BASS: Final = Strip(
    (Equaliser(((40.0, -14.0), (100.0, -2.0), (300.0, 0.0), (900.0, 3.0), (4000.0, -20.0))),),
    send=0.1,
)
PIANO: Final = Strip(
    (
        Equaliser(((90.0, -14.0), (250.0, -3.0), (500.0, 0.0))),
        Tremolo(2.6, 0.25),
        Chorus(level=0.35),
    )
)
PADS: Final = Strip(
    (Equaliser(((100.0, -24.0), (300.0, -6.0), (600.0, 0.0), (5000.0, -6.0))),), send=1.4
)
STRUMS: Final = Strip(
    (Equaliser(((90.0, -18.0), (250.0, -6.0), (500.0, 0.0), (3000.0, 1.0))),), send=0.6
)
ROTOR: Final = Strip(
    (
        Equaliser(((90.0, -12.0), (300.0, -2.0), (600.0, 0.0))),
        Tremolo(5.8, 0.2),
        Chorus(0.9, 1.2, 0.4),
    )
)


def _solo(delay_s: float) -> Strip:
    """A guitar that sings, with an echo in time."""
    echo = Echo(delay_s, level=0.22, fade=0.4)
    effects = (Overdrive(drive_db=8.0), CABINET, Chorus(level=0.25), echo)
    return Strip(effects, gain_db=-3.5, send=1.2)


# Late Ferry: an intro of the keys, verse, chorus; verse, bridge, chorus.
VERSE: Final = chart("Gmaj9 | A/G | F#m7 | Bm7 | Em7 | A9sus4 | Dmaj9 | D9sus4")
CHORUS: Final = chart("Gmaj7 | A | F#m7 | Bm7 | Em7 | F#m7 | Gmaj9 | A9sus4 A7")
BRIDGE: Final = chart("Bm7 | A | Gmaj9 | Gmaj9 | Em7 | F#m7 | Gmaj9 | A9sus4")

VERSE_TUNE: Final = """
    mp r:1 F#4:0.5 A4 B4:1.5 A4:0.5 | C#5:1.5 B4:0.5 A4:2 | r:1 E4:0.5 F#4 A4:1.5 C#5:0.5 |
    B4:1 F#4 D4:2 | r:1 < E4:0.5 G4 B4:1.5 D5:0.5 | mf E5:1.5 D5:0.5 B4:2 |
    > F#5:1.5 E5:0.5 C#5:1 A4 | mp A4:2 r:2 |
"""
VERSE_AGAIN: Final = """
    mf r:0.5 D4 F#4 A4 B4:1 D5:0.5 F#5 | E5:1.5 C#5:0.5 A4:2 |
    r:0.5 A4 C#5 E5 F#5:1 E5:0.5 C#5 | D5:1 B4 F#4:2 | < r:0.5 G4 B4 D5 G5:1 F#5:0.5 D5 |
    f E5:1.5 G5:0.5 B4:2 | > A4:0.5 C#5 F#5 E5:1.5 C#5:1 | mf A4:1 C5 E5:2 |
"""
CHORUS_TUNE: Final = """
    mf D5:1.5 B4:0.5 D5:1 F#5 | E5:1.5 C#5:0.5 A4:2 | C#5:1.5 A4:0.5 C#5:1 E5 |
    D5:1.5 B4:0.5 F#4:2 | < G4:1 B4:0.5 E5:1.5 G5:1 | f F#5:1.5 E5:0.5 C#5:2 |
    B4:0.5 D5 F#5 A5:1.5 > F#5:1 | mf E5:2 C#5 |
"""
BRIDGE_TUNE: Final = """
    mf F#5:2 D5:1 B4 | E5:2 C#5 | D5:1 B4:0.5 D5 F#5:2 | E5:1 D5 B4:2 | < G4:1 B4:0.5 D5 G5:2 |
    A5:1 G5:0.5 F#5 E5:1 C#5 | f D5:1.5 F#5:0.5 A5:1 B5 | > A5:2 G5:1 mf E5 |
"""


def _late_ferry() -> Piece:
    order, section = "IVCWBC", 32.0
    song = partial(form, order, section)
    verse, chorus, bridge = (voiced(bars, "A3") for bars in (VERSE, CHORUS, BRIDGE))
    keys = song(
        I=scaled(figure(verse, "o-1-2-3- o-3-2-1-"), 1.5, 1.6),
        VW=figure(verse, "X--- ..x- x--- ..x-", step=0.25),
        C=figure(chorus, "X--- ..x- x-x- ..x-", step=0.25),
        B=figure(bridge, "X-------", step=0.5),
    )
    bass = song(
        VW=figure(ladder(VERSE, "E1"), "0--- ..0- 2--- 0-..", step=0.25),
        C=figure(ladder(CHORUS, "E1"), "0--- ..0- 2-0- 3-2-", step=0.25),
        B=figure(ladder(BRIDGE, "E1"), "0-------", step=0.5),
        I=scaled(figure(ladder(VERSE, "E1"), "0-------", step=0.5), 0.8),
    )
    strings = song(
        I=scaled(verse, 1.2, 1.3),
        W=scaled(verse, 0.6, 1.0),
        C=chorus,
        B=scaled(bridge, 0.8, 1.1),
    )
    kick = song(
        VW=beat("X.......x.x.....", beats=section),
        C=beat("X.....x.X.x.....", beats=section),
        B=beat("X...............", beats=section, fill="X.......X..."),
    )
    snare = song(
        C=beat("....X.......X..o", beats=section, fill="....X...x...X.xX"),
        B=beat("........x.......", beats=section, fill="x.x.x.xxX.X.XXXX"),
    )
    tune = song(
        V=line(VERSE_TUNE, bar=4),
        W=line(VERSE_AGAIN, bar=4),
        C=line(CHORUS_TUNE, bar=4),
        B=line(BRIDGE_TUNE, bar=4),
    )
    return Piece(
        title="Late Ferry",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 78.0),),
        parts=(
            Part(KICK, kick, gain_db=-12.0, strip=KICKS),
            Part(SNARE, snare, gain_db=-10.0, strip=KIT),
            Part(RIM, song(VW=beat("....x.......x...", beats=section)), gain_db=-11.0, strip=KIT),
            Part(HAT, song(VWC=beat("x.o.", beats=section)), gain_db=-12.0, strip=KIT),
            Part(RIDE, song(B=beat("x...o...", beats=section)), gain_db=-21.0, strip=KIT),
            Part(CRASH, song(CB=beat("X" + "." * 127, beats=section)), gain_db=-19.0, strip=KIT),
            Part(BASS_STRING, bass, gain_db=-8.0, strip=BASS),
            Part(KEYS, keys, gain_db=-13.5, roll_s=0.01, strip=PIANO),
            Part(STRINGS, strings, gain_db=-18.0, strip=PADS),
            Part(
                STEEL,
                song(C=figure(chorus, "..x-xxx-", step=0.5)),
                gain_db=-16.0,
                roll_s=0.012,
                strip=STRUMS,
            ),
            Part(TENDER, tune, gain_db=-8.0, strip=_solo(0.385)),
        ),
        room=Room(decay_s=1.7, wet=0.24),
        timing_s=0.007,
        seed=78,
    )


# Sunday Roads: strummed and shaken; the organ joins for the chorus, and has the bridge.
LANE: Final = chart("A | E/G# | D | D | A | F#m7 | Bm7 | Esus4 E")
HILL: Final = chart("D | E | C#m7 | F#m7 | D | A/C# | Bm7 | Esus4 E")
VIEW: Final = chart("F#m7 | E | D | A/C# | F#m7 | E | Bm7 | Esus4")

LANE_TUNE: Final = """
    mp r:0.5 C#4 E4 A4 B4:1 C#5 | B4:1.5 G#4:0.5 E4:2 | r:0.5 D4 F#4 A4 B4:1 D5 |
    C#5:1.5 A4:0.5 F#4:2 | < r:0.5 E4 A4 C#5 E5:1 C#5 | mf E5:1.5 C#5:0.5 A4:2 |
    > D5:1 B4:0.5 A4 F#4:1 D4 | mp E4:1 A4 G#4:2 |
"""
LANE_AGAIN: Final = """
    mf C#5:0.5 E5 C#5 A4 B4:1 C#5 | B4:1.5 C#5:0.5 G#4:2 | D5:0.5 F#5 D5 A4 B4:1 D5 |
    E5:1.5 D5:0.5 A4:2 | < C#5:0.5 E5 A5 E5 F#5:1 E5 | f C#5:1.5 E5:0.5 A4:2 |
    > D5:1 F#5:0.5 E5 D5:1 B4 | mf E5:1 A4 B4:2 |
"""
HILL_TUNE: Final = """
    mf F#5:1.5 E5:0.5 D5:1 A4 | B4:1.5 E5:0.5 G#4:2 | E5:1.5 C#5:0.5 B4:1 G#4 |
    A4:1.5 C#5:0.5 E5:2 | < F#5:1.5 A5:0.5 F#5:1 D5 | f E5:1.5 C#5:0.5 A4:2 |
    > D5:1 F#5:0.5 E5 D5:1 B4 | mf A4:2 G#4 |
"""
VIEW_TUNE: Final = """
    mf C#5:2 E5:1 F#5 | E5:1.5 B4:0.5 G#4:2 | F#4:1 A4 D5:1.5 E5:0.5 | C#5:3 A4:1 |
    < C#5:1 F#5 A5:1.5 G#5:0.5 | f B5:1 G#5 E5:2 | > F#5:1 D5 B4 D5 | mf E5:2 B4 |
"""
STRUM: Final = "X-.x xxx- x-.x xxxx"


def _sunday_roads() -> Piece:
    order, section = "IVCWBC", 32.0
    song = partial(form, order, section)
    lane, hill, view = (voiced(bars, "E3", size=5) for bars in (LANE, HILL, VIEW))
    strums = song(
        I=scaled(figure(lane, STRUM, step=0.25), 1.2),
        VW=figure(lane, STRUM, step=0.25),
        C=figure(hill, STRUM, step=0.25),
        B=figure(view, "X-------X---x---", step=0.25),
    )
    bass = song(
        VW=figure(ladder(LANE, "E1"), "0-..0.0-2-..0-2-", step=0.25),
        C=figure(ladder(HILL, "E1"), "0-.00-0-2-.20-3-", step=0.25),
        B=figure(ladder(VIEW, "E1"), "0-------", step=0.5),
    )
    kick = song(
        VW=beat("X.....x.X.......", beats=section),
        C=beat("X.....x.X.x.....", beats=section),
        B=beat("X.......x.......", beats=section),
    )
    snare = song(
        VWC=beat("....X.......X...", beats=section, fill="....X...x.x.X.Xx"),
        B=beat("............x...", beats=section, fill="x...x...x.x.XXXX"),
    )
    tune = song(V=line(LANE_TUNE, bar=4), W=line(LANE_AGAIN, bar=4), C=line(HILL_TUNE, bar=4))
    return Piece(
        title="Sunday Roads",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 102.0),),
        parts=(
            Part(KICK, kick, gain_db=-12.0, strip=KICKS),
            Part(SNARE, snare, gain_db=-10.0, strip=KIT),
            Part(SHAKER, song(IVWCB=beat("xoXo", beats=section)), gain_db=-18.0, strip=KIT),
            Part(CRASH, song(C=beat("X" + "." * 127, beats=section)), gain_db=-20.0, strip=KIT),
            Part(BASS_STRING, bass, gain_db=-9.0, strip=BASS),
            Part(STEEL, strums, gain_db=-13.5, roll_s=0.008, strip=STRUMS),
            Part(ORGAN, song(I=lane, C=hill, B=scaled(view, 0.7)), gain_db=-24.0, strip=ROTOR),
            Part(ORGAN, song(B=line(VIEW_TUNE, bar=4)), gain_db=-14.0, strip=ROTOR),
            Part(TENDER, tune, gain_db=-8.0, strip=_solo(0.441)),
        ),
        room=Room(decay_s=1.3, wet=0.22),
        timing_s=0.006,
        seed=102,
    )


PIECES: Final = (_late_ferry(), _sunday_roads())
