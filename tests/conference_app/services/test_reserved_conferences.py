"""The SID of a conference is promised before there is one."""

from collections.abc import Iterator

import pytest

from conference_app import engine
from conference_app.models import Account, Conference, ConferenceStatus
from conference_app.services import reserved_conferences as reserved
from media_engine.events import RoomKey
from tests.builders import build_call, build_conference

ROOM = RoomKey("AC1", "Room 1234")


@pytest.fixture(autouse=True)
def nothing_promised(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin without promises, and see that no call is remembered that is over."""
    calls: dict[str, RoomKey] = {}
    monkeypatch.setattr(reserved, "_promises", {})
    monkeypatch.setattr(reserved, "_rooms_of_calls", calls)
    yield
    assert not calls


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> dict[RoomKey, str]:
    """The meetings of the engine."""
    meetings: dict[RoomKey, str] = {}
    monkeypatch.setattr(engine, "meeting_in", meetings.get)
    return meetings


def test_who_comes_first_brings_what_was_promised(live: dict[RoomKey, str]) -> None:
    sid = reserved.promise(ROOM, "CA1")
    assert reserved.promise(ROOM, "CA2") == sid
    assert reserved.take(ROOM) == sid
    assert reserved.take(ROOM) != sid
    for call in ("CA1", "CA2"):
        assert reserved.drop(call) is None


def test_who_is_on_the_way_uninvited_makes_a_promise(live: dict[RoomKey, str]) -> None:
    sid = reserved.take(ROOM)
    assert reserved.promise(ROOM, "CA1") == sid
    reserved.meeting_began(ROOM)
    assert reserved.drop("CA1") is None


def test_what_the_engine_says_goes_before_a_promise(live: dict[RoomKey, str]) -> None:
    live[ROOM] = "CF1"
    assert reserved.promise(ROOM, "CA1") == "CF1"
    assert reserved.take(ROOM) != "CF1"
    del live[ROOM]
    assert reserved.promise(ROOM, "CA1") != "CF1"
    reserved.drop("CA1")


def test_a_name_is_never_used_for_two_meetings(live: dict[RoomKey, str]) -> None:
    sid = reserved.take(ROOM)
    reserved.meeting_began(ROOM)
    reserved.give_back(ROOM, sid)
    assert reserved.take(ROOM) != sid


def test_what_nobody_used_is_promised_on_to_who_was_invited(live: dict[RoomKey, str]) -> None:
    sid = reserved.promise(ROOM, "CA1")
    assert reserved.take(ROOM) == sid
    reserved.give_back(ROOM, sid)
    assert reserved.take(ROOM) == sid
    reserved.give_back(ROOM, sid)
    assert reserved.drop("CA1") == sid
    assert reserved.take(ROOM) != sid


def test_a_conference_that_nobody_came_to_is_over_with_the_last_call(
    alice: Account, live: dict[RoomKey, str]
) -> None:
    room = RoomKey(alice.sid, "Room 1234")
    calls = [build_call(alice), build_call(alice)]
    sid = {reserved.promise(room, call.sid) for call in calls}.pop()
    conference = build_conference(alice, sid=sid, status=ConferenceStatus.INIT, started_at=None)
    for call, status in zip(calls, ("init", "completed"), strict=True):
        reserved.release(call)
        assert Conference.objects.get(pk=conference.pk).status == status
