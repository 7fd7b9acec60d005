"""A recording as MP3: a fifth of the WAV file or less, for those who fetch it from afar.

It is made in a process of its own, which the kernel lets run while nobody else wants the processor.
A thread that computes for minutes without Python's lock keeps the thread that has the lock from the
processor, and the tick waits for that one.
"""

import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
import soundfile

from media_engine.child_environment import child_environment
from media_engine.errors import EngineError
from media_engine.pcm import FULL_SCALE
from media_engine.trimming import read_pcm

_COMPRESSION: Final = 0.5
"""Of libsndfile's 0 (best) to 1: a variable rate of about 40 kbit/s at 16 kHz, where a decoded
voice is as its original to 0.997 of correlation.
"""

_READ_SAMPLES: Final = 65_536
_NICENESS: Final = 19


class EncodingFailed(EngineError):
    """There is no MP3, or not all of it; the text is what the encoder said last."""


def encode_mp3(source: Path, target: Path) -> None:
    """Write a sound file as MP3 of the same rate, length and channels (two at most), and wait until
    it is there. Raises EncodingFailed.

    Takes a core 20 s for an hour of one channel at 16 kHz.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "media_engine.mp3", str(source), str(target)],
        stdin=subprocess.PIPE,  # When we are gone, however that came, it is closed.
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=child_environment(),
        process_group=0,  # Ctrl-C in a terminal is for the bridge.
        text=True,
    )
    with process:
        _stand_back(process.pid)
        assert process.stderr is not None
        said = process.stderr.read()
        # Not before it has ended, as communicate() would: it goes with its standard input.
        if process.wait() != 0:
            last = said.strip().splitlines()[-1:] or [f"it ended with {process.returncode}"]
            raise EncodingFailed(last[0])


def _stand_back(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, pid, _NICENESS)
        if sys.platform == "linux":
            os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))


def _encode(source: Path, target: Path) -> None:
    with (
        soundfile.SoundFile(source) as sound,
        soundfile.SoundFile(
            target,
            "w",
            sound.samplerate,
            sound.channels,
            "MPEG_LAYER_III",
            format="MP3",
            compression_level=_COMPRESSION,
        ) as encoded,
    ):
        for pcm in read_pcm(sound, _READ_SAMPLES):
            # As floats: libsndfile encodes int16 of two channels as noise (its issue 1106).
            encoded.write(pcm.astype(np.float32) / np.float32(FULL_SCALE))


def _end_with_who_asked() -> None:
    sys.stdin.read()
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_end_with_who_asked, daemon=True).start()
    _encode(Path(sys.argv[1]), Path(sys.argv[2]))
