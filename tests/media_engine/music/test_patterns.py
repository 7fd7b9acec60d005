import pytest

from media_engine.music.patterns import beat, between, figure, form, scaled, swung, transposed
from media_engine.music.score import Note, line

TRIADS = line("mf C4+E4+G4:2 F4+A4+C5:2", bar=4)


def timing(notes: tuple[Note, ...]) -> list[tuple[int, float, float]]:
    return [(note.pitch, note.start, note.length) for note in notes]


def test_a_digit_is_that_note_of_the_chord_and_goes_on_an_octave_up() -> None:
    assert timing(figure(TRIADS, "0143", step=0.5)) == [
        *((60, 0, 0.5), (64, 0.5, 0.5), (76, 1, 0.5), (72, 1.5, 0.5)),
        *((65, 2, 0.5), (69, 2.5, 0.5), (81, 3, 0.5), (77, 3.5, 0.5)),
    ]


def test_a_note_holds_on_but_not_past_its_chord() -> None:
    assert timing(figure(TRIADS, "0. 1---", step=0.5)) == [(60, 0, 0.5), (64, 1, 1), (65, 3, 0.5)]


def test_blanks_and_bars_are_for_the_eye() -> None:
    assert figure(TRIADS, "0 1 | 2\n .") == figure(TRIADS, "012.")


def test_a_whole_chord_is_struck_plain_hard_or_softly() -> None:
    plain, hard, soft = (figure(TRIADS, sign, step=2)[0].velocity for sign in "xXo")
    assert [hard / plain, soft / plain] == pytest.approx([1.25, 0.6])
    assert len(figure(TRIADS, "x", step=4)) == 3


def test_between_two_chords_nothing_is_played() -> None:
    gap = line("r:1 C4:1 r:1 D4:1", bar=4)
    assert timing(figure(gap, "0", step=1)) == [(60, 1, 1), (62, 3, 1)]


def test_a_beat_goes_round_and_ends_with_its_fill() -> None:
    hits = beat("X.o.", beats=3, fill="xx..")
    assert [hit.start for hit in hits] == [0, 0.5, 1, 1.5, 2, 2.25]
    assert hits[0].velocity > hits[4].velocity > hits[1].velocity


@pytest.mark.parametrize("grid", ["0", "?", "", " | "])
def test_a_slip_in_a_grid_is_refused(grid: str) -> None:
    with pytest.raises(ValueError, match="grid"):
        beat(grid, beats=4)


def test_a_form_strings_sections_together() -> None:
    one, two = line("C4:4", bar=4), line("D4:4", bar=4)
    assert timing(form("ABCA", 4, A=one, B=two)) == [(60, 0, 4), (62, 4, 4), (60, 12, 4)]
    assert form("ABC", 4, AC=one, B=two) == form("ABC", 4, A=one, B=two, C=one)


def test_notes_are_chosen_by_their_beginning() -> None:
    assert timing(between(line("C4 D4 E4 F4", bar=4), 1, 3)) == [(62, 1, 1), (64, 2, 1)]


def test_strength_is_scaled_evenly_and_bounded() -> None:
    notes = [Note(60, start, 1, 0.6) for start in range(3)]
    assert [n.velocity for n in scaled(notes, 0.5)] == pytest.approx([0.3, 0.3, 0.3])
    assert [n.velocity for n in scaled(notes, 1, 3)] == pytest.approx([0.6, 1.0, 1.0])
    assert scaled((), 0.5) == ()


def test_notes_can_be_transposed() -> None:
    assert timing(transposed(line("C4:4", bar=4), -12)) == [(48, 0, 4)]


def test_swing_makes_the_first_of_a_pair_longer() -> None:
    straight = line("C4:0.5 D4 E4 F4 G4:2", bar=4)
    assert [n.start for n in swung(straight, 0.6, pair=1.0)] == pytest.approx([0, 0.6, 1, 1.6, 2])
    assert swung(straight, 0.6, pair=1.0)[1].length == pytest.approx(0.4)
    assert timing(swung(straight, 0.5, pair=1.0)) == timing(straight)
