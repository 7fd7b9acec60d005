"""When marks are due: behind the sound that came before them, or at once after a clear."""

from conference_app.headless_caller.playout import MAX_WAITING, Playout

FRAME = bytes(160)


def playout() -> Playout:
    return Playout(bytes_per_second=8000)


def test_a_mark_with_no_sound_before_it_is_due_at_once() -> None:
    buffer = playout()
    buffer.add_mark("a")
    assert buffer.due_marks(5.0) == ["a"]
    assert buffer.due_marks(5.0) == []


def test_a_mark_is_due_when_what_came_before_it_was_played() -> None:
    buffer = playout()
    for _ in range(5):
        buffer.add(5.0, FRAME)
    buffer.add_mark("a")
    buffer.add(5.0, FRAME)
    buffer.add_mark("b")
    assert buffer.due_marks(5.09) == []
    assert buffer.due_marks(5.11) == ["a"]
    assert buffer.due_marks(5.13) == ["b"]


def test_sound_that_comes_after_a_pause_is_played_from_then_on() -> None:
    buffer = playout()
    buffer.add(5.0, FRAME)
    buffer.add(6.0, FRAME)
    buffer.add_mark("a")
    assert buffer.due_marks(6.01) == []
    assert buffer.due_marks(6.03) == ["a"]


def test_clear_makes_all_marks_due_and_forgets_the_sound() -> None:
    buffer = playout()
    buffer.add(5.0, bytes(80_000))
    buffer.add_mark("a")
    buffer.add_mark("b")
    buffer.clear()
    assert buffer.due_marks(5.0) == ["a", "b"]
    buffer.add(5.0, FRAME)
    buffer.add_mark("c")
    assert buffer.due_marks(5.03) == ["c"]


def test_too_many_waiting_marks_cost_the_oldest() -> None:
    buffer = playout()
    buffer.add(0.0, FRAME)
    for number in range(MAX_WAITING + 2):
        buffer.add_mark(str(number))
    assert buffer.due_marks(1.0)[0] == "2"
    assert buffer.dropped_marks == 2
