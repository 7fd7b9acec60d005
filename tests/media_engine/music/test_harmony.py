from itertools import pairwise

import pytest

from media_engine.music.harmony import QUALITIES, chart, ladder, voiced
from media_engine.music.score import Note, pitch


def stacked(notes: tuple[Note, ...]) -> list[list[int]]:
    """The pitches of each chord, from low to high."""
    starts = sorted({note.start for note in notes})
    return [sorted(n.pitch for n in notes if n.start == start) for start in starts]


def numbers(*chords: str) -> list[list[int]]:
    return [[pitch(name) for name in chord.split()] for chord in chords]


def test_the_chords_of_a_bar_share_it_evenly() -> None:
    found = [(c.start, c.length, c.root) for c in chart("C | F G | Am |")]
    assert found == [(0, 4, 0), (4, 2, 5), (6, 2, 7), (8, 4, 9)]


def test_a_bar_may_be_of_any_length() -> None:
    assert [chord.start for chord in chart("C | F G", bar=8)] == [0, 8, 12]


@pytest.mark.parametrize(
    ("symbol", "classes"),
    [
        ("C", (0, 4, 7)),
        ("F#m", (6, 9, 1)),
        ("Bbmaj9", (10, 2, 5, 9, 0)),
        ("E7sus4", (4, 9, 11, 2)),
        ("Cb", (11, 3, 6)),
    ],
)
def test_a_symbol_names_its_notes(symbol: str, classes: tuple[int, ...]) -> None:
    assert chart(symbol)[0].classes == classes


def test_a_chord_may_stand_over_another_bass() -> None:
    chord = chart("A/C#")[0]
    assert (chord.root, chord.bass) == (9, 1)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("C | Hm", "bar 2, 'Hm'"),
        ("C | F Cfoo", "bar 2, 'Cfoo': 'foo' is no kind of chord: there is .*maj7"),
        ("C/X", "bar 1, 'C/X'"),
        ("C |  | F", "bar 2 has no chord"),
        ("", "bar 1 has no chord"),
    ],
)
def test_a_slip_of_the_pen_is_told_with_its_bar(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        chart(text)


def test_voices_move_as_little_as_they_can() -> None:
    found = stacked(voiced(chart("C | F | G | C"), "C4", size=3))
    assert found == numbers("C4 E4 G4", "C4 F4 A4", "D4 G4 B4", "E4 G4 C5")


def test_a_voicing_holds_for_its_chord() -> None:
    assert {(n.start, n.length) for n in voiced(chart("C | F G"), "C4")} == {(0, 4), (4, 2), (6, 2)}


@pytest.mark.parametrize(
    ("symbol", "low", "size", "names"),
    [
        ("Dmaj9", "F4", 4, "F#4 A4 C#5 E5"),
        ("Dmaj9", "F4", 3, "F#4 C#5 E5"),
        ("D5", "D4", 3, "D4 A4 D5"),
        ("Dm", "D4", 5, "D4 F4 A4 D5 F5"),
    ],
)
def test_a_voicing_has_the_notes_that_matter(symbol: str, low: str, size: int, names: str) -> None:
    assert stacked(voiced(chart(symbol), low, size=size)) == numbers(names)


@pytest.mark.parametrize("quality", QUALITIES)
def test_no_neighbours_grate(quality: str) -> None:
    harmony = " | ".join(root + quality for root in ("C", "F#", "Bb", "E", "A", "Eb"))
    for chord in stacked(voiced(chart(harmony), "G3")):
        assert min(high - low for low, high in pairwise(chord)) > 1


def test_a_ladder_climbs_from_the_bass() -> None:
    found = stacked(ladder(chart("Am | F/A | E5"), "E2"))
    assert found == numbers("A2 C3 E3 A3", "A2 C3 F3 A3", "E2 B2 E3")
