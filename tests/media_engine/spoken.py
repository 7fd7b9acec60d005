"""Synthetic speech, noises, and where in a sound somebody speaks: what detectors are measured by.

All of it is made at 16 kHz, from seeds: the same each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import soundfile
from numpy.typing import NDArray

from media_engine.levels import rms_dbfs
from media_engine.pcm import FRAME_MS, FULL_SCALE, Wide, samples_per_frame
from media_engine.speech import EspeakSpeech

RATE_HZ: Final = 16_000
FRAME: Final = samples_per_frame(RATE_HZ)

Frames = NDArray[np.bool_]
"""One truth for each frame of 20 ms."""

Signal = NDArray[np.float64]

NOISES: Final = ("white", "pink", "hum", "fan")

_AUDIBLE_DB: Final = 30.0
"""A frame of clean speech that is further below the loudest ones is a pause."""

_DEMO_VOICES: Final = Path(__file__).resolve().parents[2] / "conference_app" / "demo_voices"

_TEXTS: Final = {
    "en-US": (
        "Good morning everybody, shall we begin with the figures of last week?",
        "I have sent them round, but the second page was missing, so here it is again.",
        "Yes, that is fine by me.",
        "Let us come back to it on Thursday, when the others are here as well.",
    ),
    "en-GB": (
        "Could you say that once more, please? The line was rather bad just then.",
        "We ought to leave at half past seven at the latest.",
        "No, not at all, I quite agree with what has been said so far about the budget.",
    ),
    "de-DE": (
        "Guten Tag, hier spricht die Zentrale, mit wem darf ich Sie verbinden?",
        "Das ist eine gute Frage, die wir in der nächsten Woche klären müssen.",
        "Ja, einverstanden.",
    ),
    "fr-FR": (
        "Bonjour à tous, est-ce que tout le monde entend bien ce que je dis?",
        "Nous avons reçu la réponse hier soir, et elle est plutôt encourageante.",
        "Merci beaucoup, à demain.",
    ),
    "es-ES": (
        "Buenos días, empezamos la reunión en cinco minutos, cuando lleguen los demás.",
        "No estoy seguro de que sea posible antes del viernes.",
        "De acuerdo, entonces lo dejamos así por ahora.",
    ),
    "it-IT": (
        "Buongiorno, vorrei parlare con la persona che si occupa delle spedizioni.",
        "Va bene, aspetto in linea finché non torna dal pranzo.",
    ),
    "pl-PL": (
        "Dzień dobry, czy wszyscy już są, czy jeszcze na kogoś czekamy?",
        "Proszę przesłać dokumenty do końca tygodnia.",
    ),
}


@dataclass(frozen=True, eq=False)
class Talk:
    """One who speaks and pauses by turns; `sound` is clean, `(samples,)`, whole frames."""

    name: str
    sound: Wide

    @property
    def spoken(self) -> Frames:
        """In which frames there is speech."""
        levels = rms_dbfs(self.sound.reshape(-1, FRAME))
        loud: Frames = levels > float(np.percentile(levels, 95)) - _AUDIBLE_DB
        return loud


@cache
def talks() -> tuple[Talk, ...]:
    """Give the set: seven languages by a man and a woman each, and the three demo voices."""
    return tuple(
        [_read_out(language, voice) for language in _TEXTS for voice in ("man", "woman")]
        + [_demo(path) for path in sorted(_DEMO_VOICES.glob("*.flac"))]
    )


@lru_cache(maxsize=200)
def noise(kind: str, samples: int, seed: int = 0) -> Wide:
    """Give steady noise of RMS 1: white, pink (-3 dB an octave), hum (a mains and its harmonics,
    with hiss 30 dB below), fan (rumble below 300 Hz, a blade's tone and some hiss).
    """
    random = np.random.default_rng(seed)
    time = np.arange(samples) / RATE_HZ
    white = random.standard_normal(samples)
    if kind == "white":
        sound = white
    elif kind == "pink":
        sound = _shaped(white, lambda hz: 1 / np.sqrt(np.maximum(hz, 20)))
    elif kind == "hum":
        waves = np.stack([np.sin(2 * np.pi * 50 * k * time + k) / k for k in range(1, 12)])
        hum = waves.sum(axis=0)
        sound = hum / np.sqrt(np.mean(hum**2)) + white * 10 ** (-30 / 20)
    elif kind == "fan":
        rumble = _shaped(white, lambda hz: 1 / (1 + (hz / 150) ** 2))
        rumble /= np.sqrt(np.mean(rumble**2))
        hiss = random.standard_normal(samples) * 0.15
        sound = rumble + 0.5 * np.sin(2 * np.pi * 190 * time) + hiss
    else:
        raise ValueError(f"no such noise: {kind}")
    steady: Wide = (sound / np.sqrt(np.mean(sound**2))).astype(np.float32)
    return steady


def in_noise(talk: Talk, kind: str, snr_db: float, seed: int = 0) -> Wide:
    """Give a talk with steady noise, `snr_db` below the level of its speech (pauses left out)."""
    speech = talk.sound.reshape(-1, FRAME)[talk.spoken]
    level = np.sqrt(np.mean(np.square(speech))) * 10 ** (-snr_db / 20)
    noisy: Wide = talk.sound + noise(kind, len(talk.sound), seed) * np.float32(level)
    return noisy


def around(spoken: Frames, tolerance_ms: int) -> Frames:
    """Widen each stretch of True by a tolerance at either end."""
    reach = tolerance_ms // FRAME_MS
    padded = np.pad(spoken, reach)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.asarray(windows.any(axis=1))


def precision_and_recall(
    told: Frames, spoken: Frames, tolerance_ms: int = 200
) -> tuple[float, float]:
    """Compare frames that were told to be speech with those that are, each ± the tolerance."""
    right = told & around(spoken, tolerance_ms)
    found = spoken & around(told, tolerance_ms)
    return float(right.sum() / max(told.sum(), 1)), float(found.sum() / spoken.sum())


def level(sound: Wide, dbfs: float, spoken: Frames) -> Wide:
    """Give a sound so loud that its speech has this level."""
    now = np.sqrt(np.mean(np.square(sound.reshape(-1, FRAME)[spoken])))
    louder: Wide = sound * np.float32(FULL_SCALE * 10 ** (dbfs / 20) / now)
    return louder


def _read_out(language: str, voice: str) -> Talk:
    random = np.random.default_rng(sum(map(ord, language + voice)))
    engine = _engine()
    parts = [np.zeros(RATE_HZ, dtype=np.float32)]
    for text in _TEXTS[language]:
        said = engine.speak(text, voice=voice, language=language, rate_hz=RATE_HZ)
        parts.append(said.pcm.astype(np.float32))
        parts.append(np.zeros(int(random.uniform(1.0, 2.5) * RATE_HZ), dtype=np.float32))
    return Talk(f"{language} {voice}", _whole_frames(np.concatenate(parts)))


def _demo(path: Path) -> Talk:
    sound, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == RATE_HZ
    return Talk(path.stem, _whole_frames(sound.astype(np.float32)))


def _shaped(white: Signal, weight: Callable[[Signal], Signal]) -> Signal:
    """Filter noise by a weight for each frequency."""
    hz = np.fft.rfftfreq(len(white), 1 / RATE_HZ).astype(np.float64)
    spectrum = np.fft.rfft(white) * weight(hz)
    return np.fft.irfft(spectrum, len(white))


def _whole_frames(sound: Wide) -> Wide:
    return np.ascontiguousarray(sound[: len(sound) // FRAME * FRAME])


@cache
def _engine() -> EspeakSpeech:
    return EspeakSpeech()
