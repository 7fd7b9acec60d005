"""The hearing matrix against the multiplication that it stands for."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from media_engine.mixing import RAMP_MS, HearingMatrix
from media_engine.pcm import Wide

FRAME = 160
RAMP = 8 * RAMP_MS
FULL_SCALE = 32767


def matrix_of(*voices: float) -> HearingMatrix:
    """A matrix of legs whose voices have come in."""
    matrix = HearingMatrix()
    for voice in voices:
        matrix.add(voice)
    settle(matrix)
    return matrix


def settle(matrix: HearingMatrix) -> None:
    """Let the tick pass in which changed voices are ramped."""
    matrix.mix(np.zeros((len(matrix), FRAME), np.float32))


def noise(legs: int, seed: int = 1) -> Wide:
    """Full-scale whole numbers, so that all sums are exact."""
    dice = np.random.default_rng(seed)
    return dice.integers(-32768, 32768, (legs, FRAME)).astype(np.float32)


def constant(*levels: float) -> Wide:
    return np.repeat(np.array(levels, np.float32)[:, np.newaxis], FRAME, axis=1)


# --- what is heard -------------------------------------------------------------------------------


def test_everybody_hears_all_others_and_not_himself() -> None:
    heard, total = matrix_of(1, 1, 1).mix(constant(1, 10, 100))
    assert heard[:, 0].tolist() == [110, 101, 11]
    assert total[0] == 111


@pytest.mark.parametrize(
    ("voices", "heard", "total"),
    [
        ((1, 0, 1), [100, 101, 1], 101),
        ((0, 0, 0), [0, 0, 0], 0),
        ((1, 0.5, 1), [105, 101, 6], 106),
        ((2, 1, 1), [110, 102, 12], 112),
    ],
)
def test_a_voice_is_how_all_others_and_the_recording_hear_a_leg(
    voices: tuple[float, ...], heard: list[float], total: float
) -> None:
    mixed, sum_of_voices = matrix_of(*voices).mix(constant(1, 10, 100))
    assert (mixed[:, 0].tolist(), sum_of_voices[0]) == (heard, total)


def test_a_deaf_leg_hears_nobody_and_is_heard() -> None:
    matrix = matrix_of(1, 1, 1)
    matrix.set_deaf(0, True)
    assert matrix.mix(constant(1, 10, 100))[0][:, -1].tolist() == [0, 101, 11]
    matrix.set_deaf(0, False)
    assert matrix.mix(constant(1, 10, 100))[0][:, -1].tolist() == [110, 101, 11]


def test_a_gain_of_one_listener_stands_in_place_of_the_voice_and_is_not_in_the_total() -> None:
    matrix = matrix_of(1, 0, 1)
    matrix.set_gain(0, 1, 1.0)
    matrix.set_gain(0, 2, 0.5)
    heard, total = matrix.mix(constant(1, 10, 100))
    assert (heard[:, -1].tolist(), total[0]) == ([60, 101, 1], 101)
    matrix.set_gain(0, 1, None)
    matrix.set_gain(0, 2, None)
    assert matrix.mix(constant(1, 10, 100))[0][:, -1].tolist() == [100, 101, 1]


def test_the_entry_of_a_leg_and_itself_can_not_be_set() -> None:
    with pytest.raises(ValueError, match="himself"):
        matrix_of(1, 1).set_gain(1, 1, 0.5)


def test_gains_of_their_own_stay_with_their_legs_when_one_before_them_goes() -> None:
    matrix = matrix_of(1, 1, 1, 1)
    matrix.set_gain(1, 3, 0.0)
    matrix.set_gain(3, 0, 0.0)
    matrix.remove(0)
    assert matrix.mix(constant(1, 10, 100))[0][:, -1].tolist() == [10, 101, 11]


def test_what_was_mixed_shares_no_memory_with_what_was_spoken() -> None:
    spoken = constant(1, 10)
    for sound in matrix_of(1, 1).mix(spoken):
        sound += 1000
    assert spoken[:, 0].tolist() == [1, 10]


def test_without_legs_the_total_is_silence() -> None:
    heard, total = HearingMatrix().mix(np.zeros((0, FRAME), np.float32))
    assert (heard.shape, total.tolist()) == ((0, FRAME), [0] * FRAME)


# --- exactness -----------------------------------------------------------------------------------


def test_sums_of_40_full_scale_legs_are_exact() -> None:
    spoken = noise(40)
    heard, total = matrix_of(*[1] * 40).mix(spoken)
    exact = spoken.astype(np.int64)
    assert (total == exact.sum(axis=0)).all()
    assert (heard == exact.sum(axis=0) - exact).all()


def test_a_leg_alone_hears_not_a_trace_of_itself() -> None:
    assert not matrix_of(1).mix(noise(1))[0].any()


def test_ones_own_sound_is_gone_to_the_last_bit_even_when_all_shout_and_some_are_muted() -> None:
    matrix = matrix_of(*[leg % 3 != 0 for leg in range(40)])
    spoken = noise(40)
    louder = spoken.copy()
    louder[7] += 1234
    assert (matrix.mix(spoken)[0][7] == matrix.mix(louder)[0][7]).all()


# --- against the naive multiplication ------------------------------------------------------------


@dataclass
class Naive:
    """The matrix written out, changed entry by entry."""

    voices: list[float] = field(default_factory=list)
    deaf: list[bool] = field(default_factory=list)
    gains: dict[tuple[int, int], float] = field(default_factory=dict)

    def entry(self, listener: int, speaker: int) -> float:
        if listener == speaker or self.deaf[listener]:
            return 0.0
        return self.gains.get((listener, speaker), self.voices[speaker])

    def dense(self) -> Wide:
        legs = range(len(self.voices))
        entries = [[self.entry(listener, speaker) for speaker in legs] for listener in legs]
        return np.array(entries, np.float32).reshape(len(legs), len(legs))

    def remove(self, gone: int) -> None:
        del self.voices[gone], self.deaf[gone]
        self.gains = {
            (listener - (listener > gone), speaker - (speaker > gone)): gain
            for (listener, speaker), gain in self.gains.items()
            if gone not in (listener, speaker)
        }


_GAINS = st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0])
_POSITIONS = st.integers(0, 99)
_CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), _GAINS),
        st.tuples(st.just("remove"), _POSITIONS),
        st.tuples(st.just("voice"), _POSITIONS, _GAINS),
        st.tuples(st.just("deaf"), _POSITIONS, st.booleans()),
        st.tuples(st.just("gain"), _POSITIONS, _POSITIONS, st.none() | _GAINS),
    ),
    max_size=40,
)


def change(matrix: HearingMatrix, naive: Naive, kind: str, *arguments: Any) -> None:
    """Do the same to both; positions count round. Nothing when the legs that it needs are not
    there.
    """
    count = {"add": 0, "gain": 2}.get(kind, 1)
    if len(matrix) < count:
        return
    positions = [position % len(matrix) for position in arguments[:count]]
    if len(set(positions)) < count:
        return
    match kind, (*positions, *arguments[count:]):
        case "add", (voice,):
            assert matrix.add(voice) == len(naive.voices)
            naive.voices.append(voice)
            naive.deaf.append(False)
        case "remove", (position,):
            matrix.remove(position)
            naive.remove(position)
        case "voice", (position, gain):
            matrix.set_voice(position, gain)
            naive.voices[position] = gain
        case "deaf", (position, deaf):
            matrix.set_deaf(position, deaf)
            naive.deaf[position] = deaf
        case "gain", (listener, speaker, gain):
            matrix.set_gain(listener, speaker, gain)
            naive.gains.pop((listener, speaker), None)
            if gain is not None:
                naive.gains[listener, speaker] = gain


@settings(deadline=None)
@given(legs=st.integers(0, 8), changes=_CHANGES)
def test_what_is_heard_is_the_matrix_times_what_is_spoken(
    legs: int, changes: list[tuple[Any, ...]]
) -> None:
    matrix, naive = HearingMatrix(), Naive()
    for kind, *arguments in [("add", 1.0)] * legs + changes:
        change(matrix, naive, kind, *arguments)
    settle(matrix)
    spoken = noise(len(matrix))
    heard, total = matrix.mix(spoken)
    # Gains are powers of two, so these sums are exact as well.
    assert (matrix.dense() == naive.dense()).all()
    assert (heard == naive.dense() @ spoken).all()
    assert (total == np.array(naive.voices, np.float32) @ spoken).all()


# --- no clicks -----------------------------------------------------------------------------------


def ramp_of(before: float, after: float) -> Wide:
    """A constant sound while its gain changes."""
    ramp = np.linspace(before, after, RAMP + 1, dtype=np.float32)[1:]
    return np.concatenate([ramp, np.full(FRAME - RAMP, after, np.float32)])


@pytest.mark.parametrize(("before", "after"), [(1, 0), (0, 1), (1, 0.5)])
def test_a_voice_changes_without_a_step_for_all_and_for_the_recording(
    before: float, after: float
) -> None:
    matrix = matrix_of(before, 1, 1)
    matrix.set_voice(0, after)
    heard, total = matrix.mix(constant(1000, 0, 0))
    expected = 1000 * ramp_of(before, after)
    assert heard[0].tolist() == [0] * FRAME
    for listener in (heard[1], heard[2], total):
        assert listener == pytest.approx(expected, abs=0.01)


def test_a_voice_comes_in_without_a_step() -> None:
    matrix = matrix_of(1, 1)
    matrix.add(1.0)
    heard, _ = matrix.mix(constant(0, 0, 1000))
    assert heard[0] == pytest.approx(1000 * ramp_of(0, 1), abs=0.01)


def test_a_ramp_stays_with_its_leg_when_one_before_it_goes() -> None:
    matrix = matrix_of(0, 0.5, 1, 1)
    matrix.set_voice(2, 0.0)
    matrix.remove(1)
    heard, _ = matrix.mix(constant(1, 1000, 0))
    assert heard[2] == pytest.approx(1000 * ramp_of(1, 0), abs=0.01)


def test_a_ramp_reaches_listeners_with_gains_of_their_own_too() -> None:
    matrix = matrix_of(1, 1, 1)
    matrix.set_gain(2, 1, 0.5)
    settle(matrix)
    matrix.set_voice(0, 0.0)
    heard, _ = matrix.mix(constant(1000, 100, 0))
    assert heard[2] == pytest.approx(50 + 1000 * ramp_of(1, 0), abs=0.01)


@pytest.mark.parametrize(("deaf_before", "deaf"), [(False, True), (True, False)])
def test_a_leg_becomes_deaf_without_a_step(deaf_before: bool, deaf: bool) -> None:
    matrix = matrix_of(1, 1)
    matrix.set_deaf(0, deaf_before)
    settle(matrix)
    matrix.set_deaf(0, deaf)
    heard, _ = matrix.mix(constant(0, 1000))
    assert abs(np.diff(heard[0])).max() < 1000 / (RAMP - 1)
    assert (heard[0, 0] < 500, heard[0, -1]) == (deaf_before, 1000 * (not deaf))


def test_a_gain_of_one_listener_changes_without_a_step_and_for_no_one_else() -> None:
    matrix = matrix_of(1, 1, 1)
    matrix.set_gain(0, 1, 0.0)
    heard, total = matrix.mix(constant(0, 1000, 0))
    assert abs(np.diff(heard[0])).max() < 1000 / (RAMP - 1)
    assert (heard[0, 0] > 900, heard[0, -1]) == (True, 0)
    assert heard[2].tolist() == total.tolist() == [1000] * FRAME


def test_a_step_of_a_row_stays_with_its_leg_when_others_come_and_go() -> None:
    matrix = matrix_of(1, 1, 1)
    matrix.set_gain(2, 1, 0.0)
    matrix.remove(0)
    matrix.add(1.0)
    heard, _ = matrix.mix(constant(1000, 0, 0))
    assert (heard[1, 0] > 900, heard[1, -1]) == (True, 0)


def test_after_the_one_tick_of_a_ramp_the_new_voice_is_exact() -> None:
    matrix = matrix_of(1, 1)
    matrix.set_voice(0, 0.0)
    settle(matrix)
    heard, total = matrix.mix(constant(1000, 10))
    assert (heard[:, 0].tolist(), total[0]) == ([10, 0], 10)


def test_a_voice_that_is_changed_and_changed_back_between_two_ticks_is_not_ramped() -> None:
    matrix = matrix_of(1, 1)
    matrix.set_voice(0, 0.0)
    matrix.set_voice(0, 1.0)
    heard, _ = matrix.mix(constant(1000, 10))
    assert heard[1].tolist() == [1000] * FRAME
