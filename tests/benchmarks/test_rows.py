from tests.benchmarks.limits import Limit
from tests.benchmarks.rows import Mark, Row, missed_of, one
from tests.benchmarks.sound import section

KEPT = one("kept, dB", Limit("<", -80), -100.25, 1)
MISSED = Row("lost / changed", (Mark(Limit("=", 0), 0), Mark(Limit("=", 0), 2)), "of 9")
TOLD = Row("cost", told="1 µs")


def test_a_row_is_met_when_all_of_its_marks_are() -> None:
    assert KEPT.cells() == ("kept, dB", "< −80", "−100.2", "met")
    assert MISSED.cells() == ("lost / changed", "0 / 0", "0 / 2 (of 9)", "**missed**")
    assert TOLD.cells() == ("cost", "–", "1 µs", "–")
    assert missed_of([KEPT, MISSED, TOLD]) == ["lost / changed"]


def test_the_section_names_what_was_missed() -> None:
    page = section([KEPT, MISSED, TOLD], "stages", {"CPU": "some"})
    assert "**Missed:** lost / changed." in page
    assert "- lost / changed: nobody has looked for the cause yet." in page
    assert "**None was missed.**" in section([KEPT, TOLD], "stages", {"CPU": "some"})
