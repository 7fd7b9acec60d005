import numpy as np
import pytest

from tests.benchmarks.clicks import Click, ClickTrack, delays
from tests.benchmarks.frames import client_frame

HEADER = len(client_frame(2, bytes(640))) - 640
TICK = 0.02


def heard(track: ClickTrack, seconds: float, late_s: float) -> tuple[list[float], list[bytes]]:
    """Give what a listener gets of a track through a perfect line that takes `late_s`."""
    sent_at = [step * TICK for step in range(int(seconds / TICK))]
    payloads = [track.frame_at(now)[HEADER:] for now in sent_at]
    return [now + late_s for now in sent_at], payloads


@pytest.mark.parametrize("late_s", [0.003, 0.060, 0.300])
def test_the_delay_of_every_click_is_found(late_s: float) -> None:
    track = ClickTrack(seed=3)
    found = delays(track.clicks, *heard(track, 20, late_s))
    assert len(found) > 35
    assert found == pytest.approx([late_s] * len(found))


def test_a_click_that_was_lost_is_missed_and_no_other_taken_for_it() -> None:
    track = ClickTrack(seed=3)
    arrivals, payloads = heard(track, 20, 0.06)
    lost = track.clicks[5]
    payloads[round(lost.sent_at / TICK)] = bytes(640)
    found = delays(track.clicks[4:7], arrivals, payloads)
    assert found == [pytest.approx(0.06), None, pytest.approx(0.06)]


def test_a_click_of_another_level_is_not_taken() -> None:
    track = ClickTrack(seed=3)
    arrivals, payloads = heard(track, 20, 0.06)
    click = track.clicks[5]
    assert delays([Click(click.sent_at, click.level + 1)], arrivals, payloads) == [None]


def test_clicks_too_close_to_the_ends_are_passed_over() -> None:
    silence = [np.zeros(320, np.int16).tobytes()] * 100
    arrivals = [step * TICK for step in range(100)]
    assert delays([Click(-0.1, 0), Click(1.9, 0)], arrivals, silence) == []
    assert delays([Click(1.0, 0)], [], []) == [None]
