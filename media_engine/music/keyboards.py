"""Keyboards that several genres play: synthesisers, electric piano, organ, kalimba."""

from typing import Final

from media_engine.music.analogue import Analogue
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
    wave="square",
    envelope=Envelope(attack_s=0.01, decay_s=2.0, sustain=0.4),
    closed_hz=200.0,
    open_hz=1100.0,
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
    index=1.9,
    index_decay_s=0.8,
    envelope=Envelope(attack_s=0.008, decay_s=5.0),
    release_s=0.25,
)
"""An electric piano: tines that bark when they are hit."""

THUMBS: Final = Additive(
    partials=(Partial(1, 1.0, 1.8), Partial(2.0, 0.12, 1.0), Partial(5.42, 0.3, 0.22)),
    envelope=Envelope(attack_s=0.004, decay_s=3.5),
    release_s=0.4,
    darkness=0.15,
)
"""A kalimba."""

STRINGS: Final = Analogue(
    wave="saw",
    envelope=Envelope(attack_s=0.22, decay_s=10.0, sustain=0.8),
    closed_hz=600.0,
    open_hz=3200.0,
    sweep=Envelope(attack_s=0.5, decay_s=4.0, sustain=0.6),
    cents=(-8.0, -1.0, 7.0),
    release_s=0.45,
    vibrato_cents=6.0,
)
"""A string machine."""

ORGAN: Final = Additive(
    partials=(
        Partial(0.5, 0.35, 60.0),
        Partial(1, 1.0, 60.0),
        Partial(1.5, 0.4, 60.0),
        Partial(2, 0.45, 60.0),
        Partial(3, 0.18, 60.0),
        Partial(4, 0.14, 60.0),
    ),
    envelope=Envelope(attack_s=0.012, decay_s=60.0, sustain=1.0),
    release_s=0.06,
)
"""Drawbars: 16, 8, 5 1/3, 4, 2 2/3 and 2 feet."""
