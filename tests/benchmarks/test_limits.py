import pytest

from tests.benchmarks.limits import Limit, read_causes, told_missed, why_missed


@pytest.mark.parametrize(
    ("limit", "found", "holds", "written"),
    [
        (Limit("≤", 0.12), 0.12, True, "≤ 0.12"),
        (Limit("<", -80), -80, False, "< −80"),
        (Limit("≥", 49.5), 49.4, False, "≥ 49.5"),
        (Limit("=", 0), 0, True, "0"),
        (Limit("=", 0), 1, False, "0"),
    ],
)
def test_a_limit_holds_or_not(limit: Limit, found: float, holds: bool, written: str) -> None:
    assert limit.holds(found) is holds
    assert str(limit) == written


def test_what_was_missed_is_named_with_its_cause() -> None:
    assert told_missed([]) == "**None was missed.**"
    assert told_missed(["a", "b"]) == "**Missed:** a; b."
    why = why_missed(["3 % of frames lost, 20 ms in a row", "something new"])
    assert "in a row: what is lost at" in why
    assert "- something new: nobody has looked for the cause yet." in why


def test_each_cause_has_a_heading_and_a_text() -> None:
    causes = read_causes()
    assert causes
    assert all(head and text.endswith(".") for head, text in causes.items())
