"""The recording of a live call, asked for through the API."""

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from conference_app import sids
from conference_app.models import Account, Call, CallStatus, Recording, RecordingStatus
from conference_app.models import WebhookDelivery as Delivery
from conference_app.services import event_log, recording_control
from conference_app.services.recording_wish import RecordingWish
from media_engine.commands import (
    Command,
    LegRecordingTerms,
    PauseLegRecording,
    RecordedSides,
    ResumeLegRecording,
    StartLegRecording,
    StopLegRecording,
)
from media_engine.events import RecordingFinished, RecordingRefused, RecordingStarted
from tests.builders import NOON, build_call, build_recording
from tests.conference_app.api.requests import error_of, path_of, post_form

KEYS = {
    *("account_sid", "api_version", "call_sid", "conference_sid", "date_created", "date_updated"),
    *("start_time", "duration", "sid", "price", "price_unit", "status", "channels", "source"),
    *("error_code", "encryption_details", "track", "uri"),
}
SPOKEN, HEARD = RecordedSides.SPOKEN, RecordedSides.HEARD
TOGETHER, APART = RecordedSides.TOGETHER, RecordedSides.APART
CALLBACK = "https://example.org/recorded"


@pytest.fixture
def call(alice: Account) -> Call:
    """One that is in progress."""
    return build_call(alice)


@pytest.fixture
def recording(call: Call, posted: list[Command]) -> Recording:
    """One that runs."""
    return recording_control.start_of_call(call=call, wish=RecordingWish())


def _path(call: Call, recording: str = "") -> str:
    return path_of(call.account, f"/Calls/{call.sid}/Recordings{recording}.json")


@pytest.mark.parametrize(
    ("form", "sides", "track"),
    [
        ({}, TOGETHER, "both"),
        ({"RecordingChannels": "mono"}, TOGETHER, "both"),
        ({"RecordingChannels": "dual", "RecordingTrack": "both"}, APART, "both"),
        ({"RecordingChannels": "dual", "RecordingTrack": "inbound"}, SPOKEN, "inbound"),
        ({"RecordingTrack": "outbound"}, HEARD, "outbound"),
    ],
)
def test_a_recording_is_started_of_the_sides_that_are_asked_for(
    alices: Client,
    call: Call,
    posted: list[Command],
    form: dict[str, str],
    sides: RecordedSides,
    track: str,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        response = post_form(alices, _path(call), **form)
    told = response.json()
    assert (response.status_code, set(told)) == (201, KEYS)
    assert (told["status"], told["source"]) == ("in-progress", "StartCallRecordingAPI")
    assert (told["call_sid"], told["conference_sid"]) == (call.sid, None)
    assert (told["channels"], told["track"]) == (sides.channels, track)
    assert told["uri"] == _path(call, f"/{told['sid']}")
    (command,) = posted
    assert isinstance(command, StartLegRecording)
    wish = RecordingWish(channels=sides.channels, track=track).to_json()
    terms = LegRecordingTerms(told["sid"], sides, context=wish)
    assert command == StartLegRecording(call.sid, terms)


def test_who_is_named_is_told_of_it_and_silence_is_cut(alices: Client, call: Call) -> None:
    form = (
        f"RecordingStatusCallback={CALLBACK}&RecordingStatusCallbackMethod=GET&Trim=trim-silence"
        "&RecordingStatusCallbackEvent=in-progress&RecordingStatusCallbackEvent=completed+absent"
    )
    response = alices.post(_path(call), form, "application/x-www-form-urlencoded")
    row = Recording.objects.get(sid=response.json()["sid"])
    assert (row.trim, row.status_callback, row.status_callback_method) == (True, CALLBACK, "GET")
    assert row.status_callback_events == ["in-progress", "completed", "absent"]
    delivery = Delivery.objects.get()
    params = dict(delivery.params)
    assert (delivery.call, delivery.url, delivery.method) == (call, CALLBACK, "GET")
    assert (params["RecordingStatus"], params["RecordingSource"], params["CallSid"]) == (
        "in-progress",
        "StartCallRecordingAPI",
        call.sid,
    )


def test_unless_it_is_said_nothing_is_cut_and_the_end_is_told(alices: Client, call: Call) -> None:
    post_form(alices, _path(call), RecordingStatusCallback="/told")
    row = Recording.objects.get()
    assert (row.trim, row.status_callback_method) == (False, "POST")
    assert row.status_callback.startswith("http")
    assert row.status_callback.endswith("/told")
    assert row.status_callback_events == ["completed"]
    assert not Delivery.objects.exists()


def test_what_the_engine_tells_goes_to_the_row_that_was_asked_for(recording: Recording) -> None:
    call_sid, sid = recording.about.sid, recording.sid
    event_log.record([(RecordingStarted("", sid, "/x.wav", call_sid, "{}"), NOON)])
    recording.refresh_from_db()
    assert recording.source == "StartCallRecordingAPI"
    event_log.record([(RecordingFinished("", sid, "/x.wav", 8000, 8000, None, call_sid), NOON)])
    recording.refresh_from_db()
    assert recording.status == RecordingStatus.PROCESSING


def test_one_that_the_engine_refuses_is_absent(recording: Recording) -> None:
    event_log.record([(RecordingRefused("", recording.sid), NOON)])
    recording.refresh_from_db()
    assert recording.status == RecordingStatus.ABSENT


@pytest.mark.parametrize(
    "status", [status for status in CallStatus if status is not CallStatus.IN_PROGRESS]
)
def test_a_call_that_is_not_in_progress_is_not_recorded(
    alice: Account, alices: Client, posted: list[Command], status: CallStatus
) -> None:
    call = build_call(alice, status=status)
    assert error_of(post_form(alices, _path(call))) == (400, 21220)
    assert (Recording.objects.count(), posted) == (0, [])


def test_one_runs_at_a_time_beside_that_of_a_dial(
    alices: Client, call: Call, posted: list[Command], media_root: object
) -> None:
    build_recording(call, b"", status=RecordingStatus.IN_PROGRESS, source="DialVerb")
    assert post_form(alices, _path(call)).status_code == 201
    assert error_of(post_form(alices, _path(call))) == (400, 21220)
    Recording.objects.update(status=RecordingStatus.PROCESSING)
    assert post_form(alices, _path(call)).status_code == 201


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"RecordingChannels": "stereo"}, 20001),
        ({"RecordingTrack": "left"}, 20001),
        ({"Trim": "yes"}, 20001),
        ({"RecordingStatusCallback": "ftp://example.org"}, 21402),
        ({"RecordingStatusCallbackMethod": "PUT"}, 21403),
        ({"RecordingStatusCallbackEvent": "completed begun"}, 20001),
    ],
)
def test_what_is_no_wish_is_refused(
    alices: Client, call: Call, form: dict[str, str], code: int
) -> None:
    assert error_of(post_form(alices, _path(call), **form)) == (400, code)
    assert not Recording.objects.exists()


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize(
    ("form", "status", "kind"),
    [
        ({"Status": "paused"}, "paused", PauseLegRecording),
        ({"Status": "in-progress"}, "in-progress", ResumeLegRecording),
        ({"Status": "stopped"}, "stopped", StopLegRecording),
    ],
)
def test_a_running_recording_is_steered(
    alices: Client,
    recording: Recording,
    call: Call,
    posted: list[Command],
    by_name: bool,
    form: dict[str, str],
    status: str,
    kind: type[PauseLegRecording | ResumeLegRecording | StopLegRecording],
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    name = recording.sid if by_name else "Twilio.CURRENT"
    with django_capture_on_commit_callbacks(execute=True):
        response = post_form(alices, _path(call, f"/{name}"), **form)
    told = response.json()
    assert (response.status_code, set(told)) == (200, KEYS)
    assert (told["sid"], told["status"]) == (recording.sid, status)
    assert posted == [kind(call.sid, recording.sid)]


@pytest.mark.parametrize(("behaviour", "skip"), [("skip", True), ("silence", False)])
def test_a_pause_is_left_out_or_silent(
    alices: Client,
    recording: Recording,
    call: Call,
    posted: list[Command],
    behaviour: str,
    skip: bool,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    path = _path(call, f"/{recording.sid}")
    with django_capture_on_commit_callbacks(execute=True):
        post_form(alices, path, Status="paused", PauseBehavior=behaviour)
    assert posted == [PauseLegRecording(call.sid, recording.sid, skip)]


def test_of_two_that_run_the_current_one_is_that_which_began_last(
    alices: Client, call: Call, posted: list[Command], media_root: object
) -> None:
    first, last = [
        build_recording(call, b"", status=RecordingStatus.IN_PROGRESS, source=source)
        for source in ("StartCallRecordingAPI", "DialVerb")
    ]
    assert first.pk < last.pk
    current = _path(call, "/Twilio.CURRENT")
    assert alices.get(current).json()["sid"] == last.sid
    assert post_form(alices, current, Status="paused").json()["sid"] == last.sid


def test_one_that_has_ended_is_steered_no_more(
    alices: Client, recording: Recording, call: Call
) -> None:
    Recording.objects.update(status=RecordingStatus.COMPLETED)
    by_sid = _path(call, f"/{recording.sid}")
    assert error_of(post_form(alices, by_sid, Status="paused")) == (400, 21220)
    current = _path(call, "/Twilio.CURRENT")
    assert error_of(post_form(alices, current, Status="paused")) == (404, 20404)


@pytest.mark.parametrize("name", ["RE" + "0" * 32, "current", "x" * 300])
def test_what_is_no_recording_does_not_exist(
    alices: Client, recording: Recording, call: Call, name: str
) -> None:
    assert error_of(post_form(alices, _path(call, f"/{name}"), Status="paused")) == (404, 20404)


def test_a_call_that_is_not_there_and_anothers_do_not_exist(
    bob: Account, bobs: Client, recording: Recording, call: Call
) -> None:
    for sid in (call.sid, sids.new("CA")):
        path = path_of(bob, f"/Calls/{sid}/Recordings")
        assert error_of(post_form(bobs, f"{path}.json")) == (404, 20404)
        steered = post_form(bobs, f"{path}/{recording.sid}.json", Status="stopped")
        assert error_of(steered) == (404, 20404)
