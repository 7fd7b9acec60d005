"""Absolute deadlines, and how much is caught up after a stall."""

import pytest

from conference_app.headless_caller.schedule import Schedule


def test_frames_are_due_at_multiples_of_20_ms_however_late_each_one_was() -> None:
    schedule = Schedule(100.0)
    for frame, late_s in enumerate([0.001, 0.015, 0.0, 0.019], start=1):
        now_s = 100.0 + (frame - 1) * 0.02 + late_s
        assert schedule.next_delay_s(now_s) == pytest.approx(0.02 - late_s)


@pytest.mark.parametrize(
    ("stall_s", "at_once", "skipped"), [(0.05, 2, 0), (0.119, 5, 0), (1.01, 5, 45)]
)
def test_after_a_stall_few_frames_leave_at_once_and_the_rest_is_skipped(
    stall_s: float, at_once: int, skipped: int
) -> None:
    schedule = Schedule(0.0)
    delays = [schedule.next_delay_s(stall_s) for _ in range(at_once + 1)]
    assert delays[:-1] == [0.0] * at_once
    assert 0.0 < delays[-1] <= 0.02
    assert schedule.skipped_frames == skipped


def test_after_a_stall_the_old_deadlines_hold() -> None:
    schedule = Schedule(0.0)
    while schedule.next_delay_s(1.01) == 0.0:
        pass
    assert schedule.next_delay_s(1.021) == pytest.approx(0.019)
