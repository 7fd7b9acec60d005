"""What fails in a tick takes nothing from others."""

from typing import Any

import numpy as np
import pytest

from media_engine.codecs import get_codec
from media_engine.commands import LegRecordingTerms, Play
from media_engine.dialects import L16, MULAW, WireFormat
from media_engine.events import PlaybackEnded
from media_engine.pcm import Wide
from media_engine.sources import Queue
from tests.media_engine.house import FRAME, House, clip

MULAW_1000 = get_codec(MULAW).encode(np.full(FRAME, 1000, np.int16))


class BrokenSource:
    def read(self, samples: int) -> Wide | None:
        raise RuntimeError("no sound")


def test_a_source_that_fails_is_over_and_nobody_else_notices() -> None:
    house = House()
    house.meet("a", "b")
    house.open("c")
    house.apply(Play("c", 1, BrokenSource()))
    with pytest.raises(ExceptionGroup):
        house.tick(a=100, b=10)
    assert house.events == [PlaybackEnded("c", 1, completed=False)]
    assert house.outputs["a"].level == 10
    assert house.tick(a=100, b=10) == {"a": 10, "b": 100, "c": 0}


def test_waiting_music_that_fails_leaves_its_meeting_silent_and_others_as_they_are() -> None:
    house = House()
    house.meet("a", "b")
    house.open("c")
    house.join("c", room="other", conference_id="CF2", wait=Queue([clip(7), BrokenSource()]))
    assert house.tick(a=100, b=10) == {"a": 10, "b": 100, "c": 7}
    for _ in range(3):
        with pytest.raises(ExceptionGroup):
            house.tick(a=100, b=10)
        assert {leg_id: output.level for leg_id, output in house.outputs.items()} == {
            "a": 10,
            "b": 100,
            "c": 0,
        }


@pytest.mark.parametrize(
    "terms", [{"recording_id": "RE1"}, {"own_recording": LegRecordingTerms("RE1")}]
)
def test_a_recording_that_fails_does_not_silence_its_meeting(terms: dict[str, Any]) -> None:
    house = House()
    house.meet("a", "b", **terms)
    with pytest.raises(ExceptionGroup):
        house.tick(a=100, b=10)
    assert (house.outputs["a"].level, house.outputs["b"].level) == (10, 100)


def test_a_leg_that_fails_is_silent_alone() -> None:
    def fail() -> None:
        raise RuntimeError("no payload")

    house = House()
    house.meet("a", "b", "c")
    house.open("phone", wire=WireFormat(MULAW, 8000))
    house.join("phone")
    house.tick(a=100, b=10, c=1)
    house.legs["a"].poll = fail
    for _ in range(2):
        with pytest.raises(ExceptionGroup) as raised:
            house.tick(a=100, b=10, c=1)
        assert raised.group_contains(RuntimeError, match="no payload")
    assert (house.outputs["a"].level, house.outputs["b"].level) == (11, 1)
    assert house.outputs["c"].level == 10
    house.legs["a"].poll = None
    assert house.tick(a=100, b=10, c=1)["b"] == 101


def test_legs_that_can_not_be_decoded_are_silent_and_those_of_other_formats_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(codec: object, data: bytes) -> Wide:
        raise RuntimeError("no table")

    house = House()
    house.meet("a", "b")
    house.open("phone", wire=WireFormat(MULAW, 8000))
    house.join("phone")
    house.tick(a=100, b=10)
    monkeypatch.setattr(type(get_codec(L16)), "widen", fail)
    for _ in range(2):
        house.legs["phone"].receive(MULAW_1000)
        with pytest.raises(ExceptionGroup):
            house.tick(a=100, b=10)
    assert house.outputs["phone"].sent[-1] == b"\xff" * FRAME
    assert house.outputs["a"].level == pytest.approx(1000, rel=0.02)


def test_an_output_that_fails_does_not_keep_the_others_from_hearing() -> None:
    house = House()
    house.meet("a", "b", "c")
    house.outputs["a"].broken = True
    with pytest.raises(ExceptionGroup):
        house.tick(a=100, b=10, c=1)
    assert (house.outputs["b"].level, house.outputs["c"].level) == (101, 110)
