"""What travels through the engine with somebody who joins."""

import pytest

from conference_app.models import Account
from conference_app.services.join_context import JoinContext
from conference_app.twiml import Conference
from tests.builders import build_conference

FULL = JoinContext(
    label="guest",
    region="ie1",
    trim_recordings=False,
    event_callback_url="https://example.org/ended",
    status_callback="https://example.org/told#rc=2",
    status_callback_method="GET",
    status_callback_events=("start", "end"),
    recording_status_callback="https://example.org/recorded",
    recording_status_callback_method="GET",
    recording_status_callback_events=("in-progress", "absent"),
)


def test_it_is_read_as_it_was_written() -> None:
    assert JoinContext.from_json(FULL.to_json()) == FULL


def test_a_bare_noun_wishes_for_nothing() -> None:
    assert JoinContext.of(Conference("Room 1234")) == JoinContext() == JoinContext.from_json("")


def test_it_is_taken_from_the_noun() -> None:
    noun = Conference(
        "Room 1234",
        participant_label="guest",
        region="ie1",
        trim=False,
        event_callback_url="https://example.org/ended",
        status_callback="https://example.org/told#rc=2",
        status_callback_method="GET",
        status_callback_events=("start", "end"),
        recording_status_callback="https://example.org/recorded",
        recording_status_callback_method="GET",
        recording_status_callback_events=("in-progress", "absent"),
    )
    assert JoinContext.of(noun) == FULL


@pytest.mark.parametrize("text", ["{", "[1]", '{"colour": "red"}'])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        JoinContext.from_json(text)


def test_all_but_the_label_becomes_the_conferences(alice: Account) -> None:
    conference = build_conference(alice)
    FULL.set_up(conference)
    conference.refresh_from_db()
    assert (conference.region, conference.trim_recordings) == ("ie1", False)
    assert conference.status_callback == "https://example.org/told#rc=2"
    assert conference.status_callback_events == ["start", "end"]
    assert conference.recording_status_callback_method == "GET"
