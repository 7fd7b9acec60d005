from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from conference_app.models import Account, Conference, ConferenceStatus, Participant
from conference_app.services.sound_wish import SoundWish
from media_engine.commands import (
    ChangeExit,
    ChangeWait,
    Command,
    Kick,
    SetCoached,
    SetDeaf,
    SetDenoised,
    SetHeld,
    SetLevelled,
    SetMuted,
    SetVolume,
)
from tests.builders import NOON, build_call, build_conference, build_participant
from tests.conference_app.api.requests import error_of, path_of, post_form
from tests.conference_app.api.shapes import PAGE, PARTICIPANT

CF, CA = "CF" + "a" * 32, "CA" + "a" * 32
X_BY_GET = SoundWish("http://127.0.0.1:8000/x", "GET").to_json()


def _list_path(conference: Conference) -> str:
    return path_of(conference.account, f"/Conferences/{conference.sid}/Participants.json")


def _path(participant: Participant) -> str:
    base = _list_path(participant.conference).removesuffix(".json")
    return f"{base}/{participant.call.sid}.json"


def _call_sids(response: Any) -> set[str]:
    assert response.status_code == 200
    return {row["call_sid"] for row in response.json()["participants"]}


def test_a_participant_has_twilios_shape(alice: Account, alices: Client) -> None:
    participant = build_participant(build_conference(alice), muted=True, end_on_exit=True)
    told = alices.get(_path(participant)).json()
    assert set(told) == PARTICIPANT
    assert told["call_sid"] == participant.call.sid
    assert told["conference_sid"] == participant.conference.sid
    assert told["uri"] == _path(participant)
    assert (told["muted"], told["hold"], told["coaching"]) == (True, False, False)
    assert (told["start_conference_on_enter"], told["end_conference_on_exit"]) == (True, True)
    assert (told["status"], told["label"], told["call_sid_to_coach"]) == ("connected", None, None)


def test_the_list_shows_those_who_are_in(alice: Account, alices: Client) -> None:
    conference = build_conference(alice)
    here, muted = build_participant(conference), build_participant(conference, muted=True)
    build_participant(conference, left_at=NOON)
    path = _list_path(conference)
    assert set(alices.get(path).json()) == {"participants"} | PAGE
    assert _call_sids(alices.get(path)) == {here.call.sid, muted.call.sid}
    assert _call_sids(alices.get(f"{path}?Muted=true")) == {muted.call.sid}
    assert _call_sids(alices.get(f"{path}?Muted=false")) == {here.call.sid}
    assert _call_sids(alices.get(f"{path}?Hold=true")) == set()
    assert error_of(alices.get(f"{path}?Muted=loud")) == (400, 20001)


def test_nobody_is_in_a_completed_conference(alice: Account, alices: Client) -> None:
    conference = build_conference(alice, status=ConferenceStatus.COMPLETED)
    build_participant(conference, left_at=NOON)
    assert _call_sids(alices.get(_list_path(conference))) == set()


def test_a_long_list_needs_no_more_queries_than_a_short_one(
    alice: Account, alices: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    conference = build_conference(alice)
    for _ in range(20):
        build_participant(conference)
    with django_assert_num_queries(3):  # account, conference, participants
        assert len(_call_sids(alices.get(_list_path(conference)))) == 20


@pytest.mark.parametrize("muted", [True, False])
def test_somebody_is_muted_and_unmuted(
    alice: Account,
    alices: Client,
    posted: list[Command],
    muted: bool,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    participant = build_participant(build_conference(alice), muted=not muted)
    with django_capture_on_commit_callbacks(execute=True):
        response = post_form(alices, _path(participant), Muted=str(muted).lower())
    assert (response.status_code, response.json()["muted"]) == (200, muted)
    assert posted == [SetMuted(participant.conference.sid, participant.call.sid, muted)]


def test_somebody_is_put_out(
    alice: Account,
    alices: Client,
    posted: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    participant = build_participant(build_conference(alice))
    with django_capture_on_commit_callbacks(execute=True):
        response = alices.delete(_path(participant))
    assert (response.status_code, response.content) == (204, b"")
    assert posted == [Kick(participant.conference.sid, participant.call.sid)]


def test_what_is_not_sent_does_not_change(
    alice: Account, alices: Client, posted: list[Command]
) -> None:
    participant = build_participant(build_conference(alice), muted=True)
    response = post_form(alices, _path(participant))
    assert (response.status_code, response.json()["muted"]) == (200, True)
    assert posted == []


OTHER = "CA" + "f" * 32


@pytest.mark.parametrize(
    ("parameters", "shown", "commands"),
    [
        ({"Hold": "true"}, {"hold": True}, [SetHeld(CF, CA, True)]),
        ({"Hold": "false", "HoldUrl": "/x"}, {"hold": False}, [SetHeld(CF, CA, False, X_BY_GET)]),
        ({"HoldUrl": "/x"}, {"hold": False}, []),
        ({"Deaf": "true"}, {}, [SetDeaf(CF, CA, True)]),
        ({"Volume": "0.5"}, {}, [SetVolume(CF, CA, 0.5)]),
        ({"AutoGainControl": "true"}, {}, [SetLevelled(CF, CA, True)]),
        ({"NoiseSuppression": "false"}, {}, [SetDenoised(CF, CA, False)]),
        ({"Volume": "2", "ForCallSid": OTHER}, {}, [SetVolume(CF, CA, 2.0, OTHER)]),
        (
            {"CallSidToCoach": OTHER},
            {"coaching": True, "call_sid_to_coach": OTHER},
            [SetCoached(CF, CA, OTHER)],
        ),
        (
            {"Coaching": "false", "CallSidToCoach": OTHER},
            {"coaching": False, "call_sid_to_coach": None},
            [SetCoached(CF, CA, None)],
        ),
        ({"BeepOnExit": "false"}, {}, [ChangeExit(CF, CA, beep_on_exit=False)]),
        (
            {"EndConferenceOnExit": "true"},
            {"end_conference_on_exit": True},
            [ChangeExit(CF, CA, end_on_exit=True)],
        ),
        (
            {"WaitUrl": "", "WaitMethod": "GET"},
            {},
            [ChangeWait(CF, CA, SoundWish("", "GET").to_json())],
        ),
        (
            {"Muted": "true", "Hold": "true", "Deaf": "false"},
            {"muted": True, "hold": True},
            [SetMuted(CF, CA, True), SetHeld(CF, CA, True), SetDeaf(CF, CA, False)],
        ),
    ],
)
def test_how_somebody_is_in_is_changed(
    alice: Account,
    alices: Client,
    posted: list[Command],
    parameters: dict[str, str],
    shown: dict[str, Any],
    commands: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    conference = build_conference(alice, sid=CF)
    participant = build_participant(conference, call=build_call(alice, sid=CA))
    build_participant(conference, call=build_call(alice, sid=OTHER))
    with django_capture_on_commit_callbacks(execute=True):
        response = post_form(alices, _path(participant), **parameters)
    told = response.json()
    assert (response.status_code, {name: told[name] for name in shown}) == (200, shown)
    assert posted == commands


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"Muted": "loud"}, 20001),
        ({"Muted": ""}, 20001),
        ({"Hold": "maybe"}, 20001),
        ({"AnnounceUrl": "nowhere"}, 21402),
        ({"AnnounceUrl": ""}, 21402),
        ({"HoldUrl": "file:///etc/passwd"}, 21402),
        ({"WaitMethod": "PUT"}, 21403),
        ({"Coaching": "true"}, 20001),
        ({"CallSidToCoach": "CA1"}, 20001),
        ({"CallSidToCoach": OTHER}, 16028),
        ({"AutoGainControl": "a bit"}, 20001),
        ({"Volume": "-1"}, 20001),
        ({"Volume": "2.1"}, 20001),
        ({"Volume": "nan"}, 20001),
        ({"Volume": "1", "ForCallSid": OTHER}, 20001),
        ({"ForCallSid": OTHER}, 20001),
    ],
)
def test_what_can_not_be_done_is_refused(
    alice: Account, alices: Client, posted: list[Command], parameters: dict[str, str], code: int
) -> None:
    participant = build_participant(build_conference(alice))
    response = post_form(alices, _path(participant), Deaf="true", **parameters)
    assert error_of(response) == (400, code)
    participant.refresh_from_db()
    assert (posted, participant.deaf) == ([], False)


def test_nobody_coaches_somebody_who_is_on_hold(alice: Account, alices: Client) -> None:
    conference = build_conference(alice)
    held = build_participant(conference, hold=True)
    response = post_form(alices, _path(build_participant(conference)), CallSidToCoach=held.call.sid)
    assert error_of(response) == (400, 16027)


def test_coaching_goes_on_with_whom_it_was(
    alice: Account, alices: Client, posted: list[Command]
) -> None:
    conference = build_conference(alice)
    coached = build_participant(conference)
    coach = build_participant(conference, call_sid_to_coach=coached.call.sid)
    response = post_form(alices, _path(coach), Coaching="true")
    assert response.json()["call_sid_to_coach"] == coached.call.sid


def test_another_sound_is_asked_for_while_somebody_is_on_hold(
    alice: Account,
    alices: Client,
    posted: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    participant = build_participant(build_conference(alice), hold=True)
    with django_capture_on_commit_callbacks(execute=True):
        post_form(alices, _path(participant), HoldUrl="/x")
    assert posted == [SetHeld(participant.conference.sid, participant.call.sid, True, X_BY_GET)]


def test_a_label_names_a_participant_too(alice: Account, alices: Client) -> None:
    participant = build_participant(build_conference(alice), label="the customer")
    path = _path(participant).replace(participant.call.sid, "the%20customer")
    assert alices.get(path).json()["call_sid"] == participant.call.sid


@pytest.mark.parametrize("who", ["CA" + "0" * 32, "nobody", "%00", "%ff", "x" * 500])
def test_who_is_not_in_does_not_exist(alice: Account, alices: Client, who: str) -> None:
    left = build_participant(build_conference(alice), left_at=NOON)
    for path in (_path(left), _path(left).replace(left.call.sid, who)):
        assert error_of(alices.get(path)) == (404, 20404)
        assert error_of(post_form(alices, path, Muted="true")) == (404, 20404)
        assert error_of(alices.delete(path)) == (404, 20404)


def test_anothers_participants_do_not_exist(alice: Account, bob: Account, bobs: Client) -> None:
    participant = build_participant(build_conference(alice))
    for path in (_path(participant), _list_path(participant.conference)):
        assert error_of(bobs.get(path.replace(alice.sid, bob.sid))) == (404, 20404)
        assert error_of(bobs.get(path)) == (404, 20404)
