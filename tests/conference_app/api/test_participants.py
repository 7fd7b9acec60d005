from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks

from conference_app.models import Account, Conference, ConferenceStatus, Participant
from media_engine.commands import Command, Kick, SetMuted
from tests.builders import NOON, build_conference, build_participant
from tests.conference_app.api.requests import error_of, path_of, post_form
from tests.conference_app.api.shapes import PAGE, PARTICIPANT


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


@pytest.mark.parametrize(
    "parameters", [{"Muted": "loud"}, {"Muted": ""}, {"Hold": "true"}, {"AnnounceUrl": "/x"}]
)
def test_what_can_not_be_done_is_refused(
    alice: Account, alices: Client, posted: list[Command], parameters: dict[str, str]
) -> None:
    response = post_form(alices, _path(build_participant(build_conference(alice))), **parameters)
    assert error_of(response) == (400, 20001)
    assert posted == []


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
