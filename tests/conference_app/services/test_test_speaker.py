"""When a test speaker is called in, and on which terms."""

from datetime import UTC, datetime

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app import engine
from conference_app.models import Account, Call, CallDirection, Conference
from conference_app.services import calls, dialing, test_speaker
from conference_app.services.call_plan import PlacedCall
from conference_app.twiml import Dial, TwimlDocument
from media_engine.events import RoomKey
from tests.builders import build_conference, build_participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed(monkeypatch: pytest.MonkeyPatch) -> list[PlacedCall]:
    """The calls that were to be made."""
    placed: list[PlacedCall] = []
    monkeypatch.setattr(dialing, "check_that_calls_are_made", lambda: None)
    monkeypatch.setattr(dialing, "carry", placed.append)
    return placed


@pytest.fixture
def conference(alice: Account, monkeypatch: pytest.MonkeyPatch) -> Conference:
    """A meeting with one person in it."""
    conference = build_conference(alice)
    build_participant(conference)

    def live(room: RoomKey) -> str:
        assert room == (alice.sid, conference.friendly_name)
        return conference.sid

    monkeypatch.setattr(engine, "meeting_in", live)
    return conference


def test_it_comes_silently_and_goes_by_itself(
    conference: Conference,
    placed: list[PlacedCall],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        call = test_speaker.call_in(conference=conference)
    assert call.caller == "Test speaker"
    assert call.direction == CallDirection.OUTBOUND_API
    (made,) = placed
    assert made.is_to_test_speaker
    assert not made.is_to_client
    assert made.address == conference.sid
    assert made.plan.time_limit_s == 180
    assert isinstance(made.plan.document, TwimlDocument)
    (dial,) = made.plan.document.verbs
    assert isinstance(dial, Dial)
    terms = dial.conference
    assert terms.name == conference.friendly_name
    assert (terms.beep.on_enter, terms.beep.on_exit, terms.wait_url) == (False, False, "")
    assert (terms.start_on_enter, terms.end_on_exit) == (True, False)


def test_another_comes_when_the_first_has_left(
    conference: Conference, placed: list[PlacedCall]
) -> None:
    first = test_speaker.call_in(conference=conference)
    with pytest.raises(test_speaker.SpeakerIsThere):
        test_speaker.call_in(conference=conference)
    calls.end(call=first, outcome=calls.Outcome())
    assert test_speaker.call_in(conference=conference) != first


def test_a_caller_who_dials_such_a_name_is_no_speaker(
    conference: Conference, placed: list[PlacedCall]
) -> None:
    called = f"test-speaker:{conference.friendly_name}"
    Call.objects.create(account=conference.account, called=called)
    test_speaker.call_in(conference=conference)


def test_it_comes_to_nobody(conference: Conference, placed: list[PlacedCall]) -> None:
    conference.participants.update(left_at=datetime.now(UTC))
    with pytest.raises(test_speaker.NobodyListens):
        test_speaker.call_in(conference=conference)
    assert not Call.objects.filter(direction=CallDirection.OUTBOUND_API).exists()
