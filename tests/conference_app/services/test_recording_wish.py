"""What of a <Dial> decides how its call is recorded, and who is told."""

import pytest

from conference_app.services.recording_wish import RecordingWish, terms_for
from conference_app.twiml import Conference, Dial, DialRecord
from conference_app.twiml.verbs import RecordingTrack
from media_engine.commands import LegRecordingTerms, RecordedSides

ROOM = Conference("Room 1234")
SPOKEN, HEARD = RecordedSides.SPOKEN, RecordedSides.HEARD
TOGETHER, APART = RecordedSides.TOGETHER, RecordedSides.APART
FULL = RecordingWish(
    channels=2,
    trim=True,
    status_callback="https://example.org/recorded",
    status_callback_method="GET",
    status_callback_events=("in-progress", "absent"),
)
FULL_DIAL = Dial(
    ROOM,
    record=DialRecord.FROM_ANSWER_DUAL,
    trim=True,
    recording_status_callback="https://example.org/recorded",
    recording_status_callback_method="GET",
    recording_status_callback_events=("in-progress", "absent"),
)


def test_it_is_read_as_it_was_written() -> None:
    assert RecordingWish.from_json(FULL.to_json()) == FULL


def test_a_bare_dial_wishes_for_nothing() -> None:
    assert RecordingWish.of(Dial(ROOM)) == RecordingWish() == RecordingWish.from_json("")
    assert terms_for(Dial(ROOM), "RE1") is None


def test_it_is_taken_from_the_verb() -> None:
    assert RecordingWish.of(FULL_DIAL) == FULL
    assert terms_for(FULL_DIAL, "RE1") == LegRecordingTerms("RE1", APART, False, FULL.to_json())


@pytest.mark.parametrize("text", ["{", "[1]", '{"colour": "red"}'])
def test_other_words_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        RecordingWish.from_json(text)


@pytest.mark.parametrize(
    ("record", "track", "sides", "while_waiting"),
    [
        (DialRecord.FROM_ANSWER, "both", TOGETHER, False),
        (DialRecord.FROM_RINGING, "both", TOGETHER, True),
        (DialRecord.FROM_ANSWER_DUAL, "both", APART, False),
        (DialRecord.FROM_RINGING_DUAL, "both", APART, True),
        (DialRecord.FROM_ANSWER, "inbound", SPOKEN, False),
        (DialRecord.FROM_ANSWER, "outbound", HEARD, False),
        (DialRecord.FROM_RINGING_DUAL, "inbound", SPOKEN, True),
        (DialRecord.FROM_ANSWER_DUAL, "outbound", HEARD, False),
    ],
)
def test_record_and_track_say_what_and_from_when(
    record: DialRecord, track: RecordingTrack, sides: RecordedSides, while_waiting: bool
) -> None:
    terms = terms_for(Dial(ROOM, record=record, recording_track=track), "RE1")
    assert terms is not None
    assert (terms.sides, terms.while_waiting) == (sides, while_waiting)
    wish = RecordingWish.from_json(terms.context)
    assert (wish.channels, wish.track) == (sides.channels, track)
