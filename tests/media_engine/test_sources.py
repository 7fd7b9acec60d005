"""Sound out of nowhere: silence, clips, and one after another."""

import numpy as np
import pytest

from media_engine.pcm import Pcm
from media_engine.sources import Clip, Queue, Silence, Source

FRAME = 4
CLIP: Pcm = np.arange(1, 7, dtype=np.int16)


def listen(source: Source, frames: int) -> list[float] | None:
    """All samples of the next frames, or None when it ends before."""
    heard: list[float] = []
    for _ in range(frames):
        frame = source.read(FRAME)
        if frame is None:
            return None
        assert frame.shape == (FRAME,)
        assert frame.dtype == np.float32
        heard += frame.tolist()
    return heard


def test_silence_without_a_length_never_ends() -> None:
    assert listen(Silence(), 1000) == [0] * 4000


@pytest.mark.parametrize(("samples", "frames"), [(0, 0), (1, 1), (4, 1), (5, 2), (8, 2)])
def test_silence_of_a_length_ends_after_it(samples: int, frames: int) -> None:
    silence = Silence(samples)
    assert listen(silence, frames) == [0] * frames * FRAME
    assert silence.read(FRAME) is None
    assert silence.read(FRAME) is None


@pytest.mark.parametrize(
    ("times", "heard"),
    [
        (1, [1, 2, 3, 4, 5, 6, 0, 0]),
        (2, [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]),
        (3, [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6, 0, 0]),
    ],
)
def test_a_clip_is_played_so_often_without_a_gap_and_padded_at_its_end_only(
    times: int, heard: list[float]
) -> None:
    clip = Clip(CLIP, times=times)
    assert listen(clip, len(heard) // FRAME) == heard
    assert clip.read(FRAME) is None
    assert clip.read(FRAME) is None


def test_a_clip_for_ever_has_no_gap_at_its_seam() -> None:
    assert listen(Clip(CLIP, times=0), 300) == np.tile(CLIP, 200).tolist()


def test_a_clip_shorter_than_a_frame_is_repeated_within_it() -> None:
    assert listen(Clip(CLIP[:1], times=0), 2) == [1] * 8


@pytest.mark.parametrize("times", [0, 1, 5])
def test_an_empty_clip_is_over_at_once(times: int) -> None:
    assert Clip(CLIP[:0], times=times).read(FRAME) is None


def test_each_listener_of_one_sound_has_a_place_of_his_own() -> None:
    first, second = Clip(CLIP, times=0), Clip(CLIP, times=0)
    first.read(FRAME)
    assert listen(second, 1) == [1, 2, 3, 4]
    assert listen(first, 1) == [5, 6, 1, 2]


def test_what_was_read_may_be_changed_without_spoiling_the_clip() -> None:
    clip = Clip(CLIP[:FRAME], times=0)
    frame = clip.read(FRAME)
    assert frame is not None
    frame += 100
    assert listen(clip, 1) == [1, 2, 3, 4]


def test_a_queue_plays_its_sources_in_order_and_passes_over_empty_ones() -> None:
    queue = Queue([Clip(CLIP[:0]), Clip(CLIP[:4]), Silence(0), Silence(4), Clip(CLIP[4:])])
    assert listen(queue, 3) == [1, 2, 3, 4, 0, 0, 0, 0, 5, 6, 0, 0]
    assert queue.read(FRAME) is None


def test_a_queue_of_nothing_is_over_at_once() -> None:
    assert Queue([]).read(FRAME) is None
