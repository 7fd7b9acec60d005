"""Rock: driven guitars, bass and drums. Both pieces were written for Confab."""

from functools import partial
from typing import Final

from media_engine.music.drums import CRASH, HAT, KICK, RIDE, SNARE, TOM
from media_engine.music.effects import Chorus, Echo, Equaliser, Overdrive, Tremolo
from media_engine.music.electric import (
    BASS_STRING,
    CABINET,
    CRUNCH,
    LEAD,
    MUTED,
    STRING,
    Bent,
)
from media_engine.music.harmony import chart, ladder, voiced
from media_engine.music.patterns import beat, figure, form, scaled, transposed
from media_engine.music.room import Room
from media_engine.music.score import Part, Piece, Strip, line

SINGING: Final = Bent(STRING, scoop=0.5, scoop_s=0.06, vibrato_cents=14.0)
TWANG: Final = Bent(STRING, scoop=0.4, scoop_s=0.04, vibrato_cents=10.0, vibrato_after_s=0.2)

DRUMS: Final = Strip(send=0.6)
KICKS: Final = Strip(send=0.15)
BASS: Final = Strip(
    (
        Overdrive(drive_db=9.0),
        Equaliser(
            (
                (40.0, -12.0),
                (90.0, -2.0),
                (250.0, 0.0),
                (800.0, 3.0),
                (2500.0, -2.0),
                (5000.0, -30.0),
            )
        ),
    ),
    send=0.1,
)
RHYTHM: Final = Strip(CRUNCH, gain_db=-10.0, send=0.5)
SOLO: Final = Strip(
    (*LEAD, Echo(delay_s=0.369, level=0.22, fade=0.4, repeats=4)), gain_db=-14.0, send=0.9
)
CLEAN: Final = Strip((CABINET, Chorus(swing_hz=0.8, level=0.5)), send=1.2)
SPRING: Final = Strip(
    (
        Overdrive(drive_db=5.0),
        CABINET,
        Tremolo(swing_hz=5.6, depth=0.25),
        Echo(delay_s=0.13, level=0.22, fade=0.3, repeats=2),
    ),
    send=1.6,
)
ONE_CRASH: Final = beat("X" + "." * 127, beats=32)


# Long Exposure: riff, verse, chorus; verse, chorus; bridge in half time; chorus.
VERSE: Final = chart("E5 | E5 | C5 | G5 | A5 | A5 | C5 | D5")
CHORUS: Final = chart("G5 | D5 | E5 | C5 | G5 | D5 | A5 | C5 D5")
CHIMES: Final = chart("G | D | Em7 | Cadd9 | G | D | Am7 | C D")
BRIDGE: Final = chart("A5 | C5 | G5 | D5 | A5 | C5 | B5 | B5")

RIFF: Final = """
    f E2+B2+E3:1.5 G2+D3+G3:1 A2+E3+A3:1.5 | E2+B2:0.5 E2+B2 D3+A3:1 A2+E3+A3 G2+D3+G3 |
    E2+B2+E3:1.5 G2+D3+G3:1 A2+E3+A3:1.5 | E2+B2:0.5 E2+B2 D3+A3:1 C3+G3 D3+A3 |
"""
RIFF_BASS: Final = """
    f E1:1.5 G1:1 A1:1.5 | E1:0.5 E1 D2:1 A1 G1 | E1:1.5 G1:1 A1:1.5 | E1:0.5 E1 D2:1 C2 D2 |
"""
VERSE_TUNE: Final = """
    mf r:1 B3:0.5 D4 E4:1.5 G4:0.5 | F#4:0.5 E4 D4:1 E4:2 | r:1 E4:0.5 G4 A4:1 G4:0.5 E4 |
    D4:3 r:1 | r:1 E4:0.5 G4 A4:1.5 B4:0.5 | C5:0.5 B4 A4:1 E4:2 | r:0.5 G4 A4 C5 B4:1 G4 |
    F#4:2 A4 |
"""
VERSE_AGAIN: Final = """
    mf r:0.5 E4 G4 A4 B4:1.5 A4:0.5 | G4:0.5 E4 D4:1 E4:2 | r:0.5 E4 G4 C5 B4:1 G4:0.5 A4 |
    B4:1.5 D5:0.5 B4:2 | r:0.5 C5 B4 A4 E5:1.5 D5:0.5 | C5:0.5 B4 A4:1 C5:2 |
    < r:0.5 G4 A4 C5 E5:1 D5 | f F#5:2 A5 |
"""
CHORUS_TUNE: Final = """
    f B4:1.5 D5:0.5 D5:1 B4 | A4:1.5 F#4:0.5 A4:2 | G4:1 B4:0.5 E5:1.5 D5:1 | C5:0.5 D5 G4:3 |
    B4:1.5 D5:0.5 G5:1 F#5 | E5:0.5 D5 A4:1 F#4:2 | E4:0.5 A4 C5 E5:1.5 D5:1 | E5:1 C5 D5:2 |
"""
BRIDGE_TUNE: Final = """
    mf E5:3 C5:1 | E5:2 G5 | D5:3 B4:1 | A4:4 | < C5:2 E5 | G5:3 E5:1 | f F#5:4~ | F#5:2 D#5 |
"""


def _long_exposure() -> Piece:
    order, section = "RVCWCBC", 32.0
    song = partial(form, order, section)
    riff, riff_bass = (form("AA", 16, A=line(text, bar=4)) for text in (RIFF, RIFF_BASS))
    back = beat("....X.......X...", beats=section, fill="....X...x.xxX.XX")
    roll = beat("........X.......", beats=section, fill="X.X.X.X.XXXXXXXX")
    kick = song(
        R=beat("X.....X.X.......", beats=section),
        VW=beat("X.......X.x.....", beats=section),
        C=beat("X.....x.X.x.....", beats=section, fill="X.......x......."),
        B=beat("X..........x....", beats=section, fill="X...X...X...X..."),
    )
    tom = song(
        C=beat(".", beats=section, fill="..........x.x..."),
        W=beat(".", beats=section, fill="........xx.x.x.x"),
    )
    bass = song(
        R=riff_bass,
        VW=figure(ladder(VERSE, "E1"), "00000003"),
        C=figure(ladder(CHORUS, "E1"), "00000020"),
        B=figure(ladder(BRIDGE, "E1"), "0---2-0-"),
    )
    chords = song(
        R=riff,
        C=figure(ladder(CHORUS, "E2"), "X--x--X- --x-X-x-"),
        B=figure(ladder(BRIDGE, "E2"), "X-------"),
    )
    tune = song(
        V=line(VERSE_TUNE, bar=4),
        W=line(VERSE_AGAIN, bar=4),
        C=line(CHORUS_TUNE, bar=4),
        B=line(BRIDGE_TUNE, bar=4),
    )
    closed, ride, slow_ride = (beat(grid, beats=section) for grid in ("X.x.", "X.x.", "X..."))
    return Piece(
        title="Long Exposure",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 122.0),),
        parts=(
            Part(KICK, kick, gain_db=-9.0, strip=KICKS),
            Part(SNARE, song(RVWC=back, B=roll), gain_db=-5.0, strip=DRUMS),
            Part(HAT, song(RVW=closed), gain_db=-12.0, strip=DRUMS),
            Part(RIDE, song(C=ride, B=slow_ride), gain_db=-19.0, strip=DRUMS),
            Part(CRASH, song(RBC=ONE_CRASH), gain_db=-15.0, strip=DRUMS),
            Part(TOM, tom, gain_db=-14.0, strip=DRUMS),
            Part(BASS_STRING, bass, gain_db=-17.5, strip=BASS),
            Part(MUTED, song(VW=figure(ladder(VERSE, "E2"), "X-xxx-xx")), -4.0, strip=RHYTHM),
            Part(STRING, chords, gain_db=-8.0, roll_s=0.006, strip=RHYTHM),
            Part(STRING, song(C=figure(voiced(CHIMES, "G3"), "02132312")), -14.0, strip=CLEAN),
            Part(SINGING, tune, gain_db=-8.0, strip=SOLO),
        ),
        room=Room(decay_s=1.1, wet=0.2),
        timing_s=0.004,
        seed=122,
    )


# Saltwater: a fast twang over A minor; a break; and at last the tune in octaves.
SHORE: Final = chart("Am | Am | G | G | F | F | E7 | E7")
SWELL: Final = chart("Dm | Am | Dm | Am | F | C | Bm7b5 | E7")

WAVES: Final = """
    f A3:0.5 A3 B3 C4 E4:1.5 D4:0.5 | C4:1 B3:0.5 C4 A3:2 | G3:0.5 G3 A3 B3 D4:1.5 C4:0.5 |
    B3:1 A3:0.5 B3 G3:2 | F3:0.5 F3 G3 A3 C4:1.5 B3:0.5 | A3:1 G3:0.5 A3 F3:2 |
    E3:0.5 G#3 B3 D4 F4:1 D4 | E4:3 r:1 |
"""
GULLS: Final = """
    mf D5:1.5 F5:0.5 E5:1 D5 | C5:1 E5:0.5 C5 A4:2 | D5:1.5 F5:0.5 A5:1 F5 | E5:3 C5:1 |
    A4:1 C5:0.5 F5 E5:1 D5 | C5:1 E5:0.5 D5 C5:1 G4 | < A4:0.5 B4 D5 F5 A5:1 F5 |
    f G#4:0.5 B4 D5 F5 E5:2 |
"""


BREAKERS: Final = """
    mf A2:0.5 A2 C3 A2 D3 A2 Eb3 D3 | C3 A2 G2 A2:2.5 | A2:0.5 A2 C3 A2 D3 A2 Eb3 D3 |
    C3 A2 G2 A2:2.5 | < E3:0.5 E3 G3 E3 A3 E3 Bb3 A3 | G3 E3 D3 E3:2.5 |
    E3:0.5 G#3 B3 G#3 D4 B3 F4 D4 | f G#4 F4 E4 D4 E4:2 |
"""


def _saltwater() -> Piece:
    order, section = "IWGWBGH", 32.0
    song = partial(form, order, section)
    shore, swell = voiced(SHORE, "E3"), voiced(SWELL, "E3")
    waves, gulls = line(WAVES, bar=4), line(GULLS, bar=4)
    kick = song(
        IWHG=beat("X...x.x.", beats=section),
        B=beat("X...", beats=section),
    )
    snare = song(
        IWGH=beat("....X.x.....X...", beats=section, fill="....X.x.xxxxXXXX"),
        B=beat("..x...x...x.x.x.", beats=section, fill="xxxxxxxxXXXXXXXX"),
    )
    bass = song(
        IWH=figure(ladder(SHORE, "E1"), "0-0-2-3-"),
        G=figure(ladder(SWELL, "E1"), "0-2-3-2-"),
        B=transposed(line(BREAKERS, bar=4), -12),
    )
    chops = song(
        I=scaled(figure(shore, "X-x.X-x."), 0.75),
        WH=figure(shore, "..x...x."),
        G=figure(swell, "X---..x."),
    )
    return Piece(
        title="Saltwater",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 148.0),),
        parts=(
            Part(KICK, kick, gain_db=-10.0, strip=KICKS),
            Part(SNARE, snare, gain_db=-8.0, strip=DRUMS),
            Part(RIDE, song(IWGH=beat("X.x.", beats=section)), gain_db=-20.0, strip=DRUMS),
            Part(TOM, song(B=beat("x.o.x.o.x.ooX.o.", beats=section)), -15.0, strip=DRUMS),
            Part(CRASH, song(WGH=ONE_CRASH), gain_db=-16.0, strip=DRUMS),
            Part(BASS_STRING, bass, gain_db=-18.5, strip=BASS),
            Part(STRING, chops, gain_db=-9.0, roll_s=0.008, strip=CLEAN),
            Part(
                TWANG, song(W=waves, H=waves, G=gulls, B=line(BREAKERS, bar=4)), -8.0, strip=SPRING
            ),
            Part(TWANG, song(H=transposed(waves, 12)), gain_db=-12.0, strip=SPRING),
            Part(MUTED, song(I=figure(ladder(SHORE, "E2"), "00203020")), -8.0, strip=SPRING),
        ),
        room=Room(decay_s=1.9, wet=0.28),
        timing_s=0.004,
        seed=148,
    )


PIECES: Final = (_long_exposure(), _saltwater())
