"""What was heard: by time, in length, as a level, within a bound."""

import numpy as np
import pytest

from conference_app.headless_caller import heard as heard_module
from conference_app.headless_caller.heard import Heard
from media_engine.dialects import L16, MULAW, WireFormat

WIDE = WireFormat(L16, 16000)


def frame(value: int) -> bytes:
    return np.full(320, value, dtype="<i2").tobytes()


def test_sound_is_cut_by_the_time_of_its_arrival() -> None:
    heard = Heard(WIDE)
    for second in range(4):
        heard.add(float(second), frame(second))
    assert set(heard.pcm()) == {0, 1, 2, 3}
    assert set(heard.pcm(1.0)) == {1, 2, 3}
    assert set(heard.pcm(1.0, 3.0)) == {1, 2}
    assert len(heard.pcm(9.0)) == 0


def test_seconds_are_those_of_the_sound() -> None:
    heard = Heard(WireFormat(MULAW, 8000))
    heard.add(0.0, bytes(4000))
    heard.add(100.0, bytes(8000))
    assert heard.seconds == 1.5


@pytest.mark.parametrize(("value", "level"), [(0, -96.0), (16384, -6.02), (-32768, 0.0)])
def test_the_level_is_that_of_all_sound(value: int, level: float) -> None:
    heard = Heard(WIDE)
    heard.add(0.0, frame(value))
    assert heard.level_dbfs() == pytest.approx(level, abs=0.01)


def test_nothing_heard_is_silence() -> None:
    assert Heard(WIDE).level_dbfs() == -96.0


def test_the_oldest_is_dropped_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heard_module, "KEPT_SECONDS", 0.1)
    heard = Heard(WIDE)
    for number in range(7):
        heard.add(0.0, frame(number))
    assert set(heard.pcm()) == {2, 3, 4, 5, 6}
    assert heard.dropped_frames == 2
    assert heard.seconds == pytest.approx(0.1)
