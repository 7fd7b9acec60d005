"""Leaves a recording that is to become an MP3: `python -m tests.benchmarks.unencoded MINUTES`.

A process of its own, with the server's environment: Django's settings are read once a process.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import Final

import django
import numpy as np
import soundfile

_RATE_HZ: Final = 16_000


def main() -> None:
    """Write the file and its row."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    django.setup()
    from django.core.files import File
    from django.utils import timezone

    from conference_app import engine, sids
    from conference_app.models import Account, Call, CallStatus, Recording, RecordingStatus

    # The encoder begins before the engine has made it.
    engine.recordings_directory().mkdir(parents=True, exist_ok=True)
    account = Account.objects.get(sid=os.environ["CONFAB_ACCOUNT_SID"])
    call = Call.objects.create(sid=sids.new("CA"), account=account, status=CallStatus.COMPLETED)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "long.wav"
        _write_murmur(path, int(sys.argv[1]))
        with path.open("rb") as opened:
            sid = sids.new("RE")
            Recording.objects.create(
                sid=sid,
                account=account,
                call=call,
                status=RecordingStatus.COMPLETED,
                started_at=timezone.now(),
                duration_ms=int(sys.argv[1]) * 60_000,
                size_bytes=path.stat().st_size,
                file=File(opened, name=f"{sid}.wav"),
                wants_mp3=True,
            )


def _write_murmur(path: Path, minutes: int) -> None:
    """Write noise that comes and goes, which is as much work to encode as speech."""
    chance = np.random.default_rng(1)
    swell = np.sin(np.linspace(0, 40 * np.pi, 60 * _RATE_HZ)) ** 2
    # The same in each minute: that is no less work, and soon made.
    minute = (chance.normal(0, 3000, len(swell)) * swell).astype(np.int16)
    with soundfile.SoundFile(path, "w", _RATE_HZ, 1, "PCM_16") as file:
        for _ in range(minutes):
            file.write(minute)


if __name__ == "__main__":
    main()
