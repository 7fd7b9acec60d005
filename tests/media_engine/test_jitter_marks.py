"""Marks in the stream of a jitter buffer: reached when all before them is gone."""

import pytest

from media_engine.errors import EngineFull
from media_engine.jitter import CEILING_FRAMES, MAX_MARKS
from tests.media_engine.jitter_streams import HELD, Stream, quiet


def test_a_mark_is_reached_with_the_last_frame_before_it() -> None:
    stream = Stream()
    stream.send(3)
    stream.buffer.put_mark("a")
    stream.send(1)
    stream.buffer.put_mark("b")
    reached = []
    for _ in range(4):
        stream.tick(0)
        reached.append(stream.buffer.marks_reached())
    assert reached == [[], [], ["a"], ["b"]]
    assert not stream.buffer.has_marks


def test_a_mark_with_nothing_before_it_is_reached_at_once() -> None:
    buffer = Stream().buffer
    buffer.put_mark("a")
    assert buffer.has_marks
    assert (buffer.marks_reached(), buffer.marks_reached()) == (["a"], [])


def test_a_mark_is_reached_when_all_before_it_was_dropped_over_the_ceiling() -> None:
    stream = Stream()
    stream.send(5)
    stream.buffer.put_mark("a")
    stream.send(CEILING_FRAMES - 1)
    assert stream.buffer.marks_reached() == []
    stream.send(1)
    assert stream.buffer.marks_reached() == ["a"]


def test_a_mark_is_reached_when_the_last_frame_before_it_was_shed() -> None:
    stream = Stream(held=HELD, quiet=quiet)
    stream.send(2)
    stream.buffer.put_mark("a")
    stream.send(CEILING_FRAMES)
    assert (stream.tick(0), stream.shed) == (0, [1])
    assert stream.buffer.marks_reached() == ["a"]


def test_all_marks_are_reached_in_order_when_the_buffer_is_cleared() -> None:
    stream = Stream()
    for name in "abc":
        stream.send(2)
        stream.buffer.put_mark(name)
    stream.buffer.clear()
    assert stream.buffer.marks_reached() == ["a", "b", "c"]


def test_more_marks_than_the_bound_are_refused() -> None:
    stream = Stream()
    stream.send(1)
    for number in range(MAX_MARKS):
        stream.buffer.put_mark(str(number))
    with pytest.raises(EngineFull):
        stream.buffer.put_mark("one more")
    stream.buffer.clear()
    assert len(stream.buffer.marks_reached()) == MAX_MARKS
