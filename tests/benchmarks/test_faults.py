from tests.benchmarks.faults import Left, door_rows, flood_rows, reader_rows, section
from tests.benchmarks.job import Percentiles
from tests.benchmarks.rows import missed_of
from tests.end_to_end.offender import CUT, Closing
from tests.end_to_end.test_comings_and_goings import Held
from tests.end_to_end.test_floods import Flood
from tests.end_to_end.test_slow_reader import Lesson


def test_what_the_others_lost_is_what_any_of_them_did_not_hear() -> None:
    lesson = Lesson([[1, 2, 3, 5], [2, 3, 5, 6], [2, 5, 6]], [7, 8, 60], 50, 10, 0.5)
    lost, by_all, backlog, live, _ = reader_rows(lesson, 60)
    assert lost.cells()[1:] == ("0", "1 (of 3)", "**missed**")
    assert by_all.told == "1"
    assert [mark.figure for mark in backlog.marks] == [40]
    assert [mark.figure for mark in live.marks] == [200]


def test_a_flood_that_is_not_sent_away_as_it_should_be_is_a_miss() -> None:
    closings = {
        ("a message of 1 MB", True): Closing(1009, "too large"),
        ("a flood of sound", True): Closing(1008, "too much"),
        ("a flood of sound", False): CUT,
    }
    flood = Flood(closings, (), 1.0, 12.5, 900, 0)
    assert [row.verdict for row in flood_rows(flood, Percentiles(0, 1, 30))] == [
        "missed",
        "missed",
        "missed",
        "met",
    ]


def test_nothing_is_left_of_who_has_gone() -> None:
    before = Held(6, 0, 20, 50)
    rows = door_rows(Left((100, 119, 121), before, before, 0), 2000)
    assert missed_of(rows) == []
    grown = Left((100, 119, 140), before, Held(7, 1, 21, 61), 1)
    assert len(missed_of(door_rows(grown, 2000))) == 6
    page = section(rows, {"CPU": "some"}, (0, 1), 3.2)
    assert "**None was missed.**" in page
    assert max(map(len, page.splitlines())) <= 120
