import pytest

from media_engine.speech.wording import read_out, speakable


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("  one\n\n two\tthree ", "one two three"),
        ("a\x01Vde b\x00c\x7fd", "a Vde b c d"),
        ("\u202eright\u200bto left\ufeff", "right to left"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("half \ud800 a pair", "half a pair"),
        ("\ue000 \U0010ffff \u0378", ""),
        ("Cafe\u0301", "Café"),
        ("2 < 3 & 4", "2 < 3 & 4"),
    ],
)
def test_only_what_can_be_read_out_is_left(text: str, spoken: str) -> None:
    assert speakable(text) == spoken


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("call +14155551234 now", "call +1 4 1 5 5 5 5 1 2 3 4 now"),
        ("call +49 30 1234567.", "call +4 9, 3 0, 1 2 3 4 5 6 7."),
        ("(415) 555-0100", "4 1 5, 5 5 5, 0 1 0 0"),
        ("1-800-555-0199", "1, 8 0 0, 5 5 5, 0 1 9 9"),
        ("555-0100, please", "5 5 5, 0 1 0 0, please"),
        ("account 12345678", "account 1 2 3 4 5 6 7 8"),
    ],
)
@pytest.mark.parametrize("language", ["en-us", "de", "cmn"])
def test_what_is_dialled_is_read_digit_by_digit(text: str, spoken: str, language: str) -> None:
    assert read_out(text, language) == spoken


@pytest.mark.parametrize(
    "text",
    [
        *("room 1234", "1,234,567 people", "3.14159265", "12345678.50", "12:30", "1990-1995"),
        *("2026-13-45", "x12345678", "5 10 15", "$5.50", "10-20", ""),
    ],
)
def test_other_numbers_are_left_to_the_voice(text: str) -> None:
    assert read_out(text, "en-us") == text


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("en-us", "November 2, 2026"), ("en-gb", "November 2, 2026"), ("de", "2026, 11, 2")],
)
def test_a_date_is_read_as_a_date(language: str, spoken: str) -> None:
    assert read_out("on 2026-11-02.", language) == f"on {spoken}."


@pytest.mark.parametrize(
    ("language", "words"),
    [("en-us", "press pound or star"), ("en-gb", "press hash or star"), ("de", "press # or *")],
)
def test_keys_have_their_english_names(language: str, words: str) -> None:
    assert read_out("press # or *", language).split() == words.split()


def test_a_number_sign_is_no_key() -> None:
    assert read_out("caller #5", "en-us").split() == ["caller", "number", "5"]
