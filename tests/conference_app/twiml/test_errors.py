import pytest

from conference_app.twiml.errors import Code, TwimlError, shown


def test_an_error_reads_as_code_line_and_reason() -> None:
    assert (
        str(TwimlError(Code.CONFERENCE_BEEP, "no such beep", 3)) == "13235 (line 3): no such beep"
    )
    assert str(TwimlError(Code.EMPTY, "the document is empty")) == "11770: the document is empty"


def test_the_code_of_an_error_is_a_plain_number() -> None:
    assert type(TwimlError(Code.EMPTY, "").code) is int


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("Café", "Café"),
        ("a\nb\x1b[31m", "a\\nb\\x1b[31m"),
        ("x" * 81, "x" * 79 + "…"),
    ],
)
def test_what_a_reason_shows_is_one_short_printable_line(text: str, fit: str) -> None:
    assert shown(text) == fit
