import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app.models import Account, ConferenceStatus
from conference_app.services import conferences
from conference_app.services.errors import ConferenceIsOver
from media_engine.commands import Command, EndConference
from tests.builders import build_conference


def test_the_engine_is_asked_to_end_it(
    alice: Account,
    posted: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    conference = build_conference(alice)
    with django_capture_on_commit_callbacks(execute=True):
        conferences.end(conference=conference)
    conference.refresh_from_db()
    assert not conference.is_over
    assert posted == [EndConference(conference.sid)]


def test_what_is_over_is_not_ended_again(alice: Account, posted: list[Command]) -> None:
    conference = build_conference(alice, status=ConferenceStatus.COMPLETED)
    with pytest.raises(ConferenceIsOver):
        conferences.end(conference=conference)
    assert posted == []
