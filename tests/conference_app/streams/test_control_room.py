"""Who may look at a live meeting, and what he is told of it."""

import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.test import Client

from conference_app.models import Account, EventKind
from conference_app.services import timeline
from conference_app.streams.control_room import MeetingConsumer
from conference_app.streams.meeting_state import meeting_state
from tests.builders import NOON, build_call, build_conference, build_participant

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> User:
    """Somebody who may look at conferences, and at nothing else."""
    user = User.objects.create_user("operator", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_conference"))
    return user


def _may_look(client: Client, user: User | AnonymousUser) -> bool:
    consumer = MeetingConsumer()
    consumer.scope = {"session": client.session, "user": user}
    return consumer._may_look()


def test_an_operator_may_look_as_long_as_he_has_the_right(operator: User) -> None:
    client = Client()
    client.force_login(operator)
    assert _may_look(client, operator)
    operator.user_permissions.clear()
    assert not _may_look(client, operator)


@pytest.mark.parametrize("column", ["is_staff", "is_active"])
def test_who_is_no_operator_any_more_may_not_look(operator: User, column: str) -> None:
    client = Client()
    client.force_login(operator)
    User.objects.update(**{column: False})
    assert not _may_look(client, operator)


def test_a_session_that_is_over_shows_nothing(operator: User) -> None:
    client = Client()
    client.force_login(operator)
    session = client.session
    session.delete()
    consumer = MeetingConsumer()
    consumer.scope = {"session": session, "user": operator}
    assert not consumer._may_look()
    assert not _may_look(Client(), AnonymousUser())


def test_the_state_tells_who_is_in_and_what_happened_newest_first(alice: Account) -> None:
    conference = build_conference(alice)
    one = build_participant(conference, muted=True, label="the <b>desk</b>")
    build_participant(conference, call=build_call(alice, "+15550123"), end_on_exit=True)
    gone = build_participant(conference, left_at=NOON)
    timeline.append(conference, EventKind.PARTICIPANT_JOIN, NOON, call=one.call)
    timeline.append(conference, EventKind.PARTICIPANT_LEAVE, NOON, call=gone.call)
    state = meeting_state(conference.sid)
    assert state is not None
    assert [person["name"] for person in state["people"]] == ["the <b>desk</b>", "+15550123"]
    assert [person["muted"] for person in state["people"]] == [True, False]
    assert [person["moderator"] for person in state["people"]] == [False, True]
    assert [fact["kind"] for fact in state["timeline"]] == [
        "participant-leave",
        "participant-join",
    ]
    assert state["started_at"] == NOON.isoformat()


def test_there_is_no_state_of_what_is_not_there(db: None) -> None:
    assert meeting_state("CF" + "0" * 32) is None
