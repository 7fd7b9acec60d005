import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app.models import (
    Account,
    Call,
    Conference,
    ConferenceStatus,
    Recording,
    RecordingStatus,
)
from conference_app.services import recordings
from media_engine.commands import (
    Command,
    PauseRecording,
    ResumeRecording,
    StartRecording,
    StopRecording,
)
from tests.builders import NOON, build_conference
from tests.conference_app.api.requests import error_of, path_of, post_form

RE = "RE" + "a" * 32
KEYS = {
    *("account_sid", "api_version", "call_sid", "conference_sid", "date_created", "date_updated"),
    *("start_time", "duration", "sid", "price", "price_unit", "status", "channels", "source"),
    *("error_code", "encryption_details", "uri"),
}


@pytest.fixture
def recording(alice: Account) -> Recording:
    """One that runs."""
    return recordings.begin(conference=build_conference(alice), sid=RE, started_at=NOON)


def _path(conference: Conference | Call, recording: str = "") -> str:
    return path_of(conference.account, f"/Conferences/{conference.sid}/Recordings{recording}.json")


@pytest.mark.parametrize("name", [RE, "Twilio.CURRENT"])
@pytest.mark.parametrize(
    ("form", "status", "kind"),
    [
        ({"Status": "paused"}, "paused", PauseRecording),
        ({"Status": "in-progress"}, "in-progress", ResumeRecording),
        ({"Status": "stopped"}, "stopped", StopRecording),
    ],
)
def test_a_running_recording_is_steered(
    alices: Client,
    recording: Recording,
    posted: list[Command],
    name: str,
    form: dict[str, str],
    status: str,
    kind: type[PauseRecording | ResumeRecording | StopRecording],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = post_form(alices, _path(recording.about, f"/{name}"), **form)
    told = response.json()
    assert (response.status_code, set(told)) == (200, KEYS)
    assert (told["sid"], told["status"], told["duration"]) == (RE, status, None)
    assert posted == [kind(recording.about.sid, RE)]


@pytest.mark.parametrize(("behaviour", "skip"), [("skip", True), ("silence", False)])
def test_a_pause_is_left_out_or_silent(
    alices: Client,
    recording: Recording,
    posted: list[Command],
    behaviour: str,
    skip: bool,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    path = _path(recording.about, f"/{RE}")
    with django_capture_on_commit_callbacks(execute=True):
        post_form(alices, path, Status="paused", PauseBehavior=behaviour)
    assert posted == [PauseRecording(recording.about.sid, RE, skip)]
    recording.refresh_from_db()
    assert recording.paused


def test_a_recording_is_started(
    alice: Account,
    alices: Client,
    posted: list[Command],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    conference = build_conference(alice)
    with django_capture_on_commit_callbacks(execute=True):
        response = post_form(alices, _path(conference))
    told = response.json()
    assert (response.status_code, told["status"]) == (201, "in-progress")
    assert told["source"] == "StartConferenceRecordingAPI"
    assert posted == [StartRecording(conference.sid, told["sid"])]
    assert error_of(post_form(alices, _path(conference))) == (400, 21220)


@pytest.mark.parametrize(
    ("status", "code"), [(ConferenceStatus.INIT, 16001), (ConferenceStatus.COMPLETED, 16022)]
)
def test_nothing_is_recorded_before_the_start_or_after_the_end(
    alice: Account, alices: Client, status: ConferenceStatus, code: int
) -> None:
    response = post_form(alices, _path(build_conference(alice, status=status)))
    assert error_of(response) == (400, code)
    assert not Recording.objects.exists()


@pytest.mark.parametrize(
    "form", [{}, {"Status": "completed"}, {"Status": "paused", "PauseBehavior": "fast"}]
)
def test_what_is_no_status_is_refused(
    alices: Client, recording: Recording, posted: list[Command], form: dict[str, str]
) -> None:
    response = post_form(alices, _path(recording.about, f"/{RE}"), **form)
    assert (error_of(response), posted) == ((400, 20001), [])


def test_one_that_has_ended_is_steered_no_more(alices: Client, recording: Recording) -> None:
    Recording.objects.update(status=RecordingStatus.COMPLETED)
    conference = recording.about
    assert error_of(post_form(alices, _path(conference, f"/{RE}"), Status="paused")) == (400, 21220)
    current = _path(conference, "/Twilio.CURRENT")
    assert error_of(post_form(alices, current, Status="paused")) == (404, 20404)


@pytest.mark.parametrize("name", ["RE" + "0" * 32, "%00", "current", "x" * 300])
def test_what_is_no_recording_does_not_exist(
    alices: Client, recording: Recording, name: str
) -> None:
    path = _path(recording.about, f"/{name}")
    assert error_of(post_form(alices, path, Status="paused")) == (404, 20404)


def test_anothers_recording_does_not_exist(
    bob: Account, bobs: Client, recording: Recording
) -> None:
    path = path_of(bob, f"/Conferences/{recording.about.sid}/Recordings/{RE}.json")
    assert error_of(post_form(bobs, path, Status="stopped")) == (404, 20404)
