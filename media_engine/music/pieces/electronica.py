"""Electronica: arpeggios, side chains and soft machines. Both pieces were written for Confab."""

from typing import Final

from media_engine.music.analogue import Analogue
from media_engine.music.drums import CLAP, HAT, KICK, OPEN_HAT, RIM, SHAKER, SNARE
from media_engine.music.effects import Chorus, Echo, Equaliser, Tremolo
from media_engine.music.patterns import (
    beat,
    chart,
    figure,
    form,
    ladder,
    scaled,
    swung,
    transposed,
    voiced,
)
from media_engine.music.room import Room
from media_engine.music.score import Note, Part, Piece, Strip, line, shifted
from media_engine.music.synth import Additive, Envelope, Fm, Partial

PAD: Final = Analogue(
    wave="saw",
    envelope=Envelope(attack_s=0.35, decay_s=12.0, sustain=0.7),
    closed_hz=400.0,
    open_hz=2800.0,
    sweep=Envelope(attack_s=0.8, decay_s=5.0, sustain=0.4),
    cents=(-10.0, 0.0, 9.0),
    release_s=0.6,
)
PLUCK: Final = Analogue(
    wave="saw",
    envelope=Envelope(attack_s=0.005, decay_s=0.9),
    closed_hz=350.0,
    open_hz=4200.0,
    sweep=Envelope(attack_s=0.005, decay_s=0.45),
    resonance=0.6,
    release_s=0.15,
)
BASS: Final = Analogue(
    wave="square",
    envelope=Envelope(attack_s=0.006, decay_s=1.6, sustain=0.5),
    closed_hz=180.0,
    open_hz=1500.0,
    sweep=Envelope(attack_s=0.006, decay_s=0.5, sustain=0.15),
    cents=(0.0, 4.0),
    resonance=0.4,
    release_s=0.06,
)
LEAD: Final = Analogue(
    wave="triangle",
    envelope=Envelope(attack_s=0.02, decay_s=2.5, sustain=0.6),
    closed_hz=900.0,
    open_hz=4000.0,
    sweep=Envelope(attack_s=0.03, decay_s=0.9, sustain=0.4),
    cents=(-4.0, 4.0),
    release_s=0.25,
    vibrato_cents=9.0,
)
SOFT_BASS: Final = Analogue(
    wave="triangle",
    envelope=Envelope(attack_s=0.01, decay_s=2.0, sustain=0.4),
    closed_hz=250.0,
    open_hz=900.0,
    sweep=Envelope(attack_s=0.01, decay_s=0.6, sustain=0.3),
    cents=(0.0, 3.0),
    release_s=0.1,
)
BELL: Final = Fm(
    ratio=3.5,
    index=1.1,
    index_decay_s=0.35,
    envelope=Envelope(attack_s=0.005, decay_s=3.0),
    release_s=0.6,
)
KEYS: Final = Fm(
    ratio=1.0,
    index=1.5,
    index_decay_s=0.8,
    envelope=Envelope(attack_s=0.008, decay_s=5.0),
    release_s=0.25,
)
"""An electric piano: tines that bark when they are hit."""

THUMBS: Final = Additive(
    partials=(Partial(1, 1.0, 1.8), Partial(2.0, 0.12, 1.0), Partial(5.42, 0.2, 0.18)),
    envelope=Envelope(attack_s=0.004, decay_s=3.5),
    release_s=0.4,
    darkness=0.15,
)
"""A kalimba."""

LOW_CUT: Final = Equaliser(((60.0, -30.0), (200.0, -9.0), (400.0, 0.0), (6000.0, 0.0)))
KICKS: Final = Strip(send=0.15)
LOWS: Final = Strip((Equaliser(((40.0, -9.0), (90.0, -2.0), (300.0, 0.0), (700.0, 3.0))),), send=0.1,
                    ducked_by=KICKS, duck_db=7.0)
PADS: Final = Strip((LOW_CUT, Chorus(swing_hz=0.4, level=0.4)), ducked_by=KICKS, duck_db=9.0)
BEATS: Final = Strip(send=0.35)


# Night Bus: arpeggio and pad; then the beat and the bass; the tune; a break of bells; all.
VERSE: Final = chart("Am9 | Am9 | Fmaj9 | Fmaj9 | Dm9 | Dm9 | Em7 | G6")
CHORUS: Final = chart("Fmaj9 | G6 | Em7 | Am7 | Dm9 | Em7 | Fmaj9 | G9sus4")
BREAK: Final = chart("Dm9 | Am9 | Fmaj9 | E7sus4 E7", bar=8)

TUNE: Final = """
    mf r:0.5 E5 G5 A5:1.5 G5:1 | D5:1.5 E5:0.5 B4:2 | r:0.5 D5 E5 G5:1.5 B5:1 | A5:1.5 G5:0.5 E5:2 |
    r:0.5 F5 A5 C6:1.5 A5:1 | B5:1.5 A5:0.5 G5:2 | A5:1 G5:0.5 E5 C5:1 E5 | D5:4 |
"""
TUNE_AGAIN: Final = """
    mf r:0.5 E5 G5 A5:1 C6:0.5 A5:1 | B5:1.5 A5:0.5 D5:2 | r:0.5 G5 A5 B5:1.5 D6:1 | C6:1.5 B5:0.5 A5:2 |
    f r:0.5 F5 A5 C6:1.5 E6:1 | D6:1.5 B5:0.5 G5:2 | > A5:1 C6:0.5 A5 G5:1 E5 | mf D5:3 r:1 |
"""
BELLS: Final = """
    p A5:3 F5:1 | < E5:4 | G5:3 E5:1 | C5:4 | mp E5:2 G5 | A5:4 | < B5:2 A5 | mf G#5:4 |
"""
ARPEGGIO: Final = "0.2.1.3. 4.2.3.1. 0.2.1.3. 5.3.4.2."
WIDE_ARPEGGIO: Final = "0241 3524 1352 4635"
PULSE: Final = "0--. 0-.. ..0- 2-3-"
DRIVE: Final = "0-.0 ..0- .00- 3-2-"


def _drums(*kit: tuple[str, str], last_bar: dict[str, str] = {}) -> None: ...


def _night_bus() -> Piece:
    order, section = "IABCDE", 32.0
    verse, chorus, broken = (voiced(harmony, "A3") for harmony in (VERSE, CHORUS, BREAK))
    high = [transposed(pads, 12) for pads in (verse, chorus, broken)]
    arpeggio = form(
        order,
        section,
        I=scaled(figure(high[0], ARPEGGIO, step=0.25), 0.7, 1.0),
        A=figure(high[0], ARPEGGIO, step=0.25),
        B=scaled(figure(high[1], ARPEGGIO, step=0.25), 0.85),
        C=scaled(figure(high[2], ARPEGGIO, step=0.5), 0.8),
        D=scaled(figure(high[0], WIDE_ARPEGGIO, step=0.25), 0.6, 1.0),
        E=scaled(figure(high[1], WIDE_ARPEGGIO, step=0.25), 0.85),
    )
    bass = form(
        order,
        section,
        A=figure(ladder(VERSE, "E1"), PULSE, step=0.25),
        B=figure(ladder(CHORUS, "E1"), DRIVE, step=0.25),
        C=scaled(figure(ladder(BREAK, "E1"), "0---", step=1.0), 0.7),
        D=figure(ladder(VERSE, "E1"), PULSE, step=0.25),
        E=figure(ladder(CHORUS, "E1"), DRIVE, step=0.25),
    )
    pads = form(order, section, I=scaled(verse, 0.6, 0.9), A=verse, B=chorus, C=broken, D=verse, E=chorus)
    floor = beat("X...x...x...x...", beats=section)
    clap = beat("....x.......x...", beats=28) + shifted(beat("....x......ox.oo", beats=4), 28)
    hat = beat("..x.", beats=section)
    shaker = beat("xoxo", beats=section, velocity=0.5)
    return Piece(
        title="Night Bus",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 112.0),),
        parts=(
            Part(KICK, form(order, section, A=floor, B=floor, D=floor, E=floor), gain_db=-10.0, strip=KICKS),
            Part(CLAP, form(order, section, B=clap, D=clap, E=clap), gain_db=-9.0, strip=BEATS),
            Part(HAT, form(order, section, A=hat, B=hat, D=hat, E=hat), gain_db=-14.0, strip=BEATS),
            Part(SHAKER, form(order, section, B=shaker, E=shaker), gain_db=-18.0, strip=BEATS),
            Part(BASS, bass, gain_db=-8.0, strip=LOWS),
            Part(PAD, pads, gain_db=-14.0, strip=PADS),
            Part(PLUCK, arpeggio, gain_db=-8.0, strip=Strip((LOW_CUT, Echo(0.4018, level=0.3)), ducked_by=KICKS, duck_db=4.0)),
            Part(LEAD, form(order, section, B=line(TUNE, bar=4), E=line(TUNE_AGAIN, bar=4)), gain_db=-11.0, strip=Strip((Echo(0.4018, level=0.25),))),
            Part(BELL, form(order, section, C=line(BELLS, bar=4)), gain_db=-9.0, strip=Strip((Echo(0.4018, level=0.35),))),
        ),
        room=Room(decay_s=1.8, wet=0.25),
        timing_s=0.002,
        seed=112,
    )


# Paper Kites: 
LAWN: Final = chart("Ebmaj9 | Cm9 | Abmaj9 | Bb9sus4 | Ebmaj9 | Gm7 | Abmaj9 | Fm9 Bb9sus4")
WIND: Final = chart("Fm9 | Gm7 | Abmaj9 | Bb9sus4 | Fm9 | Gm7 | Cm9 | Bb9sus4")

KITE: Final = """
    mp r:1 G5:0.5 Bb5 C6:1 Bb5 | r:0.5 G5 F5 Eb5:1.5 D5:1 | C5:1 Eb5:0.5 G5:1.5 F5:1 | Eb5:0.5 F5:1.5 C5:2 |
    r:1 G5:0.5 Bb5 C6:1 D6 | r:0.5 Bb5 G5 F5:1.5 D5:1 | Eb5:1 G5:0.5 C6:1.5 Bb5:1 | Ab5:0.5 G5 F5:1 Eb5:2 |
"""
KITE_AGAIN: Final = """
    mf r:0.5 Bb5 G5 Bb5 C6 D6 Bb5:1 | Eb6:1.5 D6:0.5 C6 Bb5 G5:1 | r:0.5 C5 Eb5 G5 C6 Bb5 G5:1 | F5:1.5 Eb5:0.5 F5:2 |
    r:0.5 Bb5 G5 Bb5 C6 D6 F6:1 | D6:1.5 C6:0.5 Bb5 F5 D5:1 | Eb5:0.5 G5 C6:1 > Bb5:0.5 G5 F5:1 | mp Ab5:0.5 G5 F5:1 Eb5:2 |
"""
ALOFT: Final = """
    mf C6:2 Ab5:1 G5 | Bb5:2 F5 | Eb5:1.5 G5:0.5 C6:2 | Bb5:1 C6 F5:2 |
    C6:1.5 Eb6:0.5 D6:1 C6 | D6:2 Bb5 | > G5:1.5 F5:0.5 Eb5:1 D5 | mp C5:1 Eb5 F5:2 |
"""


def _paper_kites() -> Piece:
    order, section = "IABCAB", 32.0
    lawn, wind = voiced(LAWN, "Bb3"), voiced(WIND, "Bb3")
    comp = "X--- ..x- .... x-.."
    keys = form(order, section, I=figure(lawn, "X---------------", step=0.25), A=figure(lawn, comp, step=0.25), B=figure(wind, comp, step=0.25), C=figure(lawn, "X-- --- -- 0123 1234", step=0.25))
    low = "0-... .0- 0-... .3-"
    bass = form(order, section, A=figure(ladder(LAWN, "F1"), "0--- ...0 0-.. ..2-", step=0.25), B=figure(ladder(WIND, "F1"), "0--- ..0- 0-.. 3-2-", step=0.25), C=figure(ladder(LAWN, "F1"), "0-------", step=0.5))
    kick = beat("X..... x... o...x. "[:19], beats=section)
    return Piece(
        title="Paper Kites",
        composer="Confab",
        beats=section * len(order),
        tempo=((0.0, 84.0),),
        parts=(
            Part(KICK, kick),
        ),
        room=Room(decay_s=1.4, wet=0.22),
        seed=84,
    )


PIECES: Final = (_night_bus(),)
