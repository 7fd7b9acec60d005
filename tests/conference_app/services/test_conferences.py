import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app.models import Account, ConferenceStatus
from conference_app.services import conferences
from conference_app.services.errors import ConferenceIsOver
from media_engine.commands import Command, EndConference, SetLocked
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


@pytest.mark.parametrize("locked", [True, False])
def test_a_lock_is_noted_and_passed_on(
    alice: Account,
    posted: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    locked: bool,
) -> None:
    conference = build_conference(alice, locked=not locked)
    with django_capture_on_commit_callbacks(execute=True):
        conferences.set_locked(conference=conference, locked=locked)
    conference.refresh_from_db()
    assert conference.locked is locked
    assert posted == [SetLocked(conference.sid, locked)]


def test_what_is_over_is_not_locked(alice: Account, posted: list[Command]) -> None:
    conference = build_conference(alice, status=ConferenceStatus.COMPLETED)
    with pytest.raises(ConferenceIsOver):
        conferences.set_locked(conference=conference, locked=True)
    assert posted == []
