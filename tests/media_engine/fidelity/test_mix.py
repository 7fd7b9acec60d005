"""The mix of two talkers, and one's own voice in one's own mix."""

import numpy as np
import pytest

from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.pcm import RATES_HZ, Pcm
from tests.media_engine.fidelity.mix import (
    best_possible_snr_db,
    mix_snr_db,
    noise,
    own_voice_db,
    place_of,
    voice,
)

PHONE = WireFormat(MULAW, 8000)
WIRES = [PHONE, *(WireFormat(L16, rate_hz) for rate_hz in RATES_HZ)]


@pytest.fixture(params=["speech", "noise"])
def talkers(request: pytest.FixtureRequest) -> tuple[Pcm, Pcm]:
    if request.param == "speech":
        return voice("alice", 8000), voice("bob", 8000)
    return noise(1, 8000), noise(2, 8000)


def test_two_talkers_over_mulaw_keep_34_db(talkers: tuple[Pcm, Pcm]) -> None:
    assert mix_snr_db(talkers, PHONE) >= 34


@pytest.mark.parametrize("level_dbfs", [-20.0, -35.0, -50.0])
def test_at_any_level_nothing_is_lost_but_by_the_codec(level_dbfs: float) -> None:
    talkers = noise(1, 8000, level_dbfs), noise(2, 8000, level_dbfs)
    assert mix_snr_db(talkers, PHONE) > best_possible_snr_db(talkers, PHONE) - 0.1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_two_talkers_in_16_bits_keep_70_db_at_each_rate(rate_hz: int) -> None:
    assert mix_snr_db((noise(1, rate_hz), noise(2, rate_hz)), WireFormat(L16, rate_hz)) > 70


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: f"{wire.encoding}-{wire.rate_hz}")
def test_ones_own_voice_is_80_db_down_in_ones_own_mix(wire: WireFormat) -> None:
    assert own_voice_db(wire) < -80


def test_what_was_said_is_found_where_it_is() -> None:
    said = noise(1, 8000).astype(float)
    assert place_of(said, np.pad(said, (1234, 99))) == 1234
