"""Who may look at a live meeting, and what he is told of it."""

import json
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.test import Client

from conference_app import engine
from conference_app.models import Account, Conference, EventKind, Recording, RecordingStatus
from conference_app.streams.control_room import MeetingConsumer
from conference_app.streams.meeting_feed import MeetingFeed
from conference_app.streams.meeting_state import meeting_state
from media_engine import LegLevels, LegView
from tests.builders import (
    NOON,
    build_call,
    build_conference,
    build_event,
    build_operator,
    build_participant,
    logged_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(alice: Account) -> User:
    """Somebody who may look at Alice's conferences, and at nothing else."""
    return build_operator(alice, rights=["view_conference"])


@pytest.fixture
def meeting(alice: Account) -> Conference:
    """A meeting of Alice's."""
    return build_conference(alice)


def _is_to_be_seen(client: Client, user: User | AnonymousUser, meeting: Conference) -> bool:
    return _consumer(client.session, user, meeting.sid)._is_to_be_seen()


def _consumer(session: Any, user: User | AnonymousUser, sid: str) -> MeetingConsumer:
    consumer = MeetingConsumer()
    consumer.scope = {"session": session, "user": user}
    consumer.sid, consumer.feed = sid, MeetingFeed(sid)
    return consumer


def test_an_operator_may_look_as_long_as_he_has_the_right(
    operator: User, meeting: Conference
) -> None:
    client = logged_in(operator)
    assert _is_to_be_seen(client, operator, meeting)
    operator.user_permissions.clear()
    assert not _is_to_be_seen(client, operator, meeting)


def test_an_operator_may_look_as_long_as_the_account_is_his(
    operator: User, meeting: Conference, bob: Account
) -> None:
    consumer = _consumer(logged_in(operator).session, operator, meeting.sid)
    assert consumer._state()[0] is not None
    assert not _is_to_be_seen(logged_in(operator), operator, build_conference(bob))
    operator.accounts.set([bob])
    assert consumer._state()[0] is None
    User.objects.update(is_superuser=True)
    assert consumer._state()[0] is not None


def test_there_is_nothing_to_be_seen_of_what_is_not_there(operator: User) -> None:
    nothing = Conference(sid="CF" + "0" * 32)
    assert not _is_to_be_seen(logged_in(operator), operator, nothing)


@pytest.mark.parametrize("column", ["is_staff", "is_active"])
def test_who_is_no_operator_any_more_may_not_look(
    operator: User, meeting: Conference, column: str
) -> None:
    client = logged_in(operator)
    User.objects.update(**{column: False})
    assert not _is_to_be_seen(client, operator, meeting)


def test_a_session_that_is_over_shows_nothing(operator: User, meeting: Conference) -> None:
    session = logged_in(operator).session
    session.delete()
    assert not _consumer(session, operator, meeting.sid)._is_to_be_seen()
    assert not _is_to_be_seen(Client(), AnonymousUser(), meeting)


def test_the_state_tells_who_is_in_and_what_happened_newest_first(alice: Account) -> None:
    conference = build_conference(alice)
    one = build_participant(conference, muted=True, label="the <b>desk</b>")
    build_participant(conference, call=build_call(alice, "+15550123"), end_on_exit=True)
    gone = build_participant(conference, left_at=NOON)
    build_event(conference, EventKind.PARTICIPANT_JOIN, stay=one)
    build_event(conference, EventKind.PARTICIPANT_LEAVE, stay=gone)
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
        build_event(conference, kind)
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
