"""What is done to a leg's voice before its meeting hears it, and who is told that it speaks."""

import numpy as np
import pytest

from media_engine.commands import CloseLeg, SetDenoised, SetLevelled
from media_engine.events import Audibility, AudibilityChanged, LegSpeaking
from tests.media_engine.house import FRAME, RATE_HZ, House


def babble(house: House, leg_id: str, ticks: int) -> list[int]:
    """Let a leg say something like speech; give how loud all others hear it, frame by frame."""
    told = []
    for tick in range(ticks):
        hz = (300, 1200, 500, 2500, 800)[tick % 5]
        wave = 1000 * np.sin(2 * np.pi * hz * np.arange(FRAME) / RATE_HZ)
        house.legs[leg_id].receive(wave.astype("<i2").tobytes())
        house.registry.tick()
        (other,) = set(house.outputs) - {leg_id}
        told.append(int(np.abs(np.frombuffer(house.outputs[other].sent[-1], "<i2")).max()))
    return told


def test_in_a_meeting_that_is_plain_otherwise_it_is_told_who_speaks() -> None:
    house = House()
    house.meet("a", "b", watch_speech=True)
    for _ in range(5):
        house.tick(a=0, b=0)
    babble(house, "a", 20)
    for _ in range(60):
        house.tick(a=0, b=0)
    assert house.events == [LegSpeaking("CF1", "a", True, "a"), LegSpeaking("CF1", "a", False, "a")]


def test_who_is_levelled_is_so_for_all_and_after_him_nobody_is() -> None:
    house = House()
    house.meet("a", "b")
    quiet = babble(house, "a", 150)[-1]
    house.apply(SetLevelled("CF1", "a", True))
    louder = babble(house, "a", 150)[-1]
    assert louder > 2 * quiet
    house.apply(CloseLeg("a"))
    del house.outputs["a"]
    house.open("c")
    assert house.legs["c"].row == house.legs["a"].row
    house.join("c")
    assert babble(house, "c", 150)[-1] == pytest.approx(quiet, abs=2)


def test_a_voice_that_can_not_be_freed_of_noise_is_counted_and_passes() -> None:
    house = House()
    house.meet("a", "b")
    house.apply(SetDenoised("CF1", "a", True))
    # At 8 kHz it can not be done.
    assert house.registry.noisy_voices == 1
    assert house.tick(a=700, b=0)["b"] == 700
    audibility = Audibility(denoised=True)
    assert AudibilityChanged("CF1", "a", audibility) in house.events
