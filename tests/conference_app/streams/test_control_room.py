"""Who may look at a live meeting, and what he is told of it."""

import json

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser, Permission, User
from django.test import Client

from conference_app import engine
from conference_app.models import Account, EventKind, Recording, RecordingStatus
from conference_app.services import timeline
from conference_app.streams.control_room import MeetingConsumer
from conference_app.streams.meeting_feed import MeetingFeed
from conference_app.streams.meeting_state import meeting_state
from media_engine import LegLevels, LegView
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


def test_the_timeline_is_told_once(alice: Account) -> None:
    conference = build_conference(alice, locked=True)
    feed = MeetingFeed(conference.sid)
    for kind in (EventKind.CONFERENCE_START, EventKind.CONFERENCE_LOCK):
        timeline.append(conference, kind, NOON)
        state = json.loads(feed.state() or "")
        assert [fact["kind"] for fact in state["timeline"]] == [kind]
        assert state["locked"]
    assert json.loads(feed.state() or "")["timeline"] == []
    assert MeetingFeed("CF" + "0" * 32).state() is None


def test_the_state_tells_of_a_recording_that_runs(alice: Account) -> None:
    conference = build_conference(alice)
    running = Recording.objects.create(
        account=alice, conference=conference, started_at=NOON, paused=True
    )
    state = meeting_state(conference.sid)
    assert state is not None
    assert (state["started"], state["recorded"], state["paused"]) == (True, True, True)
    Recording.objects.filter(pk=running.pk).update(status=RecordingStatus.PROCESSING)
    state = meeting_state(conference.sid)
    assert state is not None
    assert (state["recorded"], state["paused"]) == (False, False)


def test_levels_are_bytes_in_the_order_that_was_told_last(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[LegLevels] = []
    monkeypatch.setattr(engine, "levels", lambda sid: told[-1])
    feed = MeetingFeed("CF1")
    told.append(LegLevels(["CA1", "CA2"], np.array([-96.0, -20.4], np.float32)))
    legs, levels = feed.levels()
    assert json.loads(legs) == {"event": "legs", "legs": ["CA1", "CA2"]}
    assert levels == bytes([0, 76])
    told.append(LegLevels(["CA1", "CA2"], np.array([3.0, -20.0], np.float32)))
    assert feed.levels() == [bytes([99, 76])]
    told.append(LegLevels(["CA2"], np.array([-20.0], np.float32)))
    assert len(feed.levels()) == 2


def test_of_how_sound_arrives_only_what_has_changed_is_told(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    views = [LegView("CA1", 20, 100, 0, 0, 0, 0), LegView("CA2", 40, 1000, 30, 10, 1, 2)]
    monkeypatch.setattr(engine, "view", lambda sid: views)
    feed = MeetingFeed("CF1")
    told = json.loads(feed.arrivals() or "")
    assert told["legs"] == {"CA1": [20, 0, 0, 0, 0], "CA2": [40, 30, 10, 3, 1]}
    assert feed.arrivals() is None
    views[0] = LegView("CA1", 180, 150, 0, 0, 0, 0)
    assert json.loads(feed.arrivals() or "")["legs"] == {"CA1": [180, 0, 0, 0, 1]}
    del views[1]
    assert feed.arrivals() is None
