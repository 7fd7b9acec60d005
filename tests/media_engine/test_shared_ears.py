"""Those who hear the same are sent the same, which is resampled and encoded once."""

from copy import deepcopy
from typing import Any, Final

import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.commands import (
    Announce,
    LeaveConference,
    SetCoached,
    SetDeaf,
    SetHeld,
    SetMuted,
    SetVolume,
)
from media_engine.dialects import MULAW, WireFormat
from media_engine.leg_bank import LegBank
from media_engine.resample import Resampler
from media_engine.sources import Clip
from tests.media_engine.house import House, clip

CF: Final = "CF1"
WIRE: Final = WireFormat(MULAW, 8000)
PEOPLE: Final = ("a", "b", "c", "d", "e", "f")
MUTED: Final = ("c", "d", "e", "f")


class Bench:
    """Two houses in which the same happens; in one of them nobody shares an ear."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, mix_rate_hz: int = 16_000) -> None:
        self._rng = np.random.default_rng(3)
        self.shared, self.apart = House(mix_rate_hz), House(mix_rate_hz)
        apart = self.apart.registry
        monkeypatch.setattr(apart, "_ears", lambda alike: np.arange(len(apart._heard)))
        for house in (self.shared, self.apart):
            house.open(*PEOPLE, wire=WIRE)
            for leg_id in PEOPLE:
                house.join(leg_id, muted=leg_id in MUTED)

    def apply(self, command: Any) -> None:
        self.shared.apply(deepcopy(command))  # a sound that is announced can be read once
        self.apart.apply(deepcopy(command))

    def tick(self, times: int = 1, loudness: float = 2000) -> None:
        """Let all say something, muted or not; hold what they hear in both houses together."""
        codec = get_codec(MULAW)
        for _ in range(times):
            for leg_id in PEOPLE:
                sound = self._rng.normal(0, loudness, 160).clip(-32000, 32000).astype(np.int16)
                for house in (self.shared, self.apart):
                    if leg_id in house.legs:
                        house.legs[leg_id].receive(codec.encode(sound))
            for house in (self.shared, self.apart):
                house.registry.tick()
            for leg_id in PEOPLE:
                heard = [house.outputs[leg_id].sent[-1] for house in (self.shared, self.apart)]
                one, other = (codec.decode(payload).astype(int) for payload in heard)
                # Products of other shapes round otherwise: a step of the quantiser now and then.
                assert (np.abs(one - other) <= np.abs(other) / 8 + 8).all(), leg_id
                assert (one != other).mean() < 0.01, leg_id


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(monkeypatch)


def encoded_a_tick(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> int:
    """How many mixes a tick of the house with shared ears converts for its callers."""
    converted: list[int] = []
    convert = Resampler._convert

    def counting(self: Resampler, windows: Any, out: Any) -> None:
        converted.append(len(windows))
        convert(self, windows, out)

    with monkeypatch.context() as patched:
        patched.setattr(Resampler, "_convert", counting)
        bench.shared.registry.tick()
    bench.apart.registry.tick()
    return converted[-1]


def test_a_mix_is_encoded_once_for_all_who_hear_it(
    monkeypatch: pytest.MonkeyPatch, bench: Bench
) -> None:
    bench.tick(5)
    assert encoded_a_tick(monkeypatch, bench) == 2 + 1
    bench.tick(5)


STEPS: Final = [
    (SetMuted(CF, "c", False),),
    (SetMuted(CF, "a", True),),
    (SetHeld(CF, "d", True),),
    (SetHeld(CF, "d", True), SetHeld(CF, "d", False)),
    (SetDeaf(CF, "e", True),),
    (SetVolume(CF, "a", 0.5, "e"),),
    (SetVolume(CF, "a", 0.5, None),),
    (SetCoached(CF, "f", "a"),),
    (Announce(CF, None, clip(900, 3)),),
    (Announce(CF, "e", clip(900, 3)),),
    (LeaveConference("c"),),
    (LeaveConference("a"),),
]


@pytest.mark.parametrize(
    "step", STEPS, ids=lambda step: "-".join(type(command).__name__ for command in step)
)
def test_who_shares_an_ear_hears_what_he_would_hear_alone(bench: Bench, step: Any) -> None:
    bench.tick(4)
    for command in step:
        bench.apply(command)
        bench.tick(4)
    for leg_id in ("c", "d"):
        bench.apply(SetMuted(CF, leg_id, False))
        bench.tick(2)
        bench.apply(SetMuted(CF, leg_id, True))
        bench.tick(2)


def test_gains_of_the_limiter_stay_each_leg_s_own(bench: Bench) -> None:
    bench.tick(3, loudness=20_000)
    bench.apply(SetMuted(CF, "b", True))
    bench.tick(3, loudness=20_000)
    bench.tick(40)
    bench.apply(SetMuted(CF, "b", False))
    bench.tick(4)


@pytest.mark.parametrize("mix_rate_hz", [8_000, 48_000])
def test_so_it_is_at_other_rates(monkeypatch: pytest.MonkeyPatch, mix_rate_hz: int) -> None:
    bench = Bench(monkeypatch, mix_rate_hz)
    bench.tick(4)
    bench.apply(SetMuted(CF, "a", True))
    bench.tick(4)


def test_a_bank_forgets_who_heard_the_same_when_somebody_goes() -> None:
    bank = LegBank(WIRE, 16_000)
    house = House(16_000)
    house.open(*PEOPLE, wire=WIRE)
    for leg in house.legs.values():
        bank.add(leg)
    heard = np.zeros((16, 320), np.float32)
    ears = np.arange(16)
    ears[[leg.row for leg in house.legs.values()]] = house.legs["a"].row
    bank.encode(heard, ears)
    bank.remove(house.legs["a"])
    bank.encode(heard, ears)
    counts = [len(house.outputs[leg_id].sent) for leg_id in PEOPLE]
    assert counts == [1, 2, 2, 2, 2, 2]


@pytest.mark.parametrize("listener", ["c", "e"])
def test_the_end_of_what_one_hears_alone_reaches_nobody_else(bench: Bench, listener: str) -> None:
    bench.tick(4)
    loud = Clip(np.full(2 * 320, 9000, np.int16))  # to the last sample of a frame
    bench.apply(Announce(CF, listener, loud))
    bench.tick(5)
