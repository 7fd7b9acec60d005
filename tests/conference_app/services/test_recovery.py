"""A process that died leaves open rows; the next one closes them before it starts."""

from datetime import timedelta
from pathlib import Path

from conference_app import sids
from conference_app.models import (
    Account,
    CallStatus,
    Conference,
    ConferenceStatus,
    LeftReason,
    Recording,
    RecordingStatus,
    WebhookDelivery,
)
from conference_app.services import recordings
from conference_app.services.recording_wish import RecordingWish
from conference_app.services.recovery import close_what_a_crash_left
from media_engine.recording import wav_header
from tests.builders import (
    NOON,
    build_call,
    build_conference,
    build_participant,
    build_recording,
)

LATER = NOON + timedelta(hours=1)


def _recording_left_open(conference: Conference, content: bytes) -> Recording:
    recording = recordings.begin(conference=conference, sid=sids.new("RE"), started_at=NOON)
    path = recordings.raw_file(recording.sid)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return recording


def test_a_call_that_rang_has_failed_and_that_is_told(alice: Account) -> None:
    call = build_call(
        alice,
        status=CallStatus.RINGING,
        started_at=None,
        status_callback="http://example.org/call",
        status_callback_events=["completed"],
    )
    close_what_a_crash_left(LATER)
    call.refresh_from_db()
    assert (call.status, call.ended_at) == (CallStatus.FAILED, LATER)
    (delivery,) = WebhookDelivery.objects.all()
    assert dict(delivery.params)["CallStatus"] == "failed"


def test_meetings_stays_and_calls_are_closed(alice: Account) -> None:
    participant = build_participant(build_conference(alice))
    close_what_a_crash_left(LATER)
    participant.refresh_from_db()
    conference, call = participant.conference, participant.call
    assert (participant.left_at, participant.reason_left) == (LATER, LeftReason.SERVER_STOPPED)
    assert (conference.status, conference.ended_at) == (ConferenceStatus.COMPLETED, LATER)
    assert conference.reason_ended == ""
    assert (call.status, call.ended_at) == (CallStatus.COMPLETED, LATER)
    kinds = conference.events.values_list("sequence_number", "kind")
    assert list(kinds) == [(1, "participant-leave"), (2, "conference-end")]


def test_a_recording_gets_the_length_of_what_was_written(alice: Account, media_root: Path) -> None:
    content = wav_header(16000, None) + bytes(2 * 16000 + 1)
    recording = _recording_left_open(build_conference(alice), content)
    close_what_a_crash_left(LATER)
    recording.refresh_from_db()
    assert (recording.status, recording.error) == (RecordingStatus.PROCESSING, "")
    written = recordings.raw_file(recording.sid).read_bytes()
    assert (written[:44], len(written)) == (wav_header(16000, 32000), 44 + 32000)


def test_a_recording_of_a_dial_keeps_both_its_sides(alice: Account, media_root: Path) -> None:
    recording = recordings.begin_of_call(
        call=build_call(alice), sid=sids.new("RE"), started_at=NOON, wish=RecordingWish(channels=2)
    )
    path = recordings.raw_file(recording.sid)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(wav_header(16000, None, channels=2) + bytes(4 * 16000 + 3))
    close_what_a_crash_left(LATER)
    recording.refresh_from_db()
    assert (recording.status, recording.error) == (RecordingStatus.PROCESSING, "")
    written = path.read_bytes()
    assert (written[:44], len(written)) == (wav_header(16000, 64000, channels=2), 44 + 64000)


def test_a_recording_that_can_not_be_closed_says_so_alone(alice: Account, media_root: Path) -> None:
    broken = _recording_left_open(build_conference(alice, "one"), b"RIFF")
    sound = _recording_left_open(build_conference(alice, "two"), wav_header(8000, None) + bytes(2))
    close_what_a_crash_left(LATER)
    for recording, has_error in ((broken, True), (sound, False)):
        recording.refresh_from_db()
        assert recording.status == RecordingStatus.PROCESSING
        assert bool(recording.error) == has_error


def test_what_was_closed_stays_as_it_was(alice: Account, media_root: Path) -> None:
    conference = build_conference(alice, status=ConferenceStatus.COMPLETED)
    call = build_call(alice, status=CallStatus.BUSY, ended_at=NOON)
    recording = build_recording(conference, b"x")
    before = [list(type(row).objects.values()) for row in (conference, call, recording)]
    close_what_a_crash_left(LATER)
    assert before == [list(type(row).objects.values()) for row in (conference, call, recording)]


def test_done_twice_it_changes_nothing_more(alice: Account) -> None:
    conference = build_participant(build_conference(alice)).conference
    close_what_a_crash_left(LATER)
    close_what_a_crash_left(LATER + timedelta(hours=1))
    conference.refresh_from_db()
    assert conference.ended_at == LATER
    assert conference.events.count() == 2
