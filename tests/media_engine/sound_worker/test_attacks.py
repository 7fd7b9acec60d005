"""Files and texts made to harm: bombs, headers that lie, and what chance makes of good files."""

import asyncio
import os
import random
import struct
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from media_engine.decode import UndecodableSound
from media_engine.sound_worker import SoundWorker
from media_engine.speech import LONGEST_TEXT, SpeechError
from tests.media_engine.sound_files import (
    encoded,
    flac_that_claims,
    mp3_that_claims,
    mp3_without_header,
    silent_flac,
    tone,
    wav,
)

MOST_CPU_S = 1.0
MOST_MEMORY_MB = 100


@pytest.fixture(scope="module")
def worker() -> Iterator[SoundWorker]:
    worker = SoundWorker(children=1, waiting=10_000)
    worker.start()
    yield worker
    worker.stop()


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


@cache
def three_hours() -> bytes:
    return silent_flac(hours=3)


def short_mp3(name: str = "mp3") -> bytes:
    return encoded(tone(5, 48000), 48000, name)


def three_hours_of_mp3() -> bytes:
    mp3 = mp3_without_header(encoded(np.zeros(60 * 8000, np.int16), 8000, "mp3"))
    return mp3 * 180


ATTACKS: dict[str, Callable[[], bytes]] = {
    "3 h of silence as FLAC": three_hours,
    "3 h of silence as a FLAC that does not say so": lambda: flac_that_claims(three_hours(), 0),
    "3 h of silence as a FLAC that says 1 s": lambda: flac_that_claims(three_hours(), 8000),
    "3 h of MP3 without a header": three_hours_of_mp3,
    "3 h of MP3 that says 1 s": lambda: mp3_that_claims(short_mp3(), 10) + three_hours_of_mp3(),
    "655350 Hz and 8 channels": lambda: wav(bytes(10**6), rate_hz=655350, channels=8),
    "1000 channels": lambda: wav(bytes(10**6), channels=1000),
    "a rate whose filter takes long": lambda: wav(bytes(10**6), rate_hz=191999),
    "data of 4 GB, said the header": lambda: wav(bytes(32000), claim=0xFFFFFFF0),
    "data of -1 bytes, said the header": lambda: wav(bytes(32000), claim=0xFFFFFFFF),
    "fact of 0 bytes": lambda: wav(bytes(32000), extra=b"fact" + struct.pack("<I", 0)),
    "fact of 4 GB": lambda: wav(bytes(32000), extra=b"fact" + struct.pack("<I", 0xFFFFFFFF)),
    "Xing overflow": lambda: mp3_that_claims(short_mp3(), 0xFFFFFFFF),
    "no frame at all, said Xing": lambda: mp3_that_claims(short_mp3(), 0),
    "FLAC of 2**36 - 1 frames, said the header": lambda: flac_that_claims(
        short_mp3("flac"), 2**36 - 1
    ),
    "nothing but sync bytes": lambda: b"\xff\xfb" * 10**7,
    "an ID3 tag of 256 MB, it said": lambda: b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + short_mp3(),
    "half an MP3": lambda: short_mp3()[:9999],
    "half a FLAC": lambda: short_mp3("flac")[:9999],
    "half an Ogg": lambda: short_mp3("ogg")[:9999],
    "half a WAV header": lambda: wav(bytes(1000))[:30],
    "a WAV header and nothing else": lambda: wav(b""),
    "nothing": lambda: b"",
    "20 MB of chance": lambda: random.Random(1).randbytes(20 << 20),
    "a web page": lambda: b"<html>" + b"not found " * 1000,
}


@pytest.mark.parametrize("attack", ATTACKS)
async def test_an_attack_is_refused_or_cut_soon(worker: SoundWorker, attack: str) -> None:
    await worker.speak("1", voice=None, language=None, rate_hz=8000)
    pid, content = worker.child_pids[0], ATTACKS[attack]()
    spent = cpu_s(pid)
    try:
        sound = await worker.decode(content, 16000)
    except UndecodableSound as error:
        assert "could not be worked on" not in str(error)
    else:
        assert len(sound) <= 16000 * 32
    assert cpu_s(pid) - spent <= MOST_CPU_S
    assert peak_mb(pid) <= MOST_MEMORY_MB
    assert worker.child_pids == [pid] and worker.lost_children == 0


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Bytes changed, most of them near the header; a part taken out, doubled or cut off."""
    changed = bytearray(content)
    for _ in range(chance.choice([1, 3, 20, 200])):
        place = chance.choice([min(64, len(changed)), len(changed)])
        changed[chance.randrange(place)] = chance.choice([0, 0x7F, 0xFF, chance.randrange(256)])
    start, end = sorted(chance.randrange(len(changed)) for _ in range(2))
    match chance.randrange(6):
        case 0:
            del changed[start:end]
        case 1:
            changed[start:start] = changed[start:end]
        case 2:
            del changed[max(1, end) :]
    return bytes(changed)


async def decode_mutations(worker: SoundWorker, count: int, seed: int) -> None:
    noise = np.random.default_rng(seed).integers(-9000, 9000, 6400).astype(np.int16)
    good = [encoded(noise, 16000, name) for name in ("wav", "mp3", "flac", "ogg")]
    chance = random.Random(seed)
    files = [mutated(good[number % 4], chance) for number in range(count)]
    results = await asyncio.gather(
        *(worker.decode(file, 16000) for file in files), return_exceptions=True
    )
    answers = [isinstance(result, np.ndarray | UndecodableSound) for result in results]
    assert all(answers)
    assert any(isinstance(result, np.ndarray) for result in results)
    assert any(isinstance(result, UndecodableSound) for result in results)


async def test_every_mutated_file_is_answered(worker: SoundWorker) -> None:
    await decode_mutations(worker, 400, seed=4)


@pytest.mark.slow
async def test_every_one_of_4000_mutated_files_is_answered(worker: SoundWorker) -> None:
    await decode_mutations(worker, 4000, seed=40)


def random_text(chance: random.Random, longest: int) -> str:
    blocks = (0x21, 0x300, 0x400, 0x590, 0x900, 0xE00, 0x2000, 0x4E00, 0xAC00, 0xD800, 0x1F300)
    start = chance.choice(blocks)
    signs = (chr(start + chance.randrange(96)) for _ in range(chance.randrange(longest)))
    return "".join(sign if chance.random() < 0.8 else chance.choice(" .,!1a\x01") for sign in signs)


async def speak_random_texts(worker: SoundWorker, count: int, longest: int) -> None:
    chance = random.Random(count)
    languages = ("en-US", "de", "fr", "es-MX", "ar", "hi", "ja", "ko", "vi", "zh-CN", "xx")
    results = await asyncio.gather(
        *(
            worker.speak(
                random_text(chance, longest),
                voice=chance.choice(("man", "alice")),
                language=chance.choice(languages),
                rate_hz=8000,
            )
            for _ in range(count)
        ),
        return_exceptions=True,
    )
    refused = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(error, SpeechError) for error in refused)
    assert len(refused) < 0.02 * count


async def test_every_random_text_is_answered(worker: SoundWorker) -> None:
    await speak_random_texts(worker, 50, longest=40)


@pytest.mark.slow
async def test_every_one_of_2000_random_texts_is_answered(worker: SoundWorker) -> None:
    await speak_random_texts(worker, 2000, longest=120)


async def test_a_text_of_names_of_signs_is_cut(worker: SoundWorker) -> None:
    spoken = await worker.speak(
        "\U0001f602\u0661" * (LONGEST_TEXT // 2), voice=None, language="de", rate_hz=8000
    )
    assert len(spoken.pcm) <= 601 * 8000
