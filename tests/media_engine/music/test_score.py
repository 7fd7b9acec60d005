import numpy as np
import pytest

from media_engine.music.room import Room
from media_engine.music.score import (
    DYNAMICS,
    Note,
    Piece,
    breathing,
    chords,
    line,
    pitch,
    shifted,
)


def timing(text: str, bar: float = 4) -> list[tuple[int, float, float]]:
    return [(note.pitch, note.start, note.length) for note in line(text, bar=bar)]


def piece(beats: float, *tempo: tuple[float, float]) -> Piece:
    return Piece("", "", beats=beats, tempo=tempo, parts=(), room=Room())


@pytest.mark.parametrize(
    ("name", "number"),
    [("C4", 60), ("A4", 69), ("F#5", 78), ("Bb3", 58), ("C-1", 0), ("B3", 59), ("Cb4", 59)],
)
def test_a_pitch_has_its_midi_number(name: str, number: int) -> None:
    assert pitch(name) == number


@pytest.mark.parametrize("name", ["", "H4", "c4", "C", "C##4", "4C"])
def test_what_is_no_pitch_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="is not a note"):
        pitch(name)


def test_a_length_stays_in_force_until_the_next() -> None:
    assert timing("C4 D4:0.5 E4 F4:2") == [(60, 0, 1), (62, 1, 0.5), (64, 1.5, 0.5), (65, 2, 2)]


def test_a_rest_takes_time_and_makes_no_note() -> None:
    assert timing("r:3 C4:1") == [(60, 3, 1)]


def test_a_chord_sounds_together() -> None:
    assert timing("C4+E4+G4:4") == [(60, 0, 4), (64, 0, 4), (67, 0, 4)]


def test_a_tie_makes_one_note_over_the_bar_line() -> None:
    assert timing("r:3 C4:1~ | C4:4~ | C4:1 D4:3") == [(60, 3, 6), (62, 9, 3)]


def test_a_chord_may_be_tied() -> None:
    assert timing("C4+E4:2~ C4+E4") == [(60, 0, 4), (64, 0, 4)]


def test_a_dynamic_holds_until_the_next() -> None:
    velocities = [note.velocity for note in line("p C4 C4 f C4 C4", bar=4)]
    assert velocities == pytest.approx([DYNAMICS[d] for d in ("p", "p", "f", "f")])


def test_without_a_dynamic_it_is_mezzo_forte() -> None:
    assert line("C4:4", bar=4)[0].velocity == pytest.approx(DYNAMICS["mf"])


def test_a_hairpin_moves_evenly_to_the_next_dynamic() -> None:
    velocities = [
        note.velocity for note in line("p < C4 C4 C4 C4 | f C4 > C4 C4 C4 | p C4:4", bar=4)
    ]
    quarter = (DYNAMICS["f"] - DYNAMICS["p"]) / 4
    assert np.diff(velocities[:5]) == pytest.approx([quarter] * 4)
    assert velocities[5] == pytest.approx(DYNAMICS["f"])
    assert velocities[8] == pytest.approx(DYNAMICS["p"])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("C4 C4 C4 | C4:4", "bar 1 holds 3 beats instead of 4"),
        ("C4:4 | C4:5 | C4:4", "bar 2 holds 5 beats instead of 4"),
        ("C4:4 | C4:1", "bar 2 holds 1 beats instead of 4"),
        ("C4:4 | X4:4", "bar 2, 'X4:4': 'X4' is not a note"),
        ("C4:long", "bar 1, 'C4:long'"),
        ("C4:-1 C4:5", "bar 1, 'C4:-1'"),
        ("C4:4~ | D4:4", "tie"),
        ("C4:1~ r:2 C4:1", "tie"),
        ("C4:4~", "tie"),
        ("p < C4:4", "hairpin"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_bar(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        line(text, bar=4)


def test_notes_can_be_moved_in_time() -> None:
    assert shifted([Note(60, 1, 2, 0.5)], 4) == (Note(60, 5, 2, 0.5),)


def test_chords_come_in_time_and_from_low_to_high() -> None:
    grouped = chords([Note(67, 1, 1, 1), Note(64, 0, 1, 1), Note(60, 0, 2, 1)])
    assert [[note.pitch for note in chord] for chord in grouped] == [[60, 64], [67]]


def test_beats_fall_by_the_tempo() -> None:
    assert piece(8, (0, 120)).seconds_at([-1, 0, 1, 8, 9]) == pytest.approx([0, 0, 0.5, 4, 4])


def test_a_tempo_between_two_marks_moves_evenly() -> None:
    slowing = piece(8, (0, 120), (8, 60))
    assert slowing.seconds == pytest.approx(8 * np.log(2), rel=1e-3)


def test_a_breathing_player_keeps_the_tempo_on_the_whole() -> None:
    marks = breathing(90, phrase=8, beats=64, depth=0.1)
    assert piece(64, *marks).seconds == pytest.approx(64 * 60 / 90, rel=0.01)
    assert [bpm for _, bpm in marks[:3]] == pytest.approx([85.5, 94.5, 85.5])
