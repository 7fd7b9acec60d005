from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from conference_app.models import Account, Conference, Recording, RecordingStatus
from tests.builders import build_call, build_conference, build_recording
from tests.conference_app.api.requests import error_of, path_of
from tests.conference_app.api.shapes import PAGE


@pytest.mark.parametrize("suffix", [".wav", ""])
def test_an_account_gets_its_recordings(
    alice: Account, alices: Client, media_root: Path, suffix: str
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF and so on")
    path = path_of(alice, f"/Recordings/{recording.sid}{suffix}")
    response = alices.get(path, headers={"range": "bytes=0-3"})
    assert (response.status_code, b"".join(response)) == (206, b"RIFF")
    assert response["Content-Type"] == "audio/wav"


def test_anothers_recordings_do_not_exist(
    alice: Account, bob: Account, bobs: Client, media_root: Path
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    for account in (alice, bob):
        path = path_of(account, f"/Recordings/{recording.sid}.wav")
        assert error_of(bobs.get(path)) == (404, 20404)


def test_a_recording_is_there_once_it_is_finished(
    alice: Account, alices: Client, media_root: Path
) -> None:
    conference = build_conference(alice)
    recording = build_recording(conference, b"RIFF", status=RecordingStatus.IN_PROGRESS)
    path = path_of(alice, f"/Recordings/{recording.sid}.wav")
    assert error_of(alices.get(path)) == (404, 20404)


def test_a_recording_is_told_in_twilios_shape(
    alice: Account, alices: Client, media_root: Path
) -> None:
    recording = build_recording(build_conference(alice), b"RIFF")
    uri = path_of(alice, f"/Recordings/{recording.sid}")
    told = alices.get(f"{uri}.json").json()
    assert (told["sid"], told["conference_sid"]) == (recording.sid, recording.about.sid)
    assert (told["status"], told["source"], told["channels"]) == ("completed", "Conference", 1)
    assert (told["duration"], told["error_code"], told["call_sid"]) == ("1", None, None)
    assert told["start_time"] == "Mon, 02 Mar 2026 12:00:00 +0000"
    assert told["uri"] == f"{uri}.json"
    assert told["media_url"] == f"http://127.0.0.1:8000{uri}"


def test_a_failed_recording_is_what_could_be_saved(
    alice: Account, alices: Client, media_root: Path
) -> None:
    conference = build_conference(alice)
    lost = build_recording(conference, b"", status=RecordingStatus.FAILED, error="disk full")
    saved = build_recording(conference, b"RIFF", status=RecordingStatus.FAILED, error="disk full")
    told = alices.get(path_of(alice, "/Recordings.json")).json()["recordings"]
    assert [(row["sid"], row["status"], row["error_code"]) for row in told] == [
        (saved.sid, "completed", 12400),
        (lost.sid, "absent", 12400),
    ]


def test_recordings_are_listed_and_filtered(
    alice: Account, bob: Account, alices: Client, media_root: Path
) -> None:
    one, other = build_conference(alice, "one"), build_conference(alice, "other")
    old, young, its = (build_recording(conference, b"RIFF") for conference in (one, one, other))
    build_recording(build_conference(bob), b"RIFF")
    Recording.objects.filter(pk=old.pk).update(created_at=datetime(2020, 1, 2, 3, tzinfo=UTC))
    today = datetime.now(UTC).date()
    for query, found in {
        "": [its, young, old],
        f"ConferenceSid={one.sid}": [young, old],
        f"ConferenceSid={one.sid}&DateCreated=2020-01-02": [old],
        "DateCreated<=2020-01-02T03:00:00Z": [old],
        f"DateCreated>={today - timedelta(days=1)}": [its, young],
        f"CallSid=CA{0:032}": [],
        "IncludeSoftDeleted=true": [its, young, old],
    }.items():
        told = alices.get(path_of(alice, f"/Recordings.json?{query}")).json()
        assert set(told) == {"recordings"} | PAGE
        assert [row["sid"] for row in told["recordings"]] == [row.sid for row in found], query


def test_a_call_has_its_recordings(
    alice: Account, bob: Account, alices: Client, media_root: Path
) -> None:
    call, other = build_call(alice), build_call(alice)
    columns = {"source": "DialVerb", "track": "both", "channels": 2}
    recording = build_recording(call, b"RIFF", **columns)
    build_recording(other, b"RIFF", **columns)
    uri = path_of(alice, f"/Calls/{call.sid}/Recordings")
    (told,) = alices.get(f"{uri}.json").json()["recordings"]
    assert (told["sid"], told["call_sid"], told["conference_sid"]) == (
        recording.sid,
        call.sid,
        None,
    )
    assert (told["source"], told["track"], told["channels"], told["duration"]) == (
        "DialVerb",
        "both",
        2,
        "1",
    )
    assert told["uri"] == f"{uri}/{recording.sid}.json"
    assert alices.get(told["uri"]).json() == told
    filtered = alices.get(path_of(alice, f"/Recordings.json?CallSid={call.sid}")).json()
    assert [row["sid"] for row in filtered["recordings"]] == [recording.sid]
    others = path_of(alice, f"/Calls/{build_call(bob).sid}/Recordings.json")
    assert error_of(alices.get(others)) == (404, 20404)
    assert alices.delete(told["uri"]).status_code == 204
    assert error_of(alices.get(told["uri"])) == (404, 20404)


@pytest.mark.parametrize("query", ["CallSid=1", "ConferenceSid=RE1", "DateCreated=now"])
def test_a_wrong_filter_is_refused(alice: Account, alices: Client, query: str) -> None:
    assert error_of(alices.get(path_of(alice, f"/Recordings.json?{query}"))) == (400, 20001)


@pytest.fixture
def conference(alice: Account) -> Conference:
    return build_conference(alice)


def test_a_conference_has_its_recordings(
    alice: Account, alices: Client, media_root: Path, conference: Conference
) -> None:
    recording = build_recording(conference, b"RIFF")
    build_recording(build_conference(alice, "other"), b"RIFF")
    uri = path_of(alice, f"/Conferences/{conference.sid}/Recordings")
    told = alices.get(f"{uri}.json?DateCreated>=2020-01-01").json()
    assert [row["sid"] for row in told["recordings"]] == [recording.sid]
    assert told["recordings"][0]["uri"] == f"{uri}/{recording.sid}.json"
    assert alices.get(f"{uri}/{recording.sid}.json").json() == told["recordings"][0]
    assert alices.get(f"{uri}.json?DateCreated<=2020-01-01").json()["recordings"] == []


def test_the_current_recording_is_the_one_being_made(
    alice: Account, alices: Client, media_root: Path, conference: Conference
) -> None:
    build_recording(conference, b"RIFF")
    uri = path_of(alice, f"/Conferences/{conference.sid}/Recordings/Twilio.CURRENT.json")
    assert error_of(alices.get(uri)) == (404, 20404)
    recording = build_recording(conference, b"", status=RecordingStatus.IN_PROGRESS)
    assert alices.get(uri).json()["sid"] == recording.sid
    assert error_of(alices.delete(uri)) == (400, 20009)


@pytest.mark.parametrize(
    "resource",
    ["/Recordings/{sid}.json", "/Recordings/{sid}", "/Conferences/{of}/Recordings/{sid}.json"],
)
def test_a_finished_recording_is_deleted_with_its_files(
    alice: Account, alices: Client, media_root: Path, conference: Conference, resource: str
) -> None:
    recording = build_recording(conference, b"RIFF")
    path = path_of(alice, resource.format(sid=recording.sid, of=conference.sid))
    assert alices.delete(path).status_code == 204
    assert error_of(alices.delete(path)) == (404, 20404)
    assert not Recording.objects.exists()
    assert not list(media_root.rglob("*.wav"))


@pytest.mark.parametrize("suffix", [".wav", ".mp3"])
def test_sound_is_read_only(
    alice: Account, alices: Client, media_root: Path, conference: Conference, suffix: str
) -> None:
    recording = build_recording(conference, b"RIFF")
    path = path_of(alice, f"/Recordings/{recording.sid}{suffix}")
    assert error_of(alices.delete(path)) == (405, 20004)


def test_anothers_recording_is_neither_seen_nor_deleted(
    alice: Account, bob: Account, bobs: Client, media_root: Path, conference: Conference
) -> None:
    recording = build_recording(conference, b"RIFF")
    for resource in (
        f"/Recordings/{recording.sid}.json",
        f"/Conferences/{conference.sid}/Recordings.json",
    ):
        assert error_of(bobs.get(path_of(bob, resource))) == (404, 20404)
    assert error_of(bobs.delete(path_of(bob, f"/Recordings/{recording.sid}.json"))) == (404, 20404)
    assert Recording.objects.exists()
