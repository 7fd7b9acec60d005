"""Reading a stranger's JSON: what is refused, and that the complaint names the place."""

import json

import pytest

from media_engine.dialects.fields import MAX_PARAMETER, MAX_TEXT, Fields
from media_engine.errors import MalformedMessage


@pytest.mark.parametrize(
    ("message", "complaint"),
    [
        ("", "not JSON: Expecting value at character 0"),
        ("{", "not JSON: Expecting property name enclosed in double quotes at character 1"),
        ("[1]", "not a JSON object"),
        ('"start"', "not a JSON object"),
        ("null", "not a JSON object"),
        ('{"a":' + "[" * 60_000, "not JSON: too deep"),
        ('{"a":' + "9" * 5000 + "}", "not JSON: a number is too long"),
    ],
)
def test_what_is_not_one_json_object_is_refused(message: str, complaint: str) -> None:
    with pytest.raises(MalformedMessage) as raised:
        Fields.parse(message)
    assert str(raised.value) == complaint


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        (None, "to is missing"),
        ("", "to is missing"),
        (7, "to must be text"),
        (["a"], "to must be text"),
        ("a" * (MAX_TEXT + 1), f"to is longer than {MAX_TEXT} characters"),
        ("a\x00b", "to must be printable text"),
        ("a\nb", "to must be printable text"),
        ("\ud800", "to must be printable text"),
    ],
)
def test_text_has_to_be_there_short_and_printable(value: object, complaint: str) -> None:
    with pytest.raises(MalformedMessage, match=f"^{complaint}$"):
        Fields({"to": value}).text("to")


def test_text_of_any_script_is_read() -> None:
    longest = "é" * MAX_TEXT
    assert Fields({"to": longest}).text("to") == longest
    assert Fields({"to": "Zimmer 1234 – 会議室 🎧"}).text("to") == "Zimmer 1234 – 会議室 🎧"


@pytest.mark.parametrize("members", [{}, {"from": None}, {"from": ""}])
def test_absent_null_and_empty_optional_text_are_the_same(members: dict[str, object]) -> None:
    assert Fields(members).optional_text("from") is None


@pytest.mark.parametrize("value", [8000, "8000"])
def test_a_number_may_be_written_as_digits(value: object) -> None:
    assert Fields({"n": value}).whole_number("n") == 8000


@pytest.mark.parametrize("value", [True, 8000.0, "8e3", "-1", "", "٣", "1" * 10, [], {}])
def test_nothing_else_is_a_number(value: object) -> None:
    with pytest.raises(MalformedMessage, match=r"^n must be a whole number$"):
        Fields({"n": value}).whole_number("n")


def test_a_complaint_names_the_whole_path() -> None:
    fields = Fields.parse('{"start":{"mediaFormat":{"sampleRate":"fast"}}}')
    with pytest.raises(MalformedMessage, match=r"^start\.mediaFormat\.sampleRate must be a whole"):
        fields.object("start").object("mediaFormat").whole_number("sampleRate")
    with pytest.raises(MalformedMessage, match=r"^start\.customParameters is missing$"):
        fields.object("start").object("customParameters")


def test_an_object_that_may_be_absent_must_still_be_one() -> None:
    assert Fields({"p": None}).optional_object("p").all_texts() == {}
    with pytest.raises(MalformedMessage, match="^p must be an object$"):
        Fields({"p": "x"}).optional_object("p")


@pytest.mark.parametrize("value", ["inbound", [1], {"a": 1}])
def test_a_list_of_text_is_nothing_else(value: object) -> None:
    with pytest.raises(MalformedMessage, match="^tracks must be a list of text$"):
        Fields({"tracks": value}).texts("tracks")


def test_parameters_are_text_of_limited_length() -> None:
    good = {"label": "x" * MAX_PARAMETER, "empty": ""}
    assert Fields(good).all_texts() == good


@pytest.mark.parametrize(
    "parameters",
    [{"label": "x" * (MAX_PARAMETER + 1)}, {"label": 5}, {"a\x00": "b"}, {"n" * 257: ""}],
)
def test_other_parameters_are_refused(parameters: dict[str, object]) -> None:
    with pytest.raises(MalformedMessage):
        Fields(parameters).all_texts()


def test_an_unknown_member_is_named() -> None:
    fields = Fields.parse(json.dumps({"event": "start", "form": "alice"}))
    with pytest.raises(MalformedMessage, match="^'form' is not known$"):
        fields.only(("event", "from"))
