"""The MP3 is the same sound, as long as the original."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from media_engine.mp3 import EncodingFailed, encode_mp3
from media_engine.pcm import RATES_HZ
from media_engine.resample import resample_clip

ROOT = Path(__file__).resolve().parents[2]
VOICES = ROOT / "conference_app" / "demo_voices"


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_it_decodes_to_the_same_sound_of_the_same_length(tmp_path: Path, rate_hz: int) -> None:
    voice, voice_hz = soundfile.read(VOICES / "bob.flac", dtype="int16")
    soundfile.write(tmp_path / "a.wav", resample_clip(voice, voice_hz, rate_hz), rate_hz)
    encode_mp3(tmp_path / "a.wav", tmp_path / "a.mp3")
    original, _ = soundfile.read(tmp_path / "a.wav")
    decoded, decoded_hz = soundfile.read(tmp_path / "a.mp3")
    assert (len(decoded), decoded_hz) == (len(original), rate_hz)
    assert np.corrcoef(original, decoded)[0, 1] > 0.99
    sizes = [(tmp_path / name).stat().st_size for name in ("a.wav", "a.mp3")]
    assert sizes[1] < sizes[0] / 4


def test_both_channels_stay_apart(tmp_path: Path) -> None:
    voices = [soundfile.read(VOICES / f"{name}.flac")[0][:80_000] for name in ("alice", "bob")]
    soundfile.write(tmp_path / "a.wav", np.stack(voices, axis=1), 16_000)
    encode_mp3(tmp_path / "a.wav", tmp_path / "a.mp3")
    decoded, _ = soundfile.read(tmp_path / "a.mp3")
    assert decoded.shape == (80_000, 2)
    for side, voice in enumerate(voices):
        assert np.corrcoef(decoded[:, side], voice)[0, 1] > 0.99
        assert abs(np.corrcoef(decoded[:, side], voices[1 - side])[0, 1]) < 0.1


def test_a_file_that_can_not_be_written_is_an_error(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(8000, np.int16), 8000)
    with pytest.raises(EncodingFailed, match="nowhere"):
        encode_mp3(tmp_path / "a.wav", tmp_path / "nowhere" / "a.mp3")


_DIES = """
import os, sys, threading, time
from pathlib import Path
from media_engine.mp3 import encode_mp3

source, target = map(Path, sys.argv[1:])

def die_when_it_writes():
    while not (target.exists() and target.stat().st_size > 0):
        time.sleep(0.01)
    os.kill(os.getpid(), 9)

threading.Thread(target=die_when_it_writes).start()
encode_mp3(source, target)
"""


def test_the_encoder_ends_with_who_asked_for_it(tmp_path: Path) -> None:
    source, target = tmp_path / "long.wav", tmp_path / "long.mp3"
    noise = np.random.default_rng(1).normal(0, 1000, 16_000 * 60).astype(np.int16)
    with soundfile.SoundFile(source, "w", 16_000, 1) as sound:
        for _ in range(30):
            sound.write(noise)
    died = subprocess.run(
        [sys.executable, "-c", _DIES, source, target], check=False, cwd=ROOT, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    give_up_at = time.monotonic() + 30
    while _encodes(target):
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    assert target.stat().st_size < 5_000_000


def _encodes(target: Path) -> bool:
    """Whether a process still writes there."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "args"], text=True, capture_output=True, check=True
    )
    return str(target) in listed.stdout
