"""The lines beside a recording, read back."""

import random
from itertools import pairwise
from pathlib import Path

import pytest

from media_engine.speech_notes import MOST_SPANS, Speech, merged, read_speech

RATE_HZ = 1000
"""So that a sample is a millisecond."""

WHOLE = range(10_000)


def read(path: Path, text: str, part: range = WHOLE) -> Speech:
    notes = path / "RE1.speech"
    notes.write_text(text)
    speech = read_speech(notes, RATE_HZ, part)
    assert speech is not None
    assert Speech.from_json(speech.to_json()) == speech
    return speech


def test_who_spoke_when(tmp_path: Path) -> None:
    speech = read(tmp_path, "100 + a\n300 + b\n500 - a\n600 + a\n700 - b\n800 - a\n")
    assert speech.spans == {"a": [(100, 500), (600, 800)], "b": [(300, 700)]}
    assert (speech.until_ms, speech.merged_ms, speech.left_out) == (None, 0, [])


def test_a_sample_is_counted_at_its_rate(tmp_path: Path) -> None:
    notes = tmp_path / "RE1.speech"
    notes.write_text("16000 + a\n24000 - a\n8000 ~ 4000\n")
    speech = read_speech(notes, 8000, range(80_000))
    assert speech == Speech({"a": [(2000, 3000)]}, [(1000, 500)])


def test_without_notes_nothing_is_known(tmp_path: Path) -> None:
    assert read_speech(tmp_path / "RE1.speech", RATE_HZ, WHOLE) is None
    assert Speech.from_json({}) == Speech()


def test_what_was_trimmed_off_is_cut_from_it(tmp_path: Path) -> None:
    text = "10 + a\n50 - a\n40 + b\n150 - b\n180 + c\n"
    speech = read(tmp_path, text, range(100, 200))
    assert speech.spans == {"b": [(0, 50)], "c": [(80, 100)]}


def test_who_speaks_at_a_crash_speaks_to_the_end(tmp_path: Path) -> None:
    speech = read(tmp_path, "100 + a\n300 - a\n500 + b\n90000 + c\n700 - ")
    assert speech.spans == {"a": [(100, 300)], "b": [(500, 10_000)]}


def test_what_can_not_be_read_is_passed_over(tmp_path: Path) -> None:
    text = "\n+ a\nx + a\n-5 + a\n100\n100 + a\n100 ? a\n100 ~ x\n200 - z\n\x00\n300 - a\n"
    assert read(tmp_path, text).spans == {"a": [(100, 300)]}


def test_behind_the_last_note_nothing_is_known(tmp_path: Path) -> None:
    speech = read(tmp_path, "100 + a\n300 !\n400 - a\n500 + b\n")
    assert (speech.spans, speech.until_ms) == ({"a": [(100, 300)]}, 300)


def test_speech_is_found_in_the_meeting_around_what_was_left_out(tmp_path: Path) -> None:
    text = "100 + a\n300 - a\n300 ~ 5000\n300 + a\n400 - a\n600 ~ 100\n600 + a\n700 - a\n"
    speech = read(tmp_path, text + "800 ~ 10\n650 + b\n800 - b\n")
    assert speech.spans == {"a": [(100, 400), (600, 700)], "b": [(650, 800)]}
    assert speech.in_meeting("a") == [(100, 300), (5300, 5400), (5700, 5800)]
    assert speech.in_meeting("b") == [(5750, 5900)]
    assert speech.in_meeting("c") == []


def test_too_many_places_where_time_was_left_out_end_it(tmp_path: Path) -> None:
    text = "0 + a\n" + "".join(f"{at} ~ 1\n" for at in range(1, MOST_SPANS + 10))
    speech = read(tmp_path, text)
    assert speech.until_ms == MOST_SPANS + 1
    assert len(speech.left_out) == MOST_SPANS + 1


def test_too_many_pauses_are_joined_and_that_is_told(tmp_path: Path) -> None:
    # Of a, pauses of 400 ms; of b, of 3 s.
    spans = [(at, "a", at + 100) for at in range(0, 500 * MOST_SPANS, 500)]
    spans += [(at, "b", at + 1000) for at in range(0, 400_000, 4000)]
    text = "".join(f"{start} + {who}\n{end} - {who}\n" for start, who, end in spans)
    speech = read(tmp_path, text, range(10_000_000))
    assert speech.merged_ms == 500
    assert speech.spans["a"] == [(0, 500 * (MOST_SPANS - 1) + 100)]
    assert len(speech.spans["b"]) == 100


def test_joined_spans_cover_the_same_moments() -> None:
    chance = random.Random(1)
    for _ in range(200):
        starts = [chance.randrange(60) for _ in range(chance.randrange(8))]
        spans = [(start, start + chance.randrange(1, 20)) for start in starts]
        joined = merged(spans)
        assert _moments(joined) == _moments(spans)
        assert all(end < start for (_, end), (start, _) in pairwise(joined))


def _moments(spans: list[tuple[int, int]]) -> set[int]:
    return {moment for start, end in spans for moment in range(start, end)}


@pytest.mark.parametrize("gap", [0, 5])
def test_a_pause_of_just_that_length_is_joined(gap: int) -> None:
    assert merged([(0, 10), (10 + gap, 20)], gap) == [(0, 20)]
    assert len(merged([(0, 10), (11 + gap, 20)], gap)) == 2
