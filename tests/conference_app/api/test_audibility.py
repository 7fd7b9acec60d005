from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client

from conference_app.models import Account, Conference, ConferenceStatus, EventKind
from conference_app.services import steering_log
from conference_app.services.ledger import open_ledger
from media_engine.events import Audibility
from tests.builders import NOON, build_call, build_conference, build_event, build_participant
from tests.conference_app.api.requests import error_of, path_of

A, B = "CA" + "a" * 32, "CA" + "b" * 32


def second(number: int) -> datetime:
    return NOON + timedelta(seconds=number)


@pytest.fixture
def conference(alice: Account) -> Conference:
    """Two met at 0 s; a was muted from 2 s to 4 s, b was deaf from 4 s, and left at 8 s."""
    conference = build_conference(
        alice, status=ConferenceStatus.COMPLETED, started_at=second(1), ended_at=second(9)
    )
    calls = [build_call(alice, sid=sid) for sid in (A, B)]
    a = build_participant(
        conference, call=calls[0], joined_at=second(0), left_at=second(9), label="x"
    )
    b = build_participant(conference, call=calls[1], joined_at=second(1), left_at=second(8))
    for stay, at, state in (
        (a, 2, Audibility(muted=True)),
        (a, 4, Audibility(volumes={B: 0.5})),
        (b, 6, Audibility(deaf=True, coached=A, levelled=True)),
    ):
        with open_ledger() as ledger:
            steering_log.note_audibility(ledger, stay, state, second(at))
    return conference


def ask(client: Client, conference: Conference, query: str) -> Any:
    path = path_of(conference.account, f"/Conferences/{conference.sid}/Audibility.json")
    return client.get(f"{path}{query}")


def hears(client: Client, conference: Conference, at: datetime) -> dict[str, dict[str, float]]:
    told = ask(client, conference, f"?At={quote(at.isoformat())}").json()
    return {one["call_sid"]: one["hears"] for one in told["participants"]}


def test_who_comes_again_is_heard_as_he_comes(alice: Account, alices: Client) -> None:
    conference = build_conference(alice, started_at=second(0))
    a, b = (build_call(alice, sid=sid) for sid in (A, B))
    earlier = build_participant(conference, call=a, joined_at=second(0), left_at=second(2))
    with open_ledger() as ledger:
        steering_log.note_audibility(ledger, earlier, Audibility(muted=True), second(1))
    build_participant(conference, call=a, joined_at=second(3))
    build_participant(conference, call=b, joined_at=second(0))
    heard = [hears(alices, conference, second(at))[B] for at in (0, 1, 3)]
    assert heard == [{A: 1}, {A: 0}, {A: 1}]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (-1, {}),
        (0, {A: {}}),
        (1, {A: {B: 1}, B: {A: 1}}),
        (2, {A: {B: 1}, B: {A: 0}}),
        (3, {A: {B: 1}, B: {A: 0}}),
        (4, {A: {B: 1}, B: {A: 0.5}}),
        (7, {A: {B: 1}, B: {A: 0}}),
        (8, {A: {}}),
        (9, {}),
    ],
)
def test_who_could_hear_whom_follows_from_what_was_written_down(
    alices: Client, conference: Conference, at: int, expected: dict[str, dict[str, float]]
) -> None:
    assert hears(alices, conference, second(at)) == expected


def test_before_the_start_nobody_hears_anybody(alices: Client, conference: Conference) -> None:
    Conference.objects.update(started_at=second(3))
    assert hears(alices, conference, second(1)) == {A: {B: 0}, B: {A: 0}}


def test_each_ones_state_is_told_too(alices: Client, conference: Conference) -> None:
    told = ask(alices, conference, f"?At={quote(second(7).isoformat())}").json()
    assert set(told) == {
        *("account_sid", "api_version", "conference_sid", "at", "bridged", "active_speaker"),
        *("participants", "uri"),
    }
    assert told["bridged"] is True
    assert told["participants"][0]["label"] == "x"
    assert told["participants"][1] == {
        "call_sid": B,
        "label": None,
        "muted": False,
        "hold": False,
        "deaf": True,
        "volume": 1.0,
        "auto_gain_control": True,
        "noise_suppression": False,
        "coaching": True,
        "call_sid_to_coach": A,
        "hears": {A: 0.0},
    }


@pytest.mark.parametrize(
    ("at", "speaker"), [(1, None), (2, A), (4, A), (5, B), (7, B), (8, None), (10, None)]
)
def test_who_had_the_floor_at_a_moment_is_told_while_he_is_in(
    alices: Client, conference: Conference, at: int, speaker: str | None
) -> None:
    start, stop = EventKind.PARTICIPANT_SPEECH_START, EventKind.PARTICIPANT_SPEECH_STOP
    for moment, kind, active in ((2, start, A), (3, start, A), (5, stop, B), (6, stop, B)):
        build_event(conference, kind, second(moment), details={"active_speaker": active})
    told = ask(alices, conference, f"?At={quote(second(at).isoformat())}").json()
    assert told["active_speaker"] == speaker


@pytest.mark.parametrize(
    "at",
    [
        "2026-03-02T12:00:03Z",
        "2026-03-02T12:00:03",
        "2026-03-02T13:00:03+01:00",
        "2026-03-02T13:00:03%2B01:00",
        "Mon,%2002%20Mar%202026%2012:00:03%20%2B0000",
        "Mon,+02+Mar+2026+12:00:03++0000".replace("++", "+%2B"),
        "Mon, 02 Mar 2026 12:00:03 GMT",
    ],
)
def test_a_moment_is_given_as_in_rfc_2822_or_iso_8601(
    alices: Client, conference: Conference, at: str
) -> None:
    told = ask(alices, conference, f"?At={at}").json()
    assert told["at"] == "2026-03-02T12:00:03+00:00"


@pytest.mark.parametrize("at", ["now", "2026-13-01", "9" * 60, "0001-01-01T00:00:00%2B14:00"])
def test_what_is_no_moment_is_refused(alices: Client, conference: Conference, at: str) -> None:
    assert error_of(ask(alices, conference, f"?At={at}")) == (400, 20001)


def test_without_a_moment_it_is_now(alices: Client, conference: Conference) -> None:
    assert ask(alices, conference, "").json()["participants"] == []


def test_anothers_audibility_does_not_exist(
    bob: Account, bobs: Client, conference: Conference
) -> None:
    path = path_of(bob, f"/Conferences/{conference.sid}/Audibility.json")
    assert error_of(bobs.get(path)) == (404, 20404)
