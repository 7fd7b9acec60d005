"""What is said of Janus must not be better, nor worse, than what its participants heard."""

import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from media_engine.codecs import get_codec
from tests.benchmarks.janus import Janus
from tests.benchmarks.job import WIRES, Address, Conditions, Job, Percentiles, TonesResult
from tests.benchmarks.pinned import choose_cores
from tests.benchmarks.plan import Durations, Scenario
from tests.benchmarks.rtp import write_packet
from tests.benchmarks.rtp_callers import Heard, judge
from tests.benchmarks.runs import carry_out
from tests.benchmarks.server import ServerFailed
from tests.benchmarks.tones import make_tones

ROOMS = ("a", "a", "a")
JOB = Job("tones", ROOMS, Address(), 1, 0, 1, 1, "rtp")
WIRE = WIRES["rtp"]
PAYLOADS = make_tones(ROOMS, 1, WIRE)
CONDITIONS = Conditions(0.5, 0.2, 0, Percentiles(0, 0, 0), None, None)
CORE = choose_cores()[1]


def heard(speakers: Sequence[int], *, numbers: Sequence[int] = range(50)) -> Heard:
    """Give a second of the sum of some callers, as packets of these numbers."""
    codec = get_codec(WIRE.encoding)
    mixed = np.sum([codec.decode(PAYLOADS[who]).astype(np.int32) for who in speakers], axis=0)
    sound = codec.encode(mixed.astype(np.int16))
    return [(number / 50, write_packet(number, 9, sound)) for number in numbers]


def judged(*each: Heard) -> TonesResult:
    return judge(JOB, PAYLOADS, each, (CONDITIONS, 0))


def test_who_hears_all_others_hears_right() -> None:
    result = judged(heard([1, 2]), heard([0, 2]), heard([0, 1]))
    assert (result.heard_right, result.frames_per_s, result.lost) == (1, 50, 0)


@pytest.mark.parametrize("speakers", [[0], [0, 1, 2], []])
def test_a_tone_too_few_or_too_many_is_not_right(speakers: list[int]) -> None:
    sound = heard(speakers) if speakers else [(0.0, write_packet(0, 9, b"\xff" * 160))]
    assert judged(heard([1, 2]), heard([0, 2]), sound).heard_right == 0


def test_lost_packets_are_counted_and_lower_the_rate() -> None:
    numbers = [number for number in range(50) if number % 10]
    result = judged(heard([1, 2]), heard([0, 2]), heard([0, 1], numbers=numbers))
    assert result.frames_per_s == 45
    assert result.lost == pytest.approx(4 / 149)  # the first is before all that came


def test_who_hears_nothing_is_the_worst_of_all() -> None:
    result = judged(heard([1, 2]), heard([0, 2]), [])
    assert (result.heard_right, result.frames_per_s) == (0, 0)


def test_without_janus_it_says_what_is_to_be_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerFailed, match="apt-get install janus"):
        Janus(tmp_path, CORE)


@pytest.mark.end_to_end
@pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("janus") is None, reason="needs Debian's janus"
)
def test_janus_lets_everybody_hear_all_others(tmp_path: Path) -> None:
    few = Scenario("few", "few", "tones", ("a", "a", "a", "b", "b"), "rtp")
    result = carry_out(Janus(tmp_path, CORE), few, Durations(1, 2, 2, 2, 1, 2, 2, 1), 1, CORE)
    assert isinstance(result, TonesResult)
    assert result.frames_per_s > 25
    assert result.heard_right > 0.5
