"""One caller's audio: what is made of the bytes from its socket, tick by tick."""

from itertools import pairwise

import numpy as np
import pytest

from media_engine.concealment import SILENT_AFTER_MS
from media_engine.dialects import ALAW, L16, MULAW, WireFormat
from media_engine.errors import EngineFull
from media_engine.jitter import CEILING_FRAMES, MAX_MARKS
from media_engine.leg import CONCEALED_TICKS, HELD_FRAMES, Leg
from media_engine.pcm import Pcm

LINEAR = WireFormat(L16, 8000)
FRAME = 160


class Output:
    """What was sent to the client."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.marks: list[str] = []

    def audio(self, payload: bytes) -> None:
        self.sent.append(payload)

    def mark(self, name: str) -> None:
        self.marks.append(name)


def listening_leg(wire: WireFormat = LINEAR, prefill: int = 1) -> Leg:
    leg = Leg("CA1", wire, Output(), row=0, prefill=prefill)
    leg.listen()
    return leg


def numbered(first: int, frames: int) -> bytes:
    """Frames of constant sound, each a step louder."""
    return np.repeat(np.arange(first, first + frames, dtype="<i2"), FRAME).tobytes()


def tone(frames: int, *, start: float = 0, peak: float = 8000) -> Pcm:
    """212.5 Hz: a frame is 4 1/4 periods, so a frame that is left out is a step."""
    time = int(start * FRAME) + np.arange(frames * FRAME)
    return np.rint(peak * np.sin(2 * np.pi * 212.5 * time / 8000)).astype(np.int16)


def heard(leg: Leg) -> Pcm:
    """The frame that a tick uses: the patch, if there is one."""
    payload, patch = leg.next_payload(), leg.patch
    leg.patch = None
    if patch is not None:
        return np.rint(patch).astype(np.int16)
    return np.frombuffer(payload, "<i2").astype(np.int16)


def marks_of(leg: Leg) -> list[str]:
    output = leg.output
    assert isinstance(output, Output)
    return output.marks


# --- bytes to frames -----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 7, 160, 319, 320, 321, 640, 3200])
def test_messages_of_any_length_become_whole_frames_in_order(size: int) -> None:
    leg = listening_leg()
    content = numbered(1, 10)
    for start in range(0, len(content), size):
        leg.receive(content[start : start + size])
    assert [int(heard(leg)[0]) for _ in range(10)] == list(range(1, 11))
    assert leg.jitter.counters.received == 10


def test_an_odd_byte_is_kept_for_the_next_message() -> None:
    leg = listening_leg()
    content = numbered(1, 3)
    leg.receive(content[:321])
    leg.receive(content[321:])
    assert [set(heard(leg)) for _ in range(3)] == [{1}, {2}, {3}]


def test_an_empty_message_is_nothing() -> None:
    leg = listening_leg()
    leg.receive(b"")
    assert leg.jitter.counters.received == 0


@pytest.mark.parametrize(
    ("wire", "silence"),
    [
        (LINEAR, b"\0" * 320),
        (WireFormat(L16, 48000), b"\0" * 1920),
        (WireFormat(MULAW, 8000), b"\xff" * 160),
        (WireFormat(ALAW, 8000), b"\xd5" * 160),
    ],
)
def test_with_nothing_to_play_a_leg_says_silence_in_its_encoding(
    wire: WireFormat, silence: bytes
) -> None:
    leg = listening_leg(wire)
    assert (leg.next_payload(), leg.patch) == (silence, None)


# --- before it is listened to --------------------------------------------------------------------


def test_what_is_said_before_anybody_listens_is_held_and_then_heard_from_its_beginning() -> None:
    leg = Leg("CA1", LINEAR, Output(), row=0)
    leg.receive(numbered(1, 50))
    assert [heard(leg).any() for _ in range(50)] == [False] * 50
    leg.listen()
    # From 261 ms on it is a backlog, of which quiet frames such as these are shed.
    assert heard(leg)[0] == 1
    assert leg.jitter.counters.overflowed == 0


def test_of_what_is_said_for_too_long_before_anybody_listens_the_last_2_s_are_held() -> None:
    leg = Leg("CA1", LINEAR, Output(), row=0)
    leg.receive(numbered(1, HELD_FRAMES + 25))
    leg.listen()
    assert (heard(leg)[0], leg.jitter.counters.overflowed) == (26, 25)


# --- marks and clear -----------------------------------------------------------------------------


def test_a_mark_is_answered_when_what_came_before_it_was_played() -> None:
    leg = listening_leg()
    leg.receive(numbered(1, 2))
    leg.receive_mark("a")
    leg.next_payload()
    leg.answer_marks()
    assert marks_of(leg) == []
    leg.next_payload()
    leg.answer_marks()
    assert marks_of(leg) == ["a"]


def test_before_a_mark_a_part_of_a_frame_is_filled_up_with_silence_and_played() -> None:
    leg = listening_leg()
    leg.receive(numbered(7, 1)[:100])
    leg.receive_mark("a")
    assert heard(leg).tolist() == [7] * 50 + [0] * 110
    leg.answer_marks()
    assert marks_of(leg) == ["a"]


def test_a_flood_of_marks_is_refused() -> None:
    leg = listening_leg()
    leg.receive(numbered(1, 1))
    with pytest.raises(EngineFull):
        for number in range(MAX_MARKS + 1):
            leg.receive_mark(str(number))


def test_clear_forgets_what_waits_with_the_part_of_a_frame_and_answers_all_marks() -> None:
    leg = listening_leg()
    leg.receive(numbered(1, 3) + b"\1" * 11)
    leg.receive_mark("a")
    leg.receive(b"\1" * 11)
    leg.clear()
    leg.answer_marks()
    assert (marks_of(leg), leg.jitter.counters.cleared) == (["a"], 4)
    leg.receive(numbered(5, 1))
    assert set(heard(leg)) == {5}


# --- gaps ----------------------------------------------------------------------------------------


def test_a_gap_is_concealed_for_its_first_60_ms_and_silent_later() -> None:
    leg = listening_leg()
    leg.receive(tone(5).tobytes())
    loudness = [int(abs(heard(leg)).max()) for _ in range(5 + CONCEALED_TICKS + 4)]
    assert CONCEALED_TICKS == SILENT_AFTER_MS // 20 == 3
    assert loudness[5] > 7000 and all(a > b for a, b in pairwise(loudness[5:8]))
    assert loudness[8:] == [0] * 4
    assert leg.concealed == CONCEALED_TICKS


@pytest.mark.parametrize("missing", [1, 2, 3, 8])
@pytest.mark.parametrize("goes_on_at", [0, 0.06, 0.12, 0.18])
def test_around_a_gap_there_is_no_step(missing: int, goes_on_at: float) -> None:
    leg = listening_leg()
    leg.receive(tone(5).tobytes())
    sound = [heard(leg) for _ in range(5 + missing)]
    after = tone(5, start=5 + missing + goes_on_at)
    leg.receive(after.tobytes())
    sound += [heard(leg) for _ in range(5)]
    # The tone itself has steps of 1335.
    assert abs(np.diff(np.concatenate(sound).astype(int))).max() < 1800
    assert (np.concatenate(sound[-4:]) == after[FRAME:]).all()


def test_every_gap_is_concealed_anew() -> None:
    leg = listening_leg()
    for gap in range(1, 4):
        leg.receive(tone(5).tobytes())
        loudness = [int(abs(heard(leg)).max()) for _ in range(5 + 10)]
        assert loudness[5] > 7000 and loudness[-1] == 0
        assert leg.concealed == gap * CONCEALED_TICKS


def test_before_the_first_sound_nothing_is_concealed() -> None:
    leg = listening_leg(prefill=3)
    leg.receive(tone(2).tobytes())
    assert [heard(leg).any() for _ in range(5)] == [False] * 5
    assert leg.concealed == 0


def test_without_a_gap_every_frame_is_passed_on_as_it_came() -> None:
    leg = listening_leg()
    frames = [numbered(number, 1) for number in range(100)]
    for frame in frames:
        leg.receive(frame)
        assert (leg.next_payload(), leg.patch) == (frame, None)


# --- delay that is shed --------------------------------------------------------------------------


def test_a_quiet_frame_that_is_shed_is_gone_over_into_without_a_step() -> None:
    leg = Leg("CA1", LINEAR, Output(), row=0, prefill=1)
    quiet = tone(CEILING_FRAMES + 10, peak=60)
    leg.receive(quiet.tobytes())
    leg.listen()
    sound = [heard(leg) for _ in range(5)]
    assert leg.jitter.counters.shed == 5
    assert abs(np.diff(np.concatenate(sound).astype(int))).max() < 15
    assert sound[0][0] == pytest.approx(quiet[0], abs=2) and sound[0][-1] == quiet[2 * FRAME - 1]


@pytest.mark.parametrize(("peak", "shed"), [(60, 5), (8000, 0)])
def test_of_a_backlog_only_what_nobody_would_miss_is_shed_at_once(peak: float, shed: int) -> None:
    leg = Leg("CA1", LINEAR, Output(), row=0, prefill=1)
    leg.receive(tone(CEILING_FRAMES + 10, peak=peak).tobytes())
    leg.listen()
    for _ in range(5):
        leg.next_payload()
    assert leg.jitter.counters.shed == shed
