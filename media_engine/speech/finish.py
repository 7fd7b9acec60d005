"""What a synthesiser gives → what a caller hears: tight, of one loudness, without clicks."""

from typing import Final

import numpy as np

from media_engine.music.loudness import integrated_lufs, peak_dbfs
from media_engine.pcm import Pcm, Wide, to_pcm
from media_engine.resample import resample_clip

SPEECH_LUFS: Final = -20.0
PEAK_DBFS: Final = -1.5
MARGIN_S: Final = 0.05

_SILENT_DB: Final = -45.0
"""Below the loudest sample: what is quieter at the ends is no speech."""

_EDGE_S: Final = 0.005
_MEASURED_S: Final = 60
"""A voice is as loud at the end as at the beginning, and measuring takes memory."""


def finished(pcm: Pcm, from_hz: int, to_hz: int) -> Pcm:
    """Give speech at `to_hz` with MARGIN_S of quiet at either end, at SPEECH_LUFS, or less if its
    peaks would pass PEAK_DBFS. Silence becomes no samples at all.
    """
    sound = resample_clip(_trimmed(pcm, from_hz), from_hz, to_hz).astype(np.float32)
    if not len(sound):
        return sound.astype(np.int16)
    sound = _levelled(sound, to_hz)
    # Half a cosine in, half a cosine out.
    edge = round(_EDGE_S * to_hz)
    rise = (0.5 - 0.5 * np.cos(np.pi * np.arange(edge) / edge)).astype(np.float32)
    sound[:edge] *= rise
    sound[-edge:] *= rise[::-1]
    return to_pcm(sound)


def _trimmed(pcm: Pcm, rate_hz: int) -> Pcm:
    level = np.abs(pcm.astype(np.float32))
    heard = level > np.max(level, initial=0) * 10 ** (_SILENT_DB / 20)
    if not heard.any():
        return pcm[:0]
    margin = round(MARGIN_S * rate_hz)
    start = int(heard.argmax()) - margin
    end = len(pcm) - int(heard[::-1].argmax()) + margin
    return np.pad(pcm[max(0, start) : end], (max(0, -start), max(0, end - len(pcm))))


def _levelled(sound: Wide, rate_hz: int) -> Wide:
    # A word is too short to be measured: loudness is that of it said over and over, for a second.
    measured = np.resize(sound, min(max(len(sound), rate_hz), round(_MEASURED_S * rate_hz)))
    loudness, peak = integrated_lufs(measured, rate_hz), peak_dbfs(sound)
    if loudness == -np.inf:
        return sound
    gain_db = min(SPEECH_LUFS - loudness, PEAK_DBFS - peak)
    return sound * np.float32(10 ** (gain_db / 20))
