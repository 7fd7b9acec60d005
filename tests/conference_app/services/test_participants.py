import pytest
from django.db import transaction
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app.models import Account
from conference_app.services import participants
from conference_app.services.errors import ParticipantIsGone
from media_engine.commands import Command, Kick, SetMuted
from tests.builders import NOON, build_conference, build_participant


@pytest.mark.parametrize("muted", [True, False])
def test_the_wish_is_written_and_passed_on(
    alice: Account,
    posted: list[Command],
    muted: bool,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    participant = build_participant(build_conference(alice), muted=not muted)
    with django_capture_on_commit_callbacks(execute=True):
        returned = participants.set_muted(participant=participant, muted=muted)
    participant.refresh_from_db()
    assert returned == participant
    assert participant.muted is muted
    assert posted == [SetMuted(participant.conference.sid, participant.call.sid, muted)]


def test_a_kick_leaves_the_row_to_the_engine(
    alice: Account,
    posted: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    participant = build_participant(build_conference(alice))
    with django_capture_on_commit_callbacks(execute=True):
        participants.kick(participant=participant)
    participant.refresh_from_db()
    assert participant.is_in
    assert posted == [Kick(participant.conference.sid, participant.call.sid)]


def test_nothing_is_asked_of_who_has_left_meanwhile(alice: Account, posted: list[Command]) -> None:
    participant = build_participant(build_conference(alice))
    type(participant).objects.update(left_at=NOON)
    with pytest.raises(ParticipantIsGone):
        participants.set_muted(participant=participant, muted=True)
    with pytest.raises(ParticipantIsGone):
        participants.kick(participant=participant)
    assert posted == []


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_is_not_passed_on(alice: Account, posted: list[Command]) -> None:
    participant = build_participant(build_conference(alice))
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        participants.set_muted(participant=participant, muted=True)
        raise ZeroDivisionError
    participant.refresh_from_db()
    assert not participant.muted
    assert posted == []
